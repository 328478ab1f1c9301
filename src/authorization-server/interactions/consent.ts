// Consent: which scopes a person is offered, and what the boxes they ticked become.
import type { Grant, Grants } from '../../grants/grants.ts'
import type { Risk, Scope } from '../../scopes.ts'
import { ALL_SCOPES, SCOPES } from '../../scopes.ts'

/** How long a connection lives unless it is ended earlier. */
export const CONNECTION_DAYS = 30

const HARMLESS: readonly Risk[] = ['reads', 'changes']

export interface Offer {
  readonly scope: Scope
  readonly ticked: boolean
  /** Asked for on top of what an existing connection may do. */
  readonly isNew: boolean
}

/**
 * What the page offers: everything asked for, and everything allowed already. Ticked beforehand is what is allowed, and
 * what is new and harmless; what trades, spends, deletes or administers a person ticks themselves.
 */
export function offer(requested: readonly Scope[], grant: Grant | undefined): Offer[] {
  return ALL_SCOPES.filter((scope) => requested.includes(scope) || grant?.scopes.includes(scope)).map((scope) => {
    const allowed = grant?.scopes.includes(scope) ?? false
    return { scope, ticked: allowed || HARMLESS.includes(SCOPES[scope].risk), isNew: Boolean(grant) && !allowed }
  })
}

/** The offered scopes among the posted ones; a box that was not on the page counts for nothing. */
export const ticked = (offers: readonly Offer[], posted: readonly string[]): Scope[] =>
  offers.map(({ scope }) => scope).filter((scope) => posted.includes(scope))

/** Writes down what was allowed: into the living grant of this account and client, or a new one. */
export async function recordConsent(
  grants: Grants,
  current: Grant | undefined,
  allowed: Pick<Grant, 'accountId' | 'clientId' | 'scopes' | 'redirectHost'>,
): Promise<Grant> {
  const expiresAt = Math.floor(Date.now() / 1000) + CONNECTION_DAYS * 24 * 60 * 60
  const { scopes, redirectHost } = allowed
  const changed = current && (await grants.change(current.id, { scopes, redirectHost, expiresAt }))
  return changed ?? grants.create({ ...allowed, expiresAt })
}
