import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { ClientKey } from '../support/client-assertion.ts'
import { assertionBy, newKey } from '../support/client-assertion.ts'
import { signedIn } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { Tokens } from '../support/raw-client.ts'
import { authorizationRequest, redemption, refusal, register, tokenRequest } from '../support/raw-client.ts'
import type { RawPerson } from '../support/raw-person.ts'
import { PUBLIC_ADDRESS, useWeb } from '../support/web.ts'

const CHATGPT = 'https://chatgpt.com/oauth/client.json'
const JWKS = 'https://chatgpt.com/oauth/jwks.json'
const REDIRECT = 'https://chatgpt.com/connector_platform_oauth_redirect'
const DAY = 24 * 60 * 60

describe('a client that proves itself with a key, private_key_jwt (RFC 7523 §2.2), as ChatGPT does', () => {
  const { server, web } = useWeb({ 'app.example': [[PUBLIC_ADDRESS]] }) // chatgpt.com answers 403 but for what is served
  let person: RawPerson
  let key: ClientKey
  before(async () => {
    person = await signedIn(server)
    key = await newKey('RS256')
    web.serve(JWKS, { keys: [key.jwk] })
  })

  /** A code, and the request that redeems it but for the proof of who redeems. */
  async function code(client_id = CHATGPT, redirect = REDIRECT) {
    const request = authorizationRequest(server, { client_id, redirect_uris: [redirect] })
    const { url } = await person.allow(request.url)
    return redemption(request, { url })
  }
  let ahead = 0
  const prove = (client_id = CHATGPT, by = key, aud = server.origin) =>
    assertionBy(by, client_id, aud, crypto.randomUUID(), { ahead })
  const redeemed = async (response: Response) => {
    assert.equal(response.status, 200, await response.clone().text())
    return (await response.json()) as Tokens
  }

  it('connects and refreshes, with the issuer as audience and with the token endpoint', async () => {
    const tokens = await redeemed(await tokenRequest(server, { ...(await code()), ...(await prove()) }))
    assert.equal((await rpc(server, tokens.access_token, toolCall('list_projects'))).status, 200)
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    const proof = await prove(CHATGPT, key, `${server.origin}/token`)
    const next = await redeemed(await tokenRequest(server, { ...refresh, ...proof }))
    assert.equal((await rpc(server, next.access_token, toolCall('list_projects'))).status, 200)
  })

  it('says in its own document which ways it supports, and that is no obstacle', async () => {
    const client_id = 'https://app.example/like-chatgpt.json'
    web.serve(client_id, {
      client_id,
      client_name: 'Like ChatGPT',
      redirect_uris: ['https://app.example/cb'],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      token_endpoint_auth_signing_alg: 'RS256',
      jwks_uri: JWKS,
    })
    const proof = await prove(client_id)
    await redeemed(await tokenRequest(server, { ...(await code(client_id, 'https://app.example/cb')), ...proof }))
  })

  for (const alg of ['ES256', 'ES384', 'PS256', 'EdDSA']) {
    it(`may sign with ${alg}`, async () => {
      const other = await newKey(alg)
      const client_id = `https://app.example/${alg}.json`
      const redirect_uris = ['https://app.example/cb']
      web.serve(client_id, { client_id, redirect_uris, jwks: { keys: [other.jwk] } })
      const proof = await prove(client_id, other)
      await redeemed(await tokenRequest(server, { ...(await code(client_id, redirect_uris[0])), ...proof }))
    })
  }

  it('cannot use a proof twice (§3, jti)', async () => {
    const proof = await prove()
    await redeemed(await tokenRequest(server, { ...(await code()), ...proof }))
    assert.equal(await refusal(await tokenRequest(server, { ...(await code()), ...proof })), '401 invalid_client')
  })

  it('is refused with a foreign key, under a known name or a new one', async () => {
    for (const kid of ['one', 'two']) {
      const foreign = await newKey('RS256', kid)
      const proof = await prove(CHATGPT, foreign)
      assert.equal(await refusal(await tokenRequest(server, { ...(await code()), ...proof })), '401 invalid_client')
    }
  })

  it('is refused with a proof for somebody else, with another algorithm than it named, and without any', async () => {
    const elsewhere = await prove(CHATGPT, key, 'https://other.example')
    assert.equal(await refusal(await tokenRequest(server, { ...(await code()), ...elsewhere })), '401 invalid_client')
    const curve = await prove(CHATGPT, await newKey('ES256'))
    assert.equal(await refusal(await tokenRequest(server, { ...(await code()), ...curve })), '401 invalid_client')
    const bare = await tokenRequest(server, { ...(await code()), client_id: CHATGPT })
    assert.equal(await refusal(bare), '401 invalid_client')
  })

  it('is refused with a proof that lasts longer than an hour, since its use must be remembered for as long', async () => {
    const long = await assertionBy(key, CHATGPT, server.origin, 'long', { lifetime: 2 * 60 * 60 })
    assert.equal(await refusal(await tokenRequest(server, { ...(await code()), ...long })), '401 invalid_client')
  })

  it('is asked for its keys once a minute at most', async () => {
    await server.advance(61)
    const before = web.visits(JWKS)
    for (let i = 0; i < 3; i++) await redeemed(await tokenRequest(server, { ...(await code()), ...(await prove()) }))
    assert.equal(web.visits(JWKS), before + 1)
  })

  it('may change its keys', async () => {
    const successor = await newKey('RS256', 'successor')
    web.serve(JWKS, { keys: [successor.jwk] })
    await server.advance(61)
    assert.equal(
      await refusal(await tokenRequest(server, { ...(await code()), ...(await prove()) })),
      '401 invalid_client',
    )
    key = successor
    await redeemed(await tokenRequest(server, { ...(await code()), ...(await prove()) }))
  })

  it('gets in with the keys it had when they cannot be fetched, for a month', async () => {
    web.serve(JWKS, (_request, response) => response.writeHead(403).end())
    await server.crashAndRestart()
    const before = web.visits(JWKS)
    for (let i = 0; i < 3; i++) await redeemed(await tokenRequest(server, { ...(await code()), ...(await prove()) }))
    assert.equal(web.visits(JWKS), before + 1)
    await server.advance(31 * DAY)
    ahead = 31 * DAY
    person = await signedIn(server)
    assert.equal(
      await refusal(await tokenRequest(server, { ...(await code()), ...(await prove()) })),
      '401 invalid_client',
    )
  })

  it('can do so with a registration, too', async () => {
    const jwks_uri = 'https://app.example/jwks.json'
    web.serve(jwks_uri, { keys: [key.jwk] })
    const client = await register(server, {
      redirect_uris: ['https://app.example/cb'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri,
    })
    const proof = await prove(client.client_id)
    await redeemed(await tokenRequest(server, { ...(await code(client.client_id, client.redirect_uris[0])), ...proof }))
  })
})
