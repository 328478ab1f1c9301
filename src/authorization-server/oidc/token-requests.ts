// What is looked at in a token request before its code or its refresh token is: whatever is wrong with the request is said while
// they are still good, and the client can ask again.
import type { KoaContextWithOIDC } from 'oidc-provider'
import { errors } from 'oidc-provider'

/** Looks at a token request before the library does; throws for one that shall go no further. */
export type CheckTokenRequest = (ctx: KoaContextWithOIDC) => Promise<void>

/**
 * Refuses a request for another resource (RFC 8707 §2.2): the library would use the code up first. A `redirect_uri` that is left
 * out is taken from the code's record (OAuth 2.1 §4.1.3); the library would take it from a client that has only one, which is
 * another one for a program with a port of its own.
 */
export const checkTokenRequest =
  (resource: string): CheckTokenRequest =>
  async ({ oidc: { params, provider } }) => {
    const { grant_type, code, redirect_uri } = params ?? {}
    if ([params?.resource].flat().some((one) => one !== resource)) throw new errors.InvalidTarget()
    if (!params || grant_type !== 'authorization_code' || !code || redirect_uri !== undefined) return
    const issued = await provider.AuthorizationCode.find(String(code), { ignoreExpiration: true })
    params.redirect_uri = issued?.redirectUri ?? ''
  }
