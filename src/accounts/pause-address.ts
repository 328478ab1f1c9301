// The address that suspends everything and can do nothing else, for whoever is away from their passkey and their API token. It
// names its account, so that it is found, and holds a secret of 256 bits, of which only a hash is kept.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Profile } from './profile.ts'

const SECRET = /^([\w-]{1,64})\.([\w-]{43})$/

const hashOf = (secret: string): string => createHash('sha256').update(`pause ${secret}`).digest('base64url')

/** A new secret for an account, and what is kept of it. */
export function newPauseSecret(accountId: string): { readonly secret: string; readonly hash: string } {
  const secret = `${accountId}.${randomBytes(32).toString('base64url')}`
  return { secret, hash: hashOf(secret) }
}

/** The account that a secret names, whether or not it is good; undefined when it is none. */
export const accountNamedBy = (secret: string): string | undefined => SECRET.exec(secret)?.[1]

type Kept = Pick<Profile, 'pauseAddress' | 'everythingSuspendedAt'>

/**
 * Whether the address was used, and its person has decided anew since: it is good once. Until then it may be pressed again, since a
 * press may not have got everywhere.
 */
export const isSpent = ({ pauseAddress, everythingSuspendedAt }: Kept): boolean =>
  pauseAddress?.usedAt !== undefined && everythingSuspendedAt !== pauseAddress.usedAt

/** Whether a secret is the one that is good for the account with this profile. */
export function isPauseSecret(secret: string, profile: Kept): boolean {
  const { pauseAddress } = profile
  if (isSpent(profile)) return false
  const [given, kept] = [Buffer.from(hashOf(secret)), Buffer.from(pauseAddress?.hash ?? '')]
  return given.length === kept.length && timingSafeEqual(given, kept)
}
