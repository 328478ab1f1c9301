import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import * as v2 from '@modelcontextprotocol/client'
import * as v1 from '@modelcontextprotocol/sdk/client/auth.js'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'
import { rawRequest } from './raw-request.ts'

const RESOURCE_METADATA = '/.well-known/oauth-protected-resource/mcp'
const DOCUMENTS = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']

describe('authorization server metadata, RFC 8414', () => {
  const server = useServer()
  let metadata: Record<string, unknown>
  before(async () => {
    metadata = (await (await fetch(server.origin + DOCUMENTS[0])).json()) as Record<string, unknown>
  })

  it('is one and the same document at both well-known addresses', async () => {
    assert.deepEqual(await (await fetch(server.origin + DOCUMENTS[1])).json(), metadata)
  })

  it('names PUBLIC_URL as the issuer, character by character (§3.3)', () => {
    assert.equal(metadata.issuer, server.origin)
  })

  it('lists all 28 scopes and offline_access', () => {
    assert.equal(ALL_SCOPES.length, 28)
    assert.deepEqual(metadata.scopes_supported, [...ALL_SCOPES, 'offline_access'])
  })

  it('offers the authorization code in the query with S256, and nothing else (OAuth 2.1 §4.1)', () => {
    assert.deepEqual(metadata.response_types_supported, ['code'])
    assert.deepEqual(metadata.response_modes_supported, ['query'])
    assert.deepEqual(metadata.code_challenge_methods_supported, ['S256'])
    assert.deepEqual([...(metadata.grant_types_supported as string[])].sort(), ['authorization_code', 'refresh_token'])
  })

  it('announces iss in authorization responses (RFC 9207 §3)', () => {
    assert.equal(metadata.authorization_response_iss_parameter_supported, true)
  })

  it('lets a public client in, without a secret', () => {
    assert.ok((metadata.token_endpoint_auth_methods_supported as string[]).includes('none'))
  })

  it('says how clients prove who they are at each endpoint: where tokens are described, no way without a proof (§2)', async () => {
    const at = (endpoint: string) => ({
      methods: metadata[`${endpoint}_endpoint_auth_methods_supported`] as string[],
      algorithms: metadata[`${endpoint}_endpoint_auth_signing_alg_values_supported`],
    })
    const atToken = at('token')
    assert.ok(atToken.methods.includes('none'))
    assert.deepEqual(at('revocation'), atToken)
    const proofs = atToken.methods.filter((method) => method !== 'none')
    assert.deepEqual(at('introspection'), { ...atToken, methods: proofs })
  })

  it('says nothing of OpenID Connect but what its readers cannot do without', () => {
    const OF_OPENID =
      /^(acr|amr|claim|display|ui_locales|userinfo|end_session|check_session|frontchannel|backchannel|request_|require_request|id_token|subject)/
    const told = Object.entries(metadata).filter(([name]) => OF_OPENID.test(name))
    assert.deepEqual(Object.fromEntries(told), {
      id_token_signing_alg_values_supported: ['ES256'],
      subject_types_supported: ['public'],
      request_uri_parameter_supported: false, // left out it would mean true
    })
    assert.ok(!(metadata.scopes_supported as string[]).includes('openid'))
  })

  for (const [line, discover] of Object.entries({
    v1: v1.discoverAuthorizationServerMetadata,
    v2: v2.discoverAuthorizationServerMetadata,
  })) {
    it(`is enough for the SDK ${line} where it finds only the document of OpenID Connect`, async () => {
      const fetchFn = async (url: string | URL, init?: RequestInit) =>
        String(url).includes('oauth-authorization-server') ? new Response(null, { status: 404 }) : fetch(url, init)
      const found = await discover(server.origin, { fetchFn })
      assert.equal(found?.token_endpoint, `${server.origin}/token`)
      assert.deepEqual(found?.code_challenge_methods_supported, ['S256'])
    })
  }

  it('may be kept for minutes by whoever likes, keys and protected resource metadata too, and asked for by its tag', async () => {
    const { host } = new URL(server.origin)
    const published = [...DOCUMENTS, '/jwks', '/.well-known/oauth-protected-resource', RESOURCE_METADATA]
    for (const path of published) {
      const first = await fetch(server.origin + path, { headers: { origin: 'https://page.example' } })
      assert.match(first.headers.get('cache-control') ?? '', /^public, max-age=[1-9]\d\d$/, path)
      assert.equal(first.headers.get('access-control-allow-origin'), '*')
      const tag = first.headers.get('etag') ?? ''
      const again = await rawRequest(server.port, path, { host, 'if-none-match': tag })
      assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', tag], path)
      const other = await rawRequest(server.port, path, { host, 'if-none-match': '"another"' })
      assert.deepEqual([other.status, other.text], [200, await first.text()], path)
    }
  })

  it('has another tag where it says something else, as by another name of this machine', async () => {
    const tagAt = async (name: string) =>
      (await rawRequest(server.port, RESOURCE_METADATA, { host: `${name}:${server.port}` })).headers.etag
    assert.notEqual(await tagAt('localhost'), await tagAt('127.0.0.1'))
  })

  it('is kept by nobody where it is not there: no error, no answer to a client', async () => {
    const { client_id } = await register(server)
    const secret = ['no-store', 'no-cache'] // RFC 6749 §5.1, for caches of HTTP/1.0 too
    for (const [path, body] of [
      ['/token', { grant_type: 'refresh_token', refresh_token: 'never-was', client_id }],
      ['/token', {}],
      ['/revoke', { token: 'never-was', client_id }],
      ['/introspect', { token: 'never-was', client_id }],
      ['/par', { client_id }],
      ['/register', {}],
    ] as const) {
      const { headers } = await rawRequest(
        server.port,
        path,
        {},
        path === '/register' ? body : new URLSearchParams(body),
      )
      assert.deepEqual([headers['cache-control'], headers.pragma], secret, path)
    }
    for (const path of [...DOCUMENTS, '/jwks', RESOURCE_METADATA]) {
      const refused = await fetch(server.origin + path, { method: 'POST' })
      assert.ok(refused.status >= 400)
      assert.equal(refused.headers.get('cache-control'), null, path)
    }
  })

  it('names the endpoints by the paths of the contract', () => {
    const { origin } = server
    assert.equal(metadata.authorization_endpoint, `${origin}/authorize`)
    assert.equal(metadata.token_endpoint, `${origin}/token`)
    assert.equal(metadata.registration_endpoint, `${origin}/register`)
    assert.equal(metadata.revocation_endpoint, `${origin}/revoke`)
    assert.equal(metadata.pushed_authorization_request_endpoint, `${origin}/par`)
    assert.equal(metadata.jwks_uri, `${origin}/jwks`)
  })

  for (const path of DOCUMENTS) {
    it(`stays the same whatever Host and X-Forwarded-* say: ${path}`, async () => {
      const headers = {
        host: `127.0.0.1:${server.port}`,
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.example;proto=https',
      }
      const answer = await rawRequest(server.port, path, headers)
      assert.equal(answer.status, 200)
      assert.deepEqual(JSON.parse(answer.text), metadata)
    })
  }

  it('sends a browser to PUBLIC_URL too, whatever Host it came by', async () => {
    const { pathname, search } = new URL(authorizationRequest(server, await register(server)).url)
    const headers = { host: '[::1]:9', 'x-forwarded-host': 'evil.example' }
    const answer = await rawRequest(server.port, pathname + search, headers)
    assert.equal(answer.status, 303)
    assert.equal(new URL(String(answer.headers.location)).origin, server.origin)
  })

  it('is refused under a foreign Host, which a rebound name would send', async () => {
    for (const path of [...DOCUMENTS, '/authorize', '/token', '/']) {
      assert.equal((await rawRequest(server.port, path, { host: 'evil.example' })).status, 403, path)
    }
  })

  it('publishes the signing keys and nothing private (RFC 7517 §8.1.1)', async () => {
    const { keys } = (await (await fetch(`${server.origin}/jwks`)).json()) as { keys: Record<string, string>[] }
    assert.ok(keys.length)
    for (const { kid, kty, crv, alg, use, x, y, ...rest } of keys) {
      assert.deepEqual({ kty, crv, alg, use }, { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' })
      assert.ok(kid && x && y)
      assert.deepEqual(Object.keys(rest), [])
    }
  })
})
