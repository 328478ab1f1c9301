// Every call is on its person's record, once, with what became of it, by the time its answer is read.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import type { Call } from '../../src/audit/records.ts'
import { ALL_SCOPES, type Scope } from '../../src/scopes.ts'
import { useConnection } from '../support/connection.ts'
import { logLines } from '../support/log-lines.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'
import { withStore } from '../support/stored.ts'
import { until } from '../support/until.ts'

describe('the record of calls', () => {
  const server = useServer()
  const connection = useConnection(server)
  let accountId: string
  const sandbox = sandboxOf(server)
  let projectId: number
  let authorizedAt = 1
  before(async () => {
    accountId = (await connection.grant())?.accountId ?? ''
    projectId = (await sandbox('/projects/create', { name: 'On record', language: 'Py' })).projects[0].projectId
  })

  const allow = (scopes: readonly Scope[], more = {}) =>
    connection.change({ scopes, authorizedAt: authorizedAt++, ...more })
  const calls = () => withStore(server, (store) => createAuditLog(store).calls(accountId))
  /** What a request added to the record, the oldest first. */
  async function added(send: () => Promise<unknown>): Promise<Call[]> {
    const known = new Set((await calls()).map(({ ref }) => ref))
    await send()
    return (await calls()).filter(({ ref }) => !known.has(ref)).reverse()
  }
  /** The same, of a request that is answered with one call on record. */
  async function one(body: object): Promise<Call> {
    const all = await added(async () => (await rpc(server, connection.token, body)).text())
    assert.equal(all.length, 1, JSON.stringify(all))
    return all[0] as Call
  }
  const lines = (ref: string) => logLines(server.output()).filter((line) => line.ref === ref)

  it('has a call that was answered: when, what, on what, how long, by whom, and under which reference the log has it', async () => {
    await allow(ALL_SCOPES)
    const before = Date.now()
    const { at, ms = -1, ref, ...call } = await one(toolCall('read_project', { projectId }))
    const { client } = (await connection.grant()) ?? {}
    assert.deepEqual(JSON.parse(JSON.stringify(call)), {
      kind: 'read',
      connection: connection.grantId,
      client: client?.name ?? 'A connection',
      tool: 'read_project',
      risk: 'reads',
      ids: { projectId },
      outcome: 'done',
      count: 1,
    })
    assert.ok(at >= before && ms >= 0 && at + ms <= Date.now() + 1)
    await until('the log line', () => lines(ref).length)
    assert.deepEqual(
      lines(ref).map(({ msg, tool, outcome }) => [msg, tool, outcome]),
      [['tool call', 'read_project', 'done']],
    )
  })

  it('names a connection as its person does', async () => {
    await allow(ALL_SCOPES, { name: 'My desk' })
    assert.equal((await one(toolCall('list_projects'))).client, 'My desk')
  })

  it('has what failed, with QuantConnect’s reason in at most 200 characters, and none of the arguments but ids', async () => {
    const { outcome, why, ids } = await one(toolCall('read_file', { projectId, name: 'secret-plan.py' }))
    assert.deepEqual([outcome, ids], ['failed', { projectId }])
    assert.match(why ?? '', /^QuantConnect refused: File not found/)
    await sandbox('/sandbox/trouble', { path: '/projects/read', kind: 'refuse', reason: `${'No. '.repeat(100)}\nNo.` })
    const long = (await one(toolCall('read_project', { projectId }))).why ?? ''
    assert.ok(long.length > 150 && long.length <= 203 && !long.includes('\n'), long)
  })

  it('has of such a reason only what can be seen', async () => {
    const reason = 'No\u200b such\u3164 thing\u{e0041}.'
    await sandbox('/sandbox/trouble', { path: '/projects/read', kind: 'refuse', reason })
    const { why } = await one(toolCall('read_project', { projectId }))
    assert.equal(why, 'QuantConnect refused: No such thing.')
  })

  it('has arguments that did not fit, and repeats none of them', async () => {
    const { outcome, why } = await one(toolCall('read_project', { projectId: 'my-own-secret', 'sk-123456': 1 }))
    assert.deepEqual([outcome, why], ['failed', 'The arguments did not fit the tool.'])
  })

  it('keeps of arguments that did not fit only the ids that the tool takes as they are, one by one', async () => {
    for (const odd of ['Renew', 'sk-live-123', ' 7 ', '0x7', '', 1.5, true, null, [projectId], { projectId }]) {
      assert.deepEqual((await one(toolCall('read_project', { projectId: odd }))).ids, {}, JSON.stringify(odd))
    }
    const args = { projectId: 'Renew', backtestId: 'b-1', organizationId: 'not-taken', toString: 1 }
    assert.deepEqual((await one(toolCall('read_backtest', args))).ids, { backtestId: 'b-1' })
    assert.deepEqual((await one(toolCall('list_projects', { projectId: 7 }))).ids, {})
  })

  it('keeps an id that was sent as text, or among arguments that were, as the tool took it', async () => {
    assert.deepEqual((await one(toolCall('read_project', { projectId: `${projectId}` }))).ids, { projectId })
    const call = toolCall('read_project')
    const params = { ...call.params, arguments: JSON.stringify({ projectId }) }
    assert.deepEqual((await one({ ...call, params })).ids, { projectId })
  })

  it('keeps no sentence as an id, though the tool takes any text there', async () => {
    const backtestId = 'Access ends today. Renew at evil.example'
    assert.deepEqual((await one(toolCall('read_backtest', { projectId, backtestId }))).ids, { projectId })
  })

  it('keeps no other ids of a call that was refused before anybody looked at its arguments', async () => {
    const args = { projectId: 'Renew', backtestId: 'b-1' }
    await allow(['qc:projects:read'])
    const [refused] = await added(() => rpc(server, connection.token, toolCall('read_backtest', args)))
    assert.deepEqual([refused?.outcome, refused?.ids], ['blocked', { backtestId: 'b-1' }])
    await allow(ALL_SCOPES, { suspended: true })
    assert.deepEqual((await one(toolCall('read_backtest', args))).ids, { backtestId: 'b-1' })
    await allow(ALL_SCOPES, { suspended: false })
  })

  it('keeps of a completion the project that was filled in, if it is the number of one', async () => {
    const complete = (name: string, projectId: string) => ({
      jsonrpc: '2.0',
      id: 1,
      method: 'completion/complete',
      params: {
        ref: { type: 'ref/prompt', name: 'explain_backtest' },
        argument: { name, value: 'x' },
        context: { arguments: { projectId, backtestId: 'Renew' } },
      },
    })
    assert.deepEqual((await one(complete('projectId', 'Renew'))).ids, {})
    assert.deepEqual((await one(complete('backtestId', '1'))).ids, { projectId: 1 })
    assert.deepEqual(await added(() => rpc(server, connection.token, complete('backtestId', 'Renew'))), [])
  })

  it('has what was offered, and nothing of what was not since it may not be seen', async () => {
    const list = { jsonrpc: '2.0', id: 1, method: 'resources/list' }
    const ref = { type: 'ref/resource', uri: 'qc://projects/{projectId}' }
    const completion = { ref, argument: { name: 'projectId', value: '' } }
    const complete = { jsonrpc: '2.0', id: 1, method: 'completion/complete', params: completion }
    for (const body of [list, complete]) {
      await allow(['qc:account:read'])
      assert.deepEqual(await added(async () => (await rpc(server, connection.token, body)).text()), [])
      await allow(ALL_SCOPES)
      const { tool, outcome } = await one(body)
      assert.deepEqual([tool, outcome], ['list_projects', 'done'])
    }
  })

  it('strikes a brokerage’s secrets out of a refusal that repeats them', async () => {
    const secret = 'tradier-token-that-nobody-may-read'
    const brokerage = { id: 'TradierBrokerage', 'tradier-account-id': 'a', 'tradier-environment': 'paper' }
    await sandbox('/sandbox/trouble', { path: '/live/create', kind: 'refuse', reason: `Bad token ${secret}` })
    const args = {
      projectId,
      compileId: 'c',
      nodeId: 'LN-1',
      brokerage: { ...brokerage, 'tradier-access-token': secret },
    }
    const call = await one(toolCall('create_live_algorithm', args))
    assert.match(call.why ?? '', /Bad token \[secret\]/)
    assert.doesNotMatch(JSON.stringify(call), /nobody-may-read/)
  })

  it('has each call of a batch that is refused with HTTP 403, under one reference, which the log has too', async () => {
    await allow(['qc:projects:read'])
    const batch = [
      toolCall('delete_project', { projectId }, 1),
      toolCall('list_projects', {}, 2),
      toolCall('nonsense', {}, 3),
    ]
    const all = await added(() => rpc(server, connection.token, batch))
    assert.deepEqual(all.map(({ tool, outcome, risk }) => [tool, outcome, risk]).toSorted(), [
      ['delete_project', 'blocked', 'deletes'],
      ['list_projects', 'blocked', 'reads'],
    ])
    assert.equal(new Set(all.map(({ ref }) => ref)).size, 1)
    for (const { why } of all) assert.match(why ?? '', /^Not allowed: "Delete projects" \(qc:projects:delete\)/)
    const [{ ref } = { ref: '' }] = all
    await until('the log line', () => lines(ref).length)
    assert.deepEqual(
      lines(ref).map(({ msg }) => msg),
      ['gate refused'],
    )
  })

  it('has a refusal that is told in the result', async () => {
    const { tool, outcome, why } = await one(toolCall('delete_file', { projectId, name: 'a.py' }))
    assert.deepEqual([tool, outcome], ['delete_file', 'blocked'])
    assert.match(why ?? '', /Delete files/)
  })

  it('has what was refused because the connection trades on paper only', async () => {
    await allow(ALL_SCOPES, { paperOnly: true })
    const { outcome, why } = await one(toolCall('stop_live_algorithm', { projectId }))
    assert.deepEqual([outcome, why], ['blocked', 'This connection may only trade on paper.'])
  })

  it('has what was read by address or looked up for a completion, as the tool that did it', async () => {
    await allow(ALL_SCOPES)
    const uri = `qc://projects/${projectId}/files/main.py`
    const read = await one({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } })
    assert.deepEqual([read.tool, read.ids, read.outcome], ['read_file', { projectId }, 'done'])
    const params = {
      ref: { type: 'ref/resource', uri: 'qc://projects/{projectId}/files/{name}' },
      argument: { name: 'name', value: 'm' },
      context: { arguments: { projectId: '1' } },
    }
    const looked = await one({ jsonrpc: '2.0', id: 1, method: 'completion/complete', params })
    assert.deepEqual([looked.tool, looked.ids, looked.outcome], ['read_file', { projectId: 1 }, 'failed'])
  })

  it('has a call whose client left before the answer', async () => {
    const LEFT = 'The caller left before the answer.'
    await sandbox('/sandbox/trouble', { path: '/projects/read', kind: 'slow', seconds: 30 })
    const leaves = new AbortController()
    const [call] = await added(async () => {
      const asked = rpc(server, connection.token, toolCall('read_project', { projectId }), {}, leaves.signal).catch(
        () => {},
      )
      await until('the call to be under way', async () => (await sandbox('/sandbox/trouble')).trouble.length === 0)
      leaves.abort()
      await asked
      await until('it to be on record', async () => (await calls()).some(({ why }) => why === LEFT))
    })
    assert.deepEqual([call?.tool, call?.outcome, call?.why], ['read_project', 'failed', LEFT])
  })

  it('holds nothing for lists, greetings and what is no tool', async () => {
    const all = await added(async () => {
      for (const method of ['tools/list', 'prompts/list', 'ping']) {
        await (await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method })).text()
      }
      await (await rpc(server, connection.token, toolCall('nonsense'))).text()
    })
    assert.deepEqual(all, [])
  })
})
