// Rate limits: how often someone may try something. What writes a record: enough for a company behind one address, too little
// to fill the store. Nothing is limited for all together that a stranger could use up. Both parties count here.
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { widerNetworks } from './client-address.ts'

export interface RateLimit {
  readonly what: string
  readonly most: number
  readonly seconds: number
}

const HOUR = 60 * 60

export const RATE_LIMITS = {
  /** Sign-ins that fail (see sign-in-limits.ts). */
  failedSignIn: {
    account: { what: 'failed-sign-in', most: 10, seconds: 15 * 60 },
    network: { what: 'failed-sign-ins', most: 60, seconds: 15 * 60 },
  },
  /** User ids and API tokens that QuantConnect is asked about: 120 a minute, so that it does not block our address. */
  askedCredentials: {
    allocation: { what: 'asked-for-allocation', most: 15, seconds: 60 },
    strangers: { what: 'asked-for-strangers', most: 90, seconds: 60 },
    known: { what: 'asked-for-known', most: 30, seconds: 60 },
    account: { what: 'asked-for-account', most: 15, seconds: 60 },
  },
  /** Proofs that fail, in a browser that is signed in. */
  proof: { what: 'proof', most: 10, seconds: 15 * 60 },
  /** What waits for a proof in one browser; each writes a record. */
  act: { what: 'act', most: 100, seconds: 10 * 60 },
  /** Signing in to the sandbox with one click; each makes a session. */
  oneClick: { what: 'one-click', most: 200, seconds: 15 * 60 },
  /**
   * Presses at an address that suspends everything. More are taken, and write nothing once everything is suspended: each undoes what
   * its person is about to prove, and they must have time to make another address.
   */
  pause: { what: 'pause', most: 3, seconds: 10 * 60 },
  /** Addresses of that form that are not good. */
  wrongPause: { what: 'wrong-pause', most: 20, seconds: 15 * 60 },
  /** New registrations; one that exists already costs nothing. */
  registration: { what: 'registration', most: 300, seconds: HOUR },
  hostedRegistration: { what: 'hosted-registration', most: 5_000, seconds: HOUR },
  /** Each writes an interaction, or a pushed request. */
  authorize: { what: 'authorize', most: 3_000, seconds: 10 * 60 },
  par: { what: 'par', most: 3_000, seconds: 10 * 60 },
  /** Documents of clients that are fetched, and fetches in all, of key sets too. */
  document: { what: 'document', most: 60, seconds: 60 },
  outbound: { what: 'outbound', most: 120, seconds: 60 },
  /** Refreshes of one authorization, counted in its record (grants/authorization.ts). */
  refresh: { most: 600, seconds: 10 * 60 },
  /** Calls of one tool that are refused over HTTP before its client is told in another way. */
  refusedCall: { what: 'refused-call', most: 1, seconds: HOUR },
  /** Calls over the budget of a connection that are written down. */
  recordedOverBudget: { what: 'recorded-over-budget', most: 1, seconds: 60 },
  /** Access tokens whose signature is not ours, of one network at one process; others that it does not know yet then wait. */
  failedSignature: { what: 'failed-signature', most: 50, seconds: 1 },
  /** Where a client speaks for itself. */
  client: { what: 'client', most: 12_000, seconds: 10 * 60 },
} as const

type Counter = Pick<Store, 'increment'>

/**
 * Counts one of something, by whom it is done, with what else is kept for an account where it is one's. Seconds to wait when it is
 * one too many; 0 means go on.
 */
export const countAttempt = async (
  store: Counter,
  { what, most, seconds }: RateLimit,
  who: string,
  accountId?: string,
): Promise<number> => ((await store.increment(KEYS.attempts(what, who, accountId), seconds)) > most ? seconds : 0)

/** Takes back one that was counted. */
export const uncountAttempt = (store: Pick<Store, 'decrement'>, { what }: RateLimit, who: string): Promise<void> =>
  store.decrement(KEYS.attempts(what, who))

/**
 * Counts one of something by the network that it comes from, and by those around it: whoever has a whole range of addresses
 * may do twice as much with each step that the range is wider (/64, /56, /48; an IPv4 address, its /24), not as often as
 * there are addresses. Seconds to wait when it is one too many; 0 means go on.
 */
export async function countFromNetwork(
  store: Pick<Store, 'increment' | 'decrement'>,
  limit: RateLimit,
  network: string,
): Promise<number> {
  const networks = [network, ...widerNetworks(network)]
  let step = 0
  for (const some of limit.most < MANY ? networks.map((one) => [one]) : [networks]) {
    const counts = await Promise.all(some.map((one) => store.increment(KEYS.attempts(limit.what, one), limit.seconds)))
    const stopped = counts.findIndex((count, at) => count > limit.most * 2 ** (step + at))
    if (stopped >= 0) {
      await Promise.all(some.slice(stopped + 1).map((one) => uncountAttempt(store, limit, one)))
      return limit.seconds
    }
    step += some.length
  }
  return 0
}

/**
 * Whoever is stopped uses up nothing of what others around share. So the narrowest is asked first; but where so many are allowed that
 * those few do not matter which are under way, all are asked at once, and are given back what they should not have counted.
 */
const MANY = 1_000
