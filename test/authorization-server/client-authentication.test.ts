// Who a client is, at the endpoints where it speaks for itself: what proves it, and what only comes along.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import * as v2 from '@modelcontextprotocol/client'
import * as v1 from '@modelcontextprotocol/sdk/client/auth.js'
import { createFetchWithInit } from '@modelcontextprotocol/sdk/shared/transport.js'
import { assertionBy, newKey } from '../support/client-assertion.ts'
import { useSignedIn } from '../support/connection.ts'
import { DOCUMENTS } from '../support/known-clients.ts'
import type { Registration } from '../support/raw-client.ts'
import { refusal, register } from '../support/raw-client.ts'
import { noteSecrets } from '../support/secrets.ts'
import { useWeb } from '../support/web.ts'

const REDIRECT = 'http://127.0.0.1:4567/callback'

/** What each endpoint is asked, and what it answers to a client that it knows. */
const ENDPOINTS = {
  '/token': [{ grant_type: 'refresh_token', refresh_token: 'never-was' }, 400],
  '/revoke': [{ token: 'never-was' }, 200],
  '/introspect': [{ token: 'never-was' }, 200],
  '/par': [
    {
      response_type: 'code',
      redirect_uri: REDIRECT,
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    },
    201,
  ],
} as const
type Path = keyof typeof ENDPOINTS
const PATHS = Object.keys(ENDPOINTS) as Path[]

