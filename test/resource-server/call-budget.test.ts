// How much a connection and an account may do (MCP 2026-07-28, Tools, Security Considerations). The clocks of the servers stand
// still here, but for what a test moves them.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { KEYS } from '../../src/storage/keys.ts'
import { put } from '../../src/storage/store.ts'
import { claimsOf } from '../support/access-token.ts'
import { ALICE, BOB } from '../support/accounts.ts'
import { connect, connectAs, signedIn } from '../support/connection.ts'
import { callTool, message, messages, rpc, toolCall } from '../support/mcp-requests.ts'
import { usePair } from '../support/pair.ts'
import type { RawPerson } from '../support/raw-person.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'
import { withStore } from '../support/stored.ts'
import { storeEnv } from '../support/stores.ts'
import { until } from '../support/until.ts'

/** What became of a request: `ok`, `over` the budget by a tool's result, or the HTTP status. */
async function outcome(response: Response): Promise<string> {
  if (response.status !== 200) return String(response.status)
  const { result } = await message(response)
  return result?.isError ? `${result.structuredContent.rule}` : 'ok'
}
const counts = (all: readonly string[]) =>
  Object.fromEntries([...new Set(all)].sort().map((one) => [one, all.filter((other) => other === one).length]))

/** Never more than what there is; a few less, since a process may hold some that another could have used. */
function nearly(ok: number, rate: number, found: Readonly<Record<string, number>>) {
  const all = (found.ok ?? 0) + (found.rate ?? 0)
  assert.ok((found.ok ?? 0) <= ok && (found.ok ?? 0) >= ok - 5, JSON.stringify(found))
  assert.ok(all <= ok + rate && (!rate || all >= ok + rate - 5), JSON.stringify(found))
}

const READS = ['qc:account:read', 'qc:projects:read']
/** The access token of a new connection. */
const tokenOf = async (person: RawPerson, allow: readonly string[] = READS): Promise<string> =>
  (await connectAs(person, { parameters: { scope: allow.join(' ') }, allow })).tokens.access_token

for (const name of ['SQLite', 'Redis'] as const) {
  describe(`a budget for calls, on ${name}, at two processes`, () => {
    const pair = usePair(() => storeEnv(name, 'budget:'))
    let alice: RawPerson
    before(async () => {
      alice = await signedIn(pair.one, ALICE)
      const at = Date.now()
      await Promise.all([pair.one.stopClock(at), pair.two.stopClock(at)])
    })
    const advance = (seconds: number) => Promise.all([pair.one.advance(seconds), pair.two.advance(seconds)])
    /** A connection of its own; whatever was used up before has come back. */
    const newConnection = async (person = alice) => {
      await advance(130)
      return tokenOf(person)
    }
    const at = (index: number) => ({ mcp: `${pair.addresses[index % 2]}/mcp` })
    const call = (token: string, body: unknown = toolCall('read_account'), index = 0) => rpc(at(index), token, body)
    /** So many calls at once, at both processes. */
    const burst = async (count: number, ...tokens: readonly string[]) => {
      const calls = Array.from({ length: count }, (_, i) => call(tokens[i % tokens.length] ?? '', undefined, i >> 1))
      return counts(await Promise.all((await Promise.all(calls)).map(outcome)))
    }

    it('is sixty at once of a connection: of 400, as many again hear from the tool, and the rest are not listened to', async () => {
      const token = await newConnection()
      nearly(60, 60, await burst(400, token))
    })

    it('comes back by ten a second', async () => {
      const token = await newConnection()
      await burst(200, token)
      await advance(1)
      nearly(10, 10, await burst(100, token))
      await advance(3)
      nearly(30, 30, await burst(200, token))
    })

    it('is 200 at once and 30 a second of all connections of an account; another account goes on', async () => {
      const tokens = []
      for (let i = 0; i < 5; i++) tokens.push(await newConnection())
      const bob = (await connect(pair.one, { as: BOB })).tokens.access_token
      // So many at once would wait for QuantConnect longer than it lets an account wait.
      let ok = 0
      for (let i = 0; i < 4; i++) ok += (await burst(60, ...tokens)).ok ?? 0
      nearly(200, 0, { ok })
      assert.deepEqual(await burst(20, bob), { ok: 20 })
      const { error } = (await message(await call(tokens[0] ?? ''))).result.structuredContent
      assert.match(error, /the assistants of this account together may make 200 at once and 30 a second/)
      await advance(1)
      nearly(30, 20, await burst(50, ...tokens))
    })

    it('never refuses eight agents that call once a second each, on one connection or on eight', async () => {
      const tokens = []
      for (let i = 0; i < 8; i++) tokens.push(await newConnection())
      for (let second = 0; second < 15; second++) {
        assert.deepEqual(await burst(8, ...tokens), { ok: 8 })
        assert.deepEqual(await burst(8, tokens[0] ?? ''), { ok: 8 })
        await advance(1)
      }
    })

    it('stands on the record once a minute, however often somebody calls', async () => {
      const bob = await signedIn(pair.one, BOB)
      const lines = async () => {
        const { html } = await bob.open(`${pair.one.origin}/account/activity.csv?journal=reads`)
        return html.match(/Too many calls/g)?.length ?? 0
      }
      const token = await newConnection(bob)
      await burst(100, token)
      assert.equal(await lines(), 1)
    })

    /** Leaves an account so much, once no process holds a slice any more. */
    async function leave(token: string, levels: Record<string, number>) {
      await advance(61)
      const record = JSON.stringify({ version: 1, at: Date.now() + 86_400_000, levels })
      const accountId = String(claimsOf(token).sub)
      await withStore(pair.one, (store) => put(store, KEYS.budget('account', accountId), record, 30 * 86_400))
    }

    it('is 32 MiB a minute that an account sends, and 128 MiB that it is sent, then a result that says so', async () => {
      const token = await newConnection()
      const list = (index = 0) => call(token, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, index)
      await leave(token, { inTwice: 0 })
      assert.equal((await list()).status, 429)
      const long = toolCall('read_account', { padding: 'x'.repeat(3_000_000) })
      await leave(token, { in: 4_000_000 })
      assert.equal((await message(await call(token, long))).result.isError, true) // no such argument, but let through
      const { error, retryAfter } = (await message(await call(token, long, 1))).result.structuredContent
      assert.match(error, /may send 32 MiB a minute/)
      assert.ok(retryAfter > 0 && retryAfter <= 60)
      assert.equal(await outcome(await call(token)), 'ok')
      await leave(token, { out: 1_000 })
      await (await list()).text()
      // What an answer weighed is known when it was sent, and written down a moment later.
      await until('the other process says so', async () => {
        const { structuredContent } = (await message(await call(token, undefined, 1))).result
        return /may be sent 128 MiB a minute/.test(structuredContent.error)
      })
      assert.equal((await list()).status, 200)
      // A process that was told what an answer weighed may have taken a slice since.
      await until('nothing is listened to', async () => {
        await leave(token, { outTwice: 0 })
        return (await list()).status === 429
      })
    })
  })
}

