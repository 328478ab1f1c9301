// Reading by address, completing addresses, and prompts: the same scopes as the tools that read the same things.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { ALL_SCOPES, type Scope } from '../../src/scopes.ts'
import { useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { challengeOf, message, mirror, modern, rpc } from '../support/mcp-requests.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'

describe('resources and prompts', () => {
  const server = useServer()
  const connection = useConnection(server)
  let client: Client
  const sandbox = sandboxOf(server)
  let projectId: number
  let backtestId: string
  before(async () => {
    projectId = (await sandbox('/projects/create', { name: 'Read by address', language: 'Py' })).projects[0].projectId
    await sandbox('/files/create', { projectId, name: 'lib/signals.py', content: 'THRESHOLD = 0.5\n' })
    const { compileId } = await sandbox('/compile/create', { projectId })
    await server.advance(5)
    const created = await sandbox('/backtests/create', { projectId, compileId, backtestName: 'By address' })
    backtestId = created.backtest.backtestId
    await server.advance(30)
    client = new Client({ name: 'Reader', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
    const requestInit = { headers: { authorization: `Bearer ${connection.token}` } }
    await client.connect(new StreamableHTTPClientTransport(new URL(server.mcp), { requestInit }))
  })
  after(async () => {
    await client?.close()
  })

  const allow = (...scopes: Scope[]) => connection.change({ scopes })
  const read = async (uri: string) => (await client.readResource({ uri })).contents[0] as Json
  const complete = async (ref: Json, name: string, value: string, known: Record<string, string> = {}) =>
    (await client.complete({ ref, argument: { name, value }, context: { arguments: known } })).completion
  const template = (rest = '') => ({ type: 'ref/resource' as const, uri: `qc://projects/{projectId}${rest}` })

  it('three templates are offered, and no list of everything', async () => {
    const { resourceTemplates } = await client.listResourceTemplates()
    assert.deepEqual(
      resourceTemplates.map(({ uriTemplate }) => uriTemplate),
      [
        'qc://projects/{projectId}',
        'qc://projects/{projectId}/files/{name}',
        'qc://projects/{projectId}/backtests/{backtestId}',
      ],
    )
    assert.deepEqual((await client.listResources()).resources, [])
  })

  it('a project and a backtest are read as JSON, with the same facts as the tool gives', async () => {
    await allow('qc:projects:read', 'qc:backtests:read')
    const project = await read(`qc://projects/${projectId}`)
    assert.equal(project.mimeType, 'application/json')
    assert.equal(JSON.parse(project.text).projects[0].name, 'Read by address')
    const { backtest } = JSON.parse((await read(`qc://projects/${projectId}/backtests/${backtestId}`)).text)
    assert.equal(backtest.name, 'By address')
    assert.match(backtest.statistics['Sharpe Ratio'], /\d/)
  })

  it('a file is read as its text, also one in a folder', async () => {
    await allow('qc:files:read')
    for (const name of ['lib%2Fsignals.py', 'lib/signals.py']) {
      const { mimeType, text } = await read(`qc://projects/${projectId}/files/${name}`)
      assert.deepEqual([mimeType, text], ['text/x-python', 'THRESHOLD = 0.5\n'])
    }
  })

  it('what is not there is an error that says so, and so is an address of another kind', async () => {
    await allow('qc:projects:read', 'qc:files:read', 'qc:backtests:read')
    await assert.rejects(read('qc://projects/1'), /Project not found/)
    await assert.rejects(read(`qc://projects/${projectId}/files/nothing.py`), /File not found/)
    for (const uri of [
      'qc://account',
      'file:///etc/passwd',
      'qc://projects/x',
      `qc://projects/${projectId}/backtests/a/b`,
    ]) {
      await assert.rejects(read(uri), /Resource not found/, uri)
    }
  })

  it('what is there and cannot be read is an error of another kind (2026-07-28, Resources, Error Handling)', async () => {
    await allow('qc:projects:read')
    const ask = async (uri: unknown) =>
      (
        await message(
          await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } }),
        )
      ).error
    assert.deepEqual((await ask('qc://projects/1')).code, -32602)
    await sandbox('/sandbox/trouble', { path: '/projects/read', kind: 'http-500' })
    assert.deepEqual((await ask(`qc://projects/${projectId}`)).code, -32603)
    for (const odd of [{ toString: 1 }, [`qc://projects/${projectId}`], 1, null]) assert.ok((await ask(odd)).code)
    assert.doesNotMatch(server.output(), /"level":50/)
  })

  it('each is refused without the scope of the tool that reads it, and that scope is named', async () => {
    const refusals: [string, Scope][] = [
      [`qc://projects/${projectId}`, 'qc:projects:read'],
      [`qc://projects/${projectId}/files/main.py`, 'qc:files:read'],
      [`qc://projects/${projectId}/backtests/${backtestId}`, 'qc:backtests:read'],
    ]
    for (const [uri, missing] of refusals) {
      await allow(...ALL_SCOPES.filter((scope) => scope !== missing))
      const response = await rpc(server, connection.token, {
        jsonrpc: '2.0',
        id: 1,
        method: 'resources/read',
        params: { uri },
      })
      assert.equal(response.status, 403)
      assert.equal(challengeOf(response).scope, missing)
    }
  })

  it('ids and names are completed, by what they are called too', async () => {
    await allow('qc:projects:read', 'qc:files:read', 'qc:backtests:read')
    const known = { projectId: `${projectId}` }
    assert.ok((await complete(template(), 'projectId', '')).values.length > 1)
    assert.deepEqual((await complete(template(), 'projectId', 'read by')).values, [`${projectId}`])
    assert.deepEqual((await complete(template('/files/{name}'), 'name', 'lib', known)).values, ['lib/signals.py'])
    const { values, hasMore } = await complete(template('/backtests/{backtestId}'), 'backtestId', '', known)
    assert.deepEqual([values, hasMore], [[backtestId], false])
    const prompt = { type: 'ref/prompt' as const, name: 'explain_backtest' }
    assert.deepEqual((await complete(prompt, 'backtestId', 'by', known)).values, [backtestId])
  })

  it('nothing is completed of what may not be read, nor of what is not known', async () => {
    await allow('qc:account:read')
    const body = {
      method: 'completion/complete',
      params: { ref: template(), argument: { name: 'projectId', value: '' } },
    }
    const response = await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, ...body })
    assert.equal(response.status, 403)
    assert.equal(challengeOf(response).scope, 'qc:projects:read')
    assert.deepEqual((await complete(template('/files/{name}'), 'name', 'x')).values, [])
    await assert.rejects(complete(template(), 'nonsense', ''), /No such/)
    await assert.rejects(complete({ type: 'ref/prompt', name: 'nonsense' }, 'projectId', ''), /No such/)
    await assert.rejects(complete({ type: 'ref/resource', uri: 'qc://bogus/{projectId}' }, 'projectId', ''), /No such/)
    const language = { type: 'ref/prompt', name: 'write_and_backtest_strategy' }
    assert.deepEqual((await complete(language, 'language', 'py')).values, ['Python'])
  })

  it('prompts take what a person fills in, and need no permission', async () => {
    await allow('qc:account:read')
    const { prompts } = await client.listPrompts()
    assert.deepEqual(
      prompts.map(({ name }) => name),
      ['write_and_backtest_strategy', 'explain_backtest', 'why_did_my_live_algorithm_stop'],
    )
    const { messages } = await client.getPrompt({
      name: 'write_and_backtest_strategy',
      arguments: { idea: 'Buy the dips of SPY' },
    })
    const [{ content: { text } = {} } = {}] = messages as Json[]
    assert.match(text, /Buy the dips of SPY/)
    assert.match(text, /in Python/)
    await assert.rejects(client.getPrompt({ name: 'explain_backtest' }), /projectId/)
    await assert.rejects(client.getPrompt({ name: 'nonsense' }), /Unknown prompt/)
  })

  it('prompts name only tools that there are', async () => {
    const { tools } = await client.listTools()
    const names = new Set(tools.map(({ name }) => name))
    const given = { idea: 'x', projectId: '1', backtestId: 'y', language: 'C#' }
    for (const { name } of (await client.listPrompts()).prompts) {
      const { messages } = await client.getPrompt({ name, arguments: given })
      const [{ content: { text } = {} } = {}] = messages as Json[]
      const words: string[] = text.match(/\b[a-z]+(_[a-z]+)+\b/g) ?? []
      assert.ok(words.length > 0)
      for (const word of words) assert.ok(names.has(word), word)
    }
  })

  it('lists say how long they are good for, and which are the same for everyone (2026-07-28, Caching)', async () => {
    for (const method of ['prompts/list', 'resources/templates/list']) {
      const { result } = await message(await rpc(server, connection.token, modern(method), mirror(method)))
      assert.deepEqual([result.ttlMs, result.cacheScope], [3_600_000, 'public'], method)
    }
    const ask = async (method: string) =>
      (await message(await rpc(server, connection.token, modern(method), mirror(method)))).result
    const tools = await ask('tools/list')
    assert.deepEqual([tools.ttlMs, tools.cacheScope], [60_000, 'private']) // it tells what one person allows
    assert.equal((await ask('server/discover')).cacheScope, 'private') // its instructions name the account
  })
})
