// Two people, two assistants, one server: what one does, the other never sees.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALICE, BOB } from '../support/accounts.ts'
import { useBrowser } from '../support/browser.ts'
import { visitor } from '../support/person.ts'
import { addedProjects } from '../support/sandbox.ts'
import { usePrograms } from '../support/sdk-client.ts'
import { useServer } from '../support/server.ts'
import { journeyStores } from '../support/stores.ts'

for (const store of journeyStores('two-people'))
  describe(`two people at once, on ${store.name}`, () => {
    const server = useServer(store.env)
    const browser = useBrowser()
    const newProgram = usePrograms(server)

    async function connectAs(as: typeof ALICE, line: 'v1' | 'v2') {
      const program = await newProgram(line)
      const { page } = await browser.newPerson()
      return program.connect(visitor(page, { as }))
    }

    it('work in worlds of their own, however their calls are interleaved', async () => {
      const [alice, bob] = await Promise.all([connectAs(ALICE, 'v2'), connectAs(BOB, 'v1')])
      const people = { alice, bob }
      await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          const who = i % 2 ? 'alice' : 'bob'
          await people[who].callTool({ name: 'create_project', arguments: { name: `${who} ${i}`, language: 'Py' } })
        }),
      )
      const lists = await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          const who = i % 2 ? 'alice' : 'bob'
          const { structuredContent } = await people[who].callTool({ name: 'list_projects' })
          return addedProjects(structuredContent.projects).map((name) => [who, name.split(' ')[0]])
        }),
      )
      for (const projects of lists) {
        assert.equal(projects.length, 10)
        for (const [who, owner] of projects) assert.equal(owner, who)
      }

      const { structuredContent } = await alice.callTool({ name: 'list_projects' })
      const { projectId } = structuredContent.projects[0]
      const peek = await bob.callTool({ name: 'read_project', arguments: { projectId } })
      assert.equal(peek.isError, true)
      assert.match(JSON.stringify(peek.content), /Project not found/)
      await Promise.all([alice.close(), bob.close()])
    })

    it('can share a browser: "use another account" leads to the other person, and leaves the first connection alone', async () => {
      const { page } = await browser.newPerson()
      const first = await newProgram('v2', 'First')
      const second = await newProgram('v2', 'Second')
      const one = await first.connect(visitor(page, { as: ALICE }))
      const two = await second.connect(async (url) => {
        await page.goto(url)
        await page.getByText('as QuantConnect user 100001').waitFor()
        await page.getByRole('button', { name: 'use another account' }).click()
        await page.getByLabel('QuantConnect user id').fill(BOB.userId)
        await page.getByLabel('API token').fill(BOB.apiToken)
        await page.getByRole('button', { name: 'Sign in' }).click()
        await page.getByText('as QuantConnect user 100002').waitFor()
        await page.getByRole('button', { name: /^Allow / }).click()
        await page.getByText('Back in the program.').waitFor()
      })
      assert.match(one.getInstructions() ?? '', /account 100001/)
      assert.match(two.getInstructions() ?? '', /account 100002/)
      assert.ok(!(await one.callTool({ name: 'read_account' })).isError)
      await Promise.all([one.close(), two.close()])
    })
  })
