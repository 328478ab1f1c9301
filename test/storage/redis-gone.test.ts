// What people, clients and operators see while Redis is away, and that nobody loses anything by it.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { connect } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest, refresh, register, tokenRequest } from '../support/raw-client.ts'
import type { RawPerson } from '../support/raw-person.ts'
import type { RedisFleet } from '../support/redis-fleet.ts'
import { startSingle } from '../support/redis-fleet.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const WAYS = {
  'is killed, and started again later': ['SIGKILL', (fleet: RedisFleet) => fleet.nodes[0]?.restart()],
  'answers nothing, with its connections open': ['SIGSTOP', (fleet: RedisFleet) => fleet.nodes[0]?.signal('SIGCONT')],
} as const

for (const [way, [signal, bringBack]] of Object.entries(WAYS)) {
  describe(`when Redis ${way}`, () => {
    let fleet: RedisFleet
    let server: TestServer
    let client: Registration
    let person: RawPerson
    let tokens: Tokens
    before(async () => {
      fleet = await startSingle(['appendonly yes', 'appendfsync always'])
      server = await startServer({ REDIS_URL: fleet.url })
      ;({ client, person, tokens } = await connect(server))
      await fleet.nodes[0]?.signal(signal)
    })
    after(async () => {
      await fleet?.nodes[0]?.signal('SIGCONT')
      await server?.stop()
      await fleet?.stop()
    })

    const isAway = async (asked: Promise<Response>) => {
      const response = await asked
      assert.equal(response.status, 503)
      assert.match(response.headers.get('retry-after') ?? '', /^\d+$/)
      return response
    }
    const sayTemporarily = async (asked: Promise<Response>) =>
      assert.equal(((await (await isAway(asked)).json()) as { error: string }).error, 'temporarily_unavailable')

    it('a call, a refresh, a code, a registration and a revocation get 503 and when to come again', async () => {
      await sayTemporarily(rpc(server, tokens.access_token, toolCall('list_projects')))
      await sayTemporarily(refresh(server, client, tokens.refresh_token))
      const code = { grant_type: 'authorization_code', code: 'any', code_verifier: 'any', redirect_uri: 'any' }
      await sayTemporarily(tokenRequest(server, { client_id: client.client_id, ...code }))
      await sayTemporarily(
        fetch(`${server.origin}/register`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ redirect_uris: ['https://new.example/cb'], token_endpoint_auth_method: 'none' }),
        }),
      )
      const body = new URLSearchParams({ client_id: client.client_id, token: tokens.refresh_token })
      await sayTemporarily(fetch(`${server.origin}/revoke`, { method: 'POST', body }))
    })

    it('at /mcp there are only programs, whatever they say that they prefer', async () => {
      const accept = 'text/html, application/json;q=0.9, text/event-stream;q=0.9'
      await sayTemporarily(rpc(server, tokens.access_token, toolCall('list_projects'), { accept }))
    })

    it('a person gets a page that says what to do', async () => {
      const headers = { accept: 'text/html' }
      const { url } = authorizationRequest(server, client)
      const page = await isAway(fetch(url, { headers, redirect: 'manual' }))
      assert.match(await page.text(), /cannot reach its store.*Load this page again/s)
    })

    it('what needs no store is served: home page, metadata, keys, and the challenge for a call without a token', async () => {
      for (const path of [
        '/',
        '/jwks',
        '/.well-known/oauth-protected-resource/mcp',
        '/.well-known/oauth-authorization-server',
      ]) {
        assert.equal((await fetch(server.origin + path)).status, 200, path)
      }
      assert.equal((await rpc(server, '', toolCall('list_projects'))).status, 401)
    })

    it('/readyz fails and /healthz does not', async () => {
      assert.equal((await fetch(`${server.origin}/readyz`)).status, 503)
      assert.equal((await fetch(`${server.origin}/healthz`)).status, 200)
    })

    it('the operator reads that it is gone, and no request fills the log with stack traces', () => {
      assert.match(server.output(), /store is gone|request needs the store/)
      assert.doesNotMatch(server.output(), /"level":50.*"stack"/)
    })

    it('service resumes by itself, and everyone is still signed in', async () => {
      await bringBack(fleet)
      await until('/readyz to recover', async () => (await fetch(`${server.origin}/readyz`)).status === 200)
      assert.equal((await rpc(server, tokens.access_token, toolCall('list_projects'))).status, 200)
      const refreshed = await refresh(server, client, tokens.refresh_token)
      assert.equal(refreshed.status, 200)
      const other = await register(server)
      const place = await person.open(authorizationRequest(server, other).url)
      assert.match(place.html, /name="decision"/) // the consent page, not the sign-in page
    })
  })
}
