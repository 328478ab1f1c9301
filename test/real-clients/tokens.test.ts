// How real clients get, use and lose their tokens.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import { GROUPS } from '../../src/scopes.ts'
import { assertionBy, newKey } from '../support/client-assertion.ts'
import { connectAs, useSignedIn } from '../support/connection.ts'
import { DOCUMENTS, documented, REGISTRATIONS } from '../support/known-clients.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest, redemption, refresh, refusal, register, tokenRequest } from '../support/raw-client.ts'
import { PUBLIC_ADDRESS, useWeb } from '../support/web.ts'

const DAY = 24 * 60 * 60
/** A client whose requests carry no secret. */
const OPEN = { token_endpoint_auth_method: 'none' }

describe('real clients: tokens', () => {
  const { server, web } = useWeb({ 'app.example': [[PUBLIC_ADDRESS]] })
  const person = useSignedIn(server)

  const works = async ({ access_token }: Tokens) =>
    assert.equal((await rpc(server, access_token, toolCall('list_projects'))).status, 200)
  const answered = async (response: Response) => {
    assert.equal(response.status, 200, await response.clone().text())
    return (await response.json()) as Tokens
  }

  describe('requirement 11: resource compares ignoring one trailing slash, and a refresh may leave it out, name the MCP URL, or repeat the scope', () => {
    /** A code, redeemed as the client does it. */
    async function redeemed(client: Registration, atAuthorize: string | undefined, atToken: string | undefined) {
      const request = authorizationRequest(server, client, { resource: atAuthorize })
      const { url } = await person.allow(request.url)
      return tokenRequest(server, {
        client_id: client.client_id,
        ...redemption(request, { url }),
        ...(atToken === undefined ? {} : { resource: atToken }),
      })
    }

    for (const [name, atAuthorize, atToken, atRefresh] of [
      ['Zed: without a slash everywhere', '', '', ''],
      ['AI SDK: with a slash where the typed URL has one', '/', '/', '/'],
      ['Claude Code: the metadata’s value, and the typed MCP URL on refresh', '', '', '/'],
      ['Gemini CLI: rebuilt from a typed URL with a slash, metadata’s value later', '/', '', ''],
      ['ChatGPT: in both requests, verbatim', '', '', ''],
      ['mcpc: in both requests, none on refresh', '', '', undefined],
      ['SDK v1 without metadata: nowhere', undefined, undefined, undefined],
    ] as const) {
      it(name, async () => {
        const client = await register(server, REGISTRATIONS.mcpc)
        const spelled = (end: string | undefined) => (end === undefined ? undefined : `${server.mcp}${end}`)
        const tokens = await answered(await redeemed(client, spelled(atAuthorize), spelled(atToken)))
        const resource = spelled(atRefresh)
        const next = await answered(await refresh(server, client, tokens.refresh_token, resource ? { resource } : {}))
        for (const one of [tokens, next]) {
          assert.equal(decodeJwt(one.access_token).aud, server.mcp)
          await works(one)
        }
      })
    }

    it('nobody: two slashes are another resource', async () => {
      const client = await register(server, REGISTRATIONS.mcpc)
      const twice = `${server.mcp}//`
      const { url } = await person.open(authorizationRequest(server, client, { resource: twice }).url)
      assert.equal(url.searchParams.get('error'), 'invalid_target')
      assert.equal(await refusal(await redeemed(client, server.mcp, twice)), '400 invalid_target')
    })

    const RESEARCH = GROUPS.research.join(' ')
    for (const [name, registration, more] of [
      ['LibreChat: refresh without resource, with scope', REGISTRATIONS.LibreChat, () => ({ scope: RESEARCH })],
      ['Codex, older builds: refresh without resource (openai/codex#33403)', REGISTRATIONS.Codex, () => ({})],
      [
        'Codex and Goose: refresh with resource, and the scope repeated with offline_access',
        REGISTRATIONS.Goose,
        () => ({ scope: `${RESEARCH} offline_access`, resource: server.mcp }),
      ],
      ['Claude Code: refresh with the MCP URL', REGISTRATIONS['Claude Code'], () => ({ resource: server.mcp })],
      [
        'VS Code, SDK v1 and v2, AI SDK: refresh with the metadata’s value',
        REGISTRATIONS['VS Code'],
        () => ({ resource: server.mcp }),
      ],
    ] as const) {
      it(name, async () => {
        const client = await register(server, { ...registration, ...OPEN })
        const { tokens } = await connectAs(person, { client, parameters: { scope: RESEARCH } })
        const next = await answered(await refresh(server, client, tokens.refresh_token, more()))
        assert.equal(next.scope, tokens.scope)
        await works(next)
      })
    }
  })

  describe('requirement 12: refresh tokens rotate, what is dead says so, expires_in is always there, and no answer takes 10 s', () => {
    const connect = async (registration: Record<string, unknown>) => {
      const client = await register(server, { ...registration, ...OPEN })
      return connectAs(person, { client })
    }
    const unknown = { client_id: 'a-registration-that-is-gone', redirect_uris: [] }

    it('claude.ai: each refresh brings another refresh token, and expires_in every time', async () => {
      const { client, tokens } = await connect(REGISTRATIONS['claude.ai'])
      const seen = new Set([tokens.refresh_token])
      let last = tokens
      for (let i = 0; i < 3; i++) {
        assert.ok(Number.isInteger(last.expires_in) && last.expires_in > 0)
        last = await answered(await refresh(server, client, last.refresh_token))
        await works(last)
        seen.add(last.refresh_token)
      }
      assert.equal(seen.size, 4)
    })

    it('Claude Code: expires_in when the answer got lost and the refresh is repeated', async () => {
      const { client, tokens } = await connect(REGISTRATIONS['Claude Code'])
      for (let i = 0; i < 2; i++) {
        const { expires_in } = await answered(await refresh(server, client, tokens.refresh_token))
        assert.ok(Number.isInteger(expires_in) && expires_in > 0)
      }
    })

    it('Codex: expires_in with a scope that is narrower', async () => {
      const { client, tokens } = await connect(REGISTRATIONS.Codex)
      const scope = 'qc:projects:read'
      const { expires_in } = await answered(await refresh(server, client, tokens.refresh_token, { scope }))
      assert.ok(Number.isInteger(expires_in) && expires_in > 0)
    })

    it('claude.ai: invalid_grant for a refresh token that never was', async () => {
      const { client } = await connect(REGISTRATIONS['claude.ai'])
      assert.equal(await refusal(await refresh(server, client, 'never was')), '400 invalid_grant')
    })

    it('claude.ai: invalid_grant for a refresh token of somebody else', async () => {
      const { client } = await connect(REGISTRATIONS['claude.ai'])
      const { tokens } = await connect(REGISTRATIONS.Cursor)
      assert.equal(await refusal(await refresh(server, client, tokens.refresh_token)), '400 invalid_grant')
    })

    it('claude.ai: invalid_grant after the connection was revoked', async () => {
      const { client, tokens } = await connect(REGISTRATIONS['claude.ai'])
      const body = new URLSearchParams({ token: tokens.refresh_token, client_id: client.client_id })
      assert.equal((await fetch(`${server.origin}/revoke`, { method: 'POST', body })).status, 200)
      assert.equal(await refusal(await refresh(server, client, tokens.refresh_token)), '400 invalid_grant')
    })

    it('SDK v1 and v2: invalid_grant for a code that was used', async () => {
      const client = await register(server, REGISTRATIONS.mcpc)
      const request = authorizationRequest(server, client)
      const { url } = await person.allow(request.url)
      const redeem = () =>
        tokenRequest(server, {
          client_id: client.client_id,
          ...redemption(request, { url }),
        })
      await answered(await redeem())
      assert.equal(await refusal(await redeem()), '400 invalid_grant')
    })

    it('Claude Code: invalid_grant for a refresh token that was used before', async () => {
      const { client, tokens } = await connect(REGISTRATIONS['Claude Code'])
      const { access_token } = await answered(await refresh(server, client, tokens.refresh_token))
      assert.equal((await rpc(server, access_token, { jsonrpc: '2.0', id: 1, method: 'ping' })).status, 200)
      await server.advance(60)
      assert.equal(await refusal(await refresh(server, client, tokens.refresh_token)), '400 invalid_grant')
    })

    it('SDK v1 and v2, Cursor: invalid_client for a registration that is not there, in every request', async () => {
      assert.equal(await refusal(await refresh(server, unknown, 'any')), '401 invalid_client')
      for (const [path, body] of [
        ['/token', { grant_type: 'authorization_code', code: 'any', redirect_uri: 'http://localhost/callback' }],
        ['/revoke', { token: 'any' }],
      ] as const) {
        const form = new URLSearchParams({ ...body, client_id: unknown.client_id })
        const response = await fetch(`${server.origin}${path}`, { method: 'POST', body: form })
        assert.equal(await refusal(response), '401 invalid_client', path)
      }
    })

    it('claude.ai: invalid_client for a registration with a secret that is not there, in the body or in the header', async () => {
      const body = { grant_type: 'refresh_token', refresh_token: 'any' }
      const authorization = `Basic ${btoa(`${unknown.client_id}:any`)}`
      const { client_id } = unknown
      for (const response of [
        await tokenRequest(server, { ...body, client_id, client_secret: 'any' }),
        await tokenRequest(server, body, { authorization }),
      ]) {
        assert.equal(await refusal(response), '401 invalid_client')
      }
    })

    const silent = () => undefined
    const patient = () => ({ signal: AbortSignal.timeout(10_000), redirect: 'manual' }) as const
    const token = (parameters: Record<string, string>) =>
      fetch(`${server.origin}/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'any', ...parameters }),
        ...patient(),
      })

    it('Claude Code: an answer within 10 s to the token request, while the host of its document hangs', async () => {
      const { client_id } = DOCUMENTS['Claude Code']
      web.serve(client_id, silent)
      assert.equal(await refusal(await token({ client_id })), '400 invalid_grant')
    })

    it('Codex: an answer within 10 s to the authorization request, while the host of its document hangs', async () => {
      const client = documented('Codex')
      web.serve(client.client_id, silent)
      const response = await fetch(authorizationRequest(server, client).url, patient())
      assert.equal(response.status, 303)
    })

    it('ChatGPT: an answer within 10 s to the token request, while the hosts of its document and of its keys hang', async () => {
      const { client_id } = DOCUMENTS.ChatGPT
      web.serve(client_id, silent)
      web.serve('https://chatgpt.com/oauth/jwks.json', silent)
      const proof = await assertionBy(await newKey('RS256'), client_id, server.origin)
      assert.equal(await refusal(await token(proof)), '401 invalid_client')
    })

    it('a client that nobody knows: an answer within 10 s to both requests, while the host of its document hangs', async () => {
      const client_id = 'https://app.example/client.json'
      web.serve(client_id, silent)
      assert.match(await refusal(await token({ client_id })), /^40[01] invalid_client$/)
      const request = authorizationRequest(server, { client_id, redirect_uris: ['https://app.example/cb'] })
      assert.equal((await fetch(request.url, patient())).status, 400)
    })

    it('Cursor: invalid_client for a registration that was never used and has ended, and invalid_grant for tokens that have', async () => {
      const { client: used, tokens } = await connect(REGISTRATIONS.Cursor)
      const client = await register(server, { ...REGISTRATIONS.Cursor, client_name: 'Cursor, never used' })
      await server.advance(31 * DAY)
      assert.equal(await refusal(await refresh(server, client, 'any')), '401 invalid_client')
      assert.equal(await refusal(await refresh(server, used, tokens.refresh_token)), '400 invalid_grant')
    })
  })
})
