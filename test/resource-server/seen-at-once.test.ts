// What a process remembers between two calls is named by the text that it was made of, which is read at every call. So whatever
// changes at another process is seen at the next call: what a connection may do, whether it lives, and as whom it calls.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { GrantChange } from '../../src/grants/grants.ts'
import { createLog } from '../../src/observability/log.ts'
import { signedHeaders } from '../../src/quantconnect/authentication.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import type { Vault } from '../../src/vault/vault.ts'
import { openVault } from '../../src/vault/vault.ts'
import { claimsOf, grantIdOf } from '../support/access-token.ts'
import { connect, EVERYTHING } from '../support/connection.ts'
import { PERSON, standInEnv } from '../support/deeds.ts'
import type { Json } from '../support/json.ts'
import { message, rpc, toolCall } from '../support/mcp-requests.ts'
import { usePair } from '../support/pair.ts'
import type { TestServer } from '../support/server.ts'
import { withGrants, withStore } from '../support/stored.ts'
import { journeyStores } from '../support/stores.ts'
import { startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

for (const { name, env } of journeyStores('seen-at-once')) {
  describe(`what changes at one of two processes that share ${name}`, () => {
    const pair = usePair(() => ({ ...env, ...standInEnv(upstream) }))
    let token: string
    before(async () => {
      token = (await connect(pair.one, { ...EVERYTHING, as: PERSON })).tokens.access_token
    })
    beforeEach(() => change({ scopes: ALL_SCOPES, paperOnly: false, suspensions: [] }))

    /** Changes the grant in the store, as any process would. */
    const change = (changes: GrantChange) => withGrants(pair.one, (grants) => grants.change(grantIdOf(token), changes))
    const call = (server: TestServer, tool = 'list_projects', args = {}) => rpc(server, token, toolCall(tool, args))
    const outcome = async (server: TestServer, tool?: string, args?: object): Promise<string> => {
      const response = await call(server, tool, args as Record<string, unknown>)
      if (response.status !== 200) return String(response.status)
      const { result }: Json = await message(response)
      return result.isError ? String(result.structuredContent.rule ?? 'failed') : 'done'
    }
    const both = async (tool?: string, args?: object) => [
      await outcome(pair.one, tool, args),
      await outcome(pair.two, tool, args),
    ]

    it('is seen at the next call of both: narrowed, widened, on paper, suspended, resumed, again and again', async () => {
      const broadcast = ['broadcast_live_command', { organizationId: 'o', command: { a: 1 }, repeat: true }] as const
      for (let times = 0; times < 3; times += 1) {
        assert.deepEqual(await both(), ['done', 'done'])
        await change({ scopes: ['qc:account:read'] })
        assert.ok((await both()).every((one) => ['403', 'scopes'].includes(one)))
        await change({ scopes: ALL_SCOPES })
        assert.deepEqual(await both(), ['done', 'done'])
        await change({ paperOnly: true })
        assert.deepEqual(await both(...broadcast), ['paper', 'paper'])
        await change({ paperOnly: false, suspensions: [{ by: 'person', at: Date.now() }] })
        assert.deepEqual(await both(), ['suspended', 'suspended'])
        await change({ suspensions: [] })
      }
    })

    it('is seen also where the record comes back to a text that it had before', async () => {
      const before = await withGrants(pair.one, (grants) => grants.find(grantIdOf(token)))
      await change({ suspensions: [{ by: 'person', at: 1 }] })
      assert.deepEqual(await both(), ['suspended', 'suspended'])
      await change({ suspensions: before?.suspensions ?? [] })
      assert.deepEqual(await both(), ['done', 'done'])
    })

    it('is a new API token, with which the next call is signed; no account at all; and the end', async () => {
      const vaultOf = async <T>(use: (vault: Vault) => Promise<T>) =>
        withStore(pair.one, async (store) =>
          use(await openVault(join(pair.one.folder, 'keys'), store, createLog('silent'))),
        )
      const sub = String(claimsOf(token).sub)
      for (const apiToken of ['another-token-for-tests', 'a-third-token-for-tests', PERSON.apiToken]) {
        await vaultOf((vault) => vault.seal({ realm: 'live', ...PERSON, apiToken }))
        upstream.requests.splice(0)
        assert.deepEqual(await both(), ['done', 'done'])
        const signatures = upstream.requests.map(({ headers }) => headers.authorization)
        const expected = upstream.requests.map(
          ({ headers }) => signedHeaders(PERSON.userId, apiToken, Number(headers.timestamp)).authorization,
        )
        assert.deepEqual(signatures, expected)
        await vaultOf((vault) => vault.removeCredentials(sub))
        assert.deepEqual(await both(), ['401', '401'])
      }
      await vaultOf((vault) => vault.seal({ realm: 'live', ...PERSON }))
      assert.deepEqual(await both(), ['done', 'done'])
      await withGrants(pair.one, (grants) => grants.end(grantIdOf(token)))
      assert.deepEqual(await both(), ['401', '401'])
    })
  })
}
