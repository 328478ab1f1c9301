// What a refused caller may know: a `WWW-Authenticate` challenge, with which a client can get in, or get more (step-up).
// The whole failure goes to the log.
import type { Scope } from '../scopes.ts'
import { GROUPS, SCOPES } from '../scopes.ts'
import { connectionAddress } from './account-addresses.ts'

export interface MissingScope {
  readonly reason: 'missing-scope'
  readonly grantId: string
  readonly required: readonly Scope[]
  readonly missing: readonly Scope[]
}

export type GateFailure =
  | { readonly reason: 'no-credentials' }
  | { readonly reason: 'invalid-token'; readonly cause: string }
  /** Nobody looked at this one: so many others from its network were bad. `retryAfter` in seconds. */
  | { readonly reason: 'too-many-bad-tokens'; readonly retryAfter: number }
  | MissingScope

export interface Challenge {
  readonly status: 401 | 403
  /** The value of `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1). */
  readonly header: string
  readonly body: { readonly error?: string; readonly error_description: string; readonly scope: string }
}

/** What a client is not allowed to do, in words. */
export const namesOf = (missing: readonly Scope[]): string =>
  missing.map((scope) => `"${SCOPES[scope].says}" (${scope})`).join(', ')

/** Addresses that a refusal names. */
export interface Places {
  /** Has the pages where a person can allow more. */
  readonly issuer: string
  /** The address of the protected resource metadata. */
  readonly metadata: string
}

export function challenge(
  failure: Exclude<GateFailure, { reason: 'too-many-bad-tokens' }>,
  { issuer, metadata }: Places,
): Challenge {
  const research = GROUPS.research.join(' ')
  switch (failure.reason) {
    case 'no-credentials': // nothing was presented, so there is no error to name, only the way in (RFC 6750 §3.1)
      return {
        status: 401,
        header: bearer({ resource_metadata: metadata, scope: research }),
        body: { error_description: 'Sign in first: this address needs an access token.', scope: research },
      }
    case 'invalid-token': {
      // One answer for every bad token, so that a probe learns nothing.
      const error = {
        error: 'invalid_token',
        error_description: 'The access token is not valid here, or not any more.',
      }
      return {
        status: 401,
        header: bearer({ ...error, resource_metadata: metadata, scope: research }),
        body: { ...error, scope: research },
      }
    }
    case 'missing-scope': {
      // Everything the call needs, together, so that the person is asked only once.
      const scope = failure.required.join(' ')
      const error = {
        error: 'insufficient_scope',
        error_description: `This connection was not allowed to: ${namesOf(failure.missing)}. A person can allow it at ${connectionAddress(issuer, failure.grantId)} for the next call on; nothing needs reconnecting.`,
      }
      return {
        status: 403,
        header: bearer({ ...error, scope, resource_metadata: metadata }),
        body: { ...error, scope },
      }
    }
  }
}

const bearer = (parameters: Record<string, string>): string =>
  `Bearer ${Object.entries(parameters)
    .map(([name, value]) => `${name}="${plain(value)}"`)
    .join(', ')}`

/** RFC 6750 §3 allows printable ASCII without quotation mark and backslash. */
const plain = (value: string): string => value.replace(/[‘’“”"]/g, "'").replace(/[^\x20-\x7e]|\\/g, '')
