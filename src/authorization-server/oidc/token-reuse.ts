// Reuse detection: a code or a refresh token that comes back when it is good for nothing any more. Stolen, or kept by another
// window of the same program? The address tells them apart, and so does a client that proves itself: a thief elsewhere is shut
// out (OAuth 2.1 §4.1.3, RFC 9700 §4.14.2), a forgetful window only gets its refusal, and signs in again.
import { createHash, randomUUID } from 'node:crypto'
import type { Context } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import Provider from 'oidc-provider'
import { tellOfConnection } from '../../accounts/connection-news.ts'
import type { Event } from '../../accounts/news.ts'
import type { Grant } from '../../grants/grant-record.ts'
import type { Suppliers } from '../../suppliers.ts'
import { unixTime } from '../../unix-time.ts'
import { atHand } from './at-hand.ts'

/** For so long, in seconds, a second use of a code from the address of the first is an accident. */
const ACCIDENT = 60

/** The first use of a code: what began with it, where and when. */
export interface FirstUse {
  readonly authorization: string
  /** As `placeOf` says it. */
  readonly from: string
  /** Seconds since 1970. */
  readonly at: number
}

export interface TokenReuse {
  /**
   * Where the request at hand comes from, for a grant. It is kept only to be compared, so it is no address. Where addresses tell
   * nothing, each is another place.
   */
  placeOf(grantId: string): string
  /** Judges a second use of a code by the client that it was made for: ends what came of the first, unless it is an accident. */
  judgeCode(grantId: string, first: FirstUse): Promise<void>
  /**
   * Judges a refusal: true when it shall end the grant. The library asks whenever it would; only a stale refresh token is
   * spared, from a client that has proved itself, and from the address of the latest rotation. The grant is marked instead.
   */
  judgeRefreshToken(ctx: KoaContextWithOIDC): Promise<boolean>
}

/** `addressesAreKnown` says whether an address can tell anything; where it cannot, whatever comes back counts as stolen. */
export function createTokenReuse(
  suppliers: Pick<Suppliers, 'grants' | 'authorizations' | 'accounts' | 'log' | 'clientAddress'>,
  addressesAreKnown: boolean,
): TokenReuse {
  const { grants, authorizations, accounts, log, clientAddress } = suppliers

  function placeOf(grantId: string): string {
    if (!addressesAreKnown) return randomUUID()
    const address = clientAddress(Provider.ctx as unknown as Context) // sound: asked only while a request is answered
    return createHash('sha256').update(`${grantId}\n${address}`).digest('base64url')
  }

  /** What was done is done, also when nobody can be told of it. */
  async function tell(grant: Grant | undefined, what: Event, says: string): Promise<void> {
    if (!grant) return
    await tellOfConnection(accounts, grant, what, says).catch((err) =>
      log.warn({ err, grant: grant.id }, 'the person was not told'),
    )
  }

  return {
    placeOf,

    async judgeCode(grantId, { authorization, from, at }) {
      const isAccident = unixTime() - at <= ACCIDENT && from === placeOf(grantId)
      log.warn({ grant: grantId, isAccident }, 'a code was used twice')
      if (isAccident) return
      await authorizations.end(authorization, grantId)
      await tell(
        await grants.find(grantId),
        'code-reused',
        'Somebody else may have seen the address that led back to your assistant. What that sign-in had given is ended; if your assistant says that it lost its access, connect it again.',
      )
    },

    async judgeRefreshToken({ oidc: { route, client, entities } }) {
      const { RefreshToken: token } = entities
      const { presented } = atHand()
      if (route !== 'token' || !token?.grantId || !token.consumed || !presented) return true
      const { from, takenElsewhere } = presented.found.authorization
      // Whoever rotated is back here with what somebody elsewhere has exchanged: there are two of them.
      const isForgetful = from === presented.from && !takenElsewhere
      const isSpared = client?.clientAuthMethod !== 'none' || isForgetful
      log.warn({ client: token.clientId, grant: token.grantId, isSpared }, 'a used refresh token came back')
      if (isSpared) await grants.markSeveralSessions(token.grantId)
      else {
        await tell(
          await grants.find(token.grantId),
          'refresh-reused',
          'Either a copy of it was stolen, or you moved it to another computer. Connect your assistant again where you need it.',
        )
      }
      return !isSpared
    },
  }
}
