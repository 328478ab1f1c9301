// How often someone may try something. Signing in: enough for a person who mistypes, too little for guessing, and never so
// often that QuantConnect would block our address. What writes a record: enough for a company behind one address, too
// little to fill the store.
import { isIP, isIPv6 } from 'node:net'
import Provider, { errors } from 'oidc-provider'
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
  /** Showing again who is at a browser that is signed in. */
  confirm: { what: 'confirm', most: 10, seconds: 15 * 60 },
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
  /** Where a client speaks for itself. */
  client: { what: 'client', most: 12_000, seconds: 10 * 60 },
} as const

/**
 * Counts one attempt to sign in and says how many seconds to wait when it is one too many; 0 means go on.
 * The account counts by its number whether it exists or not, so the answer tells nothing about it.
 */
export async function countSignIn(store: Store, userId: string, address: string): Promise<number> {
  const { account, address: byAddress, everyone } = LIMITS.signIn
  return (
    (await countAttempt(store, account, userId)) ||
    (await countAttempt(store, byAddress, address)) ||
    (await countAttempt(store, everyone, ''))
  )
}

/** Counts one of something, by whom it is done. Seconds to wait when it is one too many; 0 means go on. */
export const countAttempt = async (store: Store, { what, most, seconds }: Limit, who: string): Promise<number> =>
  (await store.increment(KEYS.attempts(what, who), seconds)) > most ? seconds : 0

/** The answer to one too many, for the library to give: 429, and when to come again (RFC 6585 §4). */
export function tooMany(error_description: string, wait: number): errors.OIDCProviderError {
  Provider.ctx?.set('Retry-After', String(wait))
  const error = new errors.CustomOIDCProviderError('temporarily_unavailable', `${error_description}; try again later`)
  return Object.assign(error, { status: 429, statusCode: 429 })
}

/**
 * Who an address stands for: of an IPv6 address the first 64 bits, since whoever has one has all that share them. Some
 * proxies forward a port as well. What is no address is one visitor, so that nobody gains by inventing some.
 */
export function networkOf(address: string): string {
  const bare = address
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .replace(/%.*$/, '')
  if (!isIP(bare)) return 'unknown'
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
