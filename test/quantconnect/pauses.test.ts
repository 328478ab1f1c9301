// Pauses between two sendings, with a clock that the test pushes.
import assert from 'node:assert/strict'
import { syncBuiltinESMExports } from 'node:module'
import { after, before, beforeEach, describe, it, type Mock, mock } from 'node:test'
import timers from 'node:timers/promises'
import { createLog } from '../../src/observability/log.ts'
import { createQuantConnect } from '../../src/quantconnect/client.ts'
import { held, json, startUpstream, text } from '../support/upstream.ts'
import { credentialsOf, requestsTo, withClient } from './callers.ts'

const busy = (headers: Record<string, string>) => text(429, '', headers)
const good = json(200, { success: true })
const READ = { retry: true }

/** One round of the event loop, which is not on the clock. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('between two sendings', () => {
  let begun: Mock<typeof timers.setTimeout>['mock']
  before(() => {
    // Once for all tests: the `fetch` of Node.js keeps a timer of its own, which does not outlive the clock it is from.
    mock.timers.enable({ apis: ['setTimeout'] })
    begun = mock.method(timers, 'setTimeout').mock
    syncBuiltinESMExports()
  })
  beforeEach(() => begun.resetCalls())
  after(() => {
    mock.restoreAll()
    mock.timers.reset()
    syncBuiltinESMExports()
  })
  /** The pauses so far, in milliseconds; nothing else that is timed here takes so long. */
  const pauses = () =>
    begun.calls.map((call) => Number(call.arguments[0])).filter((milliseconds) => milliseconds > 5_000)
  const pauseBegins = async (which: number): Promise<number> => {
    for (;;) {
      const milliseconds = pauses()[which - 1]
      if (milliseconds !== undefined) return Math.ceil(milliseconds)
      await turn()
    }
  }

  it('a read waits as long as Retry-After says, each time', () =>
    withClient(async (upstream, client) => {
      upstream.replies.push(busy({ 'retry-after': '7' }), text(503, '', { 'retry-after': '9' }), good)
      const answer = client.call(credentialsOf(1), '/projects/read', {}, READ)
      for (const [which, seconds] of [
        [1, 7],
        [2, 9],
      ] as const) {
        const milliseconds = await pauseBegins(which)
        assert.ok(milliseconds >= seconds * 1_000 && milliseconds <= seconds * 1_000 + 1_500)
        mock.timers.tick(seconds * 1_000)
        assert.equal(upstream.requests.length, which)
        mock.timers.tick(milliseconds - seconds * 1_000)
      }
      assert.deepEqual(await answer, { kind: 'done', body: { success: true } })
      assert.equal(upstream.requests.length, 3)
    }))

  it('a date in Retry-After is meant by the clock of whoever wrote it', () =>
    withClient(async (upstream, client) => {
      const date = 'Thu, 01 Jan 2026 12:00:00 GMT' // ours may be wrong
      upstream.replies.push(busy({ date, 'retry-after': 'Thu, 01 Jan 2026 12:00:08 GMT' }), good)
      const answer = client.call(credentialsOf(1), '/projects/read', {}, READ)
      const milliseconds = await pauseBegins(1)
      assert.ok(milliseconds >= 8_000 && milliseconds <= 8_500)
      mock.timers.tick(milliseconds)
      assert.equal((await answer).kind, 'done')
    }))

  it('a read holds no turn: eight others of the same account go first', () =>
    withClient(async (upstream, client) => {
      upstream.replies.push(busy({ 'retry-after': '10' }))
      const answer = client.call(credentialsOf(1), '/projects/read', {}, READ)
      const milliseconds = await pauseBegins(1)
      const others = Array.from({ length: 8 }, () => client.call(credentialsOf(1), '/files/read', {}))
      assert.ok((await Promise.all(others)).every(({ kind }) => kind === 'done'))
      assert.equal(requestsTo(upstream, '/projects/read').length, 1)
      mock.timers.tick(milliseconds)
      assert.equal((await answer).kind, 'done')
    }))

  it('a read that finds the queue full when its pause is over keeps the answer it has', () =>
    withClient(async (upstream, client) => {
      upstream.replies.push(busy({ 'retry-after': '10' }))
      const answer = client.call(credentialsOf(1), '/projects/read', {}, READ)
      const milliseconds = await pauseBegins(1)
      const running = held(good)
      upstream.replies.push(...Array(8).fill(running.reply))
      const others = Array.from({ length: 72 }, () => client.call(credentialsOf(1), '/files/read', {}))
      mock.timers.tick(milliseconds)
      assert.deepEqual(await answer, { kind: 'rate-limited', retryAfter: 10 })
      running.release()
      await Promise.all(others)
      assert.equal(requestsTo(upstream, '/projects/read').length, 1)
    }))

  it('what was sent stays sent, though nobody is at the address any more', async () => {
    const upstream = await startUpstream()
    const client = createQuantConnect({ live: upstream.url }, createLog('silent'))
    upstream.replies.push(text(503, '', { 'retry-after': '6' }))
    const answer = client.call(credentialsOf(1), '/projects/read', {}, READ)
    const milliseconds = await pauseBegins(1)
    await upstream.close()
    mock.timers.tick(milliseconds)
    let answered = false
    void answer.then(() => {
      answered = true
    })
    for (; !answered; await turn()) mock.timers.tick(100) // through the next pause as well
    assert.deepEqual(await answer, { kind: 'unavailable', sent: true })
  })

  it('a caller who hangs up is told why at once', () =>
    withClient(async (upstream, client) => {
      upstream.replies.push(busy({ 'retry-after': '10' }))
      const caller = new AbortController()
      const answer = client.call(credentialsOf(1), '/projects/read', {}, { ...READ, signal: caller.signal })
      await pauseBegins(1)
      const reason = new Error('gone')
      caller.abort(reason)
      await assert.rejects(answer, reason)
      assert.equal(upstream.requests.length, 1)
    }))
})
