// What we make of a client's metadata, whether it registered or published a document: real clients say too much, leave
// things empty and name addresses meant for others. What counts is where they return to.
import { errors } from 'oidc-provider'
import { knownSoftware } from './known-software.ts'
import { isNative, usableRedirectUris } from './redirect-uris.ts'

const DISPLAY_URIS = ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri']
/** The e-mail addresses that the library lets pass, which are those of HTML forms. */
const EMAIL = /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*$/

/**
 * Brings metadata to what is in force, in place (RFC 7591 §2: a server may replace or leave out what it does not take).
 * Throws `invalid_redirect_uri` when no usable address is left, and `invalid_client_metadata` for a member that is of another
 * type than the standard gives it (§3.2.2).
 */
export function acceptClientMetadata(metadata: Record<string, unknown>): void {
  checkMetadataTypes(metadata)
  const uris = usableRedirectUris(metadata.redirect_uris)
  if (!uris.length) {
    throw new errors.InvalidClientMetadata(
      'redirect_uris has no usable member. Use https://, or http:// on localhost, 127.0.0.1 or [::1], or a private-use ' +
        'scheme in reverse-domain form such as com.example.app:/callback; no fragment, user name or wildcard',
    )
  }
  metadata.redirect_uris = uris
  metadata.application_type = isNative(uris) ? 'native' : 'web'

  if (!knownSoftware(metadata.software_id)) delete metadata.software_id
  for (const name of DISPLAY_URIS) if (!isWebUri(metadata[name])) delete metadata[name]
  if (Array.isArray(metadata.contacts))
    metadata.contacts = metadata.contacts.filter((contact) => EMAIL.test(String(contact)))
  for (const [name, value] of Object.entries(metadata)) if (isEmpty(value)) delete metadata[name]
}

const TEXTS = ['token_endpoint_auth_method', 'token_endpoint_auth_signing_alg', 'client_name', 'jwks_uri']
const LISTS = ['grant_types', 'response_types', 'contacts']

/**
 * A stranger's JSON may have anything anywhere, also an object with a `toString` of its own, which throws where it is put into
 * words. So types are looked at before values. What is not named here is left out whatever it is, or is put into words by nobody.
 * Throws `invalid_client_metadata`.
 */
export function checkMetadataTypes(metadata: Record<string, unknown>): void {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null
  for (const name of TEXTS) {
    if (isEmpty(metadata[name]) || typeof metadata[name] === 'string') continue
    throw new errors.InvalidClientMetadata(`${name} must be a string`)
  }
  for (const name of LISTS) {
    // Of what else is no text the library refuses what counts, and an address that is none is left out below.
    if (!Array.isArray(metadata[name]) || !metadata[name].some(isObject)) continue
    throw new errors.InvalidClientMetadata(`${name} must be an array of strings`)
  }
}

/** A member that says nothing counts as left out. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length)

const isWebUri = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '')
