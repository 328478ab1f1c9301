// What real clients speak once they are in: two eras of the protocol on one address, from programs and from web pages.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { connectAs, useSignedIn } from '../support/connection.ts'
import { REGISTRATIONS } from '../support/known-clients.ts'
import { initialize, message, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { authorizationRequest, redemption, register, tokenRequest } from '../support/raw-client.ts'
import { usePrograms } from '../support/sdk-client.ts'
import { useServer } from '../support/server.ts'

/** Where a page with use-mcp lives while it is being written, and where it lives later. */
const PAGES = ['http://localhost:5173', 'https://app.example']
const SENT = [
  'Authorization',
  'Content-Type',
  'Accept',
  'MCP-Protocol-Version',
  'Mcp-Session-Id',
  'Mcp-Method',
  'Mcp-Name',
  'Last-Event-ID',
]
const READ = ['WWW-Authenticate', 'Mcp-Session-Id', 'MCP-Protocol-Version']

describe('real clients: eras', () => {
  const server = useServer({ ALLOWED_ORIGINS: PAGES.join(',') })
  const newProgram = usePrograms(server)
  const person = useSignedIn(server)
  let token: string
  before(async () => {
    const client = await register(server, REGISTRATIONS.mcpc)
    token = (await connectAs(person, { client })).tokens.access_token
  })

  const list = (value: string | null) => (value ?? '').toLowerCase().split(/,\s*/)

  /** What a browser asks before it lets a page of this origin send such a request. */
  async function assertPreflight(url: string, method: string, origin: string) {
    const { status, headers } = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': SENT.map((name) => name.toLowerCase())
          .sort()
          .join(','),
      },
    })
    assert.equal(status, 204, url)
    assert.ok(['*', origin].includes(headers.get('access-control-allow-origin') ?? ''), url)
    const methods = list(headers.get('access-control-allow-methods'))
    assert.ok(methods.includes(method.toLowerCase()), `${url}: ${methods}`)
    const allowed = list(headers.get('access-control-allow-headers'))
    for (const name of SENT) assert.ok(allowed.includes(name.toLowerCase()), `${url}: ${name}`)
  }

  /** What a browser looks at before it lets the page read the answer. */
  function assertReadable({ headers, url }: Response, origin: string) {
    assert.ok(['*', origin].includes(headers.get('access-control-allow-origin') ?? ''), url)
    const exposed = list(headers.get('access-control-expose-headers'))
    for (const name of READ) assert.ok(exposed.includes(name.toLowerCase()), `${url}: ${name}`)
  }

  describe('requirement 15: both protocol eras are answered, and web pages may send and read what they need', () => {
    it('Claude Code, AI SDK, Inspector: server/discover of 2026-07-28, then tools', async () => {
      const ask = async (method: string, params: object = {}, name?: string) => {
        const response = await rpc(server, token, modern(method, params), mirror(method, name))
        assert.equal(response.status, 200, method)
        return (await message(response)).result
      }
      const { supportedVersions, capabilities } = await ask('server/discover')
      assert.ok(supportedVersions.includes('2026-07-28'))
      assert.ok(capabilities.tools)
      const { tools } = await ask('tools/list')
      assert.ok(tools.some(({ name }: { name: string }) => name === 'read_account'))
      const { isError } = await ask('tools/call', { name: 'read_account', arguments: {} }, 'read_account')
      assert.equal(isError, undefined)
    })

    for (const [version, who] of [
      ['2025-03-26', 'older programs'],
      ['2025-06-18', 'Codex'],
      ['2025-11-25', 'SDK v1, claude.ai, Zed'],
    ] as const) {
      it(`${who}: initialize with ${version}, then what a session does`, async () => {
        // From 2025-06-18 on each further request says its version; before it, none does.
        const headers: Record<string, string> = version === '2025-03-26' ? {} : { 'mcp-protocol-version': version }
        const { result } = await message(await rpc(server, token, initialize(version)))
        assert.equal(result.protocolVersion, version)
        assert.equal(result.serverInfo.name, 'qcgate')
        const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' }
        assert.equal((await rpc(server, token, initialized, headers)).status, 202)
        // Many open a stream now; where there is none, they go on without (MCP 2025-03-26, Streamable HTTP).
        const stream = await fetch(server.mcp, {
          headers: { ...headers, authorization: `Bearer ${token}`, accept: 'text/event-stream' },
        })
        assert.equal(stream.status, 405)
        const tools = await message(await rpc(server, token, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, headers))
        assert.ok(tools.result.tools.length)
        const called = await message(await rpc(server, token, toolCall('read_account', {}, 2), headers))
        assert.equal(called.result.isError, undefined)
      })
    }

    for (const line of ['v1', 'v2'] as const) {
      it(`SDK ${line}: connects as it is, in its own era`, async () => {
        const program = await newProgram(line)
        const client = await program.connect(async (url) => {
          await fetch((await person.allow(url)).url)
        })
        assert.ok((await client.listTools()).tools.length)
        assert.ok(!(await client.callTool({ name: 'read_account' })).isError)
        await client.close()
      })
    }

    for (const page of PAGES) {
      it(`use-mcp: from ${page}, may ask all endpoints with all its headers`, async () => {
        for (const method of ['POST', 'GET', 'DELETE']) await assertPreflight(server.mcp, method, page)
        for (const [method, paths] of Object.entries({
          GET: [
            '/.well-known/oauth-protected-resource/mcp',
            '/.well-known/oauth-protected-resource',
            '/.well-known/oauth-authorization-server',
            '/.well-known/openid-configuration',
          ],
          POST: ['/register', '/token'],
        })) {
          for (const path of paths) await assertPreflight(server.origin + path, method, page)
        }
      })

      it(`use-mcp: from ${page}, reads every answer on its way in, the challenge first`, async () => {
        const origin = { origin: page }
        const challenged = await rpc(server, '', initialize('2025-06-18'), origin)
        assert.equal(challenged.status, 401)
        assertReadable(challenged, page)
        const { headers } = challenged
        const [, metadata = ''] = /resource_metadata="([^"]+)"/.exec(headers.get('www-authenticate') ?? '') ?? []
        for (const url of [metadata, `${server.origin}/.well-known/oauth-authorization-server`]) {
          const response = await fetch(url, { headers: { ...origin, 'mcp-protocol-version': '2025-06-18' } })
          assert.equal(response.status, 200)
          assertReadable(response, page)
        }

        const redirect_uris = [`${page}/oauth/callback`]
        const registered = await fetch(`${server.origin}/register`, {
          method: 'POST',
          headers: { ...origin, 'content-type': 'application/json' },
          body: JSON.stringify({ ...REGISTRATIONS['use-mcp'], client_uri: page, redirect_uris }),
        })
        assert.equal(registered.status, 201)
        assertReadable(registered, page)
        const { client_id } = (await registered.json()) as { client_id: string }

        const request = authorizationRequest(server, { client_id, redirect_uris })
        const { url } = await person.allow(request.url)
        const redeemed = await tokenRequest(
          server,
          {
            client_id,
            ...redemption(request, { url }),
            resource: server.mcp,
          },
          origin,
        )
        assert.equal(redeemed.status, 200)
        assertReadable(redeemed, page)
        const { access_token } = (await redeemed.json()) as { access_token: string }
        const called = await rpc(server, access_token, initialize('2025-06-18'), origin)
        assert.equal(called.status, 200)
        assertReadable(called, page)
      })
    }
  })
})
