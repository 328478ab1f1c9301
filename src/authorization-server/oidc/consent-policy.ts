// When a person is shown a page. Replaces the library's policy, which remembers refusals and looks at what a client
// declares about itself; ours looks at where the answer will go.
import type { KoaContextWithOIDC } from 'oidc-provider'
import { interactionPolicy } from 'oidc-provider'
import type { Grant } from '../../grants/grant-record.ts'
import type { Grants } from '../../grants/grants.ts'
import { parseScopes } from '../../scopes.ts'
import type { KnownClient } from '../interactions/joining.ts'
import { isGrave, provesItself } from '../interactions/joining.ts'
import { isSignedIn } from './session.ts'

const { Check, Prompt } = interactionPolicy

/**
 * Whether the answer may go back without a page: to software that proves itself, into the only connection that it has, which
 * holds nothing dangerous and all that was asked for and nothing beside it.
 */
export function mayReturnSilently(
  grant: Grant | undefined,
  living: readonly Grant[],
  client: KnownClient,
  { redirect_uri, scope }: { readonly redirect_uri: string; readonly scope: string },
): boolean {
  if (!grant || isGrave(grant) || living.length > 1 || !provesItself(client, redirect_uri, grant)) return false
  const asked = parseScopes(scope)
  return asked.length === grant.scopes.length && asked.every((one) => grant.scopes.includes(one))
}

/** The library's interaction policy with our checks. */
export function createConsentPolicy(grants: Grants) {
  const consentNeeded = async ({ oidc }: KoaContextWithOIDC) => {
    if (oidc.result?.consent) return false // once in an interaction is enough, whatever was allowed
    const { client, account } = oidc
    const grant = await grants.find(oidc.grant?.jti ?? '')
    if (!grant || !client || !account) return true
    const living = await grants.listOf(account.accountId, client.clientId)
    const { redirect_uri, scope } = oidc.params ?? {}
    return !mayReturnSilently(grant, living, client as KnownClient, {
      redirect_uri: String(redirect_uri),
      scope: String(scope ?? ''),
    })
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
