// How real clients introduce themselves, and what they then ask for.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALL_SCOPES, GROUPS } from '../../src/scopes.ts'
import { connectAs, useSignedIn } from '../support/connection.ts'
import { REGISTRATIONS } from '../support/known-clients.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest, redemption, refresh, refusal, register, tokenRequest } from '../support/raw-client.ts'
import { boxes } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

type Name = keyof typeof REGISTRATIONS
const BOTH = ['authorization_code', 'refresh_token']

describe('real clients: registration', () => {
  const server = useServer()
  const person = useSignedIn(server)

  /** Registers with exactly the client's own body, some members changed. Throws when the answer is not 201. */
  const as = (name: Name, changes: Record<string, unknown> = {}): Promise<Registration> =>
    register(server, { ...REGISTRATIONS[name], ...changes })
  const opens = async (client: Registration, redirect_uri: string) =>
    (await person.arrive(authorizationRequest(server, client, { redirect_uri }).url)).html.includes('name="decision"')

  describe('requirement 7: mixed redirect URIs are taken, an unusable one refuses no other, and the answer lists those in force', () => {
    for (const name of ['Cursor', 'VS Code'] as const) {
      const { redirect_uris } = REGISTRATIONS[name]
      it(`${name}: ${redirect_uris.length} redirect URIs at once, and each is good`, async () => {
        const client = await as(name)
        assert.deepEqual(client.redirect_uris, redirect_uris)
        for (const redirect_uri of redirect_uris) assert.ok(await opens(client, redirect_uri), redirect_uri)
      })
    }

    for (const [name, unusable] of [
      ['Cursor', 'http://www.cursor.com/agents/mcp/oauth/callback'],
      ['Cursor', 'javascript:alert(1)'],
      ['VS Code', 'http://vscode.example:33418/'],
      ['MCP Inspector', 'http://192.168.1.20:6274/oauth/callback'],
      ['LibreChat', 'http://chat.example/api/mcp/quantconnect/oauth/callback'],
    ] as const) {
      it(`${name}: with one that is not usable among them, ${unusable}`, async () => {
        const usable = REGISTRATIONS[name].redirect_uris
        for (const redirect_uris of [
          [unusable, ...usable],
          [...usable, unusable],
        ]) {
          const client = await as(name, { redirect_uris })
          assert.deepEqual(client.redirect_uris, usable)
          assert.equal(await opens(client, unusable), false)
          for (const redirect_uri of usable) assert.ok(await opens(client, redirect_uri), redirect_uri)
        }
      })
    }
  })

  describe('requirement 8: what a registration says too much or too little is no obstacle: 201, with what is in force', () => {
    for (const name of ['Gemini CLI', 'MCP Inspector', 'FastMCP (Python)'] as const) {
      it(`${name}: scope ""`, async () => {
        assert.equal(REGISTRATIONS[name].scope, '')
        assert.equal((await as(name)).scope, undefined)
      })
    }

    it('claude.ai: a scope that we do not know, "claudeai"', async () => {
      const { scope, client_name } = await as('claude.ai')
      assert.deepEqual([scope, client_name], [undefined, 'claudeai'])
    })

    for (const name of ['Claude Code', 'Codex'] as const) {
      it(`${name}: application_type native, and scopes with offline_access`, async () => {
        const client = await as(name)
        assert.equal(client.application_type, 'native')
        assert.equal(client.scope, REGISTRATIONS[name].scope)
      })
    }

    it('SDK v2: an application_type that does not fit its redirect URIs', async () => {
      const web = await as('claude.ai', { application_type: 'native' })
      assert.equal(web.application_type, 'web')
      const native = await as('mcp-remote', { application_type: 'web' })
      assert.equal(native.application_type, 'native')
    })

    it('VS Code: a grant type for devices besides ours', async () => {
      assert.deepEqual((await as('VS Code')).grant_types, BOTH)
    })

    it('FastMCP: no auth method, and so the one that RFC 7591 §2 means', async () => {
      const client = await as('FastMCP (Python)')
      assert.equal(client.token_endpoint_auth_method, 'client_secret_basic')
      assert.ok(client.client_secret)
      assert.ok(typeof client.client_secret_expires_at === 'number')
    })

    for (const [name, registration] of Object.entries(REGISTRATIONS) as [Name, Record<string, unknown>][]) {
      it(`${name}: is told all that is in force`, async () => {
        const client = await as(name)
        assert.ok(client.client_id)
        assert.equal(client.client_name, registration.client_name)
        assert.equal(client.client_uri, registration.client_uri)
        const returnsHere = client.redirect_uris.some((uri) => !uri.startsWith('https:'))
        assert.equal(client.application_type, returnsHere ? 'native' : 'web')
        assert.deepEqual(client.redirect_uris, registration.redirect_uris)
        assert.deepEqual(client.grant_types, BOTH)
        assert.deepEqual(client.response_types, ['code'])
        const method = registration.token_endpoint_auth_method ?? 'client_secret_basic'
        assert.equal(client.token_endpoint_auth_method, method)
        assert.equal('client_secret' in client, method !== 'none')
      })
    }

    /** How a client says who it is, in the body and in the headers of a token request. */
    const WAYS: Record<string, (client: Registration) => [Record<string, string>, Record<string, string>]> = {
      none: ({ client_id }) => [{ client_id }, {}],
      client_secret_post: ({ client_id, client_secret = '' }) => [{ client_id, client_secret }, {}],
      client_secret_basic: ({ client_id, client_secret = '' }) => [
        {},
        { authorization: `Basic ${btoa(`${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`)}` },
      ],
    }
    for (const [name, method] of [
      ['Claude Code', 'none'],
      ['claude.ai', 'none'],
      ['claude.ai', 'client_secret_post'],
      ['n8n', 'client_secret_basic'],
      ['FastMCP (Python)', 'client_secret_basic'],
    ] as const) {
      it(`${name}: ${method} works, for the code and for the refresh`, async () => {
        const client = await as(name, name === 'FastMCP (Python)' ? {} : { token_endpoint_auth_method: method })
        const [who, headers] = WAYS[method]?.(client) ?? [{}, {}]
        const request = authorizationRequest(server, client)
        const { url } = await person.allow(request.url)
        const redeemed = await tokenRequest(
          server,
          {
            ...redemption(request, { url }),
            resource: server.mcp,
            ...who,
          },
          headers,
        )
        assert.equal(redeemed.status, 200)
        const { refresh_token } = (await redeemed.json()) as Tokens
        const refreshed = await tokenRequest(server, { grant_type: 'refresh_token', refresh_token, ...who }, headers)
        assert.equal(refreshed.status, 200)
        const { access_token } = (await refreshed.json()) as Tokens
        assert.equal((await rpc(server, access_token, toolCall('list_projects'))).status, 200)

        // And nothing less works: neither no secret nor a wrong one.
        if (method === 'none') return
        for (const client_secret of ['', 'wrong']) {
          const [wrong, wrongHeaders] = WAYS[method]?.({ ...client, client_secret }) ?? [{}, {}]
          const bad = await tokenRequest(server, { grant_type: 'refresh_token', refresh_token, ...wrong }, wrongHeaders)
          assert.match(await refusal(bad), /^40[01] invalid_(client|request)$/)
        }
      })
    }
  })

  describe('requirement 9: unknown scopes are dropped, and an authorization request may name more than the registration', () => {
    const RESEARCH = GROUPS.research
    const everything = [...ALL_SCOPES, 'offline_access'].join(' ')
    const research = [...RESEARCH].sort()

    for (const [name, what, client, parameters, expected] of [
      ['mcp-remote', 'openid email profile', 'mcp-remote', { scope: 'openid email profile' }, research],
      ['claude.ai', 'claudeai, its own', 'claude.ai', { scope: 'claudeai' }, research],
      [
        'claude.ai',
        'ours among its own',
        'claude.ai',
        { scope: 'claudeai qc:projects:read qc:none:such' },
        ['qc:projects:read'],
      ],
      ['FastMCP', 'an empty one', 'FastMCP (Python)', { scope: '' }, research],
      [
        'Claude Code',
        'offline_access, with prompt=consent',
        'Claude Code',
        { scope: `${RESEARCH.join(' ')} offline_access`, prompt: 'consent' },
        research,
      ],
      ['Codex', 'offline_access', 'Codex', { scope: `${RESEARCH.join(' ')} offline_access` }, research],
      [
        'Gemini CLI',
        'all that the server has, though it registered ""',
        'Gemini CLI',
        { scope: everything },
        [...ALL_SCOPES].sort(),
      ],
      [
        'Cursor',
        'all that the server has, though it registered none',
        'Cursor',
        { scope: everything },
        [...ALL_SCOPES].sort(),
      ],
    ] as const) {
      it(`${name}: ${what}`, async () => {
        const page = await person.arrive(authorizationRequest(server, await as(client), parameters).url)
        assert.equal(page.status, 200)
        assert.deepEqual(boxes(page).sort(), expected)
      })
    }

    it('use-mcp: registers with the scopes of the challenge, then asks for more', async () => {
      const client = await as('use-mcp', { scope: 'qc:account:read' })
      assert.equal(client.scope, 'qc:account:read')
      const parameters = { scope: RESEARCH.join(' ') }
      const { tokens } = await connectAs(person, { client, parameters })
      assert.equal(tokens.scope, parameters.scope)
    })

    it('VS Code: registers with the scopes of the challenge, then asks for all of the server', async () => {
      const client = await as('VS Code')
      const page = await person.arrive(authorizationRequest(server, client, { scope: everything }).url)
      assert.deepEqual(boxes(page).sort(), [...ALL_SCOPES].sort())
    })

    it('Claude Code: prompt=consent shows the page, and offline_access brings a refresh token that works', async () => {
      const client = await as('claude.ai', { token_endpoint_auth_method: 'none' }) // one that would come back silently
      await connectAs(person, { client })
      assert.ok((await person.open(authorizationRequest(server, client).url)).url.searchParams.get('code'))
      const parameters = { scope: `${RESEARCH.join(' ')} offline_access`, prompt: 'consent' }
      const page = await person.open(authorizationRequest(server, client, parameters).url)
      assert.match(page.html, /name="decision"/)
      const { tokens } = await connectAs(person, { client, parameters })
      assert.equal((await refresh(server, client, tokens.refresh_token)).status, 200)
    })

    it('LibreChat: an unknown scope in a refresh is dropped as well', async () => {
      const client = await as('LibreChat', { token_endpoint_auth_method: 'none' })
      const { tokens } = await connectAs(person, { client })
      const response = await refresh(server, client, tokens.refresh_token, {
        scope: 'openid qc:projects:read claudeai',
      })
      assert.equal(response.status, 200)
    })
  })
})
