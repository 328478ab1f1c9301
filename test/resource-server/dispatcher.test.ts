// The last door: whatever way a call came, it needs a decision that the gate made about it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ProtocolError } from '@modelcontextprotocol/server'
import { pino } from 'pino'
import { createAccounts } from '../../src/accounts/accounts.ts'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { createCallsUnderWay } from '../../src/audit/under-way.ts'
import type { Grant } from '../../src/grants/grant-record.ts'
import { createGrants } from '../../src/grants/grants.ts'
import { loadCookieKeys } from '../../src/key-files/cookie-keys.ts'
import { createLog } from '../../src/observability/log.ts'
import { createQuantConnect } from '../../src/quantconnect/client.ts'
import { callTool, type ToolSuppliers } from '../../src/resource-server/calls/call-tool.ts'
import { createGate } from '../../src/resource-server/gate.ts'
import { createMcp } from '../../src/resource-server/mcp.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import type { Store } from '../../src/storage/store.ts'
import type { Credentials } from '../../src/vault/vault.ts'
import { openVault } from '../../src/vault/vault.ts'
import { temporaryFolder } from '../support/folder.ts'
import { message, toolCall } from '../support/mcp-requests.ts'
import type { Upstream } from '../support/upstream.ts'
import { startUpstream } from '../support/upstream.ts'

const CREDENTIALS: Credentials = { realm: 'live', userId: '123456', apiToken: 'token-for-tests' }

describe('the dispatcher', () => {
  const folder = temporaryFolder()
  let store: Store
  let upstream: Upstream
  let suppliers: ToolSuppliers
  let grant: Grant
  before(async () => {
    store = openSqliteStore(folder.path)
    upstream = await startUpstream()
    const vault = await openVault(folder.path, store, createLog('silent'))
    const grants = createGrants(store)
    suppliers = {
      log: createLog('silent'),
      store,
      grants,
      accounts: createAccounts({ store, vault, grants, auditLog: createAuditLog(store) }),
      vault,
      quantConnect: createQuantConnect({ live: upstream.url }, createLog('silent')),
      issuer: 'http://localhost',
      metadata: 'http://localhost/.well-known/oauth-protected-resource/mcp',
      auditLog: createAuditLog(store),
      callsUnderWay: createCallsUnderWay(),
      cookieKeys: await loadCookieKeys(folder.path),
    }
    const accountId = await vault.seal(CREDENTIALS)
    const facts = { accountId, clientId: 'c', scopes: [...ALL_SCOPES], redirectHost: 'localhost' }
    grant = await grants.create({ ...facts, expiresAt: Math.floor(Date.now() / 1000) + 60 })
  })
  after(async () => {
    await upstream?.close()
    await store?.close()
    folder.remove()
  })
  beforeEach(() => upstream.requests.splice(0))

  const decisionFor = (...names: string[]) => {
    const gate = createGate(
      async () => ({ cause: 'not asked here' }),
      suppliers,
      async () => false,
    )
    return gate.decide(
      { grant, credentials: CREDENTIALS },
      names.map((name) => toolCall(name)),
    )
  }
  const run = (decision: unknown, name = 'list_projects') =>
    callTool({ name, args: {}, decision, signal: new AbortController().signal }, suppliers)
  const refusesUnseen = async (decision: unknown, name?: string) => {
    await assert.rejects(run(await decision, name), ProtocolError)
    assert.equal(upstream.requests.length, 0)
  }

  it('runs a call that the gate allowed', async () => {
    assert.deepEqual((await run(await decisionFor('list_projects'))).isError, undefined)
    assert.equal(upstream.requests.length, 1)
  })

  it('keeps an answer that QuantConnect gave though it cannot be recorded, and logs what the record lacks', async () => {
    const closed = openSqliteStore(folder.path)
    await closed.close()
    const lines: string[] = []
    const log = pino({ base: null }, { write: (line: string) => void lines.push(line) })
    const broken = { ...suppliers, log, auditLog: createAuditLog(closed) }
    const decision = await decisionFor('list_projects', 'read_project')
    const call = { name: 'list_projects', args: {}, decision, signal: new AbortController().signal }
    const misfit = { ...call, name: 'read_project', args: { projectId: 7, other: 1 } }
    const results = [await callTool(call, broken), await callTool(misfit, broken)]
    assert.deepEqual(
      results.map(({ isError }) => isError),
      [undefined, true],
    )
    const lost = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'call not recorded')
    assert.deepEqual(
      lost.map(({ level, accountId, call: { tool, outcome, ids, connection } }) => [
        level,
        accountId,
        tool,
        outcome,
        ids,
        connection,
      ]),
      [
        [50, grant.accountId, 'list_projects', 'done', {}, grant.id],
        [50, grant.accountId, 'read_project', 'failed', { projectId: 7 }, grant.id],
      ],
    )
  })

  it('refuses a call without a decision', async () => {
    for (const nothing of [undefined, null, true, {}, []]) await refusesUnseen(nothing)
  })

  it('refuses a decision that somebody else made up, though it looks the same', async () => {
    await refusesUnseen({ grant, tools: new Set(['list_projects']) })
    await refusesUnseen({ ...(await decisionFor('list_projects')) })
    await refusesUnseen(Object.create(await decisionFor('list_projects')))
  })

  it('refuses a tool that the decision was not about', async () => {
    await refusesUnseen(decisionFor('list_projects'), 'read_account')
    await refusesUnseen(decisionFor(), 'list_projects')
  })

  it('refuses an unknown tool even with a decision', async () => {
    await refusesUnseen(decisionFor('nonsense', 'list_projects'), 'nonsense')
  })

  describe('behind the SDK’s handler', () => {
    let front: Server
    let auth: unknown
    before(async () => {
      const mcp = createMcp({ ...suppliers, issuer: 'http://localhost' })
      // biome-ignore lint/suspicious/noExplicitAny: what a careless caller would hand over
      front = createServer((request, response) => mcp.answer(Object.assign(request, { auth }) as any, response))
      await once(front.listen(0, '127.0.0.1'), 'listening')
    })
    after(() => {
      front?.close()
      front?.closeAllConnections()
    })

    const post = () =>
      fetch(`http://127.0.0.1:${(front.address() as AddressInfo).port}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify(toolCall('list_projects')),
      })

    it('refuses a call that did not pass the gate', async () => {
      const scopes = [...ALL_SCOPES]
      const forged = {
        token: '',
        clientId: 'c',
        scopes,
        extra: { decision: { grant, tools: new Set(['list_projects']) } },
      }
      for (auth of [undefined, { token: '', clientId: 'c', scopes }, forged]) {
        assert.ok((await message(await post())).error)
      }
      assert.equal(upstream.requests.length, 0)
    })

    it('runs one that did', async () => {
      auth = { token: '', clientId: 'c', scopes: [], extra: { decision: await decisionFor('list_projects') } }
      assert.ok((await message(await post())).result)
      assert.equal(upstream.requests.length, 1)
    })
  })
})
