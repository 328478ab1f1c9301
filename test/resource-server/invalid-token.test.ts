import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { base64url, decodeJwt, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { GROUPS } from '../../src/scopes.ts'
import { useConnection } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'
import { forge, signingKey } from './forged-token.ts'

describe('a token that is not good here, RFC 6750 §3.1 and RFC 9068 §4', () => {
  const server = useServer()
  const connection = useConnection(server)

  const present = (authorization: string) => rpc(server, '', toolCall('list_projects'), { authorization })
  const answerTo = async (authorization: string) => {
    const response = await present(authorization)
    const { status, headers } = response
    return {
      status,
      challenge: headers.get('www-authenticate'),
      type: headers.get('content-type'),
      body: await response.text(),
    }
  }

  it('is answered with invalid_token, the way in and the scopes to ask for', async () => {
    const { status, challenge, body } = await answerTo('Bearer nonsense')
    assert.equal(status, 401)
    const error_description = 'The access token is not valid here, or not any more.'
    const scope = GROUPS.research.join(' ')
    const metadata = `${server.origin}/.well-known/oauth-protected-resource/mcp`
    assert.equal(
      challenge,
      `Bearer error="invalid_token", error_description="${error_description}", resource_metadata="${metadata}", scope="${scope}"`,
    )
    assert.deepEqual(JSON.parse(body), { error: 'invalid_token', error_description, scope })
  })

  it('would be good if it were only signed by us with the claims of a genuine one', async () => {
    assert.equal((await present(`Bearer ${await forge(server, connection.token)}`)).status, 200)
    const fullType = await forge(server, connection.token, {}, { typ: 'application/at+jwt' }) // the same type, RFC 9068 §4
    assert.equal((await present(`Bearer ${fullType}`)).status, 200)
    assert.equal((await present(`bearer ${connection.token}`)).status, 200) // schemes ignore case, RFC 9110 §11.1
  })

  const past = Math.floor(Date.now() / 1000) - 1
  const part = (value: object) => base64url.encode(JSON.stringify(value))
  const bad: Record<string, () => Promise<string> | string> = {
    'has expired': () => forge(server, connection.token, { exp: past }),
    'never expires': () => forge(server, connection.token, { exp: undefined }),
    'is not valid yet': () => forge(server, connection.token, { nbf: past + 1_000 }),
    'comes from another issuer': () => forge(server, connection.token, { iss: 'https://other.example' }),
    'comes from our issuer spelled with a slash': () => forge(server, connection.token, { iss: `${server.origin}/` }),
    'was issued for another resource': () => forge(server, connection.token, { aud: 'https://other.example/mcp' }),
    'was issued for our origin, not our resource': () => forge(server, connection.token, { aud: server.origin }),
    'names no audience': () => forge(server, connection.token, { aud: undefined }),
    'is a JWT of another type': () => forge(server, connection.token, {}, { typ: 'JWT' }),
    'is a logout token by type': () => forge(server, connection.token, {}, { typ: 'logout+jwt' }),
    'names no grant': () => forge(server, connection.token, { grant_id: undefined }),
    'names a grant that never was': () => forge(server, connection.token, { grant_id: 'nonsense' }),
    'names no subject': () => forge(server, connection.token, { sub: undefined }),
    'names no client': () => forge(server, connection.token, { client_id: undefined }),
    'is for another account than its grant': () => forge(server, connection.token, { sub: 'somebody-else' }),
    'is for another client than its grant': () => forge(server, connection.token, { client_id: 'another-client' }),
    'has no signature (alg none)': () => `${part({ alg: 'none', typ: 'at+jwt' })}.${connection.token.split('.')[1]}.`,
    'says that it needs no signature': () =>
      `${part({ alg: 'none', typ: 'at+jwt' })}.${connection.token.split('.').slice(1).join('.')}`,
    'is signed by HMAC with our public key for a secret': () => {
      const { d: _private, ...publicKey } = signingKey(server)
      return new SignJWT(decodeJwt(connection.token))
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: publicKey.kid ?? '' })
        .sign(new TextEncoder().encode(JSON.stringify(publicKey)))
    },
    'is signed by a key that we do not have': async () => {
      const key = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)
      return forge(server, connection.token, {}, {}, { ...key, kid: 'unknown' })
    },
    'is signed by another key under the name of ours': async () => {
      const key = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)
      return forge(server, connection.token, {}, {}, { ...key, kid: signingKey(server).kid ?? '' })
    },
    'brings its own key along': async () => {
      const pair = await generateKeyPair('ES256', { extractable: true })
      const jwk = await exportJWK(pair.publicKey)
      return forge(server, connection.token, {}, { jwk }, { ...(await exportJWK(pair.privateKey)), kid: 'own' })
    },
    'has its claims changed after signing': () => {
      const [header, claims, signature] = connection.token.split('.')
      return `${header}.${claims?.slice(0, -2)}AA.${signature}`
    },
    'carries an extension that nobody here understands (RFC 7515 §4.1.11)': async () =>
      new SignJWT(decodeJwt(connection.token))
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', crit: ['urn:example'], 'urn:example': true })
        .sign(await importJWK(signingKey(server)), { crit: { 'urn:example': true } }),
    'is a refresh token': () => connection.tokens.refresh_token,
    'is empty of meaning': () => '..',
    'is long': () => 'x'.repeat(8_000),
  }

  for (const [fault, make] of Object.entries(bad)) {
    it(`is not told apart from any other bad token when it ${fault}`, async () => {
      assert.deepEqual(await answerTo(`Bearer ${await make()}`), await answerTo('Bearer nonsense'))
    })
  }

  for (const authorization of ['Bearer', 'Bearer a b', 'bearer  ']) {
    it(`is not told apart from one that is no token at all: "${authorization}"`, async () => {
      assert.deepEqual(await answerTo(authorization), await answerTo('Bearer nonsense'))
    })
  }

  it('is refused whatever the method, so that a probe without a body learns nothing either', async () => {
    for (const method of ['GET', 'DELETE', 'PUT', 'OPTIONS']) {
      const response = await fetch(server.mcp, { method, headers: { authorization: 'Bearer nonsense' } })
      assert.equal(response.status, 401)
      assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
    }
  })

  it('becomes one after an hour, also when it was good a moment before', async () => {
    await server.advance(3_590)
    assert.equal((await present(`Bearer ${connection.token}`)).status, 200)
    await server.advance(11)
    assert.deepEqual(await answerTo(`Bearer ${connection.token}`), await answerTo('Bearer nonsense'))
  })
})
