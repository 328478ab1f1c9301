// What a finished visit to the consent page becomes: a grant.
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Grant, GrantClient, Grants } from '../../grants/grants.ts'
import { parseScopes } from '../../scopes.ts'
import { KEYS } from '../../storage/keys.ts'
import type { Store } from '../../storage/store.ts'
import { add } from '../../storage/store.ts'
import { describeClient, silentHost } from '../clients.ts'
import type { Choice } from '../permissions/choice.ts'

/** For so long, in seconds, the same request is not asked about twice in vain. */
const ASKED_IN_VAIN = 10 * 60

/**
 * The grant of the account and client at hand: the living one, after what the person just allowed has been written into it.
 * It is written here, when the browser comes back from the page and the visit ends, and not when a button is pressed: so a
 * visit counts once, with its last answer, and one that nobody brings to its end counts for nothing.
 */
export async function grantOf({ oidc }: KoaContextWithOIDC, grants: Grants): Promise<Grant | undefined> {
  const accountId = oidc.account?.accountId ?? ''
  const { client, params } = oidc
  const clientId = client?.clientId ?? ''
  const id = oidc.session?.grantIdFor(clientId)
  const living = await grants.findOwn(id, accountId, clientId)

  const choice = oidc.result?.consent as Choice | undefined
  if (!choice || !client || !params) return living
  const redirectUri = String(params.redirect_uri)
  const { name, standing, returnsTo }: GrantClient = describeClient(client, redirectUri)
  const allowed = {
    ...choice,
    client: { name, standing, returnsTo },
    redirectHost: silentHost(redirectUri),
    suspended: false, // the person has just looked at this one
    authorizedAt: Math.floor(Date.now() / 1000),
  }
  // From here on the request stands for what was allowed, so that the code and the token carry it all.
  params.scope = choice.scopes.join(' ')
  return (living && (await grants.change(living.id, allowed))) ?? grants.create({ accountId, clientId, ...allowed })
}

/**
 * Whether a client asks in a loop: for what this connection lacks, and for the second time within ten minutes the person
 * allowed none of it. The first time it is given what stays allowed, since a client that lost its tokens looks the same.
 * `visit` is the visit at hand, whose own second submission is not another request.
 */
export async function asksInVain(
  store: Store,
  visit: { uid: string; scope: string },
  grant: Grant | undefined,
  choice: Choice,
): Promise<boolean> {
  if (!grant) return false
  const missing = parseScopes(visit.scope).filter((scope) => !grant.scopes.includes(scope))
  if (!missing.length || missing.some((scope) => choice.scopes.includes(scope))) return false
  const key = KEYS.askedInVain(grant.id, missing.join(' '))
  return !(await add(store, key, visit.uid, ASKED_IN_VAIN)) && (await store.get(key)) !== visit.uid
}
