// What no client or browser sends, and a stranger may: members of another type, bodies that cannot be unpacked. None of it is a
// fault of this server, so nothing answers 5xx: a client hears an OAuth error, a person sees a page.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { useConnection } from '../support/connection.ts'
import { refusal } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

/** An object that throws where it is put into words. */
const UNSPEAKABLE = { toString: 1, valueOf: 1 }
const OTHER_TYPES = [UNSPEAKABLE, [UNSPEAKABLE], [[['x']]], 5, true, { length: -1 }, [null, UNSPEAKABLE]]
const FORM = 'application/x-www-form-urlencoded'

describe('strange input', () => {
  const server = useServer()
  const connection = useConnection(server)
  const post = (path: string, body: string | Buffer<ArrayBuffer>, headers: Record<string, string>) =>
    fetch(`${server.origin}${path}`, { method: 'POST', body, headers, redirect: 'manual' })
  const register = (body: string) => post('/register', body, { 'content-type': 'application/json' })
  const registration = (metadata: object) =>
    register(JSON.stringify({ redirect_uris: ['https://a.example/cb'], ...metadata }))
  const KEYED = { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://a.example/jwks' }

  describe('in a registration is invalid_client_metadata, RFC 7591 §3.2.2:', () => {
    for (const [name, rest] of [
      ['token_endpoint_auth_signing_alg', KEYED],
      ['client_name', {}],
      ['grant_types', {}],
      ['response_types', {}],
      ['jwks_uri', { token_endpoint_auth_method: 'private_key_jwt' }],
      ['jwks', { token_endpoint_auth_method: 'private_key_jwt' }],
      ['require_pushed_authorization_requests', {}],
    ] as const) {
      it(`${name} of another type`, async () => {
        const values = name === 'require_pushed_authorization_requests' ? [UNSPEAKABLE, 5, 'yes'] : OTHER_TYPES
        for (const value of values) {
          const answer = await refusal(await registration({ ...rest, [name]: value }))
          assert.equal(answer, '400 invalid_client_metadata', JSON.stringify(value))
        }
      })
    }

    it('contacts that are objects', async () => {
      for (const contacts of [[UNSPEAKABLE], ['a@b.example', {}], [['a@b.example']], UNSPEAKABLE, 5]) {
        const answer = await refusal(await registration({ contacts }))
        assert.equal(answer, '400 invalid_client_metadata', JSON.stringify(contacts))
      }
    })
  })

  it('in a way back, an auth method or what it shows of itself is left out of a registration like every other that is not usable', async () => {
    const redirect_uris = [UNSPEAKABLE, 5, null, ['https://b.example/cb'], 'https://a.example/cb']
    for (const value of OTHER_TYPES) {
      const answer = await registration({
        redirect_uris,
        client_uri: value,
        logo_uri: value,
        scope: value,
        token_endpoint_auth_method: value,
      })
      assert.equal(answer.status, 201, JSON.stringify(value))
      assert.deepEqual(((await answer.json()) as { redirect_uris: string[] }).redirect_uris, ['https://a.example/cb'])
    }
  })

  for (const member of ['__proto__', 'constructor', 'then', 'toString', 'client_id']) {
    it(`as a registration’s member ${member} means nothing`, async () => {
      const body = `{"redirect_uris":["https://a.example/cb"],"${member}":{"toString":1,"redirect_uris":[]}}`
      assert.equal((await register(body)).status, 201)
    })
  }

  const broken = {
    'gzip that is none': ['gzip', 'no gzip'],
    'gzip that is cut short': ['gzip', gzipSync('csrf=x'.repeat(99)).subarray(0, 20)],
    'deflate that is none': ['deflate', 'no deflate'],
    'deflate that is cut short': ['deflate', deflateSync('csrf=x'.repeat(99)).subarray(0, 8)],
    'br that is none': ['br', 'no brotli'],
    'br that is cut short': ['br', brotliCompressSync('csrf=x'.repeat(99)).subarray(0, 8)],
  } as const
  const FORMS = [
    '/interaction/x',
    '/interaction/x/switch-account',
    '/account/sign-in',
    '/account/stop',
    '/account/delete',
    '/account/token',
    '/account/passkeys',
    '/account/connections/x',
  ]
  for (const [what, [encoding, body]] of Object.entries(broken)) {
    it(`in a form, ${what}: a page with 400`, async () => {
      for (const path of FORMS) {
        const page = await post(path, body, { 'content-type': FORM, 'content-encoding': encoding })
        assert.equal(page.status, 400, path)
        assert.match(await page.text(), /data-page="problem"[\s\S]*cannot be read, so nothing was changed/, path)
      }
    })

    it(`sent to a client’s endpoint, ${what}: an OAuth error with 400`, async () => {
      for (const path of ['/register', '/token', '/par', '/revoke', '/introspect']) {
        const type = path === '/register' ? 'application/json' : FORM
        const answer = await post(path, body, { 'content-type': type, 'content-encoding': encoding })
        assert.match(await refusal(answer), /^400 invalid_(request|client)$/, path)
      }
    })
  }

  it('in a form, an encoding that nobody knows: a page with 415', async () => {
    const page = await post('/account/sign-in', 'csrf=x', { 'content-type': FORM, 'content-encoding': 'rot13' })
    assert.equal(page.status, 415)
    assert.match(await page.text(), /data-page="problem"/)
  })

  it('in a form, more than it can hold, unpacked too: a page with 413', async () => {
    for (const [body, headers] of [
      ['a'.repeat(40_000), {}],
      [gzipSync('a'.repeat(4_000_000)), { 'content-encoding': 'gzip' }],
    ] as const) {
      const page = await post('/account/sign-in', body, { 'content-type': FORM, ...headers })
      assert.equal(page.status, 413)
      assert.match(await page.text(), /data-page="problem"/)
    }
  })

  it('of another charset or type, or malformed, is never a fault of ours', async () => {
    const bodies = ['a=%&b=%zz&%=1&csrf=%FF%FE', 'a[b][c]=1&__proto__[x]=1&a[99999]=1', '\0=\0', '--x\r\nbroken', '']
    const types = [FORM, `${FORM}; charset=utf-7`, 'multipart/form-data; boundary=x', '/']
    for (const path of [
      '/interaction/x',
      '/account/sign-in',
      '/register',
      '/token',
      '/par',
      '/revoke',
      '/introspect',
      '/authorize',
      '/mcp',
    ]) {
      for (const type of types) {
        const answers = await Promise.all(bodies.map((body) => post(path, body, { 'content-type': type })))
        for (const { status } of answers) assert.ok(status >= 300 && status < 500, `${path} ${type}: ${status}`)
      }
    }
  })

  it('at /mcp, what cannot be unpacked: a parse error with 400 (JSON-RPC 2.0 §5.1)', async () => {
    for (const [encoding, body] of Object.values(broken)) {
      const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
      const answer = await post('/mcp', body, { ...headers, authorization: `Bearer ${connection.token}` })
      assert.equal(answer.status, 400)
      assert.equal(((await answer.json()) as { error: { code: number } }).error.code, -32700)
    }
  })

  it('in a query, a header or a cookie is never a fault of ours', async () => {
    const paths = [
      '/',
      '/authorize',
      '/authorize/x',
      '/interaction/x',
      '/account',
      '/account/activity.csv',
      '/mcp',
      '/jwks',
    ]
    const queries = [
      '?client_id[]=1&a[b]=2',
      '?%',
      '?client_id=%FF',
      '?__proto__=1',
      '?page=1e999',
      `?${'a=1&'.repeat(2000)}`,
    ]
    const odd: Record<string, string>[] = [
      { cookie: 'qcgate-session=%; qcgate-session.sig=%' },
      { cookie: '__proto__=1; =;;' },
      { cookie: `qcgate-interaction=${'a'.repeat(5000)}` },
      { accept: '*/*;q=none,,' },
      { authorization: `Basic ${Buffer.from('%:%').toString('base64')}` },
      { authorization: `Bearer ${'a.'.repeat(3000)}` },
      { origin: 'http://[', 'x-forwarded-for': ', nobody', 'if-none-match': '"' },
    ]
    for (const path of paths) {
      const asked = [...queries.map((query) => [query, {}] as const), ...odd.map((headers) => ['', headers] as const)]
      const answers = asked.map(([query, headers]) =>
        fetch(`${server.origin}${path}${query}`, { headers, redirect: 'manual' }),
      )
      for (const { status, url } of await Promise.all(answers)) assert.ok(status < 500, `${url}: ${status}`)
    }
  })
})
