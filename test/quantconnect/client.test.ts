import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it, mock } from 'node:test'
import { createQuantConnect } from '../../src/quantconnect/client.ts'
import { freePort } from '../support/server.ts'
import { cut, json, never, type Reply, startUpstream, text, type Upstream } from './upstream.ts'

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
  createQuantConnect({ live: upstream.url }).call(WHO, '/projects/read', {}, options)

describe('a read', { concurrency: true }, () => {
  const troubles = {
    500: text(500, ''),
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

  it('is not asked again when QuantConnect has answered, be it no', () =>
    against([json(200, { success: false, errors: ['no'] }), json(401, {}), good], async (upstream) => {
      assert.equal((await call(upstream, READ)).kind, 'refused')
      assert.equal((await call(upstream, READ)).kind, 'credentials')
      assert.equal(upstream.requests.length, 2)
    }))

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
        assert.equal(upstream.requests.length, 1)
      }))
  }

  it('that found nobody at the address was not sent, and says so', async () => {
    const live = `http://127.0.0.1:${await freePort()}/api/v2`
    const answer = await createQuantConnect({ live }).call(WHO, '/projects/create', {})
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
      upstream.replies.push(text(status, '', { location: `${upstream.url}/elsewhere` }))
      assert.deepEqual(await call(upstream), { kind: 'unavailable', status, sent: true })
    }
    assert.ok(upstream.requests.every(({ path }) => path === '/api/v2/projects/read'))
    assert.equal(upstream.requests.length, 5)
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
    assert.equal((await call(upstream)).kind, 'unavailable')
    await (await asked).hungUp
  })

  it('that breaks off is no answer', async () => {
    upstream.replies.push((response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"success":', () => response.destroy())
    })
    assert.deepEqual(await call(upstream), { kind: 'unavailable', sent: true })
  })

  it('that nobody waits for any more is not waited for: the connection ends', async () => {
    upstream.replies.push(never)
    const caller = new AbortController()
    const asked = upstream.next()
    const answer = call(upstream, { signal: caller.signal })
    const { hungUp } = await asked
    caller.abort()
    await assert.rejects(answer, { name: 'AbortError' })
    await hungUp
  })

  it('that does not come within 30 seconds is not waited for: whether the work was done is unknown', async () => {
    mock.timers.enable({ apis: ['AbortSignal.timeout' as 'Date'] }) // Node 24.21 has it, its types do not yet
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

  it('nobody waits for is not even asked for', async () => {
    await assert.rejects(call(upstream, { signal: AbortSignal.abort() }), { name: 'AbortError' })
    assert.equal(upstream.requests.length, 0)
  })
})
