// Consent: which scopes a person is offered, and what the boxes they ticked become.
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Grant, Grants } from '../../grants/grants.ts'
import type { Scope } from '../../scopes.ts'
import { ALL_SCOPES, isHarmless, SCOPES } from '../../scopes.ts'
import { silentHost } from '../clients.ts'

/** How long a connection lives unless it is ended earlier. */
export const CONNECTION_DAYS = 30

export interface Offer {
  readonly scope: Scope
  readonly ticked: boolean
  /** Whether the client asks for it, or has it. What it does not ask for a person may give all the same. */
  readonly asked: boolean
  /** Asked for on top of what an existing connection may do. */
  readonly isNew: boolean
}

/**
 * What the page offers: everything there is, since some clients cannot ask for more later (clients that take HTTP 403 for
 * the end), and then only a person can widen a connection. Ticked beforehand is what is allowed, and what is asked for
 * and harmless; what trades, spends, deletes or administers a person ticks themselves.
 */
export function offer(requested: readonly Scope[], grant: Grant | undefined): Offer[] {
  return ALL_SCOPES.map((scope) => {
    const allowed = grant?.scopes.includes(scope) ?? false
    const asked = allowed || requested.includes(scope)
    const ticked = allowed || (asked && isHarmless(SCOPES[scope].risk))
    return { scope, asked, ticked, isNew: Boolean(grant) && asked && !allowed }
  })
}

/** The offered scopes among the posted ones; a box that was not on the page counts for nothing. */
export const ticked = (offers: readonly Offer[], posted: readonly string[]): Scope[] =>
  offers.map(({ scope }) => scope).filter((scope) => posted.includes(scope))

/**
 * The grant of the account and client at hand: the living one, after what the person just allowed has been written into it.
 * It is written here, when the browser comes back from the page and the visit ends, and not when a button is pressed: so a
 * visit counts once, with its last answer, and one that nobody brings to its end counts for nothing.
 */
export async function grantOf({ oidc }: KoaContextWithOIDC, grants: Grants): Promise<Grant | undefined> {
  const accountId = oidc.account?.accountId ?? ''
  const clientId = oidc.client?.clientId ?? ''
  const id = oidc.session?.grantIdFor(clientId)
  const living = await grants.findOwn(id, accountId, clientId)

  const scopes = oidc.result?.consent?.scopes as Scope[] | undefined
  if (!scopes || !oidc.params) return living
  const expiresAt = Math.floor(Date.now() / 1000) + CONNECTION_DAYS * 24 * 60 * 60
  const allowed = { scopes, redirectHost: silentHost(String(oidc.params.redirect_uri)), expiresAt }
  // From here on the request stands for what was allowed, so that the code and the token carry it all.
  oidc.params.scope = scopes.join(' ')
  return (living && (await grants.change(living.id, allowed))) ?? grants.create({ accountId, clientId, ...allowed })
}
