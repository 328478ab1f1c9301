// Refresh token reuse detection. A token that comes back long after it was used: stolen, or kept by another window of the
// same program? The address tells them apart. A thief elsewhere loses the whole connection for everyone (RFC 9700 §4.14.2);
// a forgetful window on the same machine only gets its refusal, and signs in again.
import { createHash } from 'node:crypto'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { KEPT_UNUSED } from '../../grants/lifetime.ts'
import { countAttempt, RATE_LIMITS } from '../../rate-limits/rate-limits.ts'
import { KEYS } from '../../storage/keys.ts'
import { put } from '../../storage/store.ts'
import type { Suppliers } from '../../suppliers.ts'
import { tooMany } from './too-many.ts'

/** As long as a refresh token may live. */
const TTL = KEPT_UNUSED

export interface StaleTokens {
  /** Counts a rotation of a connection. Throws `temporarily_unavailable` (429) when there are too many. */
  admitRotation(grantId: string): Promise<void>
  /** Notes where the request at hand comes from, as the address of the latest rotation. */
  noteRotation(ctx: KoaContextWithOIDC, grantId: string): Promise<void>
  /**
   * Judges a refusal: true when it shall end the grant. The library asks whenever it would; only a used refresh token that
   * comes from the address of the latest rotation is spared, and the grant is marked instead.
   */
  judgeReuse(ctx: KoaContextWithOIDC): Promise<boolean>
}

/** `addressesAreKnown` says whether an address can tell anything; where it cannot, every used token counts as stolen. */
export function createStaleTokens(
  suppliers: Pick<Suppliers, 'store' | 'grants' | 'log' | 'clientAddress'>,
  addressesAreKnown: boolean,
): StaleTokens {
  const { store, grants, log, clientAddress } = suppliers
  /** Addresses are kept only to be compared, so what is stored is no address. */
  const place = (ctx: KoaContextWithOIDC, grantId: string) =>
    createHash('sha256')
      .update(`${grantId}\n${clientAddress(ctx)}`)
      .digest('base64url')

  return {
    async admitRotation(grantId) {
      const wait = await countAttempt(store, RATE_LIMITS.rotation, grantId)
      if (wait) throw tooMany('this connection was refreshed too often', wait)
    },

    async noteRotation(ctx, grantId) {
      await put(store, KEYS.rotation(grantId), place(ctx, grantId), TTL)
    },

    async judgeReuse(ctx) {
      const { route, entities } = ctx.oidc
      const token = entities.RefreshToken
      if (route !== 'token' || !token?.consumed || !token.grantId) return true
      const known = addressesAreKnown && (await store.get(KEYS.rotation(token.grantId))) === place(ctx, token.grantId)
      log.warn({ client: token.clientId, grant: token.grantId, known }, 'a used refresh token came back')
      if (known) await grants.markSeveralSessions(token.grantId)
      return !known
    },
  }
}
