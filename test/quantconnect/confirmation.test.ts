// Nobody is told that a token is bad before `/authenticate` has said so too.
import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import type { QuantConnect } from '../../src/quantconnect/client.ts'
import { until } from '../support/until.ts'
import type { Reply } from '../support/upstream.ts'
import { cut, held, json, never, text } from '../support/upstream.ts'
import { credentialsOf, requestsTo, withClient } from './callers.ts'

const yes = json(200, { success: true })
const no = json(200, { success: false, errors: ["Hash doesn't match."] })
const said = { kind: 'credentials', reasons: ["Hash doesn't match."] }
const smells: Record<string, [reply: Reply, otherwise: object]> = {
  'HTTP 401': [json(401, { success: false }), { kind: 'unavailable', status: 401, sent: false }],
  'HTTP 401 without JSON': [text(401, 'Unauthorized'), { kind: 'unavailable', status: 401, sent: false }],
  'a hash that does not match': [no, { kind: 'unavailable', status: 200, sent: false }],
  'an unknown user': [
    json(200, { success: false, errors: ['UserID not valid (1)'] }),
    { kind: 'unavailable', status: 200, sent: false },
  ],
  'HTTP 500': [text(500, ''), { kind: 'unavailable', status: 500, sent: true }],
}
const unclear: Record<string, Reply> = {
  'HTTP 500': text(500, ''),
  'HTTP 503': text(503, ''),
  'a cut': cut,
  nonsense: text(200, '<html>'),
  'a refusal of another kind': json(200, { success: false, errors: ['Please slow down.'] }),
  'an answer that is not a yes': json(200, {}),
}

/** What was answered before is read after this: somebody else's calls have been there and back. */
async function roundTrips(client: QuantConnect) {
  for (let i = 0; i < 3; i++) await client.call(credentialsOf(9), '/files/read', {})
}

describe('after an answer that smells of bad credentials', () => {
  for (const [smell, [reply, otherwise]] of Object.entries(smells)) {
    it(`(${smell}) /authenticate is asked once, and its no is told in its words`, () =>
      withClient(async (upstream, client) => {
        upstream.replies.push(reply)
        upstream.verdicts.push(no)
        assert.deepEqual(await client.call(credentialsOf(1), '/projects/read', {}, { retry: true }), said)
        assert.deepEqual(
          upstream.requests.map(({ path }) => path),
          ['/api/v2/projects/read', '/api/v2/authenticate'],
        )
        const [userId] = Buffer.from(upstream.requests[1]?.headers.authorization?.slice(6) ?? '', 'base64')
          .toString()
          .split(':')
        assert.equal(userId, '1')
      }))

    it(`(${smell}) nobody is blamed when /authenticate says yes`, () =>
      withClient(async (upstream, client) => {
        upstream.replies.push(reply)
        upstream.verdicts.push(yes)
        assert.deepEqual(await client.call(credentialsOf(1), '/projects/read', {}, { retry: true }), otherwise)
        assert.equal(upstream.requests.length, 2)
      }))
  }

  for (const [name, verdict] of Object.entries(unclear)) {
    it(`nobody is blamed when /authenticate answers with ${name}, and it is not asked again`, () =>
      withClient(async (upstream, client) => {
        upstream.replies.push(json(401, {}))
        upstream.verdicts.push(verdict)
        const answer = await client.call(credentialsOf(1), '/projects/read', {}, { retry: true })
        assert.deepEqual(answer, { kind: 'unavailable', status: 401, sent: false })
        assert.equal(upstream.requests.length, 2)
      }))
  }

  it('the check has no time of its own: both together take 30 seconds at most', async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      await withClient(async (upstream, client) => {
        const late = held(text(500, ''))
        upstream.replies.push(late.reply)
        upstream.verdicts.push(never)
        const answer = client.call(credentialsOf(1), '/projects/create', {})
        await until('the call', () => upstream.requests.length === 1)
        mock.timers.tick(20_000)
        late.release()
        await until('the check', () => upstream.requests.length === 2)
        mock.timers.tick(10_000)
        assert.deepEqual(await answer, { kind: 'unavailable', status: 500, sent: true })
        await upstream.requests[1]?.hungUp
      })
    } finally {
      mock.timers.reset()
    }
  })

  it('the check ends when nobody waits for it any more, and not before', () =>
    withClient(async (upstream, client) => {
      upstream.replies.push(json(401, {}), json(401, {}))
      upstream.verdicts.push(never, no)
      const callers = [new AbortController(), new AbortController()]
      const answers = callers.map(({ signal }) =>
        client.call(credentialsOf(1), '/projects/read', {}, { signal, retry: true }),
      )
      await until('both calls and the check', () => upstream.requests.length === 3)
      await roundTrips(client)
      let ended = false
      const check = requestsTo(upstream, '/authenticate')[0]
      void check?.hungUp.then(() => {
        ended = true
      })
      const reason = new Error('gone')
      callers[0]?.abort(reason)
      await assert.rejects(answers[0] ?? Promise.resolve(), reason)
      assert.equal(ended, false)
      callers[1]?.abort(reason)
      await assert.rejects(answers[1] ?? Promise.resolve(), reason)
      await check?.hungUp

      upstream.replies.push(json(401, {}))
      assert.deepEqual(await client.call(credentialsOf(1), '/projects/read', {}), said)
    }))

  it('calls of one account that fail together share one check', () =>
    withClient(async (upstream, client) => {
      upstream.replies.push(...Array(5).fill(json(401, {})))
      const verdict = held(no)
      upstream.verdicts.push(verdict.reply)
      const answers = Array.from({ length: 5 }, () => client.call(credentialsOf(1), '/projects/read', {}))
      await until('all calls and the check', () => upstream.requests.length === 6)
      await roundTrips(client)
      verdict.release()
      assert.deepEqual(await Promise.all(answers), Array(5).fill(said))
      assert.equal(requestsTo(upstream, '/authenticate').length, 1)
    }))

  it('another token of the same account is checked for itself', () =>
    withClient(async (upstream, client) => {
      upstream.replies.push(json(401, {}), json(401, {}))
      const verdict = held(no)
      upstream.verdicts.push(verdict.reply, verdict.reply)
      const answers = ['old', 'new'].map((token) => client.call(credentialsOf(1, token), '/projects/read', {}))
      await until('two checks', () => requestsTo(upstream, '/authenticate').length === 2)
      verdict.release()
      assert.deepEqual(await Promise.all(answers), [said, said])
    }))

  it('the check of a check is spared: /authenticate itself is asked once', () =>
    withClient(async (upstream, client) => {
      upstream.verdicts.push(no, text(500, ''), json(401, { errors: ['no'] }))
      assert.deepEqual(await client.call(credentialsOf(1), '/authenticate', {}), said)
      const unavailable = { kind: 'unavailable', status: 500, sent: true }
      assert.deepEqual(await client.call(credentialsOf(1), '/authenticate', {}), unavailable)
      const words = { kind: 'credentials', reasons: ['no'] }
      assert.deepEqual(await client.call(credentialsOf(1), '/authenticate', {}), words)
      assert.equal(upstream.requests.length, 3)
    }))
})
