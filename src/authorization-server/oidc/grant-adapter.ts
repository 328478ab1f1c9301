// The library's view of a grant. It looks grants up and ends them; what a person allowed is written through grants/ when a
// consent visit ends, and nowhere else.
import type { Adapter } from 'oidc-provider'
import type { Grants } from '../../grants/grants.ts'
import { keptUntil } from '../../grants/lifetime.ts'
import { unixTime } from '../../unix-time.ts'
import { atHand } from './at-hand.ts'

/** `resource` is the one protected resource that every grant is about. */
export const createGrantAdapter = (grants: Grants, resource: string): Adapter => ({
  async find(id) {
    const hand = atHand()
    // That of a refresh token was read with it, a moment ago.
    if (!hand.presented || hand.grant?.id !== id) hand.grant = await grants.find(id)
    const { grant } = hand
    if (!grant) return undefined
    return {
      kind: 'Grant',
      jti: grant.id,
      accountId: grant.accountId,
      clientId: grant.clientId,
      resources: { [resource]: grant.scopes.join(' ') },
      iat: grant.createdAt,
      exp: keptUntil(grant, unixTime()) ?? grant.expiresAt,
    }
  },
  destroy: (id) => grants.end(id),
  upsert: async () => {
    throw new Error('grants are written by grants/')
  },
  consume: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  revokeByGrantId: async () => undefined,
})
