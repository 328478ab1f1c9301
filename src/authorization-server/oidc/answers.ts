// What the library answers where it is not what a client or a person should get: the way back, the metadata, an outage.
import type { JWK } from 'jose'
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import Provider from 'oidc-provider'
import { cacheable } from '../../cacheable.ts'
import { publicKeys } from '../../key-files/signing-keys.ts'
import { ALL_SCOPES } from '../../scopes.ts'
import { RETRY_AFTER } from '../../storage/store.ts'
import type { CheckTokenRequest } from './token-requests.ts'

export type Middleware = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>
/** Shows a person what went wrong with a request that cannot be answered to the client. */
export type RenderError = (ctx: KoaContextWithOIDC, error: ErrorOut) => Promise<void>

/** The client that a token request has just given tokens; undefined for every other request, and every refusal. */
export const servedClient = (ctx: KoaContextWithOIDC) =>
  ctx.path === '/token' && ctx.status === 200 ? ctx.oidc?.client : undefined

/** Sends an authorization response on its way (OAuth 2.0 Multiple Response Type Encoding Practices §2.1). */
export type AnswerInQuery = (
  ctx: KoaContextWithOIDC,
  redirectUri: string,
  answer: Readonly<Record<string, unknown>>,
) => void | Promise<void>

/**
 * OAuth 2.1 knows one way back: the query. And each grant type is preceded by a look of ours. A class, since the constructor of the
 * library's asks for its response modes and grant types.
 */
export const adaptedProvider = (answer: AnswerInQuery, check: CheckTokenRequest) =>
  class extends Provider {
    override registerResponseMode(...[name]: Parameters<Provider['registerResponseMode']>): void {
      if (name === 'query') super.registerResponseMode(name, answer)
    }

    override registerGrantType<P extends object>(
      ...[name, handle, ...parameters]: Parameters<typeof Provider.prototype.registerGrantType<P>>
    ): void {
      const checked: typeof handle = async (ctx) => {
        await check(ctx)
        await handle(ctx)
      }
      super.registerGrantType(name, checked, ...parameters)
    }
  }

/**
 * The address that carries an answer. The library would encode a space as `+`, as HTML forms do, and a client that only undoes
 * percent-encoding would not get its `state` back (RFC 6749 §4.1.2). The client's own query stays as it was registered (§3.1.2).
 */
export function queryAnswer(redirectUri: string, answer: Readonly<Record<string, unknown>>): string {
  const query = Object.entries(answer).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.join('&')}`
}

/** Sends the browser back with an answer. */
export const answerInQuery: AnswerInQuery = (ctx, redirectUri, answer) => {
  ctx.status = 303
  ctx.redirect(queryAnswer(redirectUri, answer))
}

/** Of OpenID Connect: claims are told in ID tokens and at `/userinfo`, and there is neither. */
const UNTRUE = ['claims_supported', 'claims_parameter_supported', 'claim_types_supported']

/**
 * Metadata names what we really do (RFC 8414 §2), and may be kept, as the keys may. What else SDKs require of it stays. Beside the
 * keys of tokens stand those that seal the record; no token that one of them signs is good.
 */
export const describeTruthfully =
  (journalKeys: readonly JWK[]) =>
  async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    if (ctx.path === '/jwks') {
      return cacheable(ctx, async () => {
        await next()
        if (ctx.status !== 200) return
        const { keys = [] } = ctx.body as { keys?: readonly JWK[] }
        ctx.body = { keys: [...keys, ...publicKeys(journalKeys)] }
      })
    }
    if (!ctx.path.startsWith('/.well-known/')) return next()
    await cacheable(ctx, async () => {
      await next()
      if (ctx.status === 200) ctx.body = truthful(ctx.body as Metadata)
    })
  }

interface Metadata {
  readonly token_endpoint_auth_methods_supported: readonly string[]
  readonly token_endpoint_auth_signing_alg_values_supported: readonly string[]
}

function truthful(metadata: Metadata): object {
  const methods = metadata.token_endpoint_auth_methods_supported
  const algorithms = metadata.token_endpoint_auth_signing_alg_values_supported
  return {
    ...metadata,
    ...Object.fromEntries(UNTRUE.map((name) => [name, undefined])),
    scopes_supported: [...ALL_SCOPES, 'offline_access'],
    response_modes_supported: ['query'],
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint_auth_methods_supported: methods.filter((method) => method !== 'none'),
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
  }
}

/** Where the library itself answers that the store is away, it does not say when to come again (RFC 9110 §10.2.3). */
export async function sayWhenToRetry(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next()
  if (ctx.status === 503) ctx.set('Retry-After', RETRY_AFTER)
}
