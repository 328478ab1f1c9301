import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SCOPES, type Scope } from '../../src/scopes.ts'
import { useConnection } from '../support/connection.ts'
import { challengeOf, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { projectNames } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'

describe('a call beyond what was allowed, RFC 6750 §3.1 and MCP authorization', () => {
  const server = useServer()
  const connection = useConnection(server)

  let authorizedAt = 1
  /** As if the person had just agreed to these; a refusal of before is then the first again. */
  const allow = (scopes: readonly Scope[]) => connection.change({ scopes, authorizedAt: authorizedAt++ })

  it('is told in words what is missing and where a person can allow it, in printable ASCII (RFC 6750 §3)', async () => {
    await allow(['qc:projects:read'])
    const response = await rpc(server, connection.token, toolCall('create_project'))
    const header = response.headers.get('www-authenticate') ?? ''
    assert.match(header, /^Bearer /)
    assert.match(header, /^[\x20-\x7e]+$/)
    const { error_description = '' } = challengeOf(response)
    assert.match(error_description, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    assert.ok(error_description.includes(SCOPES['qc:projects:write'].says), error_description)
    assert.ok(error_description.includes('qc:projects:write'), error_description)
    const page = `${server.origin}/account/connections/${connection.grantId}`
    assert.ok(error_description.includes(page), error_description)
    const body = (await response.json()) as Record<string, string>
    assert.deepEqual([body.error, body.scope], ['insufficient_scope', 'qc:projects:write'])
    assert.equal(response.headers.get('cache-control'), 'no-store')
  })

  it('names all scopes of all calls in a batch, those held already too, and runs none of them', async () => {
    await allow(['qc:projects:read', 'qc:projects:write'])
    const response = await rpc(server, connection.token, [
      toolCall('create_project', { name: 'Made by a batch', language: 'Py' }, 1),
      toolCall('read_account', {}, 2),
      { jsonrpc: '2.0', id: 3, method: 'tools/list' },
      toolCall('create_file', { projectId: 1, name: 'a.py' }, 4),
    ])
    assert.equal(response.status, 403)
    const { scope, error_description = '' } = challengeOf(response)
    assert.equal(scope, 'qc:account:read qc:projects:write qc:files:write')
    assert.ok(!error_description.includes('qc:projects:write'), 'what is allowed already is not missing')
    assert.deepEqual(await projectNames(server, connection.token), [])
  })

  it('is refused in the 2026-07-28 era as before', async () => {
    await allow(['qc:projects:read'])
    const body = modern('tools/call', { name: 'create_project', arguments: { name: 'Modern', language: 'Py' } })
    const response = await rpc(server, connection.token, body, mirror('tools/call', 'create_project'))
    assert.equal(response.status, 403)
    assert.equal(challengeOf(response).scope, 'qc:projects:write')
    assert.deepEqual(await projectNames(server, connection.token), [])
  })

  it('is refused when it is sent as a notification, to which nobody listens', async () => {
    await allow(['qc:projects:read'])
    const { id: _none, ...notification } = toolCall('create_project', { name: 'Unheard', language: 'Py' })
    assert.equal((await rpc(server, connection.token, notification)).status, 403)
    await allow(['qc:projects:read', 'qc:projects:write'])
    assert.deepEqual(await projectNames(server, connection.token), [])
  })
})
