// When signatures are refused because this machine's clock is wrong, the operator hears of it and no person is blamed.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { QuantConnect } from '../../src/quantconnect/client.ts'
import { createSuspicion } from '../../src/quantconnect/suspicion.ts'
import type { Upstream } from '../support/upstream.ts'
import { json, text } from '../support/upstream.ts'
import { credentialsOf, keptLog, withClient } from './callers.ts'

const REFUSAL = { success: false, errors: ["Hash doesn't match."] }
const MINUTE = 60_000

describe('the suspicion about the clock', () => {
  it('falls on it when the third account fails within five minutes', () => {
    const { refused } = createSuspicion(keptLog().log)
    assert.equal(refused({ account: 'a' }, 0), false)
    assert.equal(refused({ account: 'b' }, 4 * MINUTE), false)
    assert.equal(refused({ account: 'c' }, 5 * MINUTE), true)
    assert.equal(refused({ account: 'c' }, 5 * MINUTE + 1), false) // by now the first was longer ago
  })

  it('needs distinct accounts', () => {
    const { refused } = createSuspicion(keptLog().log)
    for (const account of ['a', 'a', 'b', 'a', 'b']) assert.equal(refused({ account }, 0), false)
  })

  it('ends with a success, and begins anew', () => {
    const { refused, accepted } = createSuspicion(keptLog().log)
    for (const account of ['a', 'b', 'c']) refused({ account }, 0)
    accepted()
    assert.deepEqual(
      ['d', 'a', 'b'].map((account) => refused({ account }, 1)),
      [false, false, true],
    )
  })

  it('is not raised by people who only claim an account, but covers them', () => {
    const { refused } = createSuspicion(keptLog().log)
    for (let i = 0; i < 5; i++) assert.equal(refused({}, 0), false)
    for (const account of ['a', 'b', 'c']) refused({ account }, 0)
    assert.equal(refused({}, 0), true)
  })

  it('needs one account when the clocks differ by more than 15 minutes', () => {
    const { refused } = createSuspicion(keptLog().log)
    for (const ahead of [15 * MINUTE, -15 * MINUTE]) assert.equal(refused({ account: 'a', ahead }, 0), false)
    for (const ahead of [15 * MINUTE + 1, -15 * MINUTE - 1]) assert.equal(refused({ account: 'a', ahead }, 0), true)
  })

  it('is logged once a minute at most', () => {
    const { log, lines } = keptLog()
    const { refused } = createSuspicion(log)
    const ahead = 3_600_400
    for (const now of [0, 1, MINUTE - 1, MINUTE, MINUTE + 1]) refused({ account: 'a', ahead }, now)
    assert.equal(lines.length, 2)
    assert.ok(lines.every(({ level, msg, aheadSeconds }) => level === 50 && /clock/.test(msg) && aheadSeconds === 3600))
  })
})

/** Makes one person's call fail, and the check with it. */
async function fails(upstream: Upstream, client: QuantConnect, who: number, date?: string) {
  upstream.replies.push(json(401, {}))
  upstream.verdicts.push(text(200, JSON.stringify(REFUSAL), date ? { date } : {}))
  return client.call(credentialsOf(who), '/projects/read', {})
}
const said = { kind: 'credentials', reasons: REFUSAL.errors }

describe('calls that are refused', () => {
  it('for three accounts together are about the clock: the log says so once, and names nobody', async () => {
    const { log, lines } = keptLog()
    await withClient(async (upstream, client) => {
      assert.deepEqual(await fails(upstream, client, 710001), said)
      assert.deepEqual(await fails(upstream, client, 710002), said)
      assert.equal(lines.length, 0)
      for (const who of [710003, 710001, 710004]) {
        assert.deepEqual(await fails(upstream, client, who), { kind: 'clock' })
      }
      assert.deepEqual(
        lines.map(({ accounts }) => accounts),
        [3],
      )
      assert.match(JSON.stringify(lines), /"aheadSeconds":-?\d.*clock of this machine is suspected/)
      assert.doesNotMatch(JSON.stringify(lines), /71000|token-of|Basic|[0-9a-f]{64}/)
    }, log)
  })

  it('are about the accounts again after one success', () =>
    withClient(async (upstream, client) => {
      await fails(upstream, client, 1)
      await fails(upstream, client, 2)
      assert.equal((await client.call(credentialsOf(3), '/projects/read', {})).kind, 'done')
      assert.deepEqual(await fails(upstream, client, 4), said)
    }))

  it('are about the accounts also after a check that said yes', () =>
    withClient(async (upstream, client) => {
      await fails(upstream, client, 1)
      await fails(upstream, client, 2)
      upstream.replies.push(text(500, ''))
      assert.equal((await client.call(credentialsOf(3), '/projects/read', {})).kind, 'unavailable')
      assert.deepEqual(await fails(upstream, client, 4), said)
    }))

  for (const [way, milliseconds] of [
    ['ahead', 3_600_000],
    ['behind', -3_600_000],
  ] as const) {
    it(`by a QuantConnect whose Date shows that we are an hour ${way} are about the clock at once`, async () => {
      const { log, lines } = keptLog()
      await withClient(async (upstream, client) => {
        const date = new Date(Date.now() - milliseconds).toUTCString()
        assert.deepEqual(await fails(upstream, client, 1, date), { kind: 'clock' })
        const seconds = lines[0]?.aheadSeconds ?? 0
        assert.equal(Math.round(seconds / 600), Math.round(milliseconds / 600_000))
      }, log)
    })
  }

  it('are not about the clock when QuantConnect accepts the credentials, whatever its Date', async () => {
    const { log, lines } = keptLog()
    await withClient(async (upstream, client) => {
      const date = 'Thu, 01 Jan 2026 12:00:00 GMT'
      upstream.replies.push(text(401, '', { date }))
      upstream.verdicts.push(text(200, '{"success":true}', { date }))
      assert.equal((await client.call(credentialsOf(1), '/projects/read', {})).kind, 'unavailable')
      assert.equal(lines.length, 0)
    }, log)
  })

  it('at sign-in say nothing about the clock, however many strangers try', () =>
    withClient(async (upstream, client) => {
      for (const who of [1, 2, 3, 4]) {
        upstream.verdicts.push(json(200, REFUSAL))
        assert.deepEqual(await client.call(credentialsOf(who), '/authenticate', {}), said)
      }
      assert.deepEqual(await fails(upstream, client, 5), said)
    }))

  it('at sign-in are about the clock when its Date shows it', () =>
    withClient(async (upstream, client) => {
      upstream.verdicts.push(text(401, '{}', { date: 'Thu, 01 Jan 2026 12:00:00 GMT' }))
      assert.deepEqual(await client.call(credentialsOf(1), '/authenticate', {}), { kind: 'clock' })
    }))
})
