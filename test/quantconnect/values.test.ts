// The client's decisions, with values: when to call again, what a header means, where a person may be sent.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Answer } from '../../src/quantconnect/answer.ts'
import { redirectLocation } from '../../src/quantconnect/redirect.ts'
import { pauseBefore } from '../../src/quantconnect/retry.ts'
import { retryAfterSeconds } from '../../src/quantconnect/retry-after.ts'

describe('Retry-After, RFC 9110 §10.2.3', () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 0)
  const TABLE: [header: string | undefined, seconds: number | undefined][] = [
    ['0', 0],
    [' 120 ', 120],
    ['99999999999999999999', 86_400],
    ['Thu, 01 Jan 2026 12:00:07 GMT', 7],
    ['Thursday, 01-Jan-26 12:00:07 GMT', 7],
    ['Thu, 01 Jan 2026 11:00:00 GMT', 0],
    ['Fri, 01 Jan 2027 12:00:00 GMT', 86_400],
    ['Thu, 99 Jan 2026 12:00:07 GMT', undefined],
    ['Thu, 01 Jan 2026 12:00:07', undefined],
    ['2026-01-01T12:00:07Z', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ]
  for (const [header, seconds] of TABLE) {
    it(`${header === undefined ? 'that is absent' : `'${header}'`} means ${seconds ?? 'nothing'}`, () => {
      assert.equal(retryAfterSeconds(header, now), seconds)
    })
  }
})

describe('the pause before a read is asked again', () => {
  const status = (code: number): Answer => ({ kind: 'unavailable', status: code, sent: true })
  const limited = (retryAfter: number): Answer => ({ kind: 'rate-limited', retryAfter })

  it('is about a quarter of a second, then about one, then there is none', () => {
    assert.deepEqual(
      [1, 2, 3, 4].map((sends) => pauseBefore(status(503), sends, 0.5)),
      [250, 1_000, undefined, undefined],
    )
  })

  it('varies by half to either side, so that callers do not come back together', () => {
    assert.deepEqual([pauseBefore(status(503), 1, 0), pauseBefore(status(503), 1, 1)], [125, 375])
  })

  it('is never shorter than Retry-After', () => {
    assert.equal(pauseBefore(limited(10), 1, 0), 10_125)
    assert.equal(pauseBefore({ kind: 'unavailable', status: 503, sent: true, retryAfter: 2 }, 2, 0), 2_500)
  })

  it('is none when Retry-After is longer than ten seconds', () => {
    assert.equal(pauseBefore(limited(11), 1, 0), undefined)
  })

  it('comes after 429, 502, 503, 504 and a failed connection, and after nothing else', () => {
    for (const answer of [status(502), status(504), { kind: 'rate-limited' }, { kind: 'unavailable', sent: false }]) {
      assert.notEqual(pauseBefore(answer as Answer, 1, 0), undefined) // the literals above are answers
    }
    const others: Answer[] = [
      { kind: 'done', body: {} },
      { kind: 'refused', reasons: [] },
      { kind: 'credentials', reasons: [] },
      { kind: 'clock' },
      { kind: 'too-large' },
      { kind: 'redirect', location: 'https://qc.example/' },
      { kind: 'busy' },
      { kind: 'timeout' },
      ...[200, 302, 401, 404, 500, 501].map(status),
    ]
    for (const answer of others) assert.equal(pauseBefore(answer, 1, 0), undefined, JSON.stringify(answer))
  })
})

describe('an address in an answer', () => {
  const API = 'https://www.quantconnect.com/api/v2/live/auth0/authorize'
  const LOCAL = 'http://127.0.0.1:4000/api/v2/live/auth0/authorize'
  const TABLE: [rule: string, header: string | undefined, asked: string, address: string | undefined][] = [
    ['over https is for a person', 'https://login.example/a?b=c', API, 'https://login.example/a?b=c'],
    ['may be relative', '/login', API, 'https://www.quantconnect.com/login'],
    ['over http is not', 'http://login.example/', API, undefined],
    ['does not lead into the network of a person', 'http://127.0.0.1/', API, undefined],
    ['may stay on this machine when the API is there', '/login', LOCAL, 'http://127.0.0.1:4000/login'],
    ['may be called localhost there', 'http://localhost:4000/login', LOCAL, 'http://localhost:4000/login'],
    ['does not leave this machine unprotected', 'http://login.example/', LOCAL, undefined],
    ['that runs something is none', 'javascript:alert(1)', API, undefined],
    ['that looks like another host is none', 'https://quantconnect.com@login.example/', API, undefined],
    ['that is no address is none', 'https://', API, undefined],
    ['that is absent is none', undefined, API, undefined],
    ['that is endless is none', `https://login.example/${'a'.repeat(9_000)}`, API, undefined],
  ]
  for (const [rule, header, asked, address] of TABLE) {
    it(rule, () => assert.equal(redirectLocation(header, asked), address))
  }
})
