// News of what became of one connection, for whoever looks at the account page.
import { dangerousIn } from '../grants/allowance.ts'
import type { Grant } from '../grants/grant-record.ts'
import { nameOf } from '../grants/grants.ts'
import type { Accounts } from './accounts.ts'
import type { Event, News } from './news.ts'
import { withNews } from './profile.ts'

/** Tells the person of a grant what happened to it; `says` is what it comes to, in a sentence. Throws `StoreUnavailable`. */
export async function tellOfConnection(
  accounts: Pick<Accounts, 'change'>,
  grant: Grant,
  what: Event,
  says: string,
): Promise<void> {
  const news: News = { what, of: grant.id, name: nameOf(grant), says, grave: dangerousIn(grant).length > 0 }
  await accounts.change(grant.accountId, (profile) => withNews(profile, [news], Date.now()))
}