describe('client authentication, RFC 6749 §2.3', () => {
  const { server } = useWeb()
  const person = useSignedIn(server)

  const ask = (path: Path, who: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(server.origin + path, {
      method: 'POST',
      headers: { accept: 'application/json', ...headers },
      body: new URLSearchParams({ ...ENDPOINTS[path][0], ...who }),
    })
  const basic = (id: string, secret: string) => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` })
  const withSecret = async () => {
    const { client_id, client_secret = '' } = await register(server, {
      token_endpoint_auth_method: 'client_secret_post',
    })
    return { client_id, client_secret }
  }

  for (const [line, sdk] of Object.entries({ v1, v2 })) {
    it(`lets the SDK ${line} get and refresh its tokens while its transport sends the header of /mcp everywhere`, async () => {
      const fetchFn = createFetchWithInit(fetch, { headers: { Authorization: 'Bearer of-the-resource' } })
      const metadata = await v2.discoverAuthorizationServerMetadata(server.origin, { fetchFn })
      const clientInformation = await sdk.registerClient(server.origin, {
        ...(metadata ? { metadata } : {}),
        clientMetadata: {
          client_name: `SDK ${line}`,
          redirect_uris: [REDIRECT],
          token_endpoint_auth_method: 'none',
        },
        fetchFn,
      })
      const common = { ...(metadata ? { metadata } : {}), clientInformation, fetchFn }
      const { authorizationUrl, codeVerifier } = await sdk.startAuthorization(server.origin, {
        ...common,
        redirectUrl: REDIRECT,
      })
      const { url } = await person.allow(authorizationUrl.href)
      const { code: authorizationCode = '', iss = '' } = Object.fromEntries(url.searchParams)
      const tokens = await sdk.exchangeAuthorization(server.origin, {
        ...common,
        authorizationCode,
        iss,
        codeVerifier,
        redirectUri: REDIRECT,
      })
      const refreshToken = tokens.refresh_token ?? ''
      const next = await sdk.refreshAuthorization(server.origin, { ...common, refreshToken })
      for (const { access_token, refresh_token } of [tokens, next]) noteSecrets({ access_token, refresh_token })
      assert.notEqual(next.refresh_token, refreshToken)
    })
  }

  for (const authorization of [
    'Bearer of-the-resource',
    'bearer',
    'DPoP abc.def.ghi',
    'Negotiate YII=',
    'Digest username="x"',
    'Basically abc',
    'nonsense',
    '',
  ]) {
    it(`takes no notice of an Authorization header that is not Basic: ${authorization || 'an empty one'}`, async () => {
      const open = { client_id: (await register(server)).client_id }
      const secret = await withSecret()
      for (const path of PATHS) {
        for (const who of path === '/introspect' ? [secret] : [open, secret]) {
          assert.equal((await ask(path, who, { authorization })).status, ENDPOINTS[path][1], path)
        }
        const wrong = await ask(path, { ...secret, client_secret: 'wrong' }, { authorization })
        assert.equal(await refusal(wrong), '401 invalid_client', path)
      }
    })
  }

  for (const credentials of ['', ' ', ' !', ` ${btoa('no-colon')}`, ` ${btoa('%:%')}`, ` ${btoa(':')}`, ' a b']) {
    it(`refuses a Basic header that cannot be read, whoever the body names: "Basic${credentials}"`, async () => {
      const { client_id } = await register(server)
      for (const path of PATHS) {
        const refused = await ask(path, { client_id }, { authorization: `Basic${credentials}` })
        assert.equal(await refusal(refused), '400 invalid_request', path)
      }
    })
  }

  it('takes a secret by Basic, and says in the header too that it is wrong (§5.2)', async () => {
    const { client_id, client_secret } = await withSecret()
    for (const path of PATHS) {
      const inRequest: Record<string, string> = path === '/par' ? { client_id } : {} // which RFC 9126 §2.1 wants there
      assert.equal((await ask(path, inRequest, basic(client_id, client_secret))).status, ENDPOINTS[path][1], path)
      const refused = await ask(path, inRequest, basic(client_id, 'wrong'))
      assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic /)
      assert.equal(await refusal(refused), '401 invalid_client', path)
    }
  })

  it('says in the header too that nobody is known by that name, whatever the name is like (§5.2)', async () => {
    for (const path of PATHS) {
      for (const id of ['gone', 'x'.repeat(22), 'https://app.example/gone.json']) {
        const refused = await ask(path, {}, basic(encodeURIComponent(id), 'x'))
        if (refused.status === 401) assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic realm="/, id)
        else assert.equal(id, 'https://app.example/gone.json')
      }
    }
  })

  /** What public clients send that proves nothing. */
  const BESIDE: Record<string, (id: string) => [who: Record<string, string>, headers?: Record<string, string>]> = {
    'a secret': (id) => [{ client_id: id, client_secret: 'of-another' }],
    'an empty secret': (id) => [{ client_id: id, client_secret: '' }],
    'Basic with an empty secret': (id) => [{}, basic(encodeURIComponent(id), '')],
    'Basic with some secret, and its id': (id) => [{ client_id: id }, basic(encodeURIComponent(id), 'undefined')],
    'an attestation': (id) => [
      { client_id: id },
      { 'oauth-client-attestation': 'e30.e30.', 'oauth-client-attestation-pop': 'e30.e30.' },
    ],
  }
  for (const [what, send] of Object.entries(BESIDE)) {
    it(`knows a public client that sends ${what}, registered or with a document`, async () => {
      for (const id of [(await register(server)).client_id, DOCUMENTS['Claude Code'].client_id]) {
        for (const path of ['/token', '/revoke'] as const) {
          assert.equal((await ask(path, ...send(id))).status, ENDPOINTS[path][1], `${path} ${id}`)
        }
      }
      const { client_id } = await register(server)
      assert.equal((await ask('/par', ...send(client_id))).status, 201)
    })
  }

  it('tells a public client with an assertion what is wrong, and not that it is unknown', async () => {
    const { client_id } = await register(server)
    const proof = await assertionBy(await newKey(), client_id, server.origin)
    for (const path of ['/token', '/revoke', '/par'] as const)
      assert.equal(await refusal(await ask(path, proof)), '400 invalid_request', path)
  })

  it('takes no client for another because of what comes along', async () => {
    const { client_id } = await register(server)
    const other = await register(server)
    for (const path of PATHS) {
      const refused = await ask(path, { client_id }, basic(other.client_id, ''))
      assert.equal(await refusal(refused), '400 invalid_request', path)
    }
    const { client_id: secretive } = await withSecret()
    for (const path of PATHS)
      assert.equal(await refusal(await ask(path, { client_id: secretive })), '401 invalid_client')
  })

  for (const [what, who] of Object.entries({
    'nothing at all': {},
    'an empty client_id': { client_id: '' },
    'a secret without saying whose': { client_secret: 'x' },
  })) {
    it(`says invalid_client with 401 to a request with ${what} (§5.2)`, async () => {
      for (const path of PATHS) {
        assert.equal(await refusal(await ask(path, who)), '401 invalid_client', path)
        assert.equal(await refusal(await ask(path, who, { authorization: 'Bearer x' })), '401 invalid_client', path)
      }
    })
  }

  it('says invalid_request to a known client whose body cannot be read: packed, or not said to be a form', async () => {
    const { client_id } = await register(server)
    for (const path of PATHS) {
      const body = Buffer.from(`${new URLSearchParams({ ...ENDPOINTS[path][0], client_id })}`)
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      for (const [headers, sent] of [
        [{ ...form, 'content-encoding': 'gzip' }, gzipSync(body)],
        [{ 'content-type': 'text/plain' }, body],
        [{ 'content-type': 'application/json' }, JSON.stringify({ client_id })],
        [{}, body],
      ] as const) {
        const refused = await fetch(server.origin + path, { method: 'POST', headers, body: sent })
        assert.equal(await refusal(refused), '400 invalid_request', `${path} ${JSON.stringify(headers)}`)
      }
      const nothing = await fetch(server.origin + path, { method: 'POST' })
      assert.equal(await refusal(nothing), '401 invalid_client', path)
    }
  })

  it('says invalid_request to one that names its client twice (§3.2)', async () => {
    const { client_id } = await register(server)
    for (const path of PATHS) {
      const body = new URLSearchParams({ ...ENDPOINTS[path][0], client_id })
      body.append('client_id', client_id)
      const refused = await fetch(server.origin + path, { method: 'POST', body })
      assert.equal(await refusal(refused), '400 invalid_request', path)
    }
  })

  it('has whoever introspects prove who they are: by a secret, by a key, never by an id that anybody knows (RFC 7662 §2.1)', async () => {
    const key = await newKey()
    const keyed: Registration = await register(server, {
      redirect_uris: ['https://app.example/cb'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.jwk] },
    })
    const proof = await assertionBy(key, keyed.client_id, server.origin)
    for (const who of [await withSecret(), proof]) assert.equal((await ask('/introspect', who)).status, 200)
    for (const client_id of [(await register(server)).client_id, DOCUMENTS['Claude Code'].client_id]) {
      for (const token of ['never-was', 'eyJhbGciOiJub25lIn0.e30.x']) {
        assert.equal(await refusal(await ask('/introspect', { client_id, token })), '401 invalid_client')
      }
    }
  })
})
