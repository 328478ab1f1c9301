import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GROUPS } from '../../src/scopes.ts'
import { connect } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'

describe('a request without a token, RFC 6750 §3.1 and RFC 9728 §5.1', () => {
  const server = useServer()

  const wayIn = () =>
    `Bearer resource_metadata="${server.origin}/.well-known/oauth-protected-resource/mcp", scope="${GROUPS.research.join(' ')}"`

  for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS']) {
    it(`is told the way in and no error when it is a ${method}`, async () => {
      const response = await fetch(server.mcp, { method })
      assert.equal(response.status, 401)
      assert.equal(response.headers.get('www-authenticate'), wayIn())
      assert.equal(response.headers.get('cache-control'), 'no-store')
    })
  }

  for (const scheme of ['Basic MTAwMDAxOnNhbmRib3gtYWxpY2U=', 'DPoP abc', 'nonsense']) {
    it(`is one too when it comes with another scheme: ${scheme}`, async () => {
      const response = await fetch(server.mcp, { method: 'POST', headers: { authorization: scheme } })
      assert.equal(response.status, 401)
      assert.equal(response.headers.get('www-authenticate'), wayIn())
    })
  }

  it('is told so before anything is said about its body', async () => {
    for (const body of ['{', '[]', JSON.stringify(toolCall('nonsense')), JSON.stringify('x'.repeat(5_000_000))]) {
      const response = await rpc(server, '', body)
      assert.equal(response.status, 401)
      assert.equal(response.headers.get('www-authenticate'), wayIn())
    }
  })

  it('finds no error in the answer’s body either', async () => {
    const { error, scope } = (await (await rpc(server, '', toolCall('list_projects'))).json()) as Record<string, string>
    assert.equal(error, undefined)
    assert.equal(scope, GROUPS.research.join(' '))
  })

  it('stays one when the token stands in the query or in a form, which are no places for it (RFC 6750 §5.3)', async () => {
    const { tokens } = await connect(server)
    const inQuery = await fetch(`${server.mcp}?access_token=${tokens.access_token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify(toolCall('list_projects')),
    })
    const inForm = await fetch(server.mcp, {
      method: 'POST',
      body: new URLSearchParams({ access_token: tokens.access_token }),
    })
    for (const response of [inQuery, inForm]) {
      assert.equal(response.status, 401)
      assert.equal(response.headers.get('www-authenticate'), wayIn())
    }
  })

  it('needs none when it is a CORS preflight from an allowed origin', async () => {
    const response = await fetch(server.mcp, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:6274',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,mcp-protocol-version,mcp-method,mcp-name',
      },
    })
    assert.equal(response.status, 204)
    assert.equal(response.headers.get('access-control-allow-origin'), 'http://localhost:6274')
    assert.match(response.headers.get('access-control-allow-methods') ?? '', /\bPOST\b/)
    const allowed = (response.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/, ?/)
    for (const name of ['authorization', 'content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name']) {
      assert.ok(allowed.includes(name), name)
    }
  })

  it('lets a web page read the challenge', async () => {
    const response = await fetch(server.mcp, { method: 'POST', headers: { origin: server.origin } })
    assert.equal(response.status, 401)
    assert.equal(response.headers.get('access-control-allow-origin'), server.origin)
    assert.match(response.headers.get('access-control-expose-headers') ?? '', /\bWWW-Authenticate\b/i)
  })
})
