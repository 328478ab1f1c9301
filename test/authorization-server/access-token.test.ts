import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { claimsOf, headerOf } from '../support/access-token.ts'
import { ALICE, BOB } from '../support/accounts.ts'
import { connectAs, signedIn } from '../support/connection.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { refresh } from '../support/raw-client.ts'
import type { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

describe('access token, RFC 9068', () => {
  const server = useServer()
  let alice: RawPerson
  let client: Registration
  let tokens: Tokens
  before(async () => {
    alice = await signedIn(server, ALICE)
    const parameters = { scope: 'qc:account:read qc:projects:read' }
    ;({ client, tokens } = await connectAs(alice, { parameters, allow: ['qc:projects:read', 'qc:account:read'] }))
  })

  it('is a JWT of type at+jwt, signed with ES256 by a published key (§2.1)', async () => {
    const { alg, typ, kid } = headerOf(tokens.access_token)
    assert.deepEqual({ alg, typ }, { alg: 'ES256', typ: 'at+jwt' })
    const jwks = (await (await fetch(`${server.origin}/jwks`)).json()) as JSONWebKeySet
    assert.ok(jwks.keys.some((key) => key.kid === kid))
    await jwtVerify(tokens.access_token, createLocalJWKSet(jwks))
  })

  it('lives for one hour', () => {
    const { iat, exp } = claimsOf(tokens.access_token)
    assert.equal(Number(exp) - Number(iat), 3600)
    assert.equal(tokens.expires_in, 3600)
    assert.equal(tokens.token_type, 'Bearer')
  })

  it('names issuer, client, scope, and the one resource as a plain string (§2.2)', () => {
    const { iss, aud, client_id, scope, jti } = claimsOf(tokens.access_token)
    assert.equal(iss, server.origin)
    assert.equal(aud, `${server.origin}/mcp`)
    assert.equal(client_id, client.client_id)
    assert.equal(scope, 'qc:account:read qc:projects:read')
    assert.equal(tokens.scope, scope)
    assert.ok(jti)
  })

  it('carries nothing else about a person than the opaque sub', () => {
    const names = ['aud', 'auth_gen', 'auth_id', 'client_id', 'exp', 'grant_id', 'iat', 'iss', 'jti', 'scope', 'sub']
    assert.deepEqual(Object.keys(claimsOf(tokens.access_token)).sort(), names)
  })

  it('holds neither the QuantConnect user id nor the API token, in no encoding', () => {
    const { userId, apiToken } = ALICE
    const seen = JSON.stringify([headerOf(tokens.access_token), claimsOf(tokens.access_token), tokens])
    for (const secret of [userId, apiToken]) {
      for (const form of [secret, Buffer.from(secret).toString('base64url'), Buffer.from(secret).toString('hex')]) {
        assert.equal(seen.includes(form), false)
      }
    }
  })

  it('has the same sub for the same person, by whatever client and browser, and after a refresh', async () => {
    const { sub } = claimsOf(tokens.access_token)
    const again = await connectAs(await signedIn(server, ALICE))
    assert.equal(claimsOf(again.tokens.access_token).sub, sub)
    const refreshed = (await (await refresh(server, client, tokens.refresh_token)).json()) as Tokens
    assert.equal(claimsOf(refreshed.access_token).sub, sub)
  })

  it('has the same sub whether the person typed the account or used the sandbox button', async () => {
    const person = await signedIn(server)
    assert.equal(claimsOf((await connectAs(person)).tokens.access_token).sub, claimsOf(tokens.access_token).sub)
  })

  it('has another sub for another person', async () => {
    const { tokens: other } = await connectAs(await signedIn(server, BOB))
    assert.notEqual(claimsOf(other.access_token).sub, claimsOf(tokens.access_token).sub)
  })

  it('is never kept by a cache on its way (RFC 6749 §5.1)', async () => {
    const { client, tokens } = await connectAs(alice)
    const response = await refresh(server, client, tokens.refresh_token)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.equal(response.headers.get('pragma'), 'no-cache')
  })
})
