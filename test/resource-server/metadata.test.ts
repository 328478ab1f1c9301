import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GROUPS } from '../../src/scopes.ts'
import { challengeOf } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'

describe('protected resource metadata, RFC 9728', () => {
  const server = useServer()

  const inserted = () => `${server.origin}/.well-known/oauth-protected-resource/mcp`
  const root = () => `${server.origin}/.well-known/oauth-protected-resource`
  const read = async (url: string) => (await (await fetch(url)).json()) as Record<string, unknown>

  it('names the resource exactly as clients are given it (§3.3)', async () => {
    assert.equal((await read(inserted())).resource, server.mcp)
  })

  it('leads to this authorization server and no other (§2)', async () => {
    const { authorization_servers } = await read(inserted())
    assert.deepEqual(authorization_servers, [server.origin])
    const { issuer } = await read(`${server.origin}/.well-known/oauth-authorization-server`)
    assert.equal(issuer, server.origin)
  })

  it('names the scopes of the research group, and the header as the one place for a token', async () => {
    const { scopes_supported, bearer_methods_supported } = await read(inserted())
    assert.deepEqual(scopes_supported, GROUPS.research)
    assert.deepEqual(bearer_methods_supported, ['header'])
  })

  it('is the same byte for byte at both places where clients look (§3.1)', async () => {
    const [one, other] = await Promise.all([fetch(inserted()), fetch(root())])
    assert.deepEqual([one.status, other.status], [200, 200])
    assert.match(one.headers.get('content-type') ?? '', /^application\/json/)
    assert.equal(one.headers.get('content-type'), other.headers.get('content-type'))
    assert.equal(await one.text(), await other.text())
  })

  it('stands where the challenge points (§5.1)', async () => {
    const { resource_metadata } = challengeOf(await fetch(server.mcp, { method: 'POST' }))
    assert.equal(resource_metadata, inserted())
  })

  it('can be read by a page from anywhere', async () => {
    for (const url of [inserted(), root()]) {
      const response = await fetch(url, { headers: { origin: 'https://client.example' } })
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
    }
  })

  it('answers the preflight of a client that adds headers', async () => {
    for (const url of [inserted(), root()]) {
      const response = await fetch(url, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://client.example',
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'mcp-protocol-version',
        },
      })
      assert.equal(response.status, 204)
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
      assert.match(response.headers.get('access-control-allow-headers') ?? '', /mcp-protocol-version/i)
    }
  })
})
