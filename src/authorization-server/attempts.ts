// How often someone may try something. Signing in: enough for a person who mistypes, too little for guessing, and never so
// often that QuantConnect would block our address. What writes a record: enough for a company behind one address, too
// little to fill the store.
import { isIPv6 } from 'node:net'
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'

export interface Limit {
  readonly what: string
  readonly most: number
  readonly seconds: number
}

const HOUR = 60 * 60

export const LIMITS = {
  signIn: {
    account: { what: 'account', most: 10, seconds: 15 * 60 },
    address: { what: 'address', most: 60, seconds: 15 * 60 },
    everyone: { what: 'everyone', most: 120, seconds: 60 },
  },
  /** New registrations; one that exists already costs nothing. */
  registration: { what: 'registration', most: 300, seconds: HOUR },
  hostedRegistration: { what: 'hosted-registration', most: 5_000, seconds: HOUR },
  /** Each writes an interaction, or a pushed request. */
  authorize: { what: 'authorize', most: 600, seconds: 10 * 60 },
  par: { what: 'par', most: 600, seconds: 10 * 60 },
  /** Fetches of what a client names. */
  outbound: { what: 'outbound', most: 60, seconds: 60 },
} as const

/**
 * Counts one attempt to sign in and says how many seconds to wait when it is one too many; 0 means go on.
 * The account counts by its number whether it exists or not, so the answer tells nothing about it.
 */
export async function countAttempt(store: Store, userId: string, address: string): Promise<number> {
  const { account, address: byAddress, everyone } = LIMITS.signIn
  return (
    (await count(store, account, userId)) ||
    (await countByAddress(store, byAddress, address)) ||
    (await count(store, everyone, ''))
  )
}

/** Counts one of something against an address. Seconds to wait when it is one too many; 0 means go on. */
export const countByAddress = (store: Store, limit: Limit, address: string): Promise<number> =>
  count(store, limit, networkOf(address))

const count = async (store: Store, { what, most, seconds }: Limit, who: string): Promise<number> =>
  (await store.increment(KEYS.attempts(what, who), seconds)) > most ? seconds : 0

/** Who an address stands for: of an IPv6 address the first 64 bits, since whoever has one has all that share them. */
export function networkOf(address: string): string {
  const bare = address.replace(/%.*$/, '')
  if (!isIPv6(bare)) return bare
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1) // one spelling, in hexadecimal (RFC 5952)
  const mapped = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(canonical)
  if (mapped) {
    // A socket that listens to both kinds shows an IPv4 address like this (RFC 4291 §2.5.5.2).
    const bytes = mapped
      .slice(1)
      .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    return bytes.join('.')
  }
  const [left = [], right = []] = canonical.split('::').map((part) => part.split(':').filter(Boolean))
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}
