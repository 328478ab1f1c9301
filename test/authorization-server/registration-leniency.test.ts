import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useSignedIn } from '../support/connection.ts'
import { REGISTRATIONS } from '../support/known-clients.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, refusal } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

const BOTH = ['authorization_code', 'refresh_token']
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'

describe('registrations, taken as leniently as real clients need it, RFC 7591 §2 and §3.2.1', () => {
  const server = useServer()
  const person = useSignedIn(server)

  const post = (metadata: object) =>
    fetch(`${server.origin}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(metadata),
    })
  async function registered(metadata: object): Promise<Registration> {
    const response = await post(metadata)
    assert.equal(response.status, 201, await response.clone().text())
    return (await response.json()) as Registration
  }

  for (const [name, metadata] of Object.entries(REGISTRATIONS)) {
    it(`lead to the consent page from each way back: ${name}`, async () => {
      const client = await registered(metadata)
      for (const redirect_uri of client.redirect_uris) {
        const page = await person.arrive(authorizationRequest(server, client, { redirect_uri }).url)
        assert.match(page.html, /name="decision"/, redirect_uri)
      }
    })
  }

  const WEB = { redirect_uris: ['https://client.example/cb'], token_endpoint_auth_method: 'none' }
  const LOCAL = { redirect_uris: ['http://localhost:1234/cb'], token_endpoint_auth_method: 'none' }

  it('lose the ways back that are not usable, and keep the others', async () => {
    const redirect_uris = [
      'javascript:alert(1)',
      'https://client.example/cb',
      'http://client.example/cb',
      'cursor://x/y',
    ]
    const client = await registered({ ...WEB, redirect_uris })
    assert.deepEqual(client.redirect_uris, ['https://client.example/cb', 'cursor://x/y'])
    assert.equal(client.application_type, 'native')
  })

  it('are refused when no way back is usable, with a word on what would be (§3.2.2)', async () => {
    for (const redirect_uris of [
      ['http://client.example/cb', 'myapp://cb'],
      [],
      undefined,
      'https://client.example/cb',
    ]) {
      const response = await post({ ...WEB, redirect_uris })
      assert.equal(response.status, 400)
      const { error, error_description } = (await response.json()) as Record<string, string>
      assert.equal(error, 'invalid_redirect_uri')
      assert.match(error_description ?? '', /https:\/\/.*localhost.*com\.example\.app/)
    }
  })

  it('may leave optional members empty', async () => {
    const client = await registered({
      ...LOCAL,
      client_name: '',
      client_uri: '',
      logo_uri: null,
      tos_uri: '',
      policy_uri: null,
      contacts: [],
      jwks: null,
      jwks_uri: '',
      grant_types: null,
      response_types: [],
      scope: null,
    })
    for (const member of [
      'client_name',
      'client_uri',
      'logo_uri',
      'tos_uri',
      'policy_uri',
      'contacts',
      'jwks',
      'scope',
    ])
      assert.equal(member in client, false, member)
    assert.deepEqual(client.grant_types, BOTH)
    assert.deepEqual(client.response_types, ['code'])
  })

  it('lose what they show of themselves where it cannot be shown', async () => {
    const client = await registered({
      ...LOCAL,
      client_uri: 'example',
      logo_uri: 'data:image/png;base64,AA',
      contacts: ['me', 7, 'me@client.example'],
    })
    assert.deepEqual([client.client_uri, client.logo_uri], [undefined, undefined])
    assert.deepEqual(client.contacts, ['me@client.example'])
  })

  it('get the auth method that fits when theirs is unknown: none for an app, a secret for a web server', async () => {
    for (const method of ['tls_client_auth', 'nonsense', 7, {}]) {
      const app = await registered({ ...LOCAL, token_endpoint_auth_method: method })
      assert.equal(app.token_endpoint_auth_method, 'none')
      assert.equal('client_secret' in app, false)
      const web = await registered({ ...WEB, token_endpoint_auth_method: method })
      assert.equal(web.token_endpoint_auth_method, 'client_secret_basic')
      assert.ok(web.client_secret)
    }
  })

  it('may name response types of other flows beside ours', async () => {
    const client = await registered({ ...WEB, response_types: ['code', 'code id_token', 'token'] })
    assert.deepEqual(client.response_types, ['code'])
  })

  it('are refused when none of their grant types or response types is ours', async () => {
    assert.equal(await refusal(await post({ ...LOCAL, grant_types: [DEVICE] })), '400 invalid_client_metadata')
    assert.equal(await refusal(await post({ ...LOCAL, response_types: ['token'] })), '400 invalid_client_metadata')
  })

  it('of public clients never carry a secret, whatever the metadata says', async () => {
    for (const trick of [
      { client_secret: 'mine' },
      { request_object_signing_alg: 'HS256' },
      { id_token_signed_response_alg: 'HS256' },
      { userinfo_encrypted_response_alg: 'A128KW' },
    ]) {
      const client = await registered({ ...LOCAL, ...trick })
      assert.equal('client_secret' in client, false, JSON.stringify(trick))
      assert.equal('client_secret_expires_at' in client, false, JSON.stringify(trick))
    }
  })

  it('keep the scopes that there are among those they name, and the answer says which', async () => {
    assert.equal((await registered({ ...LOCAL, scope: 'qc:projects:read unknown' })).scope, 'qc:projects:read')
  })

  it('limit no scopes: a client may ask for more than it knew of (MCP, step-up)', async () => {
    const client = await registered({ ...LOCAL, scope: 'qc:projects:read' })
    const page = await person.arrive(authorizationRequest(server, client, { scope: 'qc:files:read' }).url)
    assert.match(page.html, /value="qc:files:read"/)
  })

  it('that are no JSON object are told so', async () => {
    for (const body of ['{', '[]', '"x"', 'null']) {
      const response = await fetch(`${server.origin}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      assert.equal(await refusal(response), '400 invalid_request')
    }
  })
})
