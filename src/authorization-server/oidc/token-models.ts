// Where our codes and tokens differ from the library's, all in one place.
//
// A refresh token's successor is named by a keyed hash of it. So everyone who presents the same token, on whatever
// process and however often, computes the same successor: writing it is set-if-absent, marking the old token as used is
// one compare-and-swap, and no step needs a lock. docs/decisions/0001-refresh-rotation.md tells why.
import type { AdapterPayload } from 'oidc-provider'
import Provider, { errors } from 'oidc-provider'
import type { Grants } from '../../grants/grants.ts'
import type { CookieKeys } from '../../key-files/cookie-keys.ts'
import { ALL_SCOPES } from '../../scopes.ts'
import type { StaleTokens } from './stale-tokens.ts'

/** For so long, in seconds, a used refresh token is taken for a repeated request and not for a stolen token. */
const REPEAT_WINDOW = 30

type RefreshToken = InstanceType<Provider['RefreshToken']>
/** Members of the library's token models that its types leave out. */
interface ModelInternals {
  instantiate(payload: AdapterPayload): RefreshToken
  prototype: RefreshToken & { generateTokenId(): string }
}

/** Adapts the token models of one provider. */
export function adaptTokenModels(provider: Provider, grants: Grants, { derive }: CookieKeys, stale: StaleTokens): void {
  rotateRefreshTokens(provider, (token) => derive('refresh-token', token), stale)
  endGrantWhenCodeIsUsedTwice(provider, grants)
  followTheGrant(provider)
}

function rotateRefreshTokens(provider: Provider, successorOf: (token: string) => string, stale: StaleTokens): void {
  const model = provider.RefreshToken as unknown as ModelInternals
  const { prototype, instantiate } = model
  const { generateTokenId, save } = prototype
  const rotated = () => Provider.ctx?.oidc.entities.RotatedRefreshToken
  const usedRecently = (consumed: unknown) =>
    typeof consumed === 'number' && consumed > Date.now() / 1000 - REPEAT_WINDOW

  // A token used a moment ago passes as unused: the same request again gets the same answer. Later it looks used, which
  // the library takes for theft; stale-tokens.ts decides whether it is.
  model.instantiate = function (payload) {
    const { consumed, ...rest } = payload
    return instantiate.call(this, usedRecently(consumed) ? rest : payload)
  }

  prototype.generateTokenId = function () {
    const old = rotated()
    return old ? successorOf(old.jti) : generateTokenId.call(this)
  }

  // A token stays where it is: a used one to be recognised whenever it comes back, a revoked one so that a revocation that
  // broke off half way finds the grant again when it is repeated. Without its grant it opens nothing.
  prototype.destroy = async () => undefined

  // Using up waits until the successor is written: a crash in between leaves a token that still works.
  prototype.consume = async () => undefined

  prototype.save = async function () {
    const old = rotated()
    if (old && this.grantId) await stale.admitRotation(this.grantId)
    const value = await save.call(this)
    if (!old) return value
    // Before the old token counts as used: were it the other way round, a crash in between would make theft of a late retry.
    if (this.grantId && Provider.ctx) await stale.noteRotation(Provider.ctx, this.grantId)
    await this.adapter.consume(old.jti)
    let newest = value // someone else may have moved on from it already
    while ((await this.adapter.find(newest))?.consumed) newest = successorOf(newest)
    return newest
  }
}

/** OAuth 2.1 §4.1.3: a second use of a code ends what the first one gave. The library sees it only when it comes later. */
function endGrantWhenCodeIsUsedTwice(provider: Provider, grants: Grants): void {
  const { prototype } = provider.AuthorizationCode
  const { consume } = prototype
  prototype.consume = async function () {
    try {
      await consume.call(this)
    } catch (error) {
      if (this.grantId && error instanceof errors.InvalidGrant) await grants.end(this.grantId)
      throw error
    }
  }
}

/**
 * The library narrows a token by the scopes its code was issued with. Ours follow the grant alone, so that a person can
 * widen a living connection: the code and the refresh token stand for everything, and the grant decides what of it.
 */
function followTheGrant(provider: Provider): void {
  for (const { prototype } of [provider.AuthorizationCode, provider.RefreshToken]) {
    Object.defineProperty(prototype, 'scopes', { get: () => new Set(ALL_SCOPES) })
  }
}
