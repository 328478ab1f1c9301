// What is bounded in a request to /mcp before anything reads it: a few bytes can spell what keeps readers busy for long.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useConnection } from '../support/connection.ts'
import { initialize, message, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'

describe('a request to /mcp, bounded before it is parsed', () => {
  const server = useServer({ CALL_BUDGET: '1000,100,1000,100' })
  const connection = useConnection(server)

  /** A call with arguments that are JSON already. */
  const callWith = (name: string, args: string) =>
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`
  const lists = (levels: number, inner = '') => '['.repeat(levels) + inner + ']'.repeat(levels)
  const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  const command = (inner: string) => callWith('create_live_command', `{"projectId":1,"command":${inner}}`)

  /** That a body is refused as a whole, in one sentence that says the bound. */
  async function assertRefused(body: unknown, bound: RegExp) {
    const response = await rpc(server, connection.token, body)
    assert.equal(response.status, 400)
    const text = await response.text()
    assert.ok(text.length < 300, text.slice(0, 300))
    const { error, id } = JSON.parse(text)
    assert.deepEqual([error.code, id], [-32600, null])
    assert.match(error.message, bound)
  }

  it('is nested 64 levels deep at most, wherever it is, looked at before it is parsed (JSON-RPC 2.0, Invalid Request)', async () => {
    const list = toolCall('list_projects')
    for (const body of [
      lists(5_000),
      lists(300_000),
      lists(65),
      callWith('list_projects', objects(5_000)),
      callWith('list_projects', `{"a":${lists(62)}}`),
      command(objects(300_000)),
      `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":${objects(65)}}}`,
      `[${JSON.stringify(list)},${lists(64)}]`,
      '['.repeat(1_000_000),
    ]) {
      await assertRefused(body, /64 levels/)
    }
    assert.equal((await rpc(server, connection.token, command(objects(61)))).status, 403) // deep enough: the gate decides
  })

  it('has 10,000 values at most, wherever they are', async () => {
    const fields = (value: unknown = 1) =>
      Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`a${i}`, value]))
    const request = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    for (const body of [
      toolCall('list_projects', fields()),
      { ...request, ...fields() },
      { ...request, params: { _meta: fields() } },
      { ...initialize(), params: { ...initialize().params, capabilities: { experimental: fields({}) } } },
      toolCall('read_object_store_file_job_id', { organizationId: 'x', keys: new Array(10_000).fill('k') }),
      toolCall('check_syntax', { language: 'Py', files: new Array(30_000).fill({}) }),
      Array.from({ length: 100 }, (_, id) => toolCall('check_syntax', { files: new Array(100).fill({}) }, id)),
      `[${'[],'.repeat(300_000)}[]]`,
      ','.repeat(300_000),
    ]) {
      await assertRefused(body, /10000 values/)
    }
  })

  it('has any length where it is one text, and any text: quotes, brackets and commas in it count for nothing', async () => {
    const upload = (objectData: string) => toolCall('upload_object', { organizationId: 'x', key: 'x', objectData })
    const keys = Array.from({ length: 9_000 }, (_, i) => `key ${i}`)
    for (const body of [
      upload('x'.repeat(2_000_000)),
      upload('"'.repeat(1_500_000)),
      upload('[{,'.repeat(600_000)),
      upload('\\"[,'.repeat(400_000)),
      toolCall('read_object_store_file_job_id', { organizationId: 'x', keys }),
    ]) {
      // The gate decides, and QuantConnect about what it lets through.
      assert.match(
        await (await rpc(server, connection.token, body)).text(),
        /insufficient_scope|allow|Organization not found/,
      )
    }
  })

  it('has no member called __proto__, which is a trap for code that copies', async () => {
    for (const args of ['{"__proto__":{"a":1}}', '{"a":[{"__proto__":1}]}', '{"\\u005f_proto__":null}']) {
      const response = await rpc(server, connection.token, callWith('list_projects', args))
      assert.equal(response.status, 400)
      assert.equal((await message(response)).error.code, -32700)
    }
  })

  const call = toolCall('list_projects')
  const ask = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params })
  const many = (count: number, value: unknown = 1) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, value]))

  it('has names of 256 characters at most, and addresses of 2048, since answers repeat them', async () => {
    const long = 'x'.repeat(257)
    const withMeta = (_meta: object) => ({ ...call, params: { ...call.params, _meta } })
    const longName = modern('tools/call', { name: 'x'.repeat(900_000) })
    for (const body of [
      { ...call, id: long },
      { ...call, id: 'x'.repeat(900_000) },
      [call, { ...call, id: long }],
      withMeta({ progressToken: long }),
      withMeta({ 'io.modelcontextprotocol/protocolVersion': long }),
      longName,
      toolCall(long),
      ask(long, {}),
      ask('prompts/get', { name: long }),
      ask('resources/read', { uri: `qc://projects/1/files/${'%41'.repeat(300_000)}` }),
      { ...initialize(), params: { ...initialize().params, protocolVersion: long } },
    ]) {
      await assertRefused(body, /256 characters/)
    }
    const name = long.slice(1)
    assert.equal((await rpc(server, connection.token, { ...withMeta({ progressToken: name }), id: name })).status, 200)
  })

  it('has 200 values at most beside the arguments of a tool, where a mistake costs the most', async () => {
    const params = initialize().params
    for (const body of [
      ask('tools/list', { _meta: many(300) }),
      { ...ask('tools/list', {}), ...many(300) },
      { ...call, params: { ...call.params, _meta: { deeper: [many(300)] } } },
      { ...initialize(), params: { ...params, capabilities: { experimental: many(9_000) } } },
      ask('prompts/get', { name: 'explain_backtest', arguments: many(9_000) }),
      ask('completion/complete', { context: { arguments: many(9_000) } }),
      [call, ask('tools/list', { _meta: many(300) })],
    ]) {
      await assertRefused(body, /200 values/)
    }
    const experimental = many(100, {})
    const opened = await rpc(server, connection.token, {
      ...initialize(),
      params: { ...params, capabilities: { experimental } },
    })
    assert.ok((await message(opened)).result.serverInfo)
  })
})
