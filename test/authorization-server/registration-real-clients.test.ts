import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { authorizationRequest, type RawPerson, type Registration } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'
import { refusal, signedIn } from './support.ts'

const BOTH = ['authorization_code', 'refresh_token']
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'

/** Bodies as the programs send them, and what of them is in force. `undefined` stands for a member left out. */
const CLIENTS: Record<string, { says: Record<string, unknown>; inForce: Record<string, unknown> }> = {
  'Cursor, five ways back at once': {
    says: {
      client_name: 'Cursor',
      redirect_uris: [
        'http://localhost:8787/callback',
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'https://www.cursor.com/bot/mcp/oauth/callback',
        'grokbot://mcp/oauth/callback',
      ],
      grant_types: BOTH,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    inForce: {
      application_type: 'native',
      redirect_uris: [
        'http://localhost:8787/callback',
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'https://www.cursor.com/bot/mcp/oauth/callback',
        'grokbot://mcp/oauth/callback',
      ],
    },
  },
  'VS Code, with a grant type for devices': {
    says: {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: [...BOTH, DEVICE],
      response_types: ['code'],
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      scope: 'qc:projects:read unknown',
    },
    inForce: {
      grant_types: BOTH,
      application_type: 'native',
      client_uri: 'https://code.visualstudio.com',
      scope: 'qc:projects:read',
    },
  },
  'claude.ai, with a scope of its own': {
    says: {
      client_name: 'claudeai',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
      grant_types: BOTH,
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'claudeai',
    },
    inForce: { token_endpoint_auth_method: 'client_secret_post', application_type: 'web', scope: undefined },
  },
  'Claude Code': {
    says: {
      client_name: 'Claude Code (qcgate)',
      redirect_uris: ['http://localhost:53682/callback'],
      grant_types: BOTH,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      scope: 'qc:projects:read offline_access',
    },
    inForce: { scope: 'qc:projects:read offline_access', application_type: 'native' },
  },
  'Gemini CLI, with an empty scope': {
    says: {
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:7777/oauth/callback'],
      grant_types: BOTH,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: '',
    },
    inForce: { scope: undefined, token_endpoint_auth_method: 'none' },
  },
  'FastMCP, without an auth method': {
    says: {
      client_name: 'FastMCP Client',
      redirect_uris: ['http://localhost:40123/callback'],
      grant_types: BOTH,
      response_types: ['code'],
      scope: '',
    },
    inForce: { token_endpoint_auth_method: 'client_secret_basic', scope: undefined },
  },
  'MCP Inspector': {
    says: {
      redirect_uris: ['http://127.0.0.1:6274/oauth/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: BOTH,
      response_types: ['code'],
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      application_type: 'native',
      scope: '',
    },
    inForce: { client_uri: 'https://github.com/modelcontextprotocol/inspector', scope: undefined },
  },
  'mcp-remote': {
    says: {
      redirect_uris: ['http://localhost:3335/oauth/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: BOTH,
      response_types: ['code'],
      client_name: 'MCP CLI Proxy',
      client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.15.0',
      application_type: 'native',
    },
    inForce: { application_type: 'native', grant_types: BOTH },
  },
  'n8n, which keeps a secret': {
    says: {
      redirect_uris: ['https://n8n.client.example/rest/oauth2-credential/callback'],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: BOTH,
      response_types: ['code'],
      client_name: 'n8n',
      client_uri: 'https://n8n.io/',
    },
    inForce: { token_endpoint_auth_method: 'client_secret_basic', application_type: 'web' },
  },
}

describe('registrations of real clients, RFC 7591 §2 and §3.2.1', () => {
  const server = useServer()
  let person: RawPerson
  before(async () => {
    person = await signedIn(server)
  })

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

  for (const [name, { says, inForce }] of Object.entries(CLIENTS)) {
    it(`are accepted, and the answer says what is in force: ${name}`, async () => {
      const client = await registered(says)
      const { software_id: _id, software_version: _version, ...known } = says
      const expected: Record<string, unknown> = { ...known, ...inForce }
      for (const [member, value] of Object.entries(expected)) assert.deepEqual(client[member], value, member)
      const open = client.token_endpoint_auth_method === 'none'
      assert.equal('client_secret' in client, !open)
    })

    it(`lead to the consent page from each way back: ${name}`, async () => {
      const client = await registered(says)
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
