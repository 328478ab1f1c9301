import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assertionBy, newKey } from '../support/client-assertion.ts'
import { connectAs, useSignedIn } from '../support/connection.ts'
import { authorizationRequest, register, tokenRequest } from '../support/raw-client.ts'
import { PUBLIC_ADDRESS, useWeb } from '../support/web.ts'

const page = (name: string) => `https://app.example/${name}`

describe('addresses in a registration (RFC 7591 §5)', () => {
  const { server, web } = useWeb({ 'app.example': [[PUBLIC_ADDRESS]] })
  const person = useSignedIn(server)

  it('are not visited when a client registers and connects: only keys are ever fetched', async () => {
    const names = ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri', 'sector_identifier_uri', 'initiate_login_uri']
    const addresses = Object.fromEntries(names.map((name) => [name, page(name)]))
    const redirect_uris = [page('cb')]
    const client = await register(server, { ...addresses, redirect_uris, jwks_uri: page('jwks_uri') })
    await connectAs(person, { client })
    for (const name of [...names, 'jwks_uri', 'cb']) assert.equal(web.visits(page(name)), 0, name)
  })

  it('are not visited for keys before the client uses one', async () => {
    const key = await newKey()
    const jwks_uri = page('jwks.json')
    web.serve(jwks_uri, { keys: [key.jwk] })
    const client = await register(server, { token_endpoint_auth_method: 'private_key_jwt', jwks_uri })
    await person.open(authorizationRequest(server, client).url)
    assert.equal(web.visits(jwks_uri), 0)
    const proof = await assertionBy(key, client.client_id, server.origin)
    await tokenRequest(server, { grant_type: 'refresh_token', refresh_token: 'any', ...proof })
    assert.equal(web.visits(jwks_uri), 1)
  })

  it('are never sent anything, and lead to no door of our own network', async () => {
    const door = `https://127.0.0.1:${web.doorPort()}/`
    const redirect_uris = [page('cb')]
    const client = await register(server, {
      redirect_uris,
      sector_identifier_uri: door,
      logo_uri: door,
      backchannel_logout_uri: door,
      request_uris: [door],
    })
    await connectAs(person, { client })
    await person.open(authorizationRequest(server, client, { request_uri: door }).url)
    assert.equal(web.knocks(), 0)
  })
})
