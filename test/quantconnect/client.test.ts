import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it, mock } from 'node:test'
import { createLog } from '../../src/observability/log.ts'
import { createQuantConnect } from '../../src/quantconnect/client.ts'
import { freePort } from '../support/server.ts'
import type { Reply, Upstream } from '../support/upstream.ts'
import { cut, held, json, never, startUpstream, text } from '../support/upstream.ts'

const WHO = { realm: 'live', userId: '123456', apiToken: 'token-for-tests' } as const
const READ = { retry: true }
const good = json(200, { success: true, value: 1 })

/** An upstream of its own, so that tests which wait between attempts can wait together. */
async function against<T>(replies: Reply[], test: (upstream: Upstream) => Promise<T>): Promise<T> {
  const upstream = await startUpstream()
  upstream.replies.push(...replies)
  try {
    return await test(upstream)
  } finally {
    await upstream.close()
  }
}
const call = (upstream: Upstream, options = {}) =>
  createQuantConnect({ live: upstream.url }, createLog('silent')).call(WHO, '/projects/read', {}, options)

describe('a read', { concurrency: true }, () => {
  const troubles = {
    429: text(429, ''),
    502: text(502, '<html>'),
    503: text(503, ''),
    504: text(504, 'x'),
    'a cut': cut,
  }
  for (const [name, trouble] of Object.entries(troubles)) {
    it(`is asked again after ${name}, and again`, () =>
      against([trouble, trouble, good], async (upstream) => {
        assert.deepEqual(await call(upstream, READ), { kind: 'done', body: { success: true, value: 1 } })
        assert.equal(upstream.requests.length, 3)
      }))
  }

  it('is asked three times at most', () =>
    against([text(503, ''), text(502, ''), text(504, ''), good], async (upstream) => {
      assert.deepEqual(await call(upstream, READ), { kind: 'unavailable', status: 504, sent: true })
      assert.equal(upstream.requests.length, 3)
    }))

  it('is signed anew each time it is asked', () =>
    against([text(503, ''), good], async (upstream) => {
      await call(upstream, READ)
      assert.equal(upstream.requests.length, 2)
      for (const { headers } of upstream.requests) assert.ok(headers.authorization && headers.timestamp)
    }))

  it('that meets too many requests to the end says so', () =>
    against([text(429, ''), text(429, ''), text(429, '', { 'retry-after': '0' }), good], async (upstream) => {
      assert.deepEqual(await call(upstream, READ), { kind: 'rate-limited', retryAfter: 0 })
      assert.equal(upstream.requests.length, 3)
    }))

  it('is not asked again when that would mean to wait long, and says how long', () =>
    against(
      [text(429, '', { 'retry-after': '11' }), text(503, '', { 'retry-after': '3600' }), good],
      async (upstream) => {
        assert.deepEqual(await call(upstream, READ), { kind: 'rate-limited', retryAfter: 11 })
        const unavailable = { kind: 'unavailable', status: 503, sent: true, retryAfter: 3600 }
        assert.deepEqual(await call(upstream, READ), unavailable)
        assert.equal(upstream.requests.length, 2)
      },
    ))

  it('is asked again when nobody is at the address yet', async () => {
    const port = await freePort()
    const live = `http://127.0.0.1:${port}/api/v2`
    const answer = createQuantConnect({ live }, createLog('silent')).call(WHO, '/projects/read', {}, READ)
    const upstream = await startUpstream(port)
    try {
      assert.equal((await answer).kind, 'done')
    } finally {
      await upstream.close()
    }
  })

  it('is not asked again when QuantConnect has answered, be it no or nonsense', () =>
    against(
      [json(200, { success: false, errors: ['no'] }), text(500, ''), text(200, '<html>'), text(413, ''), good],
      async (upstream) => {
        const kinds: string[] = []
        for (let i = 0; i < 4; i++) kinds.push((await call(upstream, READ)).kind)
        assert.deepEqual(kinds, ['refused', 'unavailable', 'unavailable', 'too-large'])
        assert.equal(upstream.requests.filter(({ path }) => path.endsWith('/projects/read')).length, 4)
      },
    ))

  it('is given up during the pause when the caller hangs up', () =>
    against([text(503, ''), good], async (upstream) => {
      const caller = new AbortController()
      const asked = upstream.next()
      const answer = call(upstream, { ...READ, signal: caller.signal })
      await asked
      setImmediate(() => caller.abort())
      await assert.rejects(answer, { name: 'AbortError' })
      assert.equal(upstream.requests.length, 1)
    }))
})

