// The challenges that passkeys answer (WebAuthn §13.4.3). Nothing is stored while a person makes up their mind: a challenge
// carries its own end, and a keyed hash that ties it to what it is for and to the account. Only an answered one is noted.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { CookieKeys } from '../../key-files/cookie-keys.ts'
import { KEYS } from '../../storage/keys.ts'
import { add, type Store } from '../../storage/store.ts'
import { unixTime } from '../../unix-time.ts'

/** What an answer is for: to add a passkey to an account, or to sign in, in one visit. Acts have challenges of their own. */
export type Ceremony = readonly ['create', accountId: string] | readonly ['sign-in', visit: string]

/** Seconds for which a challenge can be answered. */
const GOOD_FOR = 10 * 60
const NONCE = 16
const HEAD = NONCE + 4

export function createChallenges(store: Store, { derive }: CookieKeys) {
  const seal = (ceremony: Ceremony, head: Buffer): string => {
    const mac = derive('passkey-challenge', JSON.stringify([...ceremony, head.toString('base64url')]))
    return Buffer.concat([head, Buffer.from(mac, 'base64url')]).toString('base64url')
  }

  return {
    /** A new challenge: random bytes, the second at which it ends, and the hash. */
    issue(ceremony: Ceremony): string {
      const end = Buffer.alloc(HEAD - NONCE)
      end.writeUInt32BE(unixTime() + GOOD_FOR)
      return seal(ceremony, Buffer.concat([randomBytes(NONCE), end]))
    },

    /** Whether we issued it for exactly this, and it has not ended. */
    isOurs(ceremony: Ceremony, challenge: string): boolean {
      const head = Buffer.from(challenge, 'base64url').subarray(0, HEAD)
      if (head.length < HEAD || head.readUInt32BE(NONCE) <= unixTime()) return false
      // Compared as text: two spellings of the same bytes would be two keys in the store, and so two uses.
      const [expected, got] = [Buffer.from(seal(ceremony, head)), Buffer.from(challenge)]
      return expected.length === got.length && timingSafeEqual(expected, got)
    },

    /** Notes that it was answered; false when it already was. Throws `StoreUnavailable`. */
    use: (challenge: string): Promise<boolean> => add(store, KEYS.passkeyChallenge(challenge), '1', GOOD_FOR),
  }
}
