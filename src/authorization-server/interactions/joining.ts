// Coming back: which of a client's living connections a visit is about. Whoever asks gets all that the connection has, so a
// dangerous one is never taken for granted, and neither is one of several.
import type { Allowance } from '../../grants/allowance.ts'
import { dangerousIn, PAPER_TRADING, widens } from '../../grants/allowance.ts'
import type { Grant } from '../../grants/grant-record.ts'
import { isSuspended } from '../../grants/suspension.ts'
import type { ClientWords } from '../clients/clients.ts'
import { publishes, silentHost } from '../clients/clients.ts'
import type { SignedIn } from './sign-in.ts'

/** What a visit is about: a connection that lives, one that is made anew, or what the person has yet to say. */
export type Joining = { readonly join: Grant } | 'new' | 'unsaid'

/** What a page says that was made while its client had no connection: one that came since was not seen on it. */
export const NONE_YET = 'none'

/** `said` is what the person's form names: the id of a connection, `new`, that there was none, or nothing. */
export function joiningOf(living: readonly Grant[], said: string): Joining {
  if (said === 'new') return 'new'
  const named = living.find(({ id }) => id === said)
  if (named) return { join: named }
  if (said && said !== NONE_YET) return 'unsaid'
  const [only, ...others] = living
  if (!only) return 'new'
  return others.length || isGrave(only) ? 'unsaid' : { join: only }
}

/** Whether a connection holds anything that its person must show themselves for. */
export const isGrave = (grant: Grant): boolean => isSuspended(grant) || dangerousIn(grant).length > 0

/** A client, as the library knows it. */
export interface KnownClient extends ClientWords {
  readonly clientAuthMethod?: string | undefined
}

/**
 * Whether it is certain which software will use the answer: its publisher's own host gets it, only who has its key or its
 * secret can redeem it, or it goes to the very host that the connection was made for. On this computer any program may listen
 * (RFC 8252 §8.6).
 */
export function provesItself(client: KnownClient, redirectUri: string, grant: Grant): boolean {
  if (client.clientAuthMethod !== undefined && client.clientAuthMethod !== 'none') return true
  const host = silentHost(redirectUri)
  if (!host) return false
  return host === grant.redirectHost || publishes(client, host)
}

/** What an answer of the consent page rests on. */
export interface Answering {
  /** The connection that is joined; undefined for a new one. */
  readonly joins: Grant | undefined
  /** By what the person signed in in this very visit, if they did. */
  readonly signedInBy: SignedIn['by'] | undefined
  /** Whether the person chose that nothing but a passkey proves. */
  readonly onlyPasskeys: boolean
  /** Whether the person has suspended this client, or everything: until they let it go on, nothing is given without a proof. */
  readonly isHeld: boolean
}

/**
 * Whether an answer needs a proof. Whoever comes back gets what the connection has, and what its person gives it back later: so
 * a dangerous one is joined with a proof, whatever is unticked, and whatever they prove about their software. What waits since
 * the token was replaced, or is suspended, is one of these. Signing in has said who is here, and counts in its own visit for what
 * its page named:
 * this client, what is harmless, and paper.
 */
export function needsProof(after: Allowance, { joins, signedInBy, onlyPasskeys, isHeld }: Answering): boolean {
  if (isHeld) return true
  if (joins && isGrave(joins)) return true
  const counts = signedInBy === 'passkey' || signedInBy === 'sandbox' || (signedInBy === 'token' && !onlyPasskeys)
  return widens(joins, after) && !(counts && !widens(PAPER_TRADING, after))
}
