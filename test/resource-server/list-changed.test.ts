// A client that listens hears that its list of tools has changed, wherever its person changed it (MCP 2026-07-28,
// Subscriptions). Grants are changed here through the store, as a third process that shares it would.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Grants } from '../../src/grants/grants.ts'
import { createGrants } from '../../src/grants/grants.ts'
import { MOST_STREAMS } from '../../src/resource-server/open-answers.ts'
import type { Scope } from '../../src/scopes.ts'
import type { Store } from '../../src/storage/store.ts'
import { claimsOf, grantIdOf } from '../support/access-token.ts'
import { connectAs, signedIn } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { message, mirror, modern, rpc } from '../support/mcp-requests.ts'
import { usePair } from '../support/pair.ts'
import type { RawPerson } from '../support/raw-person.ts'
import { openStoreOf } from '../support/stored.ts'
import { storeEnv } from '../support/stores.ts'
import { until } from '../support/until.ts'

const READS: readonly Scope[] = ['qc:account:read', 'qc:projects:read', 'qc:live:read']
const TRADES: readonly Scope[] = [...READS, 'qc:live:execute']
const TOLD = 'notifications/tools/list_changed'

/** A stream as a client sees it. */
interface Listener {
  readonly heard: Json[]
  /** How often it was told that its tools have changed. */
  told(): number
  /** How the stream ended: with a result, or without a word. */
  readonly ended: Promise<'as meant' | 'cut off'>
}

