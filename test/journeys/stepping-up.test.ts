// A person allows less than was asked; the assistant meets the limit, asks again, and the person allows it.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import { grantIdOf } from '../support/access-token.ts'
import { useBrowser } from '../support/browser.ts'
import { challengeOf, message, rpc, toolCall } from '../support/mcp-requests.ts'
import { visitor } from '../support/person.ts'
import type { Program } from '../support/sdk-client.ts'
import { isUnauthorized, usePrograms } from '../support/sdk-client.ts'
import { useServer } from '../support/server.ts'
import { withGrants } from '../support/stored.ts'
import { journeyStores } from '../support/stores.ts'

for (const store of journeyStores('stepping-up'))
  describe(`stepping up, on ${store.name}`, () => {
    const server = useServer(store.env)
    const browser = useBrowser()
    const newProgram = usePrograms(server)
    let program: Program

    it('brings a permission that was unticked, when the assistant needs it and the person agrees', async () => {
      const { page } = await browser.newPerson()
      program = await newProgram()
      const client = await program.connect(visitor(page, { untick: ['qc:projects:write', 'qc:files:write'] }))
      const before = program.tokens()
      assert.doesNotMatch(before.scope ?? '', /qc:projects:write/)
      assert.match(before.scope ?? '', /qc:projects:read/)

      const create = { name: 'create_project', arguments: { name: 'Stepped up', language: 'Py' } }
      const rename = () => rpc(server, before.access_token, toolCall('update_project', { projectId: 1, name: 'X' }))
      const refused = await rename()
      const challenge = challengeOf(refused)
      assert.equal(refused.status, 403)
      assert.deepEqual([challenge.error, challenge.scope], ['insufficient_scope', 'qc:projects:write'])
      assert.match(challenge.error_description ?? '', /Create projects/)
      const { result: told } = await message(await rename()) // as a client does that makes nothing of 403
      assert.equal(told.isError, true)
      assert.ok(told.content[0].text.includes(`${server.origin}/account/connections/`), told.content[0].text)

      await assert.rejects(client.callTool(create), isUnauthorized) // the SDK has sent the person to the browser
      await program.authorize(async (url) => {
        await page.goto(url)
        await page.getByText(/It has: look at .*\. It\s+asks for: change projects ✓/).waitFor()
        assert.ok(await page.locator('input[value="qc:projects:write"]').isChecked())
        assert.equal(await page.locator('input[value="qc:files:write"]').isChecked(), false)
        await page.getByRole('button', { name: /^Allow / }).click()
        await page.getByText('Back in the program.').waitFor()
      })
      const done = await client.callTool(create)
      assert.equal(done.structuredContent.projects[0].name, 'Stepped up')
      assert.equal(decodeJwt(program.tokens().access_token).grant_id, decodeJwt(before.access_token).grant_id)
      await client.close()
    })

    it('works the other way at once: what the grant loses, the very next call cannot do', async () => {
      const { access_token } = program.tokens()
      const grantId = grantIdOf(program.tokens().access_token)
      const list = () => rpc(server, access_token, toolCall('list_projects')).then(({ status }) => status)
      await withGrants(server, async (grants) => {
        assert.equal(await list(), 200)
        await grants.change(grantId, { scopes: ['qc:account:read'] })
        assert.equal(await list(), 403)
        await grants.change(grantId, { scopes: ['qc:account:read', 'qc:projects:read'] })
        assert.equal(await list(), 200)
        await grants.end(grantId)
        assert.equal(await list(), 401)
      })
    })
  })
