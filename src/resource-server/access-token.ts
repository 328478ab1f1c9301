// Whether an access token is ours, for us, and still good (RFC 9068 §4). What was allowed is not read from it.
import { createHash } from 'node:crypto'
import type { JWK } from 'jose'
import { createLocalJWKSet, errors, jwtVerify } from 'jose'

/** The claims we rely on, spelled as they arrive (RFC 9068 §2.2), and the grant that the token was issued under. */
export interface AccessTokenClaims {
  readonly sub: string
  readonly client_id: string
  readonly grant_id: string
  readonly exp: number
}

export type VerifyAccessToken = (token: string) => Promise<AccessTokenClaims | { readonly cause: string }>

const REMEMBERED = 10_000

/** `keys` are the public signing keys. Signatures that were good are remembered by hash, never past their expiry. */
export function createAccessTokenVerifier(issuer: string, resource: string, keys: readonly JWK[]): VerifyAccessToken {
  const keySet = createLocalJWKSet({ keys: [...keys] })
  const remembered = new Map<string, AccessTokenClaims>()

  return async (token) => {
    const name = createHash('sha256').update(token).digest('base64')
    const known = remembered.get(name)
    if (known && known.exp > Date.now() / 1000) return known
    remembered.delete(name)
    try {
      const { payload } = await jwtVerify(token, keySet, {
        issuer,
        // A token that this issuer minted for somebody else is genuine, only not addressed to us. Accepting it would let
        // them act on a QuantConnect account (RFC 8707 §2).
        audience: resource,
        typ: 'at+jwt',
        algorithms: ['ES256'],
        requiredClaims: ['exp', 'sub', 'client_id', 'grant_id'],
      })
      const claims = payload as unknown as AccessTokenClaims // sound: the claims are required above, and we signed them
      if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value ?? '')
      remembered.set(name, claims)
      return claims
    } catch (error) {
      if (error instanceof errors.JOSEError) return { cause: error.code }
      throw error
    }
  }
}
