// Rate limits: how often someone may try something. Signing in: enough for a person who mistypes, too little for guessing, and
// never so often that QuantConnect would block our address. What writes a record: enough for a company behind one address,
// too little to fill the store. Both parties count here.
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'

export interface RateLimit {
  readonly what: string
  readonly most: number
  readonly seconds: number
}

const HOUR = 60 * 60

export const RATE_LIMITS = {
  signIn: {
    account: { what: 'account', most: 10, seconds: 15 * 60 },
    address: { what: 'address', most: 60, seconds: 15 * 60 },
    everyone: { what: 'everyone', most: 120, seconds: 60 },
  },
  /** Proofs that fail, in a browser that is signed in. */
  proof: { what: 'proof', most: 10, seconds: 15 * 60 },
  /** What waits for a proof in one browser; each writes a record. */
  act: { what: 'act', most: 100, seconds: 10 * 60 },
  /** Signing in to the sandbox with one click; each makes a session. */
  oneClick: { what: 'one-click', most: 200, seconds: 15 * 60 },
  /** New registrations; one that exists already costs nothing. */
  registration: { what: 'registration', most: 300, seconds: HOUR },
  hostedRegistration: { what: 'hosted-registration', most: 5_000, seconds: HOUR },
  /** Each writes an interaction, or a pushed request. */
  authorize: { what: 'authorize', most: 3_000, seconds: 10 * 60 },
  par: { what: 'par', most: 3_000, seconds: 10 * 60 },
  /** Documents of clients that are fetched, and fetches in all, of key sets too. */
  document: { what: 'document', most: 60, seconds: 60 },
  outbound: { what: 'outbound', most: 120, seconds: 60 },
  /** Refreshes of one connection; each writes a token that stays for 30 days. */
  rotation: { what: 'rotation', most: 600, seconds: 10 * 60 },
  /** Calls of one tool that are refused over HTTP before its client is told in another way. */
  refusedCall: { what: 'refused-call', most: 1, seconds: HOUR },
  /** Where a client speaks for itself. */
  client: { what: 'client', most: 12_000, seconds: 10 * 60 },
} as const

/**
 * Counts one attempt to sign in and says how many seconds to wait when it is one too many; 0 means go on.
 * The account counts by its number whether it exists or not, so the answer tells nothing about it.
 */
export async function countSignIn(store: Pick<Store, 'increment'>, userId: string, address: string): Promise<number> {
  const { account, address: byAddress, everyone } = RATE_LIMITS.signIn
  return (
    (await countAttempt(store, account, userId)) ||
    (await countAttempt(store, byAddress, address)) ||
    (await countAttempt(store, everyone, ''))
  )
}

/** Counts one of something, by whom it is done. Seconds to wait when it is one too many; 0 means go on. */
export const countAttempt = async (
  store: Pick<Store, 'increment'>,
  { what, most, seconds }: RateLimit,
  who: string,
): Promise<number> => ((await store.increment(KEYS.attempts(what, who), seconds)) > most ? seconds : 0)
