// Protected resource metadata (RFC 9728): where a client that was turned away learns how to get in.
import type { Operator } from '../config.ts'
import { GROUPS } from '../scopes.ts'

/** Both paths that clients try: with the resource's path inserted (RFC 9728 §3.1), and the root. */
export const METADATA_PATHS = ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource']

export const protectedResourceMetadata = (
  issuer: string,
  resource: string,
  { privacyUrl, termsUrl }: Operator = {},
) => ({
  resource, // clients compare it with the address they were given, character by character (RFC 9728 §3.3)
  authorization_servers: [issuer],
  scopes_supported: GROUPS.research,
  bearer_methods_supported: ['header'],
  resource_name: 'QuantConnect through qcgate',
  resource_documentation: `${issuer}/`,
  ...(privacyUrl ? { resource_policy_uri: privacyUrl } : {}), // about the data that clients get (RFC 9728 §2)
  ...(termsUrl ? { resource_tos_uri: termsUrl } : {}),
})
