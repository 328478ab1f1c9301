// Documents as real clients publish them, brought to the form that the library is strict about.

type Members = Readonly<Record<string, unknown>>

/** The JSON object that a text is; undefined when it is anything else. */
export function parseObject(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
  } catch {
    return undefined
  }
}

/** Whether a text is a JWK Set (RFC 7517 §5). */
export const isKeySet = (text: string): boolean => Array.isArray(parseObject(text)?.keys)

/**
 * What a document can say here. The rest means nothing to us and is ignored: what we never show, what belongs to OpenID
 * Connect, and the scopes that a client expects to ask for, since it may ask for others later.
 */
const SAID = [
  'client_id',
  'client_name',
  'redirect_uris',
  'grant_types',
  'response_types',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'jwks_uri',
  'jwks',
  'require_pushed_authorization_requests', // RFC 9126 §6
  'client_secret', // these two must not be there, and the library refuses a document for them
  'client_secret_expires_at',
]

/** A client's document with what counts. What is no client's document, a key set, comes back as it is. */
export function acceptDocument(text: string): string {
  const members = parseObject(text)
  if (!members || Array.isArray(members.keys)) return text
  const accepted = Object.fromEntries(SAID.filter((name) => name in members).map((name) => [name, members[name]]))
  // There are no shared secrets here, so a missing method cannot mean what it means in a registration.
  accepted.token_endpoint_auth_method ||= members.jwks || members.jwks_uri ? 'private_key_jwt' : 'none'
  if (accepted.token_endpoint_auth_method !== 'private_key_jwt') delete accepted.token_endpoint_auth_signing_alg
  return JSON.stringify(accepted)
}
