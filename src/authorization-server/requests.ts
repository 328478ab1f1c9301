// Requests as real clients send them, brought to the form that the library is strict about. Nothing here widens what a
// person will be asked to allow; it only spares honest clients an error.
import { GROUPS, parseScopes } from '../scopes.ts'
import { returnsToThisComputer } from './clients.ts'

type Body = Readonly<Record<string, unknown>>

/** Parameters of OpenID Connect that mean nothing without `openid`, and `scope` values that we do not know. */
const IGNORED = ['nonce', 'claims', 'claims_locales', 'acr_values', 'max_age', 'id_token_hint']
const PROMPTS = ['none', 'login', 'consent']

/**
 * `resource` as the canonical string (RFC 8707 §2): a trailing slash, the bare origin, scheme and host in capitals, or
 * nothing also mean the one resource there is. Anything else is left alone and refused as `invalid_target` later.
 */
export function canonicalResource(value: unknown, resource: string): unknown {
  if (Array.isArray(value)) {
    const all = new Set(value.map((one) => canonicalResource(one, resource)))
    return all.size === 1 ? [...all][0] : [...all]
  }
  if (value === undefined || value === '') return resource
  const meant = URL.parse(String(value))?.href ?? ''
  return [resource, `${resource}/`, `${new URL(resource).origin}/`].includes(meant) ? resource : value
}

/** An authorization request, from the query of `/authorize` or the body of `/par`. */
export function acceptAuthorizationRequest(params: Body, resource: string): Record<string, unknown> {
  const accepted: Record<string, unknown> = { ...params }
  for (const name of IGNORED) delete accepted[name]

  // A parameter given twice stays as it is, and is refused (RFC 6749 §3.1).
  if (typeof params.prompt === 'string') {
    const prompts = params.prompt.split(' ').filter((prompt) => PROMPTS.includes(prompt))
    if (prompts.length) accepted.prompt = prompts.join(' ')
    else delete accepted.prompt
  }
  // Types of the implicit flow would be refused in a fragment, and we have no such way back. An unknown type is refused in
  // the query, so they become one.
  if (typeof params.response_type === 'string' && params.response_type.includes('token'))
    accepted.response_type = 'none'

  // With a pushed request, what was pushed counts, and an empty hand must not replace it (RFC 9126 §4).
  if (typeof params.request_uri === 'string') return accepted
  accepted.resource = canonicalResource(params.resource, resource)
  if (!Array.isArray(params.scope)) {
    const scopes = parseScopes(typeof params.scope === 'string' ? params.scope : undefined)
    accepted.scope = (scopes.length ? scopes : GROUPS.research).join(' ')
  }
  return accepted
}

/** A token request: scopes that we do not know are dropped, never refused; several clients repeat old ones. */
function acceptTokenRequest(body: Body, resource: string): Body {
  const scopes = typeof body.scope === 'string' ? parseScopes(body.scope).join(' ') || undefined : body.scope
  return { ...body, scope: scopes, resource: canonicalResource(body.resource, resource) }
}

/**
 * A registration limits no scopes: a client may ask later for more than it knew of when it registered. A client that
 * returns to this computer is native, whatever it declares or forgets to: its port changes from run to run, and an app's
 * own scheme is no web address (RFC 8252 §7).
 */
function acceptRegistration({ scope: _scope, ...metadata }: Body): Body {
  const urls = [metadata.redirect_uris].flat().map((uri) => URL.parse(String(uri)))
  const native = urls.some((url) => url !== null && url.protocol !== 'https:' && returnsToThisComputer(url))
  return native ? { ...metadata, application_type: 'native' } : metadata
}

/** The body of a request to the endpoint that the library knows as `route`. */
export function acceptBody(route: string, body: unknown, resource: string): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  if (route === 'token') return acceptTokenRequest(body as Body, resource)
  if (route === 'registration') return acceptRegistration(body as Body)
  if (route === 'pushed_authorization_request') return acceptAuthorizationRequest(body as Body, resource)
  return body
}
