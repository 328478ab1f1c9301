// Clients with an identity of their own: one that is known by its metadata document, and one that keeps a secret. From the
// first visit over a restart and an hour later to the revocation.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useBrowser } from '../support/browser.ts'
import { visitor } from '../support/person.ts'
import type { Identity } from '../support/sdk-client.ts'
import { isUnauthorized, usePrograms } from '../support/sdk-client.ts'
import { journeyStores } from '../support/stores.ts'
import { useWeb } from '../support/web.ts'

const CLAUDE_CODE = 'https://claude.ai/oauth/claude-code-client-metadata'

const IDENTITIES: Readonly<Record<string, { identity: Identity; id: RegExp; asks: RegExp }>> = {
  'Claude Code, by its metadata document that its host does not hand out': {
    identity: { clientMetadataUrl: CLAUDE_CODE },
    id: /^https:\/\/claude\.ai\/oauth\/claude-code-client-metadata$/,
    asks: /Claude Code.*claude\.ai/s,
  },
  'a registered client with a secret, in the Authorization header': {
    identity: { token_endpoint_auth_method: 'client_secret_basic' },
    id: /^[\w-]{20,}$/,
    asks: /Notebook server/,
  },
  'a registered client with a secret, in the body': {
    identity: { token_endpoint_auth_method: 'client_secret_post' },
    id: /^[\w-]{20,}$/,
    asks: /Notebook server/,
  },
}

for (const [who, { identity, id, asks }] of Object.entries(IDENTITIES))
  for (const store of journeyStores('identities')) {
    describe(`${who}, on ${store.name}`, () => {
      const { server, web } = useWeb({}, store.env)
      const browser = useBrowser()
      const newProgram = usePrograms(server)

      it('connects, calls, outlives a restart, refreshes and is revoked', async () => {
        const { page } = await browser.newPerson()
        const program = await newProgram('v2', 'Notebook server', identity)
        let consent = ''
        const client = await program.connect(async (url) => {
          await page.goto(url)
          await page.getByRole('button', { name: 'Use the sandbox account' }).click()
          await page.getByRole('button', { name: /^Allow / }).waitFor()
          consent = await page.locator('main').innerText()
          await visitor(page)(page.url())
        })
        assert.match(consent, asks)
        assert.match(program.credentials.client_id ?? '', id)
        assert.equal(web.knocks(), 0)
        assert.ok(!(await client.callTool({ name: 'list_projects' })).isError)

        await server.crashAndRestart()
        await server.advance(3601)
        const { refresh_token } = program.tokens()
        assert.ok(!(await client.callTool({ name: 'list_projects' })).isError)
        assert.notEqual(program.tokens().refresh_token, refresh_token)

        const revoked = await fetch(`${server.origin}/revoke`, {
          method: 'POST',
          body: new URLSearchParams({ ...program.credentials, token: program.tokens().refresh_token ?? '' }),
        })
        assert.equal(revoked.status, 200)
        await assert.rejects(client.callTool({ name: 'list_projects' }), isUnauthorized)
        await client.close()
      })
    })
  }