describe('a budget for calls', () => {
  const server = useServer()
  let alice: RawPerson
  let sandbox: ReturnType<typeof sandboxOf>
  before(async () => {
    alice = await signedIn(server, ALICE)
    sandbox = sandboxOf(server)
    await server.stopClock()
  })
  const advance = (seconds: number) => server.advance(seconds)
  /** A connection of its own; whatever was used up before has come back. */
  const newConnection = async (allow = READS) => {
    await server.advance(130)
    return tokenOf(alice, allow)
  }
  const call = (token: string, body: unknown = toolCall('read_account')) => rpc(server, token, body)
  /** So many calls at once. */
  const burst = async (count: number, ...tokens: readonly string[]) => {
    const calls = Array.from({ length: count }, (_, i) => call(tokens[i % tokens.length] ?? ''))
    return counts(await Promise.all((await Promise.all(calls)).map(outcome)))
  }

  it('is told to a model as a result, with when to call again; nothing was sent', async () => {
    const token = await newConnection()
    await burst(60, token)
    await sandbox('/sandbox/trouble', { path: '/account/read', kind: 'slow', times: 1 })
    const { isError, structuredContent, content } = (await message(await call(token))).result
    assert.equal(isError, true)
    const { error, next, rule, retryAfter } = structuredContent
    assert.deepEqual([rule, retryAfter], ['rate', 1])
    assert.match(error, /^Too many calls: this connection may make 60 at once and 10 a second\. Nothing was done/)
    assert.match(next, /Wait 1 s, then call it again with the same arguments/)
    assert.match(content[0].text, /Wait 1 s.*/)
    assert.equal((await sandbox('/sandbox/trouble')).trouble[0].times, 1)
    await sandbox('/sandbox/trouble', { path: '/account/read', kind: 'none' })
  })

  it('is told by HTTP to whoever goes on beyond twice of it, whatever they ask (RFC 6585 §4)', async () => {
    const token = await newConnection()
    await burst(120, token)
    for (const method of ['tools/list', 'ping', 'resources/list', 'prompts/list', 'tools/call']) {
      const response = await call(token, { jsonrpc: '2.0', id: 1, method, params: {} })
      assert.equal(response.status, 429, method)
      assert.equal(response.headers.get('retry-after'), '1')
      assert.equal(response.headers.get('www-authenticate'), null)
      assert.match((await message(response)).error.message, /try again in 1 s/)
    }
    assert.equal((await fetch(server.mcp, { headers: { authorization: `Bearer ${token}` } })).status, 429)
    assert.equal((await call(token, 'no JSON')).status, 429)
    await advance(1)
    assert.equal((await call(token, { jsonrpc: '2.0', id: 1, method: 'ping' })).status, 200)
  })

  it('has what is no call count towards the twice alone', async () => {
    const token = await newConnection()
    const lists = Array.from({ length: 60 }, () => call(token, { jsonrpc: '2.0', id: 1, method: 'ping' }))
    assert.deepEqual(counts((await Promise.all(lists)).map(({ status }) => `${status}`)), { 200: 60 })
    assert.deepEqual(await burst(61, token), { 429: 1, ok: 60 })
  })

  it('counts what cannot be read as well', async () => {
    const token = await newConnection()
    const bad = await Promise.all(Array.from({ length: 130 }, () => call(token, '{"no')))
    assert.deepEqual(counts(bad.map(({ status }) => `${status}`)), { 400: 120, 429: 10 })
  })

  it('is of each connection: another one of the same account goes on', async () => {
    const [one, other] = [await newConnection(), await newConnection()]
    await burst(100, one)
    assert.deepEqual(await burst(60, other), { ok: 60 })
  })

  it('counts each call of a batch, and lets a long one through when the bucket is full', async () => {
    const token = await newConnection()
    const batch = (length: number) => Array.from({ length }, (_, id) => toolCall('read_account', {}, id))
    const first = await messages(await call(token, batch(50)))
    assert.equal(first.filter(({ result }) => !result.isError).length, 50)
    const second = await messages(await call(token, batch(20)))
    assert.equal(second.filter(({ result }) => result.isError).length, 20)
    assert.deepEqual(await burst(11, token), { ok: 10, rate: 1 })
    const fresh = await newConnection()
    assert.equal((await call(fresh, batch(100))).status, 200)
    await advance(3)
    assert.deepEqual(await burst(3, fresh), { rate: 3 })
  })

  it('lets through what only stops', async () => {
    const token = await newConnection(['qc:account:read', 'qc:live:execute'])
    await burst(60, token)
    const { error } = (await callTool(server, token, 'stop_live_algorithm', { projectId: 7 })).structuredContent
    assert.doesNotMatch(error, /Too many calls/)
    assert.match(error, /QuantConnect refused/)
    const batch = [toolCall('read_account', {}, 1), toolCall('stop_live_algorithm', { projectId: 7 }, 2)]
    const answers = await messages(await call(token, batch))
    const said = (id: number) => answers.find((one) => one.id === id)?.result.structuredContent.error
    assert.match(said(1), /Too many calls/)
    assert.match(said(2), /QuantConnect refused/)
  })

  it('counts reading by address and completing, which are told in their own way', async () => {
    const token = await newConnection()
    const read = { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'qc://projects/7' } }
    const ref = { type: 'ref/resource', uri: 'qc://projects/{projectId}' }
    const argument = { name: 'projectId', value: '' }
    const complete = { jsonrpc: '2.0', id: 1, method: 'completion/complete', params: { ref, argument } }
    assert.ok((await message(await call(token, complete))).result.completion.values)
    await call(token, read)
    assert.deepEqual(await burst(60, token), { ok: 58, rate: 2 })
    assert.match((await message(await call(token, read))).error.message, /Too many calls.*Wait 1 s/)
    assert.deepEqual((await message(await call(token, complete))).result.completion.values, [])
  })
})

