import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useConnection } from '../support/connection.ts'
import { initialize, message, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'

/** Every version that is served, the newest first. */
const SERVED = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07']

describe('both protocol eras on one address', () => {
  const server = useServer()
  const connection = useConnection(server, { allow: ['qc:account:read', 'qc:projects:read'] })

  /** What a model must know before its first call. */
  function assertTells(instructions: string) {
    assert.match(instructions, /SANDBOX/)
    assert.match(instructions, /100001/)
    for (const scope of ['qc:account:read', 'qc:projects:read']) assert.ok(instructions.includes(scope), scope)
    assert.doesNotMatch(instructions, /qc:projects:write/)
    assert.ok(instructions.includes(server.origin), 'where to allow more')
    assert.doesNotMatch(instructions, /sandbox-alice/)
  }

  for (const version of ['2025-06-18', '2025-11-25']) {
    describe(`${version}, by initialize`, () => {
      const headers = { 'mcp-protocol-version': version }

      it('agrees on the version, says who it is and what it can, and instructs the model', async () => {
        const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: 'x', version: '1' } }
        const { result } = await message(
          await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method: 'initialize', params }),
        )
        assert.equal(result.protocolVersion, version)
        assert.equal(result.serverInfo.name, 'qcgate')
        assert.ok(result.capabilities.tools)
        assertTells(result.instructions)
      })

      it('lists the tools and calls one', async () => {
        const list = await rpc(server, connection.token, { jsonrpc: '2.0', id: 'a', method: 'tools/list' }, headers)
        const { result, id } = await message(list)
        assert.equal(id, 'a')
        assert.ok(result.tools.some(({ name }: { name: string }) => name === 'read_account'))
        const called = await message(await rpc(server, connection.token, toolCall('read_account', {}, 7), headers))
        assert.equal(called.id, 7)
        assert.equal(called.result.isError, undefined)
        assert.ok(called.result.structuredContent.organizationId)
      })
    })
  }

  describe('2026-07-28, without a handshake', () => {
    const ask = async (method: string, params: object = {}, name?: string) =>
      message(await rpc(server, connection.token, modern(method, params), mirror(method, name)))

    it('tells versions, capabilities and instructions to server/discover, for this person only', async () => {
      const { result } = await ask('server/discover')
      assert.deepEqual(result.supportedVersions, SERVED)
      assert.ok(result.capabilities.tools)
      assert.equal(result._meta['io.modelcontextprotocol/serverInfo'].name, 'qcgate')
      assert.equal(result.cacheScope, 'private') // the instructions name an account: no shared cache may keep them
      assertTells(result.instructions)
    })

    it('lists the tools and calls one', async () => {
      const { tools } = (await ask('tools/list')).result
      assert.ok(tools.some(({ name }: { name: string }) => name === 'read_account'))
      const { result } = await ask('tools/call', { name: 'read_account', arguments: {} }, 'read_account')
      assert.equal(result.resultType, 'complete')
      assert.ok(result.structuredContent.organizationId)
    })

    it('refuses a request whose version is named in one place only, or not known', async () => {
      const noHeaders = await rpc(server, connection.token, modern('tools/list'))
      assert.equal(noHeaders.status, 400)
      const body = JSON.stringify(modern('tools/list')).replaceAll('2026-07-28', '2099-01-01')
      const future = await rpc(server, connection.token, body, {
        ...mirror('tools/list'),
        'mcp-protocol-version': '2099-01-01',
      })
      assert.equal(future.status, 400)
      const { code, data } = (await message(future)).error
      assert.deepEqual([code, data], [-32022, { supported: SERVED, requested: '2099-01-01' }])
    })

    it('is told all versions by a request of 2025 whose version is not known', async () => {
      const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
      const unknown = await rpc(server, connection.token, list, { 'mcp-protocol-version': '2025-01-01' })
      assert.equal(unknown.status, 400)
      const said = (await message(unknown)).error.message
      for (const version of SERVED) assert.ok(said.includes(version), said)
    })

    it('is served in every version that is named', async () => {
      for (const version of SERVED.slice(1)) {
        const { result } = await message(await rpc(server, connection.token, initialize(version)))
        assert.equal(result.protocolVersion, version)
        const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
        assert.equal((await rpc(server, connection.token, list, { 'mcp-protocol-version': version })).status, 200)
      }
    })

    it('answers an unknown method with 404 and -32601', async () => {
      const response = await rpc(server, connection.token, modern('tools/nonsense'), mirror('tools/nonsense'))
      assert.equal(response.status, 404)
      assert.equal((await message(response)).error.code, -32601)
    })
  })

  it('both see the same tools in the same order', async () => {
    const old = await message(await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method: 'tools/list' }))
    const recent = await message(await rpc(server, connection.token, modern('tools/list'), mirror('tools/list')))
    assert.deepEqual(recent.result.tools, old.result.tools)
  })
})
