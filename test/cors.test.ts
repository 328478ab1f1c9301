import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KEYS } from '../src/storage/keys.ts'
import { put } from '../src/storage/store.ts'
import { connect, useConnection } from './support/connection.ts'
import { rpc, toolCall } from './support/mcp-requests.ts'
import { useServer } from './support/server.ts'
import { withStore } from './support/stored.ts'

const PAGE = 'https://client.example'
const SENT = [
  'Authorization',
  'Content-Type',
  'Accept',
  'MCP-Protocol-Version',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Session-Id',
  'Last-Event-ID',
]
const READ = ['WWW-Authenticate', 'Mcp-Session-Id', 'MCP-Protocol-Version', 'Retry-After']

const list = (value: string | null) => (value ?? '').toLowerCase().split(/,\s*/)
const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase())

/** What a browser looks at before it hands an answer to a page. */
function assertReadable(response: Response, origin: string, what: string) {
  assert.equal(response.headers.get('access-control-allow-origin'), origin, what)
  assert.equal(response.headers.get('access-control-allow-credentials'), null, what)
  const exposed = list(response.headers.get('access-control-expose-headers'))
  for (const name of lower(READ)) assert.ok(exposed.includes(name), `${what}: ${name}`)
}

async function assertPreflight(url: string, method: string, origin: string) {
  const response = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin: PAGE,
      'access-control-request-method': method,
      'access-control-request-headers': lower(SENT).join(','),
    },
  })
  assert.equal(response.status, 204, url)
  assert.equal(response.headers.get('access-control-allow-origin'), origin, url)
  assert.equal(response.headers.get('access-control-allow-credentials'), null, url)
  assert.ok(list(response.headers.get('access-control-allow-methods')).includes(method.toLowerCase()), url)
  const allowed = list(response.headers.get('access-control-allow-headers'))
  for (const name of lower(SENT)) assert.ok(allowed.includes(name), `${url}: ${name}`)
}

describe('a client in a web page of any origin (Fetch §3.3)', () => {
  const server = useServer()

  const METADATA = [
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/jwks',
  ]
  const ENDPOINTS = ['/register', '/token', '/revoke', '/introspect', '/par']
  const get = (path: string) => fetch(`${server.origin}${path}`, { headers: { origin: PAGE } })
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${server.origin}${path}`, {
      method: 'POST',
      headers: { origin: PAGE, ...(path === '/register' ? { 'content-type': 'application/json' } : {}), ...headers },
      body: path === '/register' ? JSON.stringify(body) : new URLSearchParams(body as Record<string, string>),
    })
  const CLIENT = { redirect_uris: [`${PAGE}/cb`], token_endpoint_auth_method: 'none' }

  for (const path of METADATA) {
    it(`reads ${path}`, async () => {
      const response = await get(path)
      assert.equal(response.status, 200)
      assertReadable(response, '*', path)
      await assertPreflight(`${server.origin}${path}`, 'GET', '*')
    })
  }

  for (const path of ENDPOINTS) {
    it(`may ask before it posts to ${path}`, () => assertPreflight(`${server.origin}${path}`, 'POST', '*'))
  }

  it('registers, and reads why not', async () => {
    const accepted = await post('/register', CLIENT)
    assert.equal(accepted.status, 201)
    assertReadable(accepted, '*', '201')
    const refused = await post('/register', { ...CLIENT, redirect_uris: [] })
    assert.equal(refused.status, 400)
    assertReadable(refused, '*', '400')
  })

  it('uses the other endpoints, and reads what they refuse', async () => {
    const { client_id } = (await (await post('/register', CLIENT)).json()) as { client_id: string }
    for (const [path, body, status] of [
      ['/token', { grant_type: 'refresh_token', refresh_token: 'x', client_id }, 400],
      ['/token', { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'gone' }, 401],
      ['/revoke', { token: 'x', client_id }, 200],
      ['/revoke', { token: 'x', client_id: 'gone' }, 401],
      ['/introspect', { token: 'x', client_id }, 401],
      ['/introspect', { token: 'x', client_id: 'gone' }, 401],
      ['/par', { client_id }, 400],
      ['/par', { client_id: 'gone' }, 401],
    ] as const) {
      const response = await post(path, body)
      assert.equal(response.status, status, path)
      assertReadable(response, '*', `${path} ${status}`)
    }
  })

  it('gets its tokens', async () => {
    const { client, tokens } = await connect(server)
    const body = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: client.client_id }
    const response = await post('/token', body)
    assert.equal(response.status, 200)
    assertReadable(response, '*', '200')
  })

  it('reads that it came too often', async () => {
    await withStore(server, async (store) => {
      for (const what of ['registration', 'par']) {
        for (const address of ['127.0.0.1', '0:0:0:0::/64']) await put(store, KEYS.attempts(what, address), '3000', 60)
      }
    })
    for (const [path, body] of [
      ['/register', { ...CLIENT, client_name: 'one too many' }],
      ['/par', { client_id: 'x' }],
    ] as const) {
      const response = await post(path, body)
      assert.equal(response.status, 429, path)
      assertReadable(response, '*', path)
    }
  })

  it('has no business with our pages', async () => {
    for (const path of ['/', '/authorize', '/interaction/x']) {
      assert.equal((await get(path)).headers.get('access-control-allow-origin'), null, path)
    }
  })
})

describe('/mcp for a page from ALLOWED_ORIGINS', () => {
  const server = useServer({ ALLOWED_ORIGINS: PAGE })
  const connection = useConnection(server, { allow: ['qc:account:read'] })

  it('answers its preflight', async () => {
    for (const method of ['POST', 'GET', 'DELETE']) await assertPreflight(server.mcp, method, PAGE)
  })

  it('can be read, whatever the answer', async () => {
    const origin = { origin: PAGE }
    const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const bearer = { ...origin, ...json, authorization: `Bearer ${connection.token}` }
    const send = (headers: Record<string, string>, body?: string, method = 'POST') =>
      fetch(server.mcp, { method, headers, ...(body === undefined ? {} : { body }) })
    for (const [status, response] of [
      [200, await rpc(server, connection.token, toolCall('read_account'), origin)],
      [401, await rpc(server, '', toolCall('read_account'), origin)],
      [401, await rpc(server, 'nonsense', toolCall('read_account'), origin)],
      [403, await rpc(server, connection.token, toolCall('create_project', { name: 'x', language: 'Py' }), origin)],
      [400, await send(bearer, '{')],
      [415, await send({ ...bearer, 'content-type': 'text/plain' }, '{}')],
      [405, await send(bearer, undefined, 'GET')],
      [405, await send(bearer, undefined, 'PUT')],
    ] as const) {
      assert.equal(response.status, status)
      assertReadable(response, PAGE, String(status))
      await response.body?.cancel()
    }
  })

  it('tells it the way in', async () => {
    const response = await rpc(server, '', toolCall('read_account'), { origin: PAGE })
    assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer resource_metadata=/)
  })

  it('is closed to every other page', async () => {
    const response = await rpc(server, connection.token, toolCall('read_account'), { origin: 'https://evil.example' })
    assert.equal(response.status, 403)
    assert.equal(response.headers.get('access-control-allow-origin'), null)
  })
})
