// Whether an access token is ours, for us, and still good (RFC 9068 §4). What was allowed is not read from it.
import { hash as digest } from 'node:crypto'
import type { JWK } from 'jose'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import * as z from 'zod'
import { RATE_LIMITS } from '../rate-limits/rate-limits.ts'
import { unixTime } from '../unix-time.ts'

/** The claims we rely on, spelled as they arrive (RFC 9068 §2.2), and what the token came from: grant, authorization, generation. */
export interface AccessTokenClaims {
  readonly sub: string
  readonly client_id: string
  readonly grant_id: string
  readonly auth_id: string
  readonly auth_gen: number
  readonly exp: number
}

/** Why a token is not good, or after how many seconds it will be looked at. */
export type TokenFailure = { readonly cause: string } | { readonly retryAfter: number }

/** `network` says where it comes from, as `networkOf` does; it is asked only about a token whose signature has to be checked. */
export type VerifyAccessToken = (token: string, network: () => string) => Promise<AccessTokenClaims | TokenFailure>

const REMEMBERED = 10_000

/** `keys` are the public signing keys. Signatures that were good are remembered by hash, never past their expiry. */
export function createAccessTokenVerifier(issuer: string, resource: string, keys: readonly JWK[]): VerifyAccessToken {
  const keySet = createLocalJWKSet({ keys: [...keys] })
  const couldBeOurs = createFirstLook(issuer, resource, keys)
  const remembered = new Map<string, AccessTokenClaims>()
  const checks = createChecks()

  const recall = (name: string): AccessTokenClaims | undefined => {
    const known = remembered.get(name)
    if (known && known.exp > unixTime()) return known
    remembered.delete(name)
    return undefined
  }

  async function verify(token: string, name: string): Promise<AccessTokenClaims | { readonly cause: string }> {
    try {
      const { payload } = await jwtVerify(token, keySet, {
        issuer,
        // A token that this issuer minted for somebody else is genuine, only not addressed to us. Accepting it would let
        // them act on a QuantConnect account (RFC 8707 §2).
        audience: resource,
        typ: 'at+jwt',
        algorithms: ['ES256'],
        requiredClaims: ['exp', 'sub', 'client_id', 'grant_id', 'auth_id', 'auth_gen'],
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

  return async (token, network) => {
    const name = digest('sha256', token, 'base64')
    const known = recall(name)
    if (known) return known
    if (!couldBeOurs(token)) return { cause: 'not ours, or over' }
    return checks.inTurn(network(), async () => recall(name) ?? verify(token, name))
  }
}

/** What every token that we sign says of itself. A signature is checked all the same: this only spares most checks. */
function createFirstLook(issuer: string, resource: string, keys: readonly JWK[]): (token: string) => boolean {
  const kids = keys.map(({ kid }) => kid)
  const Header = z.looseObject({
    alg: z.literal('ES256'),
    typ: z.string().regex(/^(application\/)?at\+jwt$/i),
    kid: z.string().refine((kid) => kids.includes(kid)),
    crit: z.never().optional(),
  })
  const Claims = z.looseObject({
    iss: z.literal(issuer),
    aud: z.union([z.literal(resource), z.array(z.string()).refine((all) => all.includes(resource))]),
    exp: z.number().refine((exp) => exp > unixTime()),
    sub: z.string(),
    client_id: z.string(),
    grant_id: z.string(),
    auth_id: z.string(),
    auth_gen: z.int(),
  })
  return (token) => {
    if (!/^[\w-]+\.[\w-]+\.[\w-]{86}$/.test(token)) return false // an ES256 signature has 64 bytes (RFC 7518 §3.4)
    try {
      return Header.safeParse(decodeProtectedHeader(token)).success && Claims.safeParse(decodeJwt(token)).success
    } catch {
      return false
    }
  }
}

/**
 * Checks signatures of one network after the other, and not for ever: after so many that failed within a second the rest waits
 * for the next one. Good ones do not count, however many come at once.
 */
function createChecks() {
  const { most, seconds } = RATE_LIMITS.failedSignature
  const last = new Map<string, Promise<unknown>>()
  const failed = new Map<string, number>()
  let since = 0

  const failures = (network: string): number => {
    if (Math.abs(unixTime() - since) >= seconds) {
      since = unixTime()
      failed.clear()
    }
    return failed.get(network) ?? 0
  }

  return {
    async inTurn(network: string, check: () => Promise<AccessTokenClaims | { readonly cause: string }>) {
      const turn = (last.get(network) ?? Promise.resolve()).then(async () => {
        if (failures(network) >= most) return { retryAfter: seconds }
        const result = await check()
        if ('cause' in result) failed.set(network, failures(network) + 1)
        return result
      })
      const settled = turn.catch(() => {})
      last.set(network, settled)
      settled.then(() => {
        if (last.get(network) === settled) last.delete(network)
      })
      return turn
    },
  }
}