describe('a budget for calls, as an operator sets it', () => {
  const server = useServer({ CALL_BUDGET: '3,2,5,4' })

  it('is CALL_BUDGET: calls at once and a second of a connection, then of an account', async () => {
    const tokens = [(await connect(server)).tokens.access_token, (await connect(server)).tokens.access_token]
    await server.stopClock()
    const burst = async (count: number, token = '') => {
      const calls = Array.from({ length: count }, () => rpc(server, token, toolCall('read_account')))
      return counts(await Promise.all((await Promise.all(calls)).map(outcome)))
    }
    assert.deepEqual(await burst(8, tokens[0]), { 429: 2, ok: 3, rate: 3 })
    assert.deepEqual(await burst(4, tokens[1]), { ok: 2, rate: 2 })
    await server.advance(1)
    // What the account did not let through, the connection has still: one of three, and two that came in.
    assert.deepEqual(await burst(4, tokens[1]), { ok: 3, rate: 1 })
    await server.advance(1)
    assert.deepEqual(await burst(3, tokens[0]), { ok: 3 })
  })
})

describe('a budget of an account that is used up at another process', () => {
  const pair = usePair(() => ({ CALL_BUDGET: '3,1,4,9' }))

  it('takes nothing of the connection that is refused for it', async () => {
    const alice = await signedIn(pair.one, ALICE)
    const [x, y] = [await tokenOf(alice), await tokenOf(alice)]
    const at = Date.now()
    await Promise.all([pair.one.stopClock(at), pair.two.stopClock(at)])
    const burst = async (count: number, token: string, address: string) => {
      const calls = Array.from({ length: count }, () => rpc({ mcp: `${address}/mcp` }, token, toolCall('read_account')))
      return counts(await Promise.all((await Promise.all(calls)).map(outcome)))
    }
    const [here, there] = pair.addresses
    assert.deepEqual(await burst(3, y, here), { ok: 3 })
    assert.deepEqual(await burst(1, x, here), { ok: 1 })
    assert.deepEqual(await burst(1, x, there), { rate: 1 })
    await Promise.all([pair.one.advance(1), pair.two.advance(1)])
    assert.deepEqual(await burst(4, x, there), { ok: 3, rate: 1 })
  })
})
