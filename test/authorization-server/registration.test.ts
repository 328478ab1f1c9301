import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connectAs, signedIn } from '../support/connection.ts'
import { authorizationRequest, redeem, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

const LOOPBACK = 'http://127.0.0.1:4567/callback'

describe('dynamic client registration, RFC 7591', () => {
  const server = useServer()

  async function refused(metadata: Record<string, unknown>): Promise<string> {
    const response = await fetch(`${server.origin}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [LOOPBACK], token_endpoint_auth_method: 'none', ...metadata }),
    })
    const { error } = (await response.json()) as { error?: string }
    return `${response.status} ${error}`
  }

  it('gives an id, and a secret only to a client that wants to have one (§3.2.1)', async () => {
    const open = await register(server)
    assert.ok(open.client_id)
    assert.equal('client_secret' in open, false)
    const closed = await register(server, { token_endpoint_auth_method: 'client_secret_post' })
    assert.ok(closed.client_secret)
    assert.equal(closed.client_secret_expires_at, 0)
  })

  it('gives no means to change the registration afterwards', async () => {
    const client = await register(server)
    assert.equal('registration_access_token' in client, false)
    assert.equal('registration_client_uri' in client, false)
  })

  it('chooses id and secret itself, whatever the client proposes', async () => {
    const client = await register(server, { client_id: 'mine', client_secret: 'mine' })
    assert.notEqual(client.client_id, 'mine')
    assert.notEqual(client.client_secret, 'mine')
  })

  it('means both grant types when none is named, so that connections can be refreshed', async () => {
    const client = await register(server, { grant_types: undefined })
    assert.deepEqual(client.grant_types, ['authorization_code', 'refresh_token'])
    const { tokens } = await connectAs(await signedIn(server), { client })
    assert.ok(tokens.refresh_token)
  })

  it('ignores metadata that it does not know (§2)', async () => {
    const client = await register(server, { software_flavour: 'vanilla' })
    assert.equal('software_flavour' in client, false)
  })

  it('takes a client that returns to this computer for native, whatever it declared (RFC 8252 §7.3)', async () => {
    const client = await register(server, { application_type: 'web' })
    assert.equal(client.application_type, 'native')
    const person = await signedIn(server)
    const request = authorizationRequest(server, client, { redirect_uri: LOOPBACK.replace('4567', '9876') })
    const place = await person.allow(request.url)
    assert.equal(place.url.port, '9876')
    assert.ok((await redeem(server, client, request, place)).access_token)
    const other = authorizationRequest(server, client, { redirect_uri: `${LOOPBACK}/elsewhere` })
    assert.equal((await person.open(other.url)).status, 400)
  })

  it('takes return addresses on the web, on loopback and of an app together, as Cursor names them', async () => {
    const redirect_uris = [
      'https://www.cursor.com/agents/mcp/oauth/callback',
      'http://localhost:8787/callback',
      'cursor://anysphere.cursor-mcp/oauth/callback',
    ]
    const client = await register(server, { redirect_uris })
    assert.deepEqual(client.redirect_uris, redirect_uris)
    const person = await signedIn(server)
    for (const redirect_uri of redirect_uris) {
      const place = await person.allow(authorizationRequest(server, client, { redirect_uri }).url)
      assert.ok(place.url.href.startsWith(redirect_uri))
      assert.ok(place.url.searchParams.get('code'))
    }
  })

  for (const redirect of [
    'https://client.example/cb#fragment',
    'javascript:alert(1)',
    'data:text/html,x',
    '/relative',
    'http://client.example/cb',
  ]) {
    for (const application_type of ['web', 'native']) {
      it(`refuses a way back that is unsafe (OAuth 2.1 §2.3.1, §1.5), ${application_type}: ${redirect}`, async () => {
        assert.equal(await refused({ redirect_uris: [redirect], application_type }), '400 invalid_redirect_uri')
      })
    }
  }

  it('refuses metadata nested deeper than 64 levels, and says so; what it does not know it does not look into', async () => {
    for (const [name, levels] of [
      ['contacts', 25_000],
      ['contacts', 5_000],
      ['contacts', 65],
      ['jwks', 25_000],
      ['logo_uri', 25_000],
      ['client_uri', 25_000],
      ['redirect_uris', 25_000],
      ['grant_types', 25_000],
    ] as const) {
      const rest = { redirect_uris: [LOOPBACK], token_endpoint_auth_method: 'none', [name]: 0 }
      const body = JSON.stringify(rest).replace(`"${name}":0`, `"${name}":${'['.repeat(levels)}${']'.repeat(levels)}`)
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${server.origin}/register`, { method: 'POST', headers, body })
      const { error, error_description } = (await response.json()) as Record<string, string>
      assert.deepEqual([response.status, error], [400, 'invalid_client_metadata'], name)
      assert.match(error_description ?? '', /64 levels/, name)
    }
    const unknown: object = Array.from({ length: 1_000 }).reduce<object>((inner) => [inner], [])
    assert.equal(await refused({ unknown }), '201 undefined')
  })

  it('refuses a registration without a way back', async () => {
    assert.equal(await refused({ redirect_uris: undefined }), '400 invalid_redirect_uri')
    assert.equal(await refused({ redirect_uris: [] }), '400 invalid_redirect_uri')
  })

  it('refuses what OAuth 2.1 left behind: implicit, password, token response types', async () => {
    assert.equal(await refused({ grant_types: ['implicit'] }), '400 invalid_client_metadata')
    assert.equal(await refused({ grant_types: ['password'] }), '400 invalid_client_metadata')
    assert.equal(await refused({ response_types: ['token'] }), '400 invalid_client_metadata')
  })

  it('survives kill -9', async () => {
    const client = await register(server)
    await server.crashAndRestart()
    const { tokens } = await connectAs(await signedIn(server), { client })
    assert.ok(tokens.access_token)
  })
})
