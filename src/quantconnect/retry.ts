// When a call that does no harm twice is made again, and how long after: a backoff with jitter.
import type { Answer } from './answer.ts'

/** How often a call is sent at most, the first time included. */
export const MAX_SENDS = 3
/** Before the second and the third time. */
const PAUSES_MS = [250, 1_000]
/** A longer `Retry-After` is for whoever asked to wait out. */
const MAX_RETRY_AFTER_SECONDS = 10
const PASSING = [502, 503, 504]

/**
 * The pause in milliseconds before a call is sent again after `sends` times; undefined when it is not. `random` (0 to 1)
 * keeps callers who failed together from coming back together.
 */
export function pauseBefore(answer: Answer, sends: number, random: number): number | undefined {
  const base = PAUSES_MS[sends - 1]
  if (base === undefined || sends >= MAX_SENDS || !mayPass(answer)) return undefined
  const { retryAfter = 0 } = answer
  if (retryAfter > MAX_RETRY_AFTER_SECONDS) return undefined
  return retryAfter * 1_000 + base * (0.5 + random)
}

/** Too many requests, trouble of a gateway, and a connection that failed: those pass. A time-out was long enough. */
const mayPass = (answer: Answer): answer is Extract<Answer, { kind: 'rate-limited' | 'unavailable' }> =>
  answer.kind === 'rate-limited' ||
  (answer.kind === 'unavailable' && (answer.status === undefined || PASSING.includes(answer.status)))
