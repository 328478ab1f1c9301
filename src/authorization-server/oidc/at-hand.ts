// What one request to the token endpoint has found and made so far: nothing has to be read twice, and the two tokens of an
// answer belong to one generation.
import Provider from 'oidc-provider'
import type { FoundAuthorization } from '../../grants/authorizations.ts'
import type { Grant } from '../../grants/grant-record.ts'
import type { ClientRecord } from './client-record.ts'
import type { RefreshTokenParts } from './refresh-tokens.ts'

export interface AtHand {
  client?: ClientRecord | undefined
  grant?: Grant | undefined
  /** The sealed credentials of an account, as they were read with its grant. */
  credentials?: { readonly accountId: string; readonly sealed: string | undefined }
  /** The refresh token that was presented: what it says and belongs to, and where it comes from, as `placeOf` says it. */
  presented?: { readonly parts: RefreshTokenParts; readonly found: FoundAuthorization; readonly from: string }
  /** What the tokens of the answer are made of. */
  issued?: RefreshTokenParts
}

const byRequest = new WeakMap<object, AtHand>()

/** Of the request at hand, which can be named; outside of one, something that nobody else will see. */
export function atHand(ctx: object | undefined = Provider.ctx): AtHand {
  const known = ctx && byRequest.get(ctx)
  if (known) return known
  const fresh: AtHand = {}
  if (ctx) byRequest.set(ctx, fresh)
  return fresh
}
