// All that one call touches lies together: every key that a Redis is asked for on its way, from the gate to the record, has the
// hash tag of its account, so that a Cluster takes each step whole. Told by the Redis itself (MONITOR).
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Redis } from 'ioredis'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { connect, EVERYTHING, useConnection } from '../support/connection.ts'
import { callTool } from '../support/mcp-requests.ts'
import { useOwnRedis } from '../support/own-redis.ts'
import { sandboxOf } from '../support/sandbox.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { changeGrant, grantOf, withStore } from '../support/stored.ts'
import { storeEnv } from '../support/stores.ts'
import { until } from '../support/until.ts'

/** What all keys begin with, unless the address says otherwise. */
const PREFIX = 'qcgate:'
const PAPER = { id: 'QuantConnectBrokerage' }

describe('a Redis that is watched while a call is made', () => {
  after(() => watch?.disconnect()) // before its Redis is gone
  const { server } = useOwnRedis()
  const connection = useConnection(server)
  const sandbox = sandboxOf(server)
  let watch: Redis
  const asked: string[][] = []
  let projectId: number
  before(async () => {
    await connection.change({ scopes: ALL_SCOPES, paperOnly: true })
    projectId = (await sandbox('/projects/create', { name: 'Watched', language: 'Py' })).projects[0].projectId
    await callTool(server, connection.token, 'list_projects') // the first use of an authorization is noted once
    const client = new Redis(server.redisUrl ?? assert.fail('no Redis'))
    watch = await client.monitor()
    client.disconnect()
    watch.on('monitor', (_time: string, args: string[]) => asked.push(args))
  })

  /** The keys that were named while something was done, but those of the sandbox, which is QuantConnect here. */
  async function keysOf(work: () => Promise<unknown>): Promise<string[]> {
    asked.splice(0)
    await work()
    const end = `end-${Math.random()}`
    await withStore(server, (store) => store.get(end))
    await until('the Redis to have told all', () => asked.flat().some((word) => word.endsWith(end)))
    const named = asked
      .flat()
      .filter((word) => word.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length))
    return [...new Set(named)].filter((key) => key !== end && !key.startsWith('sandbox'))
  }
  const tagsOf = (keys: readonly string[]) => [...new Set(keys.map((key) => /\{([^}]*)\}/.exec(key)?.[1]))]
  const kindsOf = (keys: readonly string[]) => [...new Set(keys.map((key) => key.split(':')[0]))].toSorted()

  it('hears of one account only: when a deed is done, was refused, or is the same again', async () => {
    const accountId = (await connection.grant())?.accountId
    const { compileId } = await sandbox('/compile/create', { projectId })
    await server.advance(5)
    const nodeId = (await sandbox('/projects/nodes/read', { projectId })).nodes.live[0].id
    const start = { projectId, compileId, nodeId, brokerage: PAPER }
    for (const [tool, args, kinds] of [
      ['create_live_algorithm', start, ['attempts', 'budget', 'credentials', 'grant', 'journal', 'lease', 'sent']],
      ['create_backtest', { projectId, compileId, backtestName: 'b' }, ['credentials', 'grant', 'journal', 'sent']],
      ['stop_live_algorithm', { projectId }, ['credentials', 'grant', 'journal', 'lease']],
      ['broadcast_live_command', { organizationId: 'o', command: {} }, ['credentials', 'grant', 'refusals']],
      ['read_project', { projectId }, ['credentials', 'grant', 'reads']],
    ] as const) {
      const keys = await keysOf(() => callTool(server, connection.token, tool, args))
      assert.deepEqual(tagsOf(keys), [accountId], `${tool}: ${keys.join(', ')}`)
      const missing = kinds.filter((kind) => !['attempts', 'budget'].includes(kind) && !kindsOf(keys).includes(kind))
      assert.deepEqual(missing, [], `${tool}: ${kindsOf(keys)}`)
    }
  })
})

describe('a deed on a Redis Cluster', () => {
  let server: TestServer
  before(async () => {
    server = await startServer(storeEnv('a Redis Cluster', 'keys-of-a-call:'))
  })
  after(() => server?.stop())

  it('is connected, done once, on record, and on the page', async () => {
    const { person, tokens } = await connect(server, EVERYTHING)
    const token = tokens.access_token
    await changeGrant(server, token, { paperOnly: false })
    const sandbox = sandboxOf(server)
    const { projectId } = (await sandbox('/projects/create', { name: 'Far away', language: 'Py' })).projects[0]
    const { compileId } = await sandbox('/compile/create', { projectId })
    await server.advance(5)
    const nodeId = (await sandbox('/projects/nodes/read', { projectId })).nodes.live[0].id
    const start = { projectId, compileId, nodeId, brokerage: PAPER }
    const all = await Promise.all([1, 2].map(() => callTool(server, token, 'create_live_algorithm', start)))
    assert.deepEqual(
      all.map(({ isError }) => isError),
      [undefined, undefined],
    )
    assert.equal(all.filter(({ structuredContent }) => structuredContent.repeated).length, 1)
    assert.equal((await callTool(server, token, 'stop_live_algorithm', { projectId })).isError, undefined)

    const accountId = (await grantOf(server, token))?.accountId ?? ''
    const calls = await withStore(server, (store) => createAuditLog(store).calls(accountId))
    assert.deepEqual(calls.map(({ tool, outcome }) => `${tool} ${outcome}`).toSorted(), [
      'create_live_algorithm blocked',
      'create_live_algorithm done',
      'stop_live_algorithm done',
    ])
    const { html } = await person.open(`${server.origin}/account`)
    assert.match(html, /<strong>3 calls<\/strong>: 1 start, 1 stop; 1 refused/)
  })
})
