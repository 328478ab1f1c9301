import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Answer } from '../../src/quantconnect/answer.ts'
import { type Hints, readAnswer } from '../../src/quantconnect/answer.ts'

const NO_REASON = 'QuantConnect gave no reason.'
const refused = (...reasons: string[]): Answer => ({ kind: 'refused', reasons })
const credentials = (...reasons: string[]): Answer => ({ kind: 'credentials', reasons })
const unavailable = (status: number): Answer => ({ kind: 'unavailable', status, sent: true })
const done = (body: Record<string, unknown>): Answer => ({ kind: 'done', body })

const TABLE: [rule: string, status: number, body: unknown, answer: Answer, hints?: Hints][] = [
  ['success is success', 200, { success: true, a: 1 }, done({ success: true, a: 1 })],
  ['AI endpoints say nothing of success', 200, { state: 'End', payload: {} }, done({ state: 'End', payload: {} })],
  ['a finding of theirs is no failure', 200, { state: 'Error' }, done({ state: 'Error' })],
  ['what is still loading is an answer', 200, { status: 'loading' }, done({ status: 'loading' })],
  [
    'a refusal comes with 200',
    200,
    { success: false, errors: ['Compile id not found'] },
    refused('Compile id not found'),
  ],
  ['with 400 as well', 400, { success: false, errors: ['a', 'b'] }, refused('a', 'b')],
  ['an upload too large has a kind of its own', 413, { success: false, errors: ['a'] }, { kind: 'too-large' }],
  ['also when a gateway says so', 413, '<html>', { kind: 'too-large' }],
  ['too many requests are told as that', 429, { success: false, errors: ['a'] }, { kind: 'rate-limited' }],
  ['with the time to wait', 429, '', { kind: 'rate-limited', retryAfter: 7 }, { retryAfter: 7 }],
  [
    'a gateway may tell it as well',
    503,
    '',
    { kind: 'unavailable', status: 503, sent: true, retryAfter: 0 },
    { retryAfter: 0 },
  ],
  ['nobody waits for what was done', 200, { success: true }, done({ success: true }), { retryAfter: 7 }],
  ['reasons come as messages', 200, { success: false, messages: ['a'] }, refused('a')],
  ['or as one Message', 200, { success: false, Message: 'a' }, refused('a')],
  [
    'or all ways at once',
    200,
    { success: false, errors: ['a'], messages: ['b'], Message: 'c' },
    refused('a', 'b', 'c'),
  ],
  ['a no in another type is one too', 200, { success: 'false', errors: ['a'] }, refused('a')],
  ['as a number as well', 200, { success: 0, errors: ['a'] }, refused('a')],
  ['or not at all', 200, { success: false }, refused(NO_REASON)],
  ['or as nothing', 200, { success: false, errors: [] }, refused(NO_REASON)],
  ['or as what is no text', 200, { success: false, errors: [null, 1, {}, ''], Message: {} }, refused(NO_REASON)],
  ['or in no list', 200, { success: false, errors: 'a' }, refused(NO_REASON)],
  [
    'reasons lose controls; whoever shows them removes and counts what else nobody sees',
    200,
    { success: false, errors: ['\u0000 a\r\n\u202eb\u001b[31m \ud800'] },
    refused('a \u202eb [31m \ud800'),
  ],
  ['and are none when nothing is left', 200, { success: false, errors: ['\n'] }, refused(NO_REASON)],
  ['a long reason is cut', 200, { success: false, errors: ['a'.repeat(1_001)] }, refused(`${'a'.repeat(1_000)}…`)],
  ['one that just fits is not', 200, { success: false, errors: ['a'.repeat(1_000)] }, refused('a'.repeat(1_000))],
  [
    'of many reasons ten are enough',
    200,
    { success: false, errors: Array(11).fill('a') },
    refused(...Array(10).fill('a')),
  ],
  ['401 is about the credentials', 401, { success: false, errors: ['a'] }, credentials('a')],
  ['whatever its body', 401, 'Unauthorized', credentials('QuantConnect answered 401.')],
  [
    'a wrong hash comes with 200',
    200,
    { success: false, errors: ["Hash doesn't match. x"] },
    credentials("Hash doesn't match. x"),
  ],
  ['so does an unknown user', 200, { success: false, errors: ['UserID not valid'] }, credentials('UserID not valid')],
  [
    'words inside a reason are no such thing',
    200,
    { success: false, errors: ["The Hash doesn't match."] },
    refused("The Hash doesn't match."),
  ],
  ['500 is trouble without JSON', 500, '<html>', unavailable(500)],
  ['and with it: no word about credentials', 500, { success: false, errors: ['a'] }, unavailable(500)],
  ['and even when it speaks of success', 503, { success: true }, unavailable(503)],
  ['a gateway answers in HTML', 200, '<html>', unavailable(200)],
  ['or with nothing', 200, '', unavailable(200)],
  ['or with JSON that is no object', 200, [1], unavailable(200)],
  ['or none at all', 200, 'null', unavailable(200)],
  [
    'an address for a person is handed on',
    302,
    '',
    { kind: 'redirect', location: 'https://a/' },
    { location: 'https://a/' },
  ],
  ['without one that may be used, a redirect is no answer', 302, { success: true }, unavailable(302)],
  ['an address elsewhere means nothing', 200, { success: true }, done({ success: true }), { location: 'https://a/' }],
  ['nor is an unknown endpoint', 404, { message: 'Not Found' }, unavailable(404)],
]

describe('what QuantConnect’s answers mean, API.md section 3', () => {
  for (const [rule, status, body, answer, hints] of TABLE) {
    it(`${rule} (${status})`, async () => {
      assert.deepEqual(await readAnswer(status, typeof body === 'string' ? body : JSON.stringify(body), hints), answer)
    })
  }
})
