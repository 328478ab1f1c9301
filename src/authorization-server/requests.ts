// Requests as real clients send them, brought to the form that the library is strict about. Nothing here widens what a
// person will be asked to allow; it only spares honest clients an error.
import type { ParsedUrlQuery } from 'node:querystring'
import { GROUPS, parseScopes } from '../scopes.ts'

type Body = Readonly<Record<string, unknown>>

/** Parameters of OpenID Connect that mean nothing without `openid`, and `scope` values that we do not know. */
const IGNORED = ['nonce', 'claims', 'claims_locales', 'acr_values', 'max_age', 'id_token_hint']
const PROMPTS = ['none', 'login', 'consent']

/**
 * `resource` as the canonical string (RFC 8707 §2): a trailing slash, the bare origin, or nothing also mean the one
 * resource there is. Anything else is left alone and refused as `invalid_target` later.
 */
export function canonicalResource(value: unknown, resource: string): unknown {
  if (Array.isArray(value)) {
    const all = new Set(value.map((one) => canonicalResource(one, resource)))
    return all.size === 1 ? [...all][0] : [...all]
  }
  if (value === undefined || value === '') return resource
  const origin = new URL(resource).origin
  return [resource, `${resource}/`, origin, `${origin}/`].includes(String(value)) ? resource : value
}

/** An authorization request, from the query of `/authorize` or the body of `/par`. */
export function acceptAuthorizationRequest<Params extends ParsedUrlQuery | Body>(params: Params, resource: string) {
  const { scope, prompt, ...rest } = Object.fromEntries(
    Object.entries(params).filter(([name]) => !IGNORED.includes(name)),
  )
  // With a pushed request, what was pushed counts, and an empty hand must not replace it.
  const pushed = typeof rest.request_uri === 'string'
  // A parameter given twice stays as it is and is refused (RFC 6749 §3.1).
  const scopes = typeof scope === 'string' ? parseScopes(scope) : []
  const prompts = typeof prompt === 'string' ? prompt.split(' ').filter((word) => PROMPTS.includes(word)) : []
  return {
    ...rest,
    ...(pushed ? {} : { resource: canonicalResource(rest.resource, resource) }),
    ...(pushed ? {} : { scope: Array.isArray(scope) ? scope : (scopes.length ? scopes : GROUPS.research).join(' ') }),
    ...(Array.isArray(prompt) ? { prompt } : {}),
    ...(prompts.length ? { prompt: prompts.join(' ') } : {}),
  }
}

/** A token request: scopes that we do not know are dropped, never refused; several clients repeat old ones. */
function acceptTokenRequest(body: Body, resource: string): Body {
  const { scope, ...rest } = body
  const scopes = typeof scope === 'string' ? parseScopes(scope) : []
  return {
    ...rest,
    resource: canonicalResource(body.resource, resource),
    ...(scopes.length ? { scope: scopes.join(' ') } : {}),
  }
}

/** A registration limits no scopes: a client may ask later for more than it knew of when it registered. */
function acceptRegistration({ scope: _scope, ...metadata }: Body): Body {
  return metadata
}

/** The body of a request to the endpoint that the library knows as `route`. */
export function acceptBody(route: string, body: unknown, resource: string): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  if (route === 'token') return acceptTokenRequest(body as Body, resource)
  if (route === 'registration') return acceptRegistration(body as Body)
  if (route === 'pushed_authorization_request') return acceptAuthorizationRequest(body as Body, resource)
  return body
}
