// How real clients find out that they have to sign in, and where.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import { GROUPS } from '../../src/scopes.ts'
import { connectAs, useSignedIn } from '../support/connection.ts'
import { REGISTRATIONS } from '../support/known-clients.ts'
import { initialize, mirror, modern } from '../support/mcp-requests.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import { usePrograms } from '../support/sdk-client.ts'
import { useServer } from '../support/server.ts'

describe('real clients: discovery', () => {
  const server = useServer()
  const newProgram = usePrograms(server)
  const person = useSignedIn(server)

  type Metadata = Record<string, unknown>
  const read = async (url: string): Promise<Metadata> => {
    const response = await fetch(url, { redirect: 'manual' })
    assert.equal(response.status, 200, url)
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/, url)
    return (await response.json()) as Metadata
  }
  const resourceMetadata = () => `${server.origin}/.well-known/oauth-protected-resource/mcp`
  const serverMetadata = () => read(`${server.origin}/.well-known/oauth-authorization-server`)

  const post = (body: object, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(body),
  })
  /** What each client sends first, before it has a token. */
  const FIRST: Record<string, RequestInit> = {
    'Gemini CLI: HEAD': { method: 'HEAD', headers: { accept: 'application/json' } },
    'Codex and Goose: GET with MCP-Protocol-Version 2024-11-05': {
      headers: { accept: '*/*', 'mcp-protocol-version': '2024-11-05' },
    },
    'mcp-remote: GET with MCP-Protocol-Version 2024-11-05, for an event stream': {
      headers: { accept: 'text/event-stream', 'mcp-protocol-version': '2024-11-05' },
    },
    'SDK v1, LibreChat, use-mcp: POST initialize': post(initialize('2025-11-25')),
    'claude.ai: POST initialize with a version header': post(initialize('2025-06-18'), {
      'mcp-protocol-version': '2025-06-18',
    }),
    'SDK v2, Claude Code, AI SDK: POST server/discover of 2026-07-28': post(
      modern('server/discover'),
      mirror('server/discover'),
    ),
  }
  /** What nobody would answer if they had a token: the challenge comes before all that is wrong with it. */
  const ODD: Record<string, RequestInit> = {
    'a method that is not there': { method: 'PUT' },
    'a DELETE of no session': { method: 'DELETE' },
    'a POST that accepts only HTML': post(initialize('2025-11-25'), { accept: 'text/html' }),
    'a POST without a body': { method: 'POST' },
    'a protocol version of the future': post(initialize('2099-01-01'), { 'mcp-protocol-version': '2099-01-01' }),
  }

  describe('requirement 1: a request without a token gets 401 and the way in, before anything else is looked at', () => {
    for (const [name, request] of [...Object.entries(FIRST), ...Object.entries(ODD)]) {
      it(name, async () => {
        const response = await fetch(server.mcp, request)
        assert.equal(response.status, 401)
        const scope = GROUPS.research.join(' ')
        const wayIn = `Bearer resource_metadata="${resourceMetadata()}", scope="${scope}"`
        assert.equal(response.headers.get('www-authenticate'), wayIn)
      })

      it(`${name}, with a wrong token: error="invalid_token" as well`, async () => {
        const headers = { ...request.headers, authorization: 'Bearer stale' }
        const response = await fetch(server.mcp, { ...request, headers })
        assert.equal(response.status, 401)
        const header = response.headers.get('www-authenticate') ?? ''
        assert.match(header, /^Bearer error="invalid_token", /)
        assert.ok(header.includes(`resource_metadata="${resourceMetadata()}"`), header)
        assert.ok(header.includes(`scope="${GROUPS.research.join(' ')}"`), header)
      })
    }
  })

  describe('requirement 2: the protected resource metadata is at both places, and names the MCP URL byte for byte', () => {
    const published = async () => {
      const home = await (await fetch(server.origin)).text()
      return /<code class="address"[^>]*>([^<]+)</.exec(home)?.[1] ?? ''
    }

    it('SDK v1 and v2, claude.ai: at the address in the challenge', async () => {
      const { headers } = await fetch(server.mcp, { method: 'POST' })
      const [, url = ''] = /resource_metadata="([^"]+)"/.exec(headers.get('www-authenticate') ?? '') ?? []
      assert.equal((await read(url)).resource, await published())
    })

    it('claude mcp login and mcpc: at the path-inserted address, without asking the MCP URL first', async () => {
      const { origin, pathname } = new URL(await published())
      const { resource } = await read(`${origin}/.well-known/oauth-protected-resource${pathname}`)
      assert.equal(resource, await published())
    })

    it('clients that know no path: at the root, the same text', async () => {
      const [inserted, root] = await Promise.all(
        [resourceMetadata(), `${server.origin}/.well-known/oauth-protected-resource`].map(async (url) =>
          (await fetch(url)).text(),
        ),
      )
      assert.equal(root, inserted)
    })

    it('Gemini CLI: goes on, since what it rebuilds from the typed URL equals `resource`', async () => {
      const { protocol, host, pathname } = new URL(await published())
      const { resource } = await read(resourceMetadata())
      assert.equal(resource, `${protocol}//${host}${pathname}`)
    })
  })

  describe('requirement 3: the issuer has one spelling, in both metadata documents, in iss and in the token', () => {
    it('Zed, SDK v2: authorization_servers[0] is the issuer of the metadata found there', async () => {
      const { authorization_servers } = await read(resourceMetadata())
      const [issuer, ...others] = authorization_servers as string[]
      assert.deepEqual(others, [])
      assert.equal(issuer, server.origin)
      assert.ok(!issuer?.endsWith('/'))
      for (const name of ['oauth-authorization-server', 'openid-configuration']) {
        assert.equal((await read(`${issuer}/.well-known/${name}`)).issuer, issuer)
      }
    })

    it('Claude Code, ChatGPT: iss of the authorization response is the same, and so is that of the token', async () => {
      const client = await register(server, REGISTRATIONS.ChatGPT)
      const { tokens } = await connectAs(person, { client })
      assert.equal(decodeJwt(tokens.access_token).iss, server.origin)
      const { url } = await person.allow(authorizationRequest(server, client).url)
      assert.equal(url.searchParams.get('iss'), server.origin)
    })
  })

  describe('requirement 4: the authorization server is on the MCP origin, answers in place, and says what is true', () => {
    it('mcpc: finds nothing at <MCP URL>/.well-known, and the metadata at the root of the MCP origin', async () => {
      for (const name of ['oauth-authorization-server', 'openid-configuration']) {
        assert.equal((await fetch(`${server.mcp}/.well-known/${name}`, { redirect: 'manual' })).status, 404)
        const { origin } = new URL(server.mcp)
        assert.equal((await read(`${origin}/.well-known/${name}`)).issuer, origin)
      }
    })

    it('every client: all endpoints are on the MCP origin', async () => {
      const metadata = await serverMetadata()
      const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name))
      assert.ok(endpoints.length >= 6)
      for (const [name, url] of endpoints) assert.equal(new URL(String(url)).origin, new URL(server.mcp).origin, name)
    })

    it('every client: nothing redirects, neither metadata nor registration nor token', async () => {
      const { token_endpoint, registration_endpoint } = await serverMetadata()
      for (const name of ['oauth-protected-resource', 'oauth-protected-resource/mcp', 'openid-configuration']) {
        await read(`${server.origin}/.well-known/${name}`)
      }
      const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', client_id: 'x' })
      for (const [url, init] of [
        [token_endpoint, { method: 'POST', body }],
        [registration_endpoint, post(REGISTRATIONS['mcp-remote'])],
      ] as const) {
        const { status, headers } = await fetch(String(url), { ...init, redirect: 'manual' })
        assert.ok(status < 300 || status >= 400, `${url}: ${status}`)
        assert.equal(headers.get('location'), null)
      }
    })

    it('SDK v1 and v2, Codex: S256 is declared', async () => {
      assert.deepEqual((await serverMetadata()).code_challenge_methods_supported, ['S256'])
    })

    it('LibreChat, SDK v2: each token auth method that is listed is one that a registration gets', async () => {
      const { token_endpoint_auth_methods_supported } = await serverMetadata()
      const listed = token_endpoint_auth_methods_supported as string[]
      for (const method of listed) {
        const { token_endpoint_auth_method } = await register(server, {
          ...REGISTRATIONS.LibreChat,
          token_endpoint_auth_method: method,
          ...(method === 'private_key_jwt' ? { jwks_uri: 'https://chat.example/jwks.json' } : {}),
        })
        assert.equal(token_endpoint_auth_method, method)
      }
    })

    for (const [name, registration] of Object.entries(REGISTRATIONS)) {
      it(`${name}: the token auth method that its registration gets is listed`, async () => {
        const { token_endpoint_auth_methods_supported } = await serverMetadata()
        const { token_endpoint_auth_method } = await register(server, registration)
        assert.ok((token_endpoint_auth_methods_supported as unknown[]).includes(token_endpoint_auth_method))
      })
    }
  })

  describe('requirement 5: iss is on success and on error responses, and advertised', () => {
    it('ChatGPT, Codex: it is advertised, so that they use their one redirect URI', async () => {
      assert.equal((await serverMetadata()).authorization_response_iss_parameter_supported, true)
    })

    it('SDK v2: connects, though it demands iss and compares it', async () => {
      const program = await newProgram('v2')
      const client = await program.connect(async (url) => {
        const place = await person.allow(url)
        assert.equal(place.url.searchParams.get('iss'), server.origin)
        await fetch(place.url)
      })
      assert.ok((await client.listTools()).tools.length)
      await client.close()
    })

    it('Claude Code: when the person says no', async () => {
      const client = await register(server, REGISTRATIONS['Claude Code'])
      const page = await person.arrive(authorizationRequest(server, client, { prompt: 'consent' }).url)
      const { url } = await person.submit(page, { decision: 'deny' })
      assert.equal(url.searchParams.get('error'), 'access_denied')
      assert.equal(url.searchParams.get('iss'), server.origin)
    })

    for (const [what, parameters] of Object.entries({
      'a page that must not be shown': { prompt: 'none' },
      'a resource that is not here': { resource: 'https://other.example/mcp' },
      'a request without PKCE': { code_challenge: undefined, code_challenge_method: undefined },
      'a response type that is not here': { response_type: 'token' },
    })) {
      it(`Codex: when there is no page at all, as for ${what}`, async () => {
        const client = await register(server, REGISTRATIONS.Codex)
        const { url } = await person.open(authorizationRequest(server, client, parameters).url)
        assert.equal(url.origin, new URL(client.redirect_uris[0] ?? '').origin)
        assert.ok(url.searchParams.get('error'))
        assert.equal(url.searchParams.get('iss'), server.origin)
      })
    }
  })
})
