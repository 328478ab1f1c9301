// Who is calling, from the two headers that QuantConnect's clients send: `Authorization: Basic` with the user id and a
// hash of token and time, and `Timestamp` with the time.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { SANDBOX_ACCOUNTS } from './accounts.ts'

/** Seconds for which a pair of hash and time counts. How far a clock may run ahead is not documented; we allow as much. */
const WINDOW = 7_200

export const HASH_MISMATCH = "Hash doesn't match. Check the API token and this machine's clock."

export type Authentication = { userId: string } | { status: 200 | 401; error: string }

const sha256 = (value: string): Buffer => createHash('sha256').update(value).digest()

/** `now` in milliseconds. */
export function authenticate(headers: IncomingHttpHeaders, now: number): Authentication {
  const basic = /^Basic ([\w+/=-]+)$/i.exec(headers.authorization ?? '')?.[1]
  const [, userId, presented] = /^([^:]*):(.*)$/s.exec(Buffer.from(basic ?? '', 'base64').toString()) ?? []
  const timestamp = headers.timestamp
  if (
    userId === undefined ||
    presented === undefined ||
    typeof timestamp !== 'string' ||
    !/^\d{1,12}$/.test(timestamp)
  ) {
    return { status: 401, error: 'Authorization and Timestamp headers are required.' }
  }
  const account = SANDBOX_ACCOUNTS.find((candidate) => candidate.userId === userId)
  if (!account) return { status: 200, error: `UserID not valid (${userId})` }
  const expected = sha256(`${account.apiToken}:${timestamp}`).toString('hex')
  // Both sides are hashed once more, because the comparison needs equal lengths.
  const matches = timingSafeEqual(sha256(presented), sha256(expected))
  const inTime = Math.abs(now / 1000 - Number(timestamp)) <= WINDOW
  if (!matches || !inTime) {
    return { status: 200, error: HASH_MISMATCH }
  }
  return { userId }
}