describe('a write', () => {
  for (const [name, trouble] of Object.entries({
    500: text(500, ''),
    502: text(502, ''),
    503: text(503, ''),
    'a cut': cut,
  })) {
    it(`is sent once, also when it meets ${name}, since it may have been done`, () =>
      against([trouble, good], async (upstream) => {
        const answer = await call(upstream)
        assert.equal(answer.kind, 'unavailable')
        assert.ok('sent' in answer && answer.sent)
        assert.equal(upstream.requests.filter(({ path }) => path.endsWith('/projects/read')).length, 1)
      }))
  }

  it('is sent once, also when it meets too many requests', () =>
    against([text(429, '', { 'retry-after': '1' }), good], async (upstream) => {
      assert.deepEqual(await call(upstream), { kind: 'rate-limited', retryAfter: 1 })
      assert.equal(upstream.requests.length, 1)
    }))

  it('that found nobody at the address was not sent, and says so', async () => {
    const live = `http://127.0.0.1:${await freePort()}/api/v2`
    const answer = await createQuantConnect({ live }, createLog('silent')).call(WHO, '/projects/create', {})
    assert.deepEqual(answer, { kind: 'unavailable', sent: false })
  })
})

describe('an answer', () => {
  let upstream: Upstream
  before(async () => {
    upstream = await startUpstream()
  })
  after(() => upstream?.close())
  afterEach(() => upstream.requests.splice(0))

  it('that points elsewhere is not followed: the signed headers go to nobody else', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const location = `${upstream.url}/elsewhere`
      upstream.replies.push(text(status, '', { location }))
      assert.deepEqual(await call(upstream, READ), { kind: 'redirect', location })
    }
    assert.ok(upstream.requests.every(({ path }) => path === '/api/v2/projects/read'))
    assert.equal(upstream.requests.length, 5)
  })

  it('that points where nobody should be sent, or nowhere, is no answer', async () => {
    for (const location of ['http://qc.example/', 'javascript:alert(1)', 'https://quantconnect.com@qc.example/']) {
      upstream.replies.push(text(302, '', { location }))
      assert.deepEqual(await call(upstream), { kind: 'unavailable', status: 302, sent: true })
    }
    upstream.replies.push(text(302, ''))
    assert.deepEqual(await call(upstream), { kind: 'unavailable', status: 302, sent: true })
  })

  it('is read though a byte order mark precedes it', async () => {
    upstream.replies.push(text(200, '\ufeff{"success":true}'))
    assert.deepEqual(await call(upstream), { kind: 'done', body: { success: true } })
  })

  it('that is too large is no answer, and is not read to its end', async () => {
    const endless: Reply = (response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ')
      const go = () => {
        while (response.write(chunk));
        response.once('drain', go)
      }
      response.writeHead(200)
      go()
    }
    upstream.replies.push(endless)
    const asked = upstream.next()
    assert.deepEqual(await call(upstream, READ), { kind: 'unavailable', status: 200, sent: true })
    await (await asked).hungUp
    assert.equal(upstream.requests.length, 1)
  })

  it('that breaks off is no answer', async () => {
    upstream.replies.push((response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"success":', () => response.destroy())
    })
    assert.deepEqual(await call(upstream), { kind: 'unavailable', sent: true })
  })

  it('of a change goes on when nobody waits for it any more: half of a trade is worse than none', async () => {
    const reply = held(json(200, { success: true }))
    upstream.replies.push(reply.reply)
    const caller = new AbortController()
    const asked = upstream.next()
    const answer = call(upstream, { signal: caller.signal })
    await asked
    caller.abort()
    reply.release()
    assert.equal((await answer).kind, 'done')
  })

  it('of a read that nobody waits for any more is not waited for: the connection ends', async () => {
    upstream.replies.push(never)
    const caller = new AbortController()
    const asked = upstream.next()
    const answer = call(upstream, { signal: caller.signal, retry: true })
    const { hungUp } = await asked
    caller.abort()
    await assert.rejects(answer, { name: 'AbortError' })
    await hungUp
  })

  it('that does not come within 30 seconds is not waited for: whether the work was done is unknown', async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      upstream.replies.push(never, never)
      const asked = upstream.next()
      const answer = call(upstream, READ)
      const { hungUp } = await asked
      mock.timers.tick(29_999)
      assert.equal(upstream.requests.length, 1)
      mock.timers.tick(1)
      assert.deepEqual(await answer, { kind: 'timeout' })
      await hungUp
      assert.equal(upstream.requests.length, 1) // not even a read is asked again after so long a wait
    } finally {
      mock.timers.reset()
      upstream.replies.splice(0)
    }
  })

  it('is waited for as long as the call says', async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      upstream.replies.push(never)
      const asked = upstream.next()
      const answer = call(upstream, { timeoutMs: 800_000 })
      const { hungUp } = await asked
      mock.timers.tick(799_999)
      const first = await Promise.race([answer, new Promise((resolve) => setImmediate(resolve, 'waits'))])
      assert.equal(first, 'waits')
      mock.timers.tick(1)
      assert.deepEqual(await answer, { kind: 'timeout' })
      await hungUp
    } finally {
      mock.timers.reset()
    }
  })

  it('nobody waits for is not even asked for', async () => {
    await assert.rejects(call(upstream, { signal: AbortSignal.abort() }), { name: 'AbortError' })
    assert.equal(upstream.requests.length, 0)
  })
})
