// Where our codes and tokens differ from the library's beyond what an adapter can say.
import type Provider from 'oidc-provider'
import { ALL_SCOPES } from '../../scopes.ts'
import { atHand } from './at-hand.ts'
import type { RefreshTokens } from './refresh-tokens.ts'

/** Adapts the token models of one provider. */
export function adaptTokenModels(provider: Provider, { make }: RefreshTokens): void {
  nameByGeneration(provider, make)
  followTheGrant(provider)
}

/** A refresh token is not drawn: it says which generation of which authorization it is. */
function nameByGeneration({ RefreshToken }: Provider, make: RefreshTokens['make']): void {
  const prototype = RefreshToken.prototype as { generateTokenId?(): string } // which the library's types leave out
  prototype.generateTokenId = () => {
    const { issued } = atHand()
    if (!issued) throw new Error('a refresh token belongs to a code, or to one that was presented')
    return make(issued)
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
