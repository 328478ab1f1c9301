import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALIVE, connectAs, connectionState, useSignedIn } from '../support/connection.ts'
import { authorizationRequest } from '../support/raw-client.ts'
import { PUBLIC_ADDRESS, useWeb } from '../support/web.ts'

const HOSTED = 'https://app.example/cb'
const KEYED = { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://app.example/jwks' }
const url = (name: string) => `https://app.example/${name}.json`

describe('a client whose id is the URL of its metadata document, draft-ietf-oauth-client-id-metadata-document-02', () => {
  const { server, web } = useWeb({ 'app.example': [[PUBLIC_ADDRESS]] })
  const person = useSignedIn(server)

  /** Publishes a document, and returns the client as a registration would describe it. */
  function publish(name: string, metadata: object = {}) {
    const document = {
      client_id: url(name),
      client_name: 'Example app',
      redirect_uris: [HOSTED],
      token_endpoint_auth_method: 'none',
      ...metadata,
    }
    web.serve(url(name), document)
    return { client_id: url(name), redirect_uris: document.redirect_uris }
  }

  const open = (client: ReturnType<typeof publish>, redirect_uri?: string) =>
    person.open(authorizationRequest(server, client, { redirect_uri: redirect_uri ?? client.redirect_uris[0] }).url)

  it('is announced in the server metadata, with the ways in that it can use (§6)', async () => {
    const answer = await fetch(`${server.origin}/.well-known/oauth-authorization-server`)
    const metadata = (await answer.json()) as Record<string, unknown>
    assert.equal(metadata.client_id_metadata_document_supported, true)
    const methods = metadata.token_endpoint_auth_methods_supported as string[]
    assert.ok(methods.includes('none') && methods.includes('private_key_jwt'), `${methods}`)
    const algorithms = metadata.token_endpoint_auth_signing_alg_values_supported as string[]
    assert.deepEqual([...algorithms].sort(), ['ES256', 'ES384', 'Ed25519', 'EdDSA', 'PS256', 'RS256'])
  })

  it('connects without registering', async () => {
    const client = publish('connects')
    const { tokens } = await connectAs(person, { client })
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })

  it('is fetched again when its copy is old, and not before (§5.2)', async () => {
    const client = publish('cached')
    await open(client)
    await open(client)
    assert.equal(web.visits(client.client_id), 1)
    await server.advance(6 * 60)
    await open(client)
    assert.equal(web.visits(client.client_id), 2)
  })

  it('stays cached as long as its host says, and an hour at most', async () => {
    const client = publish('max-age')
    const body = JSON.stringify({ client_id: client.client_id, redirect_uris: [HOSTED] })
    web.serve(client.client_id, (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=86400' }).end(body),
    )
    await open(client)
    await server.advance(50 * 60)
    await open(client)
    assert.equal(web.visits(client.client_id), 1)
    await server.advance(11 * 60)
    await open(client)
    assert.equal(web.visits(client.client_id), 2)
  })

  for (const [words, metadata] of [
    ['names another id, by one character', { client_id: `${url('refused')}/` }],
    ['has a secret', { client_secret: 'shared with everyone' }],
    ['has a secret that ends', { client_secret_expires_at: 0 }],
    ['wants to use a shared secret', { token_endpoint_auth_method: 'client_secret_post' }],
    ['names no way back', { redirect_uris: [] }],
    ['names none that is safe', { redirect_uris: ['http://app.example/cb', 'javascript:alert(1)'] }],
    ['authenticates with keys that it does not name', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['has a name that is no text', { client_name: { toString: 1 } }],
    ['has an auth method that is no text', { token_endpoint_auth_method: [{ toString: 1 }] }],
    ['has an algorithm that is no text', { ...KEYED, token_endpoint_auth_signing_alg: { toString: 1 } }],
    ['has grant types that are no texts', { grant_types: [{ toString: 1 }] }],
  ] as const) {
    it(`is refused on a page when its document ${words} (§4, §5.1)`, async () => {
      const refused = { ...publish('refused', metadata), redirect_uris: [HOSTED] }
      const place = await open(refused)
      assert.equal(place.url.origin, server.origin)
      assert.equal(place.status, 400)
      assert.equal((await open(publish('refused'))).status, 200) // and a mended document counts at once
      await server.advance(6 * 60)
    })
  }

  it('is told of on a page when its document cannot be read, with what a person can do', async () => {
    const place = await open({ client_id: url('nowhere'), redirect_uris: [HOSTED] })
    assert.equal(place.status, 400)
    assert.match(place.html, /could not read that.*Connect again in a few minutes/s)
  })

  for (const id of [
    'https://app.example',
    'https://app.example?x',
    'https://app.example/a/../b',
    'https://app.example/#x',
  ]) {
    it(`is refused under an id that is none (§3): ${id}`, async () => {
      web.serve(new URL(id).href, { client_id: id, redirect_uris: [HOSTED] })
      assert.equal((await open({ client_id: id, redirect_uris: [HOSTED] })).status, 400)
      assert.equal(web.visits(new URL(id).href), 0)
    })
  }

  it('may say more than there is here: that is left out', async () => {
    const client = publish('talkative', {
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code', 'token'],
      scope: 'claudeai openid',
      client_uri: '',
      logo_uri: 'http://app.example/logo.png',
      application_type: 'web',
      id_token_signed_response_alg: 'RS256',
      token_endpoint_auth_signing_alg: 'RS256',
      sector_identifier_uri: 'https://app.example/sector.json',
      flavour: 'vanilla',
    })
    const { tokens } = await connectAs(person, { client })
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
    assert.equal(web.visits('https://app.example/sector.json'), 0)
  })

  it('needs to say no more than its id and where it returns', async () => {
    const client = publish('terse', { client_name: undefined, token_endpoint_auth_method: undefined })
    const { tokens } = await connectAs(person, { client })
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })

  it('may name loopback without a port and use any, with the path as it is (RFC 8252 §7.3)', async () => {
    const client = publish('loopback', { redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'] })
    for (const host of ['localhost', '127.0.0.1']) {
      assert.equal((await open(client, `http://${host}:53124/callback`)).status, 200)
      assert.equal((await open(client, `http://${host}:53124/callback/`)).status, 400)
      assert.equal((await open(client, `http://${host}:53124/`)).status, 400)
    }
    assert.equal((await open(client, 'http://[::1]:53124/callback')).status, 400)
    assert.equal((await open(client, 'https://localhost/callback')).status, 400)
  })

  it('may return to loopback and to the web, as VS Code does', async () => {
    const redirect_uris = ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect']
    const client = publish('mixed', { redirect_uris, application_type: 'native' })
    for (const redirect of [...redirect_uris, 'http://127.0.0.1:50001/']) {
      assert.equal((await open(client, redirect)).status, 200, redirect)
    }
    assert.equal((await open(client, 'https://vscode.dev:8443/redirect')).status, 400)
  })

  it('loses one address that is unsafe, and keeps the others', async () => {
    const client = publish('partly', { redirect_uris: ['http://app.example/cb', HOSTED] })
    assert.equal((await open(client, HOSTED)).status, 200)
    assert.equal((await open(client, 'http://app.example/cb')).status, 400)
  })
})
