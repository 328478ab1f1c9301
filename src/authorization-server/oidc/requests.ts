// Requests as real clients send them, brought to the form that the library is strict about. Nothing here widens what a
// person will be asked to allow; it only spares honest clients an error.
import { errors } from 'oidc-provider'
import { ownHost } from '../../own-host.ts'
import { GROUPS, parseScopes } from '../../scopes.ts'
import { isEmpty } from '../clients/client-metadata.ts'
import { isNative, usableRedirectUris } from '../clients/redirect-uris.ts'

type Body = Readonly<Record<string, unknown>>

/** Parameters of OpenID Connect that mean nothing without `openid`, or that we do not read, and need not be kept. */
const IGNORED = [
  'nonce',
  'claims',
  'claims_locales',
  'acr_values',
  'max_age',
  'id_token_hint',
  'login_hint',
  'ui_locales',
  'display',
  'registration',
]
const PROMPTS = ['none', 'login', 'consent']

/**
 * `resource` as the canonical string (RFC 8707 §2): a trailing slash, the bare origin, scheme and host in capitals, another
 * name of this machine where PUBLIC_URL is on it, or nothing also mean the one resource there is. Anything else is left alone
 * and refused as `invalid_target` later.
 */
export function canonicalResource(value: unknown, resource: string): unknown {
  if (Array.isArray(value)) {
    const all = new Set(value.map((one) => canonicalResource(one, resource)))
    return all.size === 1 ? [...all][0] : [...all]
  }
  if (value === undefined || value === '') return resource
  const [asked, { origin }] = [URL.parse(String(value)), new URL(resource)]
  if (!asked || !ownHost(origin).isAt(asked)) return value
  const meant = asked.href.replace(asked.origin, origin)
  return [resource, `${resource}/`, `${origin}/`].includes(meant) ? resource : value
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

/** What a client puts into `state` is kept with the request, and it has better places for more (RFC 6749 §10.12). */
const LONGEST_STATE = 4096

/** Throws `invalid_request` when `state` is too long. */
export function checkState(state: string | undefined): void {
  if ((state?.length ?? 0) > LONGEST_STATE) {
    throw new errors.InvalidRequest(`state must have at most ${LONGEST_STATE} characters`)
  }
}

/** A token request: scopes that we do not know are dropped, never refused; several clients repeat old ones. */
function acceptTokenRequest(body: Body, resource: string): Body {
  const scopes = typeof body.scope === 'string' ? parseScopes(body.scope).join(' ') || undefined : body.scope
  return { ...body, scope: scopes, resource: canonicalResource(body.resource, resource) }
}

/** What a registration can say here (RFC 7591 §2). Members of OpenID Connect mean nothing, and are ignored like unknown ones. */
const REGISTRABLE = [
  'redirect_uris',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'grant_types',
  'response_types',
  'client_name',
  'client_uri',
  'logo_uri',
  'contacts',
  'tos_uri',
  'policy_uri',
  'software_id',
  'jwks_uri',
  'jwks',
  'require_pushed_authorization_requests', // RFC 9126 §6
]
const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']

/**
 * A registration. What a client asks for beyond what there is here is left out, and the answer says what is in force. It
 * limits no scopes: a client may ask later for more than it knew of when it registered.
 */
function acceptRegistration(metadata: Body): Body {
  const method = authMethod(metadata)
  const accepted: Record<string, unknown> = {
    ...Object.fromEntries(REGISTRABLE.filter((name) => name in metadata).map((name) => [name, metadata[name]])),
    token_endpoint_auth_method: method,
    grant_types: known(metadata.grant_types, ['authorization_code', 'refresh_token']),
    response_types: known(metadata.response_types, ['code']),
    requested_scope: knownScopes(metadata.scope), // no metadata: registration.ts repeats it in the answer
  }
  if (method !== 'private_key_jwt') delete accepted.token_endpoint_auth_signing_alg
  return accepted
}

/** `client_secret_basic` is what a missing method means (RFC 7591 §2). An unknown one comes from a client that has another. */
function authMethod({ token_endpoint_auth_method: method, redirect_uris }: Body): string {
  if (isEmpty(method)) return 'client_secret_basic'
  if (typeof method === 'string' && AUTH_METHODS.includes(method)) return method
  return isNative(usableRedirectUris(redirect_uris)) ? 'none' : 'client_secret_basic'
}

/** The values that there are here. A list without any is left as it is, and is refused: its client could do nothing. */
function known(values: unknown, ours: readonly string[]): unknown {
  if (!Array.isArray(values)) return values
  const kept = values.filter((value) => ours.includes(value))
  return kept.length ? kept : values
}

function knownScopes(list: unknown): string | undefined {
  if (typeof list !== 'string') return undefined
  const offline = list.split(' ').includes('offline_access') ? ['offline_access'] : []
  return [...parseScopes(list), ...offline].join(' ') || undefined
}

/** The body of a request to the endpoint that the library knows as `route`. */
export function acceptBody(route: string, body: unknown, resource: string): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  if (route === 'token') return acceptTokenRequest(body as Body, resource)
  if (route === 'registration') return acceptRegistration(body as Body)
  if (route === 'pushed_authorization_request') return acceptAuthorizationRequest(body as Body, resource)
  return body
}
