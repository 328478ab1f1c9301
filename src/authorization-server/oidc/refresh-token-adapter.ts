// Refresh tokens as the library asks for them: looked up, used up and saved one by one. There is one record for all tokens of
// an authorization (grants/authorization.ts), and which of them are good is decided there.
import type { Adapter } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { issuedAt, refreshStanding } from '../../grants/authorization.ts'
import type { Authorizations } from '../../grants/authorizations.ts'
import type { Grants } from '../../grants/grants.ts'
import { accountIdIn, KEYS } from '../../storage/keys.ts'
import type { Store } from '../../storage/store.ts'
import { unixTime } from '../../unix-time.ts'
import { atHand } from './at-hand.ts'
import type { RefreshTokens } from './refresh-tokens.ts'
import { authorizationOf } from './refresh-tokens.ts'
import { tooMany } from './too-many.ts'

interface RefreshTokenSuppliers {
  readonly store: Pick<Store, 'getBoth'>
  readonly grants: Pick<Grants, 'read'>
  readonly authorizations: Authorizations
  readonly refreshTokens: RefreshTokens
  /** Where the request at hand comes from, in a form that is kept with a grant. */
  readonly placeOf: (grantId: string) => string
  /** The one protected resource that every token is about. */
  readonly resource: string
}

export function createRefreshTokenAdapter(suppliers: RefreshTokenSuppliers): Adapter {
  const { store, grants, authorizations, refreshTokens, placeOf, resource } = suppliers

  return {
    /** One that is stale looks used up, which the library takes for theft; token-reuse.ts decides whether it is. */
    async find(token) {
      const parts = refreshTokens.read(token)
      const found = parts && (await authorizations.find(authorizationOf(parts.family)))
      if (!found) return undefined
      const { authorization } = found
      const from = placeOf(authorization.grantId)
      const standing = refreshStanding(authorization, parts.generation, from, unixTime())
      if (!standing) return undefined
      const { grantId } = authorization
      const accountId = accountIdIn(grantId)
      const [record, sealed] = await store.getBoth(KEYS.grant(grantId), KEYS.credentials(accountId))
      const grant = grants.read(grantId, record)
      if (!grant) return undefined
      Object.assign(atHand(), { presented: { parts, found, from }, grant, credentials: { accountId, sealed } })
      return {
        jti: token,
        kind: 'RefreshToken',
        accountId: grant.accountId,
        clientId: grant.clientId,
        grantId: grant.id,
        resource,
        iat: issuedAt(authorization),
        exp: authorization.expiresAt,
        ...(standing === 'stale' ? { consumed: true } : {}),
      }
    },

    /** Rotates: from here on the request stands for the generation that its answer will carry. Throws `InvalidGrant`. */
    async consume() {
      const hand = atHand()
      if (!hand.presented) throw new errors.InvalidGrant('refresh token not found')
      const { parts, found, from } = hand.presented
      const { family, generation } = parts
      const refreshed = await authorizations.refresh(authorizationOf(family), generation, from, found)
      if ('retryAfter' in refreshed) throw tooMany('this connection was refreshed too often', refreshed.retryAfter)
      if ('refused' in refreshed) throw new errors.InvalidGrant(`refresh token is ${refreshed.refused} by now`)
      hand.issued = { family, generation: refreshed.generation }
    },

    /** A rotation is written by then. The first token of a code begins its authorization. Throws `InvalidGrant`. */
    async upsert(_token, { grantId = '' }) {
      const { issued, presented } = atHand()
      if (presented) return
      const beginning = { grantId, from: placeOf(grantId) }
      if (issued && (await authorizations.begin(authorizationOf(issued.family), beginning))) return
      throw new errors.InvalidGrant('authorization code was used twice')
    },

    // A record stays as long as it would: a revocation that broke off finds its grant when it is repeated, and without its grant
    // it opens nothing.
    destroy: async () => undefined,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    revokeByGrantId: async () => undefined,
  }
}
