// The browser session: who is signed in here. Its cookie is the only proof of it, so signing in always hands out a new one.
import { randomBytes } from 'node:crypto'
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import type { Account, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { Profile } from '../../accounts/profile.ts'
import { isSessionOf, withKnownBrowser, withoutSessions, withSession } from '../../accounts/profile.ts'
import type { CookieKeys } from '../../key-files/cookie-keys.ts'
import { unixTime } from '../../unix-time.ts'
import { browserOf } from '../interactions/browser.ts'
import { rememberBrowser } from '../interactions/known-browser.ts'
import type { SignedIn } from '../interactions/sign-in.ts'
import { VISIT_SECONDS } from '../interactions/visit.ts'
import type { PageSuppliers } from '../page-suppliers.ts'

export const SESSION_SECONDS = 14 * 24 * 60 * 60
export type Session = InstanceType<Provider['Session']>

/** An account as the library carries it through a request, and the browsers that are signed in to it. */
export interface StoredAccount extends Account {
  readonly profile: Profile
}

/** `__Host-` binds a cookie to this very host and to TLS; with a path only `__Secure-` is possible (RFC 6265bis §4.1.3). */
export function cookieSettings(issuer: string, { secrets }: CookieKeys) {
  const secure = issuer.startsWith('https:')
  const options = { httpOnly: true, sameSite: 'lax', signed: true, secure } as const
  return {
    keys: [...secrets],
    names: {
      session: `${secure ? '__Host-' : ''}qcgate-session`,
      interaction: `${secure ? '__Secure-' : ''}qcgate-interaction`,
      resume: `${secure ? '__Secure-' : ''}qcgate-resume`,
    },
    long: { ...options, path: '/' },
    short: options,
  } satisfies NonNullable<Configuration['cookies']>
}

const WAYS_IN: Readonly<Record<SignedIn['by'], string>> = {
  token: 'the API token',
  passkey: 'a passkey',
  'young-passkey': 'a passkey of its first day',
  sandbox: 'one click, to the sandbox',
}

/** The session of the browser that asks; a new one, not yet stored, when it has none. */
export const sessionOf = (provider: Provider, ctx: Context): Promise<Session> =>
  provider.Session.get(ctx as Parameters<typeof provider.Session.get>[0])

/**
 * Signs a person in, in this very response: under a new session id, so that nobody who knew the old one comes along. Where
 * another person was signed in before, nothing of theirs comes along either: not their connections, and not the `uid`, so
 * that no page, form or visit of theirs counts for the new one. Returns the session.
 */
export async function signInSession(
  suppliers: Pick<PageSuppliers, 'provider' | 'issuer' | 'cookieKeys' | 'accounts'>,
  ctx: Context,
  { sub, by }: SignedIn,
): Promise<Session> {
  const { provider, issuer, cookieKeys, accounts } = suppliers
  const session = (await sessionOf(provider, ctx)) as Session & { id: string; new?: boolean }
  const { accountId: before, uid: oldUid } = session
  if (before && before !== sub) {
    await accounts.change(before, (profile) => withoutSessions(profile, [oldUid]))
    session.uid = randomBytes(16).toString('base64url')
  }
  if (before !== sub) delete session.authorizations
  if (!session.new) Object.assign(session, { oldId: session.id, id: randomBytes(32).toString('base64url') })
  session.loginAccount({ accountId: sub })
  await session.save(SESSION_SECONDS)
  const since = unixTime()
  const { uid } = session
  const browser = browserOf(ctx.get('User-Agent'))
  const known = rememberBrowser(ctx, sub, suppliers)
  // The page that follows offers a first passkey; only whoever typed the token gets that offer.
  const signIn = (profile: Profile): Profile => {
    const offers = by === 'token' && !profile.passkeys.length
    const offer = offers ? { firstPasskeyUntil: since + VISIT_SECONDS } : {}
    return withKnownBrowser(withSession(profile, { uid, browser, since, ...offer }), known)
  }
  await accounts.open(sub, signIn, { what: `Signed in with ${WAYS_IN[by]}: ${browser}` })
  const { names, long } = cookieSettings(issuer, cookieKeys)
  const { cookies } = provider.createContext(ctx.req, ctx.res)
  cookies.set(names.session, session.id, { ...long, maxAge: SESSION_SECONDS * 1000 })
  return session
}

/** Whether the person of this session may go on: the account is known, and it counts this browser among its own. */
export function isSignedIn({ oidc }: KoaContextWithOIDC): boolean {
  const account = oidc.account as StoredAccount | undefined
  if (!account || account.accountId !== oidc.session?.accountId) return false
  return isSessionOf(account.profile, oidc.session.uid)
}

/**
 * The library gives the session a new id at the end of every visit, and removes the old one before the browser knows: if the
 * process or the store goes in between, the person is signed out. Signing in has done so already, and that is what counts.
 */
export function keepSessionIds(provider: Provider): void {
  provider.Session.prototype.resetIdentifier = () => undefined
}