describe('the list of tools has changed', () => {
  let store: Store
  let grants: Grants
  let person: RawPerson
  let accountId = ''
  const streams: Listener[] = []
  // Before the pair is stopped, since a server that stops waits for its clients.
  after(async () => {
    await grants?.endAll(accountId)
    await Promise.all(streams.map(({ ended }) => ended))
    await store?.close()
  })
  const pair = usePair(() => storeEnv('Redis', 'list-changed:'))
  before(async () => {
    store = await openStoreOf(pair.one)
    grants = createGrants(store)
    person = await signedIn(pair.one)
  })

  /** Another connection of the same person, allowed to read. */
  async function connection() {
    const { tokens } = await connectAs(person, { allow: READS })
    const id = grantIdOf(tokens.access_token)
    accountId = String(claimsOf(tokens.access_token).sub)
    const allow = (...scopes: readonly Scope[]) => grants.change(id, { scopes })
    return { id, token: tokens.access_token, allow }
  }

  /** Listens at a process of the pair, and waits to be listened to. */
  async function listen(token: string, at: 0 | 1 = 0, notifications = { toolsListChanged: true }): Promise<Listener> {
    const method = 'subscriptions/listen'
    const mcp = `${pair.addresses[at]}/mcp`
    const response = await rpc({ mcp }, token, modern(method, { notifications }), mirror(method))
    assert.equal(response.status, 200)
    const heard: Json[] = []
    const ended = read(response, (each) => heard.push(each)).then(
      () => (heard.at(-1)?.result?.resultType === 'complete' ? 'as meant' : 'cut off'),
      () => 'cut off' as const,
    )
    await until('the acknowledgement', () => heard.length)
    const stream = { heard, told: () => heard.filter(({ method }) => method === TOLD).length, ended }
    streams.push(stream)
    return stream
  }

  it('reaches every stream of its grant on every process, when it is narrowed and when it is widened', async () => {
    const { token, allow } = await connection()
    const both = [await listen(token, 0), await listen(token, 1)]
    await allow(...TRADES)
    for (const { told } of both) await until('the news of more', () => told() === 1)
    await allow(...READS)
    for (const { told } of both) await until('the news of less', () => told() === 2)
  })

  it('reaches a grant that is suspended, and that works again', async () => {
    const { id, token } = await connection()
    const { told } = await listen(token)
    await grants.change(id, { suspended: true })
    await until('the news of nothing', () => told() === 1)
    await grants.change(id, { suspended: false })
    await until('the news of everything', () => told() === 2)
  })

  it('reaches no other grant, of the same person neither', async () => {
    const [changed, other] = [await connection(), await connection()]
    const [one, two] = [await listen(changed.token), await listen(other.token)]
    await changed.allow(...TRADES)
    await until('the news', one.told)
    await grants.end(other.id)
    await two.ended // and has heard everything that was said
    assert.equal(two.told(), 0)
  })

  it('is not said of a change to anything but what is allowed', async () => {
    const [renamed, other] = [await connection(), await connection()]
    const [one, two] = [await listen(renamed.token), await listen(other.token)]
    await grants.change(renamed.id, { name: 'Another name', scopes: [...READS].reverse() })
    // Both are looked at together, so that by the second news of one the other was looked at after its change.
    await other.allow(...TRADES)
    await until('the first news', () => two.told() === 1)
    await other.allow(...READS)
    await until('the second news', () => two.told() === 2)
    await grants.end(renamed.id)
    await one.ended
    assert.equal(one.told(), 0)
  })

  it('is told in messages that name the stream, the acknowledgement first', async () => {
    const { token, allow } = await connection()
    const { heard, told } = await listen(token)
    await allow(...TRADES)
    await until('the news', told)
    const _meta = { 'io.modelcontextprotocol/subscriptionId': 1 }
    assert.deepEqual(heard, [
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications: { toolsListChanged: true }, _meta },
      },
      { jsonrpc: '2.0', method: TOLD, params: { _meta } },
    ])
  })

  it('is promised to nobody who wants to hear of something else: that stream ends at once', async () => {
    const { token } = await connection()
    const { heard, ended } = await listen(token, 0, { promptsListChanged: true } as never)
    assert.deepEqual(heard[0].params.notifications, {})
    assert.equal(await ended, 'as meant')
  })

  it('is told no more when the grant has ended: its streams end too, on every process, and no others', async () => {
    const [over, other] = [await connection(), await connection()]
    const both = [await listen(over.token, 0), await listen(over.token, 1)]
    const stays = await listen(other.token)
    await grants.end(over.id)
    for (const { ended, told } of both) {
      assert.equal(await ended, 'as meant')
      assert.equal(told(), 0)
    }
    await other.allow(...TRADES)
    await until('the news of the other', stays.told)
  })

  it(`is told to ${MOST_STREAMS} streams of a grant in a process: one more ends the oldest`, async () => {
    const [busy, other] = [await connection(), await connection()]
    const apart = [await listen(other.token, 0), await listen(busy.token, 1)]
    const oldest = await listen(busy.token)
    const newer: Listener[] = []
    while (newer.length < MOST_STREAMS) newer.push(await listen(busy.token))
    assert.equal(await oldest.ended, 'as meant')
    await busy.allow(...TRADES)
    await other.allow(...TRADES)
    for (const { told } of [...newer, ...apart]) await until('the news', told)
  })

  it('is heard by a client of the SDK, which then sees the tools of now', async () => {
    const { id, token, allow } = await connection()
    const lists: string[][] = []
    const onChanged = (error: Error | null, tools: readonly { name: string }[] | null) => {
      assert.ifError(error)
      lists.push((tools ?? []).map(({ name }) => name))
    }
    const client = new Client(
      { name: 'Listening program', version: '1.0.0' },
      { versionNegotiation: { mode: 'auto' }, listChanged: { tools: { onChanged } } },
    )
    const requestInit = { headers: { authorization: `Bearer ${token}` } }
    await client.connect(new StreamableHTTPClientTransport(new URL(pair.one.mcp), { requestInit }))
    assert.deepEqual(client.autoOpenedSubscription?.honoredFilter, { toolsListChanged: true })
    const first = (await client.listTools()).tools.map(({ name }) => name)
    assert.ok(!first.includes('stop_live_algorithm'))
    await allow(...TRADES)
    await until('a wider list', () => lists.length === 1)
    assert.ok(lists[0]?.includes('stop_live_algorithm'))
    await allow(...READS)
    await until('the first list', () => lists.length === 2)
    assert.deepEqual(lists[1], first)
    await grants.end(id)
    assert.equal(await client.autoOpenedSubscription?.closed, 'graceful') // so that it does not knock again by itself
    await client.close()
  })

  it('is promised to no client of 2025, which has no stream: it sees the tools of now when it asks', async () => {
    const { token, allow } = await connection()
    const ask = async (method: string, params: object = {}) =>
      (await message(await rpc(pair.one, token, { jsonrpc: '2.0', id: 1, method, params }))).result
    const { capabilities } = await ask('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    })
    assert.notEqual(capabilities.tools.listChanged, true)
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
    const stream = await fetch(pair.one.mcp, { headers })
    assert.equal(stream.status, 405)
    await stream.text()
    const names = async (): Promise<string[]> => (await ask('tools/list')).tools.map((tool: Json) => tool.name)
    assert.ok(!(await names()).includes('stop_live_algorithm'))
    await allow(...TRADES)
    assert.ok((await names()).includes('stop_live_algorithm'))
  })
})

/** Reads the messages of an event stream as they come. */
async function read({ body }: Response, hear: (message: Json) => void): Promise<void> {
  let rest = ''
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('data: ')) hear(JSON.parse(line.slice('data: '.length)))
  }
}
