// Not twice by accident: what trades, spends or makes something is not sent again while the same call is under way, nor for two
// minutes after its caller left or nobody knows what became of it, over all processes; on purpose it is.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import type { Call } from '../../src/audit/records.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { connect, connectAs, EVERYTHING } from '../support/connection.ts'
import { startWith } from '../support/deeds.ts'
import type { Json } from '../support/json.ts'
import { initialize, message, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { startBeside } from '../support/pair.ts'
import { ageRedis } from '../support/redis-entries.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { changeGrant, entriesOf, grantOf, withStore } from '../support/stored.ts'
import { journeyStores } from '../support/stores.ts'
import { until } from '../support/until.ts'
import type { Reply } from '../support/upstream.ts'
import { cut, held, json, NO_NAME, never, startUpstream, text } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

const PERSON = { userId: '123456', apiToken: 'token-for-tests' }
const ANOTHER = { userId: '654321', apiToken: 'another-token-for-tests' }
const BUDGET = { CALL_BUDGET: '9000,9000,9000,9000' }
const DONE = json(200, { success: true })
const ORDER = '/live/commands/create'

/** Which requests arrived at an endpoint. */
const sentTo = (endpoint: string) => upstream.requests.filter(({ path }) => path.endsWith(endpoint))
let orders = 0
/** An order like no other. */
const newOrder = () => ({ projectId: 7, command: { $type: 'OrderCommand', symbol: 'SPY', quantity: ++orders } })
/** What a call is told that was not sent since the same was sent before, with the words that a model reads. */
const repeatedIn = ({ structuredContent, content }: Json) => ({ ...structuredContent.repeated, text: content[0].text })

for (const { name, env } of journeyStores('repeats')) {
  describe(`the same call again, at two processes that share ${name}`, () => {
    let one: TestServer
    let two: TestServer
    let origins: [string, string]
    let token: string
    /** Another connection of the same person, and one of another person. */
    let others: string[]
    before(async () => {
      const both = { ...env, ...BUDGET, QUANTCONNECT_API_URL: upstream.url, TEST_SPEED: '4' }
      one = await startServer(both)
      const { server, address } = await startBeside(one, both)
      two = server
      origins = [one.origin, address]
      const { person, tokens } = await connect(one, { ...EVERYTHING, as: PERSON })
      const beside = await connectAs(person)
      const elsewhere = await connect(one, { ...EVERYTHING, as: ANOTHER })
      token = tokens.access_token
      others = [beside.tokens.access_token, elsewhere.tokens.access_token]
      for (const each of [token, ...others])
        await changeGrant(one, each, { scopes: ALL_SCOPES, paperOnly: false, brake: false })
    })
    after(async () => {
      await two?.stop()
      await one?.stop()
    })
    beforeEach(() => {
      upstream.requests.splice(0)
      upstream.replies.splice(0)
    })
    const owed = new Set<() => void>()
    afterEach(() => {
      for (const release of owed) release()
      owed.clear()
    })

    type Options = { at?: 0 | 1; as?: string; headers?: Record<string, string>; signal?: AbortSignal }
    const send = (body: object, { at = 0, as = token, headers = {}, signal }: Options = {}) =>
      rpc({ mcp: `${origins[at]}/mcp` }, as, body, headers, signal)
    const call = async (name: string, args: Record<string, unknown>, options?: Options): Promise<Json> =>
      (await message(await send(toolCall(name, args), options))).result
    const order = (args: Record<string, unknown>, options?: Options) => call('create_live_command', args, options)

    /** Lets a process hear everything that was said to it so far: it has answered several others by then. */
    async function heard(at: 0 | 1): Promise<void> {
      for (let i = 0; i < 8; i++) await (await send({ jsonrpc: '2.0', id: 1, method: 'ping' }, { at })).text()
    }
    /** A call of a tool, which was sent and waits for QuantConnect. */
    async function underWay(tool: string, args: Record<string, unknown>, options: Options = {}, reply: Reply = DONE) {
      const { reply: later, release } = held(reply)
      owed.add(release)
      upstream.replies.push(later)
      const arrived = upstream.next()
      const answer = call(tool, args, options)
      answer.catch(() => {}) // heard where a test asks for it
      await arrived
      return { answer, release }
    }
    /** The same, whose caller left. The server has noticed by the time that it answers another one. */
    async function left(args: Record<string, unknown>, reply: Reply = DONE) {
      const leaves = new AbortController()
      const { answer, release } = await underWay('create_live_command', args, { signal: leaves.signal }, reply)
      leaves.abort()
      await assert.rejects(answer)
      await heard(0)
      return { release, at: (await journal())[0]?.at }
    }
    const journal = async (): Promise<Call[]> => {
      const accountId = (await grantOf(one, token))?.accountId ?? ''
      return withStore(one, (store) => createAuditLog(store).calls(accountId))
    }
    const outcomeOf = async (ref: string) => (await journal()).find((each) => each.ref === ref)?.outcome
    const newest = async () => (await journal())[0] as Call
    const pass = async (seconds: number) => {
      await Promise.all([one.advance(seconds), two.advance(seconds)])
      if (env.REDIS_URL) await ageRedis(env.REDIS_URL, seconds)
    }
    /** Another call gets the answer of a first one, which was done. */
    function assertAnsweredBefore(second: Json, first?: Json) {
      const { ref, sentAt, outcome, text } = repeatedIn(second)
      assert.deepEqual([second.isError, outcome], [undefined, 'done'])
      assert.ok(text.startsWith(`Not sent again: the same call was sent at ${sentAt} (reference ${ref}, done)`), text)
      assert.equal(new Date(sentAt).toISOString(), sentAt)
      assert.match(text, /handed over/)
      if (!first) return
      const { repeated: _, ...data } = second.structuredContent
      assert.deepEqual(data, first.structuredContent)
      assert.ok(text.endsWith(first.content[0].text))
    }
    /** Another call is told that a first one was sent, and that nobody knows more. */
    function assertUnknown(second: Json) {
      const { isError, structuredContent } = second
      assert.deepEqual([isError, structuredContent.rule], [true, 'repeated'], JSON.stringify(second))
      const { ref, outcome, text } = repeatedIn(second)
      assert.equal(outcome, 'unknown')
      assert.match(text, /The same call was sent \d+ s ago/)
      assert.ok(text.includes(`reference ${ref}`) && /nobody knows yet/.test(text), text)
      assert.match(text, /read_live_logs shows .*repeat: true/s)
    }

    it('at once is sent once, and both get its answer', async () => {
      for (const tool of ['create_live_command', 'broadcast_live_command']) {
        upstream.requests.splice(0)
        const args = {
          ...newOrder(),
          ...(tool.startsWith('broadcast') ? { organizationId: 'o', projectId: undefined } : {}),
        }
        const { reply, release } = held(DONE)
        owed.add(release)
        upstream.replies.push(reply)
        const asked = Array.from({ length: 8 }, (_, i) => call(tool, args, { at: i % 2 ? 1 : 0 }))
        await Promise.all([heard(0), heard(1)])
        release()
        const all = await Promise.all(asked)
        assert.equal(upstream.requests.length, 1, tool)
        const [sent, ...more] = all.toSorted(
          (a, b) => Number('repeated' in a.structuredContent) - Number('repeated' in b.structuredContent),
        )
        assert.equal(sent.structuredContent.repeated, undefined)
        for (const each of more) assertAnsweredBefore(each, sent)
      }
    })

    it('from several that waited for their turn is sent once: for the one in the project, and for one at QuantConnect', async () => {
      const same = newOrder()
      const before = await underWay('create_live_command', newOrder())
      const waiting = [0, 1, 0, 1].map((at) => order(same, { at: at as 0 | 1 }))
      await Promise.all([heard(0), heard(1)])
      before.release()
      const all = await Promise.all(waiting)
      assert.equal(sentTo(ORDER).length, 2)
      assert.equal(all.filter(({ structuredContent }) => structuredContent.repeated?.outcome === 'done').length, 3)

      upstream.requests.splice(0)
      const broadcast = () => ({ organizationId: 'o', command: newOrder().command })
      const running = []
      for (let i = 0; i < 8; i++) running.push(await underWay('broadcast_live_command', broadcast()))
      const args = broadcast()
      const queued = [1, 2, 3].map(() => call('broadcast_live_command', args))
      await heard(0)
      for (const { release } of running) release()
      const answers = await Promise.all(queued)
      assert.equal(upstream.requests.length, 9)
      assert.equal(answers.filter(({ structuredContent }) => structuredContent.repeated?.outcome === 'done').length, 2)
    })

    it('while the first is under way waits for it, at the same process and at the other', async () => {
      const args = newOrder()
      const { answer, release } = await underWay('create_live_command', args)
      const again = [order(args), order(args, { at: 1 })]
      await Promise.all([heard(0), heard(1)])
      release()
      const first = await answer
      for (const each of await Promise.all(again)) assertAnsweredBefore(each, first)
      assert.equal(sentTo(ORDER).length, 1)
    })

    it('is one deed on record, and one that was blocked by a rule', async () => {
      const args = newOrder()
      const { answer, release } = await underWay('create_live_command', args)
      const again = order(args, { at: 1 })
      await heard(1)
      release()
      await Promise.all([answer, again])
      const calls = await journal()
      const { ref } = repeatedIn(await again)
      const deed = calls.filter((each) => each.ref === ref)
      assert.deepEqual(
        deed.map(({ kind, outcome, rule }) => [kind, outcome, rule]),
        [['sent', 'done', undefined]],
      )
      // One with those of the last minute, so its words are those of the first.
      const blocked = calls.find(({ rule }) => rule === 'repeated')
      assert.deepEqual([blocked?.kind, blocked?.outcome], ['refused', 'blocked'])
      assert.match(blocked?.why ?? '', /^The same call was sent before, under reference \w{8}/)
    })

    it('after its caller left gets the answer that came meanwhile, and no other after two minutes', async () => {
      const args = newOrder()
      const { release } = await left(args)
      release()
      await until('the answer', async () => (await newest()).outcome === 'done')
      assertAnsweredBefore(await order(args, { at: 1 }))
      assertAnsweredBefore(await order(args))
      assert.equal(sentTo(ORDER).length, 1)
      await pass(121)
      assert.equal((await order(args, { at: 1 })).structuredContent.repeated, undefined)
      assert.equal(sentTo(ORDER).length, 2)
    })

    it('after its caller left waits as long as the first is under way', async () => {
      const args = newOrder()
      const { release } = await left(args)
      const again = order(args, { at: 1 })
      await heard(1)
      release()
      assertAnsweredBefore(await again)
      assert.equal(sentTo(ORDER).length, 1)
    })

    it('waits for nobody whose own caller left, and goes on waiting for others', async () => {
      const args = newOrder()
      const { answer, release } = await underWay('create_live_command', args)
      const leaves = new AbortController()
      const waiting = order(args, { at: 1, signal: leaves.signal })
      await heard(1)
      leaves.abort()
      await assert.rejects(waiting)
      const third = order(args, { at: 1 })
      await heard(1)
      release()
      const first = await answer
      assertAnsweredBefore(await third, first)
      await until('the one that left to be on record', async () =>
        (await journal()).some(({ outcome, why }) => outcome === 'failed' && /caller left/.test(why ?? '')),
      )
      assert.equal(sentTo(ORDER).length, 1)
    })

    for (const [what, reply] of Object.entries({
      'a gateway’s 502': text(502, 'Bad Gateway'),
      'a cut connection': cut,
      'an answer that is none': text(200, '<html>'),
    })) {
      it(`after ${what} is not sent, and told what finds out and how to send it on purpose`, async () => {
        const args = newOrder()
        upstream.replies.push(reply)
        assert.equal((await order(args)).isError, true)
        const { ref, outcome } = await newest()
        assert.equal(outcome, 'unknown')
        for (const at of [0, 1] as const) {
          const second = await order(args, { at })
          assertUnknown(second)
          assert.equal(repeatedIn(second).ref, ref)
        }
        assert.equal(sentTo(ORDER).length, 1)
        const onPurpose = await order({ ...args, repeat: true }, { at: 1 })
        assert.deepEqual([onPurpose.isError, onPurpose.structuredContent.repeated], [undefined, undefined])
        assert.deepEqual(JSON.parse(sentTo(ORDER)[1]?.body ?? ''), args)
        await pass(119)
        assertUnknown(await order(args, { at: 1 }))
        await pass(2)
        assert.equal((await order(args)).isError, undefined)
        assert.equal(sentTo(ORDER).length, 3)
        assert.equal(await outcomeOf(ref), 'unknown')
      })
    }

    it('on purpose twice by accident is not sent twice either, and is told to wait', async () => {
      const args = { ...newOrder(), repeat: true }
      upstream.replies.push(cut)
      await order(args)
      const { isError, structuredContent } = await order(args, { at: 1 })
      assert.deepEqual([isError, structuredContent.rule], [true, 'repeated'])
      assert.match(structuredContent.next, /read_live_logs/)
      assert.match(structuredContent.next, /two minutes after/)
      assert.doesNotMatch(structuredContent.next, /call it with repeat: true/)
      assert.equal(sentTo(ORDER).length, 1)
    })

    it('is the same however it is spelled', async () => {
      const optimization = {
        projectId: 7,
        name: 'o',
        target: 'TotalPerformance.PortfolioStatistics.SharpeRatio',
        targetTo: 'max',
        compileId: 'c',
        estimatedCost: 1,
        nodeType: 'O2-8',
        parallelNodes: 1,
        parameters: [{ name: 'p', min: 1, max: 2, step: 1 }],
      }
      const strategy = 'QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy'
      const backtest = { projectId: 7, compileId: 'c', backtestName: 'b' }
      for (const [tool, first, again] of [
        [
          'create_optimization',
          optimization,
          { ...Object.fromEntries(Object.entries(optimization).reverse()), strategy },
        ],
        [
          'create_backtest',
          backtest,
          { backtestName: 'b', repeat: false, waitSeconds: 0, projectId: '7', compileId: 'c', parameters: {} },
        ],
      ] as const) {
        upstream.replies.push(cut)
        assert.equal((await call(tool, first)).isError, true)
        assert.equal((await call(tool, again, { at: 1 })).structuredContent.rule, 'repeated', tool)
      }
      upstream.replies.push(cut)
      const text = (projectId: string) =>
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_compile","arguments":{"projectId":${projectId}}}}`
      const ask = async (projectId: string) =>
        (await message(await rpc({ mcp: `${origins[1]}/mcp` }, token, text(projectId)))).result
      assert.equal((await ask('7')).isError, true)
      for (const spelled of ['7.0', '70e-1', '"7"'])
        assert.equal((await ask(spelled)).structuredContent.rule, 'repeated')
      assert.equal(upstream.requests.length, 3)
    })

    it('after an answer that was heard is sent, at any process, however quickly', async () => {
      const args = newOrder()
      for (let i = 0; i < 50; i++) {
        const { structuredContent, isError } = await order(args, { at: i % 2 ? 1 : 0 })
        assert.deepEqual([isError, structuredContent.repeated], [undefined, undefined], `call ${i}`)
      }
      assert.equal(sentTo(ORDER).length, 50)
    })

    it('after QuantConnect refused it is sent again at once', async () => {
      const args = newOrder()
      for (const at of [0, 1, 0] as const) {
        upstream.replies.push(json(200, { success: false, errors: ['Market closed'] }))
        const { isError, structuredContent } = await order(args, { at })
        assert.deepEqual([isError, structuredContent.rule], [true, undefined])
      }
      assert.equal(sentTo(ORDER).length, 3)
    })

    it('after a rule refused it is sent as soon as the rule allows it', async () => {
      const args = newOrder()
      for (const refused of [{ suspended: true }, { scopes: ['qc:account:read'] }, { paperOnly: true }] as const) {
        await changeGrant(one, token, refused)
        if ('paperOnly' in refused) {
          upstream.replies.push(json(200, { success: true, deployId: 'L-1', status: 'Running', brokerage: 'X' }))
        }
        await (await send(toolCall('create_live_command', args))).text()
        await changeGrant(one, token, { suspended: false, scopes: ALL_SCOPES, paperOnly: false })
        assert.equal(sentTo(ORDER).length, 0, JSON.stringify(refused))
      }
      assert.equal((await order(args)).isError, undefined)
      assert.equal(sentTo(ORDER).length, 1)
    })

    it('of another connection, or of another person, is another call', async () => {
      const args = newOrder()
      upstream.replies.push(cut)
      await order(args)
      for (const as of others) assert.equal((await order(args, { as })).isError, undefined)
      assertUnknown(await order(args))
    })

    it('is sent each time by tools that only stop, delete or replace', async () => {
      const backtest = { projectId: 7, backtestId: 'b' }
      for (const [tool, args] of [
        ['stop_live_algorithm', { projectId: 7 }],
        ['delete_backtest', backtest],
        ['update_backtest', { ...backtest, name: 'n' }],
      ] as const) {
        upstream.requests.splice(0)
        upstream.replies.push(cut)
        assert.equal((await call(tool, args)).isError, true)
        assert.equal((await call(tool, args, { at: 1 })).isError, undefined, tool)
        assert.equal(upstream.requests.length, 2, tool)
        assert.equal((await call(tool, { ...args, repeat: true })).isError, true, 'takes no such argument')
      }
    })

    it('gets of an answer above 64 KiB its ids, and says so', async () => {
      const args = { projectId: 8, waitSeconds: 0 }
      const logs = Array.from({ length: 400 }, (_, i) => `${i} ${'x'.repeat(300)}`)
      const reply = json(200, { success: true, compileId: 'big-1', state: 'BuildError', projectId: 8, logs })
      const { answer, release } = await underWay('create_compile', args, {}, reply)
      const again = call('create_compile', args, { at: 1 })
      await heard(1)
      release()
      assert.ok(JSON.stringify(await answer).length > 64 * 1024)
      const { structuredContent, isError, content } = await again
      assert.equal(isError, undefined)
      const { summary, repeated, ...ids } = structuredContent
      assert.deepEqual([repeated.outcome, ids], ['done', { compileId: 'big-1', projectId: 8 }])
      assert.match(summary, /too large/)
      assert.match(content[0].text, /compileId: big-1/)
    })

    it('gets what came when its caller read nothing of the answer, and hung up then', async () => {
      const logs = Array.from({ length: 3_000 }, (_, i) => `${i} ${'x'.repeat(250)}`)
      const projects = Array.from({ length: 16 }, (_, i) => 100 + i)
      for (const projectId of projects) {
        upstream.replies.push(json(200, { success: true, compileId: 'unread', state: 'BuildError', projectId, logs }))
      }
      // More than fits into what lies between two processes.
      const body = projects.map((projectId, id) => toolCall('create_compile', { projectId, waitSeconds: 0 }, id))
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${token}`,
      }
      const asked = request(`${origins[0]}/mcp`, { method: 'POST', headers })
      asked.on('error', () => {}) // it hangs up
      const answering = once(asked, 'response') // of which nothing is read
      asked.end(JSON.stringify(body))
      await answering
      asked.destroy()
      await heard(0)
      upstream.requests.splice(0)
      const { structuredContent } = await call('create_compile', { projectId: 100, waitSeconds: 0 }, { at: 1 })
      assert.deepEqual([structuredContent.repeated?.outcome, structuredContent.compileId], ['done', 'unread'])
      assert.equal(upstream.requests.length, 0)
    })

    it('waits to the end of what the first goes on looking at', async () => {
      const args = { projectId: 7, compileId: 'c', backtestName: 'watched', waitSeconds: 50 }
      const run = (progress: number) => ({
        success: true,
        backtest: {
          backtestId: 'b-1',
          projectId: 7,
          name: 'watched',
          status: progress < 1 ? 'Running' : 'Completed.',
          progress,
          completed: progress === 1,
          statistics: progress < 1 ? {} : { 'Sharpe Ratio': '1' },
        },
      })
      upstream.replies.push(json(200, run(0)))
      const { reply, release } = held(json(200, run(1)))
      owed.add(release)
      upstream.replies.push(reply)
      const first = call('create_backtest', args)
      await until('it to look', () => sentTo('/backtests/read').length)
      const again = call('create_backtest', { ...args, waitSeconds: 0 }, { at: 1 })
      await until('what is known to be on record', async () => (await newest()).outcome === 'done')
      await heard(1)
      release()
      const [mine, theirs] = await Promise.all([first, again])
      assert.equal(mine.structuredContent.backtest.completed, true)
      assert.deepEqual(theirs.structuredContent.backtest, mine.structuredContent.backtest)
      assert.equal(theirs.structuredContent.repeated.outcome, 'done')
      assert.equal(sentTo('/backtests/create').length, 1)
    })

    it('in one batch is sent once', async () => {
      const args = newOrder()
      await send(initialize('2025-03-26')).then((response) => response.text())
      const batch = [toolCall('create_live_command', args, 1), toolCall('create_live_command', args, 2)]
      const response = await send(batch, { headers: { 'mcp-protocol-version': '2025-03-26' } })
      const body = await response.text()
      const results = response.headers.get('content-type')?.startsWith('text/event-stream')
        ? body
            .split('\n')
            .filter((line) => line.startsWith('data: '))
            .map((line) => JSON.parse(line.slice(6)))
        : JSON.parse(body)
      assert.equal(results.length, 2, body)
      assert.equal(results.filter(({ result }: Json) => result.structuredContent.repeated).length, 1)
      assert.equal(sentTo(ORDER).length, 1)
    })

    it('with a brokerage’s secrets is known as the same, and is another one with another password', async () => {
      upstream.replies.push(NO_NAME, cut)
      assert.equal((await call('create_live_algorithm', startWith('first-password'))).isError, true)
      assert.equal(
        (await call('create_live_algorithm', startWith('first-password'), { at: 1 })).structuredContent.rule,
        'repeated',
      )
      assert.equal((await call('create_live_algorithm', startWith('other-password'), { at: 1 })).isError, undefined)
      assert.doesNotMatch(JSON.stringify(await entriesOf(one)), /first-password|other-password/)
    })

    it('finds what is kept of an answer sealed, and nothing of it in plain', async () => {
      const args = newOrder()
      const { release } = await left(args, json(200, { success: true }))
      release()
      await until('the answer', async () => (await newest()).outcome === 'done')
      const sent = (await entriesOf(one)).filter(({ key }) => key.startsWith('sent:'))
      assert.ok(sent.some(({ text }) => typeof JSON.parse(text).kept === 'string'))
      for (const { key, text } of sent) assert.doesNotMatch(`${key} ${text}`, /handed over|OrderCommand|create_live/)
    })

    for (const [client, headers, body] of [
      ['2025 that takes JSON', { accept: 'application/json' }, toolCall],
      ['2025 that takes a stream', { accept: 'text/event-stream' }, toolCall],
      [
        '2026-07-28',
        mirror('tools/call', 'create_live_command'),
        (name: string, args: object) => modern('tools/call', { name, arguments: args }),
      ],
    ] as const) {
      it(`from a client of ${client} gets the first one’s answer, and is sent once that was heard`, async () => {
        const args = newOrder()
        const ask = async (at: 0 | 1): Promise<Json> =>
          (await message(await send(body('create_live_command', args), { at, headers }))).result
        const { answer, release } = await underWay('create_live_command', args)
        const again = ask(1)
        await heard(1)
        release()
        await answer
        assertAnsweredBefore(await again)
        for (const at of [0, 1, 0] as const) assert.equal((await ask(at)).structuredContent.repeated, undefined)
        assert.equal(sentTo(ORDER).length, 4)
      })
    }

    it('is sent as soon as the first was heard though the clocks of the two are seconds apart', async () => {
      await two.advance(5)
      const args = newOrder()
      for (const at of [0, 1, 0, 1] as const) {
        assert.equal((await order(args, { at })).structuredContent.repeated, undefined)
      }
    })
  })
}

describe('the same call again after QuantConnect took too long', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ ...BUDGET, QUANTCONNECT_API_URL: upstream.url, TEST_SPEED: '60' })
  })
  after(() => server?.stop())

  it('is not sent, and told so', async () => {
    const { access_token } = (await connect(server, { ...EVERYTHING, as: PERSON })).tokens
    await changeGrant(server, access_token, { scopes: ALL_SCOPES, paperOnly: false, brake: false })
    upstream.requests.splice(0)
    upstream.replies.push(never)
    const args = newOrder()
    const ask = async () =>
      (await message(await rpc(server, access_token, toolCall('create_live_command', args)))).result
    assert.match((await ask()).structuredContent.error, /in time/)
    const { structuredContent } = await ask()
    assert.deepEqual([structuredContent.rule, structuredContent.repeated.outcome], ['repeated', 'unknown'])
    assert.equal(sentTo(ORDER).length, 1)
  })
})
