// How often a user id and an API token may be tried: too seldom for guessing, never so often that QuantConnect would block
// our address, and so that no stranger shuts the door on the person whose user id they know. Whoever guesses is counted where
// they are; whoever shows what only the person can have is not.
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { remove } from '../storage/store.ts'
import { allocationOf, isThisMachine } from './client-address.ts'
import type { RateLimit } from './rate-limits.ts'
import { countAttempt, RATE_LIMITS, uncountAttempt } from './rate-limits.ts'

export interface SignInAttempt {
  readonly userId: string
  /** Where it comes from, as `networkOf` says. */
  readonly network: string
  /** By what a browser is known that has signed in to this account before. */
  readonly knownBrowser: string | undefined
  /** Whether this is the API token that is stored for the account. */
  readonly isStoredToken: boolean
  /** Whether QuantConnect itself will be asked; the sandbox may be asked as often as one likes. */
  readonly asksQuantConnect: boolean
}

export type Admission =
  /** Seconds until it may be tried again. */
  { readonly retryAfter: number } | { readonly retryAfter?: never; succeeded(): Promise<void> }

/**
 * Admits an attempt, which counts as failed until it has succeeded: of many at once each must find the others. The account
 * counts by its number whether it exists or not, so the answer tells nothing about it.
 */
export async function admitSignIn(store: Store, attempt: SignInAttempt): Promise<Admission> {
  const { userId, network, knownBrowser, isStoredToken, asksQuantConnect } = attempt
  const { account, network: ofNetwork } = RATE_LIMITS.failedSignIn
  const at = (place: string) => `${userId} ${place}`
  // A browser that the account knows is not counted with whoever else is in its network, nor they with it.
  const counted: readonly (readonly [RateLimit, string])[] = isStoredToken
    ? []
    : knownBrowser
      ? [[account, at(knownBrowser)]]
      : [
          [account, at(network)],
          [ofNetwork, network],
        ]
  const taken: (readonly [RateLimit, string])[] = []
  const takeBack = () => Promise.all(taken.map(([limit, who]) => uncountAttempt(store, limit, who)))

  for (const one of counted) {
    taken.push(one)
    const retryAfter = await countAttempt(store, ...one)
    if (retryAfter) await takeBack() // nothing was tried
    if (retryAfter) return { retryAfter }
  }
  const retryAfter = asksQuantConnect ? await askingMustWait(store, attempt) : 0
  if (retryAfter) {
    await takeBack()
    return { retryAfter }
  }
  return {
    async succeeded() {
      await takeBack()
      const places = [network, ...(knownBrowser ? [knownBrowser] : [])]
      await Promise.all(places.map((place) => remove(store, KEYS.attempts(account.what, at(place)))))
    },
  }
}

/**
 * Seconds to wait until QuantConnect may be asked; 0 means now. One allocation of addresses gets an eighth of what there is, so
 * that it takes many to use it up; who is on this machine has nobody to take it from. Then a quarter is left for those whom the
 * account knows, of which one account, whose owner may be the attacker, gets half.
 */
async function askingMustWait(
  store: Store,
  { userId, network, knownBrowser, isStoredToken }: SignInAttempt,
): Promise<number> {
  const { allocation, strangers, known, account } = RATE_LIMITS.askedCredentials
  const ofAllocation = isThisMachine(network) ? 0 : await countAttempt(store, allocation, allocationOf(network))
  const retryAfter = ofAllocation || (await countAttempt(store, strangers, ''))
  if (!retryAfter || !(knownBrowser || isStoredToken)) return retryAfter
  return (await countAttempt(store, account, userId)) || (await countAttempt(store, known, ''))
}
