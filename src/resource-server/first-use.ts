// The first call with what a refresh gave shows that its answer has arrived. From then on the refresh token before it is stale,
// so whoever comes with it has kept or stolen it (docs/decisions/0014-a-lost-answer.md).
import type { Authorizations } from '../grants/authorizations.ts'
import { StoreUnavailable } from '../storage/store.ts'
import type { AccessTokenClaims } from './access-token.ts'

/**
 * Notes that an access token was used, if this process does not know that it was noted; the claims have to be those that are
 * remembered with the token. Returns why it could not be: nothing may be answered then but what only stops something.
 */
export type NoteFirstUse = (claims: AccessTokenClaims) => Promise<StoreUnavailable | undefined>

export function createFirstUse({ noteUse }: Pick<Authorizations, 'noteUse'>): NoteFirstUse {
  const noted = new WeakSet<AccessTokenClaims>()
  return async (claims) => {
    if (noted.has(claims)) return undefined
    try {
      await noteUse(claims.auth_id, claims.auth_gen)
      noted.add(claims)
      return undefined
    } catch (error) {
      if (error instanceof StoreUnavailable) return error
      throw error
    }
  }
}
