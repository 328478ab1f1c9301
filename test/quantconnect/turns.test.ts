// Eight calls of one account at once, the rest in order, up to a bound.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTurns } from '../../src/quantconnect/turns.ts'
import { until } from '../support/until.ts'
import { held, json, text } from '../support/upstream.ts'
import { credentialsOf, requestsTo, withClient } from './callers.ts'

const good = json(200, { success: true })
const name = (body: string): string => JSON.parse(body).name

describe('turns', () => {
  /** Takes a turn and writes down when it came. */
  const taker = (turns: ReturnType<typeof createTurns>, came: string[]) => (who: string, signal?: AbortSignal) =>
    turns.take('account', signal).then((end) => {
      came.push(who)
      return end ?? (() => {})
    })

  it('come in the order of asking, one for each that ends', async () => {
    const turns = createTurns({ atOnce: 2, waiting: 3 })
    const came: string[] = []
    const take = taker(turns, came)
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((who) => take(who))
    ;(await b)?.()
    ;(await c)?.()
    await d
    assert.deepEqual(came, ['a', 'b', 'c', 'd'])
    ;(await a)?.()
    ;(await e)?.()
    assert.deepEqual(came, ['a', 'b', 'c', 'd', 'e'])
  })

  it('are refused at once when too many wait', async () => {
    const turns = createTurns({ atOnce: 1, waiting: 1 })
    const end = await turns.take('account')
    const second = turns.take('account')
    assert.equal(await turns.take('account'), undefined)
    end?.()
    ;(await second)?.()
    assert.ok(await turns.take('account'))
  })

  it('of one account do not wait for those of another', async () => {
    const turns = createTurns({ atOnce: 1, waiting: 0 })
    assert.ok(await turns.take('a'))
    assert.ok(await turns.take('b'))
    assert.equal(await turns.take('a'), undefined)
  })

  it('pass over whoever hung up, who learns why', async () => {
    const turns = createTurns({ atOnce: 1, waiting: 2 })
    const came: string[] = []
    const take = taker(turns, came)
    const first = await take('a')
    const caller = new AbortController()
    const second = take('b', caller.signal)
    const third = take('c')
    const reason = new Error('gone')
    caller.abort(reason)
    await assert.rejects(second, reason)
    const fourth = take('d') // the place in the queue is free again
    first()
    ;(await third)()
    ;(await fourth)()
    assert.deepEqual(came, ['a', 'c', 'd'])
    assert.equal(turns.accounts, 0)
  })

  it('are not lost when hanging up and being next fall together', async () => {
    for (const order of ['abort first', 'turn first']) {
      const turns = createTurns({ atOnce: 1, waiting: 2 })
      const first = await turns.take('account')
      const caller = new AbortController()
      const second = turns.take('account', caller.signal)
      const third = turns.take('account')
      if (order === 'abort first') caller.abort()
      first?.()
      if (order === 'turn first') caller.abort()
      await second.then(
        (end) => end?.(),
        () => 'gone',
      )
      ;(await third)?.()
      assert.equal(turns.accounts, 0, order)
    }
  })

  it('are not given to whoever hung up before asking', async () => {
    const turns = createTurns({ atOnce: 1, waiting: 1 })
    await assert.rejects(turns.take('account', AbortSignal.abort()), { name: 'AbortError' })
    assert.equal(turns.accounts, 0)
  })

  it('end once, however often that is said', async () => {
    const turns = createTurns({ atOnce: 1, waiting: 1 })
    const first = await turns.take('account')
    const second = turns.take('account')
    first?.()
    first?.()
    await second
    const third = turns.take('account')
    assert.equal(await Promise.race([third, Promise.resolve('waits')]), 'waits')
  })

  it('leave nothing behind: an account without calls is forgotten', async () => {
    const turns = createTurns({ atOnce: 1, waiting: 5 })
    const all = [turns.take('a'), turns.take('a'), turns.take('b')]
    assert.equal(turns.accounts, 2)
    for (const end of all) (await end)?.()
    assert.equal(turns.accounts, 0)
  })
})

describe('calls of one account', () => {
  const calls = (count: number) => Array.from({ length: count }, (_, index) => `call ${index}`)

  it('run eight at once; the rest are sent in order as others end, and more than 64 do not wait', () =>
    withClient(async (upstream, client) => {
      const holds = calls(8).map(() => held(good))
      upstream.replies.push(...holds.map(({ reply }) => reply))
      const names = calls(72)
      const answers = names.map((one) => client.call(credentialsOf(1), '/projects/read', { name: one }))
      await until('eight calls', () => upstream.requests.length === 8)
      assert.deepEqual(await client.call(credentialsOf(1), '/projects/read', { name: 'one too many' }), {
        kind: 'busy',
      })
      assert.equal((await client.call(credentialsOf(2), '/files/read', {})).kind, 'done') // by then others would have come
      assert.deepEqual(
        requestsTo(upstream, '/projects/read')
          .map(({ body }) => name(body))
          .sort(),
        calls(8),
      )

      holds[3]?.release() // the one turn that is free now goes from call to call, so they arrive in order
      await Promise.all(answers.slice(8))
      assert.deepEqual(
        requestsTo(upstream, '/projects/read')
          .slice(8)
          .map(({ body }) => name(body)),
        names.slice(8),
      )
      for (const { release } of holds) release()
      assert.ok((await Promise.all(answers)).every(({ kind }) => kind === 'done'))
    }))

  it('count by the account, whichever token they are made with', () =>
    withClient(async (upstream, client) => {
      const holds = calls(8).map(() => held(good))
      upstream.replies.push(...holds.map(({ reply }) => reply))
      const running = holds.map(() => client.call(credentialsOf(1, 'old'), '/projects/read', {}))
      await until('eight calls', () => upstream.requests.length === 8)
      const ninth = client.call(credentialsOf(1, 'new'), '/files/read', {})
      assert.equal((await client.call(credentialsOf(2), '/files/create', {})).kind, 'done')
      assert.equal(requestsTo(upstream, '/files/read').length, 0)
      for (const { release } of holds) release()
      await Promise.all([...running, ninth])
    }))

  it('that nobody waits for any more leave the queue, and are never sent', () =>
    withClient(async (upstream, client) => {
      const holds = calls(8).map(() => held(good))
      upstream.replies.push(...holds.map(({ reply }) => reply))
      const running = holds.map(() => client.call(credentialsOf(1), '/projects/read', {}))
      await until('eight calls', () => upstream.requests.length === 8)
      const caller = new AbortController()
      const left = client.call(credentialsOf(1), '/projects/delete', {}, { signal: caller.signal })
      const stays = client.call(credentialsOf(1), '/files/read', {})
      const reason = new Error('gone')
      caller.abort(reason)
      await assert.rejects(left, reason)
      for (const { release } of holds) release()
      await Promise.all([...running, stays])
      assert.equal(requestsTo(upstream, '/projects/delete').length, 0)
      assert.equal(requestsTo(upstream, '/files/read').length, 1)
    }))

  it('pass their turn on however they end', () =>
    withClient(async (upstream, client) => {
      const troubles = [text(500, ''), json(401, {}), text(302, ''), text(413, ''), text(200, '<html>')]
      for (let round = 0; round < 4; round++) {
        upstream.replies.push(...troubles)
        for (const _ of troubles) await client.call(credentialsOf(1), '/projects/create', {})
      }
      assert.equal((await client.call(credentialsOf(1), '/projects/read', {})).kind, 'done')
    }))
})
