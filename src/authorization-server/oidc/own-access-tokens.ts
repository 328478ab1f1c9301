// Revoking (RFC 7009) and introspecting (RFC 7662) our access tokens. They are JWTs, which the library's endpoints turn
// away, so it is shown a placeholder instead: it authenticates the client as always and finds nothing, and then we act,
// for a token that this very client received.
import type { JWK, JWTPayload } from 'jose'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Grants } from '../../grants/grants.ts'
import { isEnded } from '../../grants/grants.ts'

const ROUTES = ['revocation', 'introspection']
const presented = new WeakMap<object, string>()

/** Takes a JWT out of a revocation or introspection request; `context` is what the request is known by later. */
export function setAsideJwt(context: object, route: string, body: unknown): unknown {
  const { token } = (body ?? {}) as { token?: unknown }
  if (!ROUTES.includes(route) || typeof token !== 'string' || !isJwt(token)) return body
  presented.set(context, token)
  return { ...(body as object), token: 'a JWT, see own-access-tokens.ts' }
}

/** As the library tells one: our refresh tokens have three parts too. */
function isJwt(token: string): boolean {
  try {
    return decodeProtectedHeader(token) !== undefined
  } catch {
    return false
  }
}

/**
 * Middleware for the provider: acts after the library has authenticated the client. `isAccount` says of a `sub` whether it is
 * still that of an account; what its client may give back is not less for that.
 */
export function answerForJwt(
  issuer: string,
  keys: readonly JWK[],
  grants: Grants,
  isAccount: (sub: string) => Promise<boolean>,
) {
  const keySet = createLocalJWKSet({ keys: [...keys] })
  const verify = (token: string) =>
    jwtVerify(token, keySet, { issuer, typ: 'at+jwt' }).then(
      ({ payload }): JWTPayload => payload,
      () => undefined,
    )

  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next()
    const token = ctx.oidc && presented.get(ctx.oidc)
    const claims = token && ctx.status === 200 ? await verify(token) : undefined
    if (!claims || claims.client_id !== ctx.oidc.client?.clientId) return
    const grant = await grants.find(String(claims.grant_id))
    if (!grant || isEnded(grant, String(claims.auth_id))) return
    // A grant cannot lose a single JWT, and a client that gives one back is done with the connection (RFC 7009 §2.1).
    if (ctx.oidc.route === 'revocation') await grants.end(grant.id)
    else if (await isAccount(grant.accountId))
      ctx.body = { ...claims, active: true, scope: grant.scopes.join(' '), token_type: 'Bearer' }
  }
}
