// Whose fault refused signatures are. A signature holds the time, so a wrong clock of this machine (clock skew) looks to
// QuantConnect like a wrong token, for every account at once; then nobody should be told to look for a new token.
import type { Log } from '../observability/log.ts'

/** So many accounts that fail together, with no success in between, are no coincidence. */
const ACCOUNTS = 3
const TOGETHER_MS = 5 * 60_000
/** By how much the two clocks may differ. QuantConnect itself is known to take two hours. */
const MAX_DIFFERENCE_MS = 15 * 60_000
const LOG_EVERY_MS = 60_000

interface RefusedSignature {
  /** Whose signature was refused; absent for somebody who only claims an account, which proves nothing about the clock. */
  readonly account?: string | undefined
  /** By how many milliseconds our clock is ahead of QuantConnect's, when that was measured. */
  readonly ahead?: number | undefined
}

export interface Suspicion {
  /** Some account's signature was accepted, so the clock is right enough. */
  accepted(): void
  /** A signature was refused for certain. Whether the clock is to blame; if so, the log says it. `now` in milliseconds. */
  refused(refusal: RefusedSignature, now: number): boolean
}

/** The suspicion about the clock, for the signatures of one QuantConnect. */
export function createSuspicion(log: Log): Suspicion {
  /** When each account failed last, since the last success. */
  const failed = new Map<string, number>()
  let logged = Number.NEGATIVE_INFINITY

  return {
    accepted: () => failed.clear(),
    refused({ account, ahead }, now) {
      for (const [one, at] of failed) if (now - at > TOGETHER_MS) failed.delete(one)
      if (account !== undefined) failed.set(account, now)
      const differs = ahead !== undefined && Math.abs(ahead) > MAX_DIFFERENCE_MS
      if (!differs && failed.size < ACCOUNTS) return false

      if (now - logged >= LOG_EVERY_MS) {
        logged = now
        log.error(
          { accounts: failed.size, ...(ahead === undefined ? {} : { aheadSeconds: Math.round(ahead / 1000) }) },
          'QuantConnect refuses signatures, and the clock of this machine is suspected: check that it is right',
        )
      }
      return true
    },
  }
}
