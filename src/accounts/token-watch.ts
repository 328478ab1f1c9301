// Whether QuantConnect still takes the API token that is stored for an account: noticed in what it answers to anybody's call, and
// told on every account page from the first refusal on.
import type { Log } from '../observability/log.ts'
import type { Credentials, StoredCredentials, Vault } from '../vault/vault.ts'
import type { Accounts } from './accounts.ts'

/** For so long, in milliseconds, a process takes it that a token that was taken is known to work. */
const KNOWN_FOR = 5_000
/** Accounts that a process remembers. */
const REMEMBERED = 10_000

/** Notes what QuantConnect said of credentials. Those that are not stored for an account, or not any more, say nothing. Never throws. */
export type NoteToken = (
  who: Credentials & Partial<Pick<StoredCredentials, 'sub'>>,
  verdict: 'taken' | 'refused',
) => Promise<void>

export function createTokenWatch(
  { vault, accounts }: { readonly vault: Pick<Vault, 'open'>; readonly accounts: Pick<Accounts, 'profile' | 'change'> },
  log: Log,
): NoteToken {
  /** By account, when its token was last known to work; the one that was noted longest ago comes first. */
  const works = new Map<string, number>()
  async function note(accountId: string, apiToken: string, verdict: 'taken' | 'refused'): Promise<void> {
    const now = Date.now()
    if (verdict === 'taken' && now - (works.get(accountId) ?? 0) < KNOWN_FOR) return
    const isRefused = verdict === 'refused'
    const isNews = ((await accounts.profile(accountId)).tokenRefusedAt !== undefined) !== isRefused
    if (isNews && (await vault.open(accountId))?.apiToken !== apiToken) return
    works.delete(accountId)
    if (!isRefused) works.set(accountId, now)
    for (const oldest of works.keys()) {
      if (works.size <= REMEMBERED) break
      works.delete(oldest)
    }
    if (!isNews) return
    await accounts.change(accountId, ({ tokenRefusedAt = now, ...profile }) =>
      isRefused ? { ...profile, tokenRefusedAt } : profile,
    )
  }

  return async ({ sub, apiToken }, verdict) => {
    if (!sub) return // typed just now, by whomever
    await note(sub, apiToken, verdict).catch((err) =>
      log.warn({ err }, 'it could not be noted whether an API token works'),
    )
  }
}
