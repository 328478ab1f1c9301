// Whatever goes wrong with a call is told in few words, however much was wrong: a failure keeps the bound of its tool.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { refusalResult, wordsOf } from '../../src/resource-server/calls/refusals.ts'
import { TOOLS } from '../../src/resource-server/tools/catalog.ts'
import { EVERYTHING, useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { callTool, message, rpc, toolCall } from '../support/mcp-requests.ts'
import { sandboxOf } from '../support/sandbox.ts'
import type { TestServer } from '../support/server.ts'
import { startServer, useServer } from '../support/server.ts'
import type { Upstream } from '../support/upstream.ts'
import { json, startUpstream } from '../support/upstream.ts'
import { whileRunning } from '../support/while-running.ts'

/** Twice the words, once as text and once as structure, and what stands around them. */
const BRIEF = 9_000
const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

describe('a call that fails', () => {
  const server = useServer({ CALL_BUDGET: '1000,100,1000,100' })
  const connection = useConnection(server, EVERYTHING)
  const sandbox = sandboxOf(server)
  const many = (count: number, name = 'a') =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}${i}`, 1]))

  /** What is said of arguments that do not fit. */
  async function misfit(tool: string, args: object): Promise<string> {
    const result = await callTool(server, connection.token, tool, args)
    assert.equal(result.isError, true)
    assert.ok(size(result) < BRIEF, `${tool}: ${size(result)}`)
    const { error } = result.structuredContent
    assert.ok(error.length < 4_000, `${tool}: ${error.length}`)
    assert.match(error, new RegExp(`^The arguments do not fit ${tool}:`))
    return error
  }

  it('names the first few unknown arguments, clipped, and says how many more there are', async () => {
    assert.match(await misfit('list_projects', many(9_000)), /"a0", "a1", "a2", "a3", "a4" and 8995 more/)
    assert.match(await misfit('list_projects', { x: 1 }), /Unrecognized key: "x"$/m)
    assert.match(await misfit('list_projects', many(5)), /Unrecognized keys: "a0", "a1", "a2", "a3", "a4"$/m)
    assert.match(await misfit('read_backtest', many(3_000, 'long '.repeat(200))), /and 2995 more/)
    assert.match(await misfit('list_projects', { ['k'.repeat(1_000_000)]: 1 }), /"k{60} …"/)
    assert.match(
      await misfit('check_syntax', { language: 'Py', files: [many(8_000)] }),
      /and 7995 more\n +→ at files\[0\]/,
    )
  })

  it('names the first five problems, and says how many more there are', async () => {
    const list = (count: number, value: unknown) => Array.from({ length: count }, () => value)
    const keys = await misfit('read_object_store_file_job_id', { organizationId: 'x', keys: list(9_000, 1) })
    assert.deepEqual([keys.match(/✖/g)?.length, /and 8995 more$/.test(keys)], [5, true])
    const files = await misfit('check_syntax', { language: 'Py', files: list(4_000, {}) })
    assert.deepEqual([files.match(/✖/g)?.length, /and 7995 more$/.test(files)], [5, true])
    const batch = Array.from({ length: 90 }, (_, id) => toolCall('check_syntax', { files: list(90, {}) }, id))
    assert.ok((await (await rpc(server, connection.token, batch)).text()).length < 90 * BRIEF)
    const few = await misfit('read_backtest', { projectId: 'x', y: 1 })
    assert.doesNotMatch(few, /more/)
    assert.match(few, /at projectId/)
  })

  it('is told as briefly by the SDK, where what is wrong lies beside the arguments of a tool', async () => {
    for (const [method, params] of [
      ['prompts/get', { name: 'explain_backtest', arguments: many(150) }],
      ['completion/complete', { ref: { type: 'ref/prompt', name: 'x' }, context: { arguments: many(150) } }],
      ['resources/read', { uri: many(150) }],
    ] as const) {
      const text = await (await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method, params })).text()
      assert.match(text, /"error"/)
      assert.ok(text.length < BRIEF, `${method}: ${text.length}`)
    }
  })

  it('says the first hundred characters of a tool or prompt that there is not', async () => {
    const name = 'n'.repeat(250)
    for (const method of ['tools/call', 'prompts/get']) {
      const { error } = await message(
        await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method, params: { name } }),
      )
      assert.equal(error.code, -32602)
      assert.match(error.message, /: n{100} …$/)
    }
  })

  it('says the beginning of an address that there is not, and refuses a prompt longer than a few pages', async () => {
    const ask = async (method: string, params: object) =>
      (await message(await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method, params }))).error
    const unknown = await ask('resources/read', { uri: `qc://${'u'.repeat(2_000)}` })
    assert.match(unknown.message, /^Resource not found: qc:\/\/u+ …$/)
    assert.ok(size(unknown) < 800)
    const long = { name: 'write_and_backtest_strategy', arguments: { idea: 'i'.repeat(10_001) } }
    assert.match((await ask('prompts/get', long)).message, /idea must be text of 10000 characters at most/)
  })

  it('repeats of what QuantConnect says 4,000 characters at most', async () => {
    for (const reason of ['r'.repeat(900), '"'.repeat(900), '世'.repeat(900)]) {
      await sandbox('/sandbox/trouble', { path: '/projects/read', kind: 'refuse', reason })
      const result = await callTool(server, connection.token, 'list_projects')
      assert.equal(result.isError, true)
      assert.ok(result.structuredContent.error.length <= 4_002)
    }
  })

  it('has a secret of 16,384 characters or 200 lines at most, each of which is struck out of the answer', async () => {
    const keyed = (key: string) => ({
      projectId: 1,
      compileId: 'x',
      nodeId: 'x',
      brokerage: { id: 'CoinbaseBrokerage', 'coinbase-api-name': 'x', 'coinbase-api-private-key': key },
      dataProviders: { QuantConnectBrokerage: { id: 'QuantConnectBrokerage' } },
    })
    const line = 'line of a key'
    for (const key of ['k'.repeat(16_385), `${line}\n`.repeat(300), `${line}\r`.repeat(300), 'k\n'.repeat(1_000_000)]) {
      assert.match(await misfit('create_live_algorithm', keyed(key)), /16384 characters and 200 lines/)
    }
    const fits = keyed(`${line}\n`.repeat(150))
    const told = await callTool(server, connection.token, 'create_live_algorithm', fits)
    assert.doesNotMatch(told.structuredContent.error, /do not fit/)
  })
})

