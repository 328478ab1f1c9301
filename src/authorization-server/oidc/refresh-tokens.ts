// Refresh tokens: `family.generation.proof`. The family says which authorization, and only its hash is known to the store; the
// proof is a keyed hash of both, so a token that we did not make is turned away before the store is asked, and everyone who
// is due the same generation gets the same token.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { CookieKeys } from '../../key-files/cookie-keys.ts'

/** What a refresh token says. */
export interface RefreshTokenParts {
  /** 128 random bits, base64url. */
  readonly family: string
  readonly generation: number
}

const FORM = /^([\w-]{22})\.(0|[1-9]\d{0,9})\.([\w-]{43})$/

export const newFamily = (): string => randomBytes(16).toString('base64url')

/** The name of the authorization that a family belongs to, which tells nothing of the family. */
export const authorizationOf = (family: string): string => createHash('sha256').update(family).digest('base64url')

export function createRefreshTokens({ derive, deriveAll }: CookieKeys) {
  const body = ({ family, generation }: RefreshTokenParts) => `${family}.${generation}`
  return {
    /** The token of a generation. */
    make: (parts: RefreshTokenParts): string => `${body(parts)}.${derive('refresh-token', body(parts))}`,

    /** What a token says; undefined when no key that is kept has made it. */
    read(token: string): RefreshTokenParts | undefined {
      const [, family = '', digits, proof = ''] = FORM.exec(token) ?? []
      if (!digits) return undefined
      const parts = { family, generation: Number(digits) }
      const isOurs = (mac: string) => timingSafeEqual(Buffer.from(mac), Buffer.from(proof))
      return deriveAll('refresh-token', body(parts)).some(isOurs) ? parts : undefined
    },
  }
}
export type RefreshTokens = ReturnType<typeof createRefreshTokens>
