import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'
import { rawRequest } from './raw-request.ts'

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
