// The process is killed without warning; whoever was connected or signed in notices nothing.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { useBrowser } from '../support/browser.ts'
import { visitor } from '../support/person.ts'
import { addedProjects } from '../support/sandbox.ts'
import { usePrograms } from '../support/sdk-client.ts'
import { useServer } from '../support/server.ts'
import { journeyStores } from '../support/stores.ts'

for (const store of journeyStores('restart'))
  describe(`kill -9 and restart, on ${store.name}`, () => {
    const server = useServer(store.env)
    const browser = useBrowser()
    const newProgram = usePrograms(server)
    const keys = () =>
      readdirSync(join(server.folder, 'keys')).map((name) => {
        const file = join(server.folder, 'keys', name)
        return [name, readFileSync(file, 'utf8'), statSync(file).mtimeMs]
      })

    it('loses nothing that was acknowledged', async () => {
      const { page } = await browser.newPerson()
      const first = await newProgram('v2', 'First')
      const client = await first.connect(visitor(page))
      const acknowledged: string[] = []
      for (let i = 0; i < 5; i++) {
        const { structuredContent } = await client.callTool({
          name: 'create_project',
          arguments: { name: `Project ${i}`, language: 'Py' },
        })
        acknowledged.push(structuredContent.projects[0].name)
      }
      const keysBefore = keys()
      await server.crashAndRestart()

      // The access token still works, the refresh token still works, the sandbox has kept the projects.
      const { structuredContent } = await client.callTool({ name: 'list_projects' })
      assert.deepEqual(addedProjects(structuredContent.projects).toSorted(), acknowledged)
      await server.advance(3601)
      const old = first.tokens().refresh_token
      assert.ok(!(await client.callTool({ name: 'read_account' })).isError)
      assert.notEqual(first.tokens().refresh_token, old)
      assert.deepEqual(keys(), keysBefore, 'a second start makes no keys')

      // The browser is still signed in: another program gets the consent page, not the sign-in page.
      const second = await newProgram('v2', 'Second')
      await second.connect(async (url) => {
        await page.goto(url)
        await page.getByRole('button', { name: /^Allow / }).click()
        await page.getByText('Back in the program.').waitFor()
      })
      await client.close()
    })
  })