describe('the words of a failure', () => {
  const places = { issuer: 'https://qcgate.example', metadata: 'https://qcgate.example/metadata' }
  const reasons = (character: string) => Array.from({ length: 10 }, () => character.repeat(1_000))

  it('keep the bound of every tool, whatever QuantConnect says and however it is spelled as JSON', () => {
    for (const tool of TOOLS) {
      for (const character of ['r', '"', '\u0001', '世', '😀']) {
        const answer = { kind: 'refused', reasons: reasons(character) } as const
        const words = wordsOf({ reason: 'quantconnect', answer }, { tool, grantId: 'g', places })
        const result: Json = refusalResult(words, tool.limit)
        assert.ok(size(result) <= (tool.limit ?? 1_000_000), `${tool.name}: ${size(result)}`)
        assert.ok(result.structuredContent.error.length <= 4_002)
        assert.ok(result.structuredContent.error.isWellFormed())
      }
    }
  })
})

describe('a failure with all that QuantConnect can say', () => {
  let upstream: Upstream
  let started: TestServer | undefined
  before(async () => {
    upstream = await startUpstream()
    started = await startServer({ QUANTCONNECT_API_URL: upstream.url })
  })
  after(async () => {
    await started?.stop()
    await upstream.close()
  })
  const server = whileRunning('server', () => started)
  const connection = useConnection(server, { ...EVERYTHING, as: { userId: '123456', apiToken: 'token-for-tests' } })

  for (const [tool, args] of [
    ['read_backtest', { projectId: 7, backtestId: 'b' }],
    ['list_projects', {}],
  ] as const) {
    it(`keeps the bound of ${tool}`, async () => {
      const errors = Array.from({ length: 10 }, () => '世'.repeat(1_000))
      upstream.replies.push(json(200, { success: false, errors }))
      const result = await callTool(server, connection.token, tool, args)
      const { limit = 1_000_000 } = TOOLS.find(({ name }) => name === tool) ?? {}
      assert.equal(result.isError, true)
      assert.ok(size(result) <= limit, `${size(result)}`)
    })
  }
})
