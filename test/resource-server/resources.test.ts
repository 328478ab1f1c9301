// Reading by address, completing addresses, and prompts: the same scopes as the tools that read the same things.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ALL_SCOPES, type Scope } from '../../src/scopes.ts'
import { useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { challengeOf, message, messages, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'

describe('resources and prompts', () => {
  const server = useServer()
  const connection = useConnection(server)
  let client: Client
  let client2025: Client
  let clientV1: ClientV1
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
    const requestInit = { headers: { authorization: `Bearer ${connection.token}` } }
    const transport = () => new StreamableHTTPClientTransport(new URL(server.mcp), { requestInit })
    client = new Client({ name: 'Reader', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
    await client.connect(transport())
    client2025 = new Client({ name: 'Reader of 2025', version: '1.0.0' })
    await client2025.connect(transport())
    clientV1 = new ClientV1({ name: 'Older reader', version: '1.0.0' })
    await clientV1.connect(new TransportV1(new URL(server.mcp), { requestInit }) as never)
  })
  after(async () => {
    for (const program of [client, client2025, clientV1]) await program?.close()
  })

  let authorizedAt = 1
  /** As if the person had just agreed to these; a refusal of before is then the first again. */
  const allow = (...scopes: Scope[]) => connection.change({ scopes, authorizedAt: authorizedAt++ })
  /** What client programs do here, in both lines of the SDK and both eras. */
  const programs = () => [
    { name: 'SDK v1, 2025', program: clientV1, notFound: -32002 },
    { name: 'SDK v2, 2025', program: client2025, notFound: -32602 }, // whichever code it is sent
    { name: 'SDK v2, 2026-07-28', program: client, notFound: -32602 },
  ]
  const read = async (uri: string) => (await client.readResource({ uri })).contents[0] as Json
  const complete = async (ref: Json, name: string, value: string, known: Record<string, string> = {}) =>
    (await client.complete({ ref, argument: { name, value }, context: { arguments: known } })).completion
  /** The list as it is now; the client of 2026-07-28 keeps one for as long as it is told to. */
  const listed = async (): Promise<Json> => {
    const body = modern('resources/list')
    return (await message(await rpc(server, connection.token, body, mirror('resources/list')))).result
  }
  const template = (rest = '') => ({ type: 'ref/resource' as const, uri: `qc://projects/{projectId}${rest}` })

  it('three templates are offered', async () => {
    const { resourceTemplates } = await client.listResourceTemplates()
    assert.deepEqual(
      resourceTemplates.map(({ uriTemplate }) => uriTemplate),
      [
        'qc://projects/{projectId}',
        'qc://projects/{projectId}/files/{name}',
        'qc://projects/{projectId}/backtests/{backtestId}',
      ],
    )
  })

  it('the projects that were changed last are listed, each by an address that can be read', async () => {
    await allow('qc:projects:read')
    for (const { name, program } of programs()) {
      const { resources } = await program.listResources()
      assert.ok(resources.length > 1, name)
      const [first] = resources
      assert.deepEqual([first?.uri, first?.name], [`qc://projects/${projectId}`, 'Read by address'], name)
      for (const { uri } of resources) assert.ok((await program.readResource({ uri })).contents[0], uri)
    }
  })

  it('no more than twenty are listed, none that was deleted, and nothing unseen stands in a name', async () => {
    await allow('qc:projects:read')
    for (let number = 1; number <= 20; number += 1) {
      await sandbox('/projects/create', { name: `Number ${number}`, language: 'Py' })
    }
    await server.advance(2)
    const last = await sandbox('/projects/create', { name: 'Odd\u{e0041} name', language: 'Py' })
    const gone = await sandbox('/projects/create', { name: 'Gone', language: 'Py' })
    await sandbox('/projects/delete', { projectId: gone.projects[0].projectId })
    const { resources, _meta } = await listed()
    assert.equal(resources.length, 20)
    assert.deepEqual(
      [resources[0]?.uri, resources[0]?.name],
      [`qc://projects/${last.projects[0].projectId}`, 'Odd name'],
    )
    assert.match(String(_meta?.removed), /1 character that cannot be seen/)
    assert.ok(resources.every(({ name }: Json) => !name.includes('Gone')))
  })

  it('none is listed where projects may not be seen, or cannot be now, and that is no error', async () => {
    await allow('qc:account:read')
    assert.deepEqual((await listed()).resources, [])
    for (const program of [clientV1, client2025]) assert.deepEqual((await program.listResources()).resources, [])
    await allow('qc:projects:read')
    await sandbox('/sandbox/trouble', { path: '/projects/read', kind: 'refuse', reason: 'Not today.' })
    const { resources, ttlMs, cacheScope } = await listed()
    assert.deepEqual([resources, ttlMs, cacheScope], [[], 0, 'private'])
    assert.ok((await listed()).resources.length)
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

  it('what is not there has the code of the client’s era (Resources, Error Handling)', async () => {
    await allow('qc:projects:read')
    for (const uri of ['qc://projects/1', 'qc://nonsense']) {
      for (const { name, program, notFound } of programs()) {
        const error = await program.readResource({ uri }).then(
          () => assert.fail(name),
          (error: Json) => error,
        )
        assert.equal(error.code, notFound, `${name}: ${error.message}`)
        assert.match(error.message, /not found/)
      }
      const answers = await Promise.all([
        rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } }),
        rpc(server, connection.token, modern('resources/read', { uri }), mirror('resources/read', uri)),
      ])
      const errors = await Promise.all(answers.map(async (answer) => (await message(answer)).error))
      assert.deepEqual(
        errors.map(({ code, data }) => [code, data.uri]),
        [
          [-32002, uri],
          [-32602, uri],
        ],
      )
    }
    const { error } = await message(
      await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method: 'prompts/get', params: { name: 'x' } }),
    )
    assert.equal(error.code, -32602)
  })

  it('what is there and cannot be read is an error of another kind (2026-07-28, Resources, Error Handling)', async () => {
    await allow('qc:projects:read')
    const ask = async (uri: unknown) =>
      (
        await message(
          await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } }),
        )
      ).error
    assert.deepEqual((await ask('qc://projects/1')).code, -32002)
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

  it('nothing is completed of what may not be read, which is no error, and asks nobody for more', async () => {
    await allow('qc:account:read')
    const known = { projectId: `${projectId}` }
    for (const [ref, name] of [
      [template(), 'projectId'],
      [template('/files/{name}'), 'name'],
      [template('/backtests/{backtestId}'), 'backtestId'],
      [{ type: 'ref/prompt', name: 'explain_backtest' }, 'backtestId'],
    ] as const) {
      const asked = { ref, argument: { name, value: '' }, context: { arguments: known } }
      for (const { program } of programs()) {
        assert.deepEqual((await program.complete(asked)).completion.values, [], name)
      }
      const body = { jsonrpc: '2.0', id: 1, method: 'completion/complete', params: asked }
      for (let times = 0; times < 3; times += 1) {
        const response = await rpc(server, connection.token, body)
        assert.equal(response.status, 200)
        assert.deepEqual((await message(response)).result.completion, { values: [], total: 0, hasMore: false })
      }
    }
  })

  it('a completion without its scope keeps no call beside it from its answer, and lends it no scope', async () => {
    await allow('qc:account:read')
    const params = { ref: template(), argument: { name: 'projectId', value: '' } }
    const completion = { jsonrpc: '2.0', id: 2, method: 'completion/complete', params }
    const answers = await messages(await rpc(server, connection.token, [toolCall('read_account', {}, 1), completion]))
    const answerTo = (id: number) => answers.find((answer) => answer.id === id)?.result
    assert.ok(answerTo(1).structuredContent.organizationId)
    assert.deepEqual(answerTo(2).completion.values, [])
    const refused = await rpc(server, connection.token, [toolCall('list_projects', {}, 1), completion])
    assert.equal(refused.status, 403)
    const other = await rpc(server, connection.token, [toolCall('read_file', { projectId }, 1), completion])
    assert.equal(challengeOf(other).scope, 'qc:files:read')
  })

  it('nothing is completed of what is not known', async () => {
    await allow('qc:account:read')
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
    await allow('qc:projects:read')
    const resources = await ask('resources/list')
    assert.deepEqual([resources.ttlMs, resources.cacheScope], [60_000, 'private']) // and this, what they have
    assert.equal((await ask('server/discover')).cacheScope, 'private') // its instructions name the account
  })
})
