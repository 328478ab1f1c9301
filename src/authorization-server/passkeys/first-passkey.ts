// The first passkey of an account, which the page after a sign-in with the API token offers: no further proof is asked for, and
// so it proves nothing dangerous until a day has passed and a proof has named it.
import type { Context } from 'koa'
import type { Profile } from '../../accounts/profile.ts'
import { hasOffer, mayAddFirstPasskey, withNewPasskey, withoutOffer } from '../../accounts/profile.ts'
import { displayName } from '../clients/clients.ts'
import { browserOf } from '../interactions/browser.ts'
import { field } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'

/** What the person typed as the name of a passkey that they add; else it is called by its browser. */
export const passkeyNameIn = (ctx: Context): string =>
  displayName(field(ctx, 'name').trim() || browserOf(ctx.get('User-Agent')))

/** Adds the posted passkey, and returns its name. Undefined when it is not good, or when the page that offered it has been answered. */
export async function addFirstPasskey(
  ctx: Context,
  { accountId, uid }: { readonly accountId: string; readonly uid: string },
  { accounts, passkeys }: Pick<PageSuppliers, 'accounts' | 'passkeys'>,
): Promise<string | undefined> {
  const now = Date.now()
  const mayAdd = (profile: Profile) => mayAddFirstPasskey(profile, uid, Math.floor(now / 1000))
  if (!mayAdd(await accounts.profile(accountId))) return undefined
  const made = await passkeys.verifyCreation(accountId, field(ctx, 'passkey'))
  if (!made) return undefined
  const name = passkeyNameIn(ctx)
  const changed = await accounts.change(accountId, (profile) =>
    mayAdd(profile) ? withNewPasskey(profile, { ...made, name, young: true }, now) : profile,
  )
  return changed.passkeys.find(({ id }) => id === made.id)?.name
}

/** Ends the offer to the browser with session `uid`, if it has one: the page that made it has been answered. */
export async function endOffer(
  { accountId, uid, profile }: { readonly accountId: string; readonly uid: string; readonly profile: Profile },
  { accounts }: Pick<PageSuppliers, 'accounts'>,
): Promise<void> {
  if (hasOffer(profile, uid)) await accounts.change(accountId, (known) => withoutOffer(known, uid))
}
