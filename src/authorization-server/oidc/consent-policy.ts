// When a person is shown a page. Replaces the library's policy, which remembers refusals and looks at what a client
// declares about itself; ours looks at where the answer will go.
import type { KoaContextWithOIDC } from 'oidc-provider'
import { interactionPolicy } from 'oidc-provider'
import type { Grant } from '../../grants/grants.ts'
import { parseScopes } from '../../scopes.ts'
import { silentHost } from '../clients/clients.ts'
import { isSignedIn } from './session.ts'

const { Check, Prompt } = interactionPolicy

/**
 * Whether the answer may go back without a page: only to an https host, which nobody else can listen on (RFC 8252 §8.6),
 * only to the host that the person agreed to, and only for what is already allowed.
 */
export function mayReturnSilently(grant: Grant | undefined, redirectUri: string, scope: string): boolean {
  const host = silentHost(redirectUri)
  if (!grant || grant.suspended || !host || host !== grant.redirectHost) return false
  return parseScopes(scope).every((asked) => grant.scopes.includes(asked))
}

/** The library's interaction policy with our checks. `findGrant` looks a living grant up by its id. */
export function createConsentPolicy(findGrant: (id: string) => Promise<Grant | undefined>) {
  const consentNeeded = async ({ oidc }: KoaContextWithOIDC) => {
    if (oidc.result?.consent) return false // once in an interaction is enough, whatever was allowed
    const grant = oidc.grant?.jti ? await findGrant(oidc.grant.jti) : undefined
    return !mayReturnSilently(grant, String(oidc.params?.redirect_uri), String(oidc.params?.scope ?? ''))
  }

  return [
    new Prompt(
      { name: 'login', requestable: true },
      new Check('no_session', 'sign-in is needed', 'login_required', (ctx) => !isSignedIn(ctx)),
    ),
    new Prompt(
      { name: 'consent', requestable: true },
      new Check('not_allowed_yet', 'consent is needed', 'consent_required', consentNeeded),
    ),
  ]
}
