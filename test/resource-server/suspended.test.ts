// A connection that waits for its person, since the API token behind it was replaced: it may look at what there is, and do
// nothing, and goes on where it was once the person has kept it.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { useConnection } from '../support/connection.ts'
import { initialize, message, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'
import { withStore } from '../support/stored.ts'

const request = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 1, method, params })
const WHY = /API token of this account was replaced/

describe('a suspended connection', () => {
  const server = useServer()
  const connection = useConnection(server)
  before(async () => {
    await connection.change({ suspended: true })
  })

  it('is told so by every tool, in a result that says where its person decides', async () => {
    for (const name of ['list_projects', 'create_project', 'delete_project']) {
      const response = await rpc(server, connection.token, toolCall(name, { name: 'Never made', language: 'Py' }))
      assert.equal(response.status, 200, name)
      const { result } = await message(response)
      assert.equal(result.isError, true, name)
      const [{ text }] = result.content
      assert.match(text, WHY)
      assert.ok(text.includes(`${server.origin}/account.`), text)
      assert.match(text, /nothing needs reconnecting/)
    }
  })

  it('reads no address and completes none, and is told the same', async () => {
    const uri = 'qc://projects/1'
    assert.match(
      (await message(await rpc(server, connection.token, request('resources/read', { uri })))).error.message,
      WHY,
    )
    const params = {
      ref: { type: 'ref/resource', uri: 'qc://projects/{projectId}' },
      argument: { name: 'projectId', value: '' },
    }
    assert.match(
      (await message(await rpc(server, connection.token, request('completion/complete', params)))).error.message,
      WHY,
    )
  })

  it('sees the lists, and instructions that say this and no more', async () => {
    for (const method of ['tools/list', 'prompts/list', 'resources/templates/list']) {
      assert.ok((await message(await rpc(server, connection.token, request(method)))).result, method)
    }
    const hello = await message(await rpc(server, connection.token, initialize()))
    const discovered = await message(
      await rpc(server, connection.token, modern('server/discover'), mirror('server/discover')),
    )
    for (const { result } of [hello, discovered]) {
      assert.match(result.instructions, WHY)
      assert.doesNotMatch(result.instructions, /100001|qc:/)
    }
  })

  it('has it on record', async () => {
    const { accountId } = (await connection.grant()) ?? {}
    const calls = await withStore(server, (store) => createAuditLog(store).calls(accountId ?? ''))
    assert.deepEqual(
      calls.map(({ tool, outcome }) => `${tool} ${outcome}`).toSorted(),
      ['create_project', 'delete_project', 'list_projects', 'list_projects', 'read_project'].map(
        (name) => `${name} blocked`,
      ),
    )
    for (const { why } of calls) assert.match(why ?? '', /suspended/)
  })

  it('goes on with the very next call once it is kept', async () => {
    await connection.change({ suspended: false })
    const { result } = await message(await rpc(server, connection.token, toolCall('list_projects')))
    assert.equal(result.isError, undefined)
  })
})

describe('a connection that lives until it is ended', () => {
  const server = useServer()
  const connection = useConnection(server)

  it('stays while it is used', async () => {
    const soon = Math.floor(Date.now() / 1000) + 60
    await connection.change({ endless: true, expiresAt: soon, usedAt: soon - 2 * 24 * 60 * 60 })
    assert.equal((await rpc(server, connection.token, toolCall('list_projects'))).status, 200)
    const { expiresAt = 0 } = (await connection.grant()) ?? {}
    assert.ok(expiresAt > soon + 80 * 24 * 60 * 60)
  })
})
