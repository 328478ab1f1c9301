// Authorization codes as the library asks for them. A code serves once (OAuth 2.1 §4.1.3), and begins one authorization.
import type { Adapter } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { useOnce } from '../../storage/oidc-adapter.ts'
import type { Store } from '../../storage/store.ts'
import { unixTime } from '../../unix-time.ts'
import { atHand } from './at-hand.ts'
import { authorizationOf, newFamily } from './refresh-tokens.ts'
import type { FirstUse, TokenReuse } from './token-reuse.ts'

/** `codes` keeps their records. */
export const createCodeAdapter = (
  store: Store,
  codes: Adapter,
  { placeOf, judgeCode }: Pick<TokenReuse, 'placeOf' | 'judgeCode'>,
): Adapter => ({
  ...codes,

  /** A used one looks like any other: the library would end the whole grant. By `consume` it has checked who presents it. */
  async find(code) {
    const { consumed: _consumed, ...found } = (await codes.find(code)) ?? {}
    return 'jti' in found ? found : undefined
  },

  /** For exactly one of all who ask at once, from here on the request stands for what begins. Throws `InvalidGrant` for the others. */
  async consume(code) {
    const family = newFamily()
    const { isFirst, payload } = await useOnce(store, 'AuthorizationCode', code, ({ grantId = '' }) => ({
      firstUse: { authorization: authorizationOf(family), from: placeOf(grantId), at: unixTime() } satisfies FirstUse,
    }))
    if (!isFirst) {
      await judgeCode(payload.grantId ?? '', payload.firstUse as FirstUse) // sound: the first of them has noted it
      throw new errors.InvalidGrant('authorization code was used before')
    }
    atHand().issued = { family, generation: 0 }
  },
})
