// How often someone may try to sign in: enough for a person who mistypes, too little for guessing, and never so often
// that QuantConnect would block our address.
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'

const LIMITS = [
  { what: 'account', most: 10, seconds: 15 * 60 },
  { what: 'address', most: 60, seconds: 15 * 60 },
  { what: 'everyone', most: 120, seconds: 60 },
] as const

/**
 * Counts one attempt and says how many seconds to wait when it is one too many; 0 means go on.
 * The account counts by its number whether it exists or not, so the answer tells nothing about it.
 */
export async function countAttempt(store: Store, userId: string, address: string): Promise<number> {
  const who = { account: userId, address, everyone: '' }
  for (const { what, most, seconds } of LIMITS) {
    if ((await store.increment(KEYS.attempts(what, who[what]), seconds)) > most) return seconds
  }
  return 0
}
