// Who visits the account pages: the person whose session this browser has, or someone who has to sign in first.
import { randomBytes } from 'node:crypto'
import type { Context } from 'koa'
import type { Profile } from '../../accounts/profile.ts'
import { isSessionOf, withLook } from '../../accounts/profile.ts'
import type { Grant } from '../../grants/grant-record.ts'
import { StoreUnavailable } from '../../storage/store.ts'
import { unixTime } from '../../unix-time.ts'
import type { StoredCredentials } from '../../vault/vault.ts'
import { csrfToken, hasValidCsrf, redirect } from '../interactions/form.ts'
import { offersOneClick } from '../interactions/sign-in.ts'
import type { Session } from '../oidc/session.ts'
import { sessionOf } from '../oidc/session.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { endOffer } from '../passkeys/first-passkey.ts'
import type { Provable, Prover } from '../proofs/proofs.ts'
import { createProofs } from '../proofs/proofs.ts'
import type { Frame } from '../views/account/frame.ts'
import { sendPage } from '../views/layout.ts'
import { problemPage } from '../views/problem.ts'
import { signInPage } from '../views/sign-in.ts'
import { createNotices } from './notices.ts'

/** A person who is signed in, and what their page begins with. */
export interface Visitor {
  readonly ctx: Context
  readonly session: Session
  readonly accountId: string
  readonly profile: Profile
  /** Read when they are first asked for. */
  readonly connections: () => Promise<readonly Grant[]>
  readonly credentials: StoredCredentials
  readonly frame: Frame
}

/** Where a person who signs in may go on to: an account page, and nowhere else. */
const ACCOUNT_PAGE = /^\/account(\/[\w-]+(\.[\w-]+)*)*\/?(\?[\w=&%.-]*)?$/
export const safeDestination = (to: string): string => (ACCOUNT_PAGE.test(to) ? to : '/account')

const LOOK_AGAIN = '/account/review'
/** While something waits these pages are open: the list of what waits, and the token that is needed to prove anything. */
const OPEN = [LOOK_AGAIN, '/account/token']
const MAKING_A_PASSKEY = ['/account/passkeys', '/account/passkeys/new']

export function createVisits(suppliers: PageSuppliers) {
  const { provider, issuer, cookieKeys, accounts, vault, grants, passkeys, sandboxAccounts } = suppliers
  const sandbox = sandboxAccounts.length > 0
  const secure = issuer.startsWith('https:')
  const proofs = createProofs(suppliers)
  const notices = createNotices(suppliers)
  const SIGN_IN = `${secure ? '__Host-' : ''}qcgate-sign-in`

  async function visitorOf(ctx: Context): Promise<Visitor | undefined> {
    const session = await sessionOf(provider, ctx)
    const accountId = session.accountId ?? ''
    const profile = await accounts.profile(accountId)
    if (!accountId || !isSessionOf(profile, session.uid)) return undefined
    const credentials = await vault.open(accountId)
    if (!credentials) return undefined
    if (withLook(profile, session.uid, unixTime())) await noteLook(accountId, session.uid)
    const csrf = csrfToken(cookieKeys, `account ${session.uid} ${accountId}`)
    const { tokenRefusedAt } = profile
    const frame = {
      sandbox: credentials.realm === 'sandbox',
      userId: credentials.userId,
      csrf,
      ...(tokenRefusedAt === undefined ? {} : { tokenRefusedSince: tokenRefusedAt / 1000 }),
    }
    let known: Promise<readonly Grant[]> | undefined
    const connections = () => (known ??= grants.list(accountId))
    return { ctx, session, accountId, profile, connections, credentials, frame }
  }

  /** A store that takes nothing right now keeps nobody from looking. */
  const noteLook = (accountId: string, uid: string) =>
    accounts
      .change(accountId, (known) => withLook(known, uid, unixTime()) ?? known)
      .catch((error) => {
        if (!(error instanceof StoreUnavailable)) throw error
      })

  /** Without a session the proof that a form is ours hangs on a cookie that only our page could have set, and sets here. */
  function issueSignInToken(ctx: Context): string {
    const { cookies } = provider.createContext(ctx.req, ctx.res)
    const known = cookies.get(SIGN_IN, { signed: true })
    const value = known ?? randomBytes(16).toString('base64url')
    if (!known) {
      cookies.set(SIGN_IN, value, { path: '/', httpOnly: true, sameSite: 'lax', signed: true, secure })
    }
    return csrfToken(cookieKeys, `sign-in ${value}`)
  }

  async function showSignIn(ctx: Context, to: string, again: { userId?: string; problem?: string } = {}) {
    const csrf = issueSignInToken(ctx)
    const view = signInPage({
      csrf,
      oneClick: offersOneClick(suppliers),
      passkeyOptions: passkeys.signInOptions(csrf),
      to: safeDestination(to),
      ...again,
    })
    await sendPage(ctx, view)
  }

  async function showStale(ctx: Context) {
    ctx.status = 403
    const view = problemPage({
      title: 'This page was out of date',
      happened: 'It came from another sign-in, or from a page that is not ours. Nothing was changed.',
      remedy: 'Open your account page again and repeat what you were doing.',
      sandbox,
      link: { to: '/account', says: 'Open the account page' },
    })
    await sendPage(ctx, view)
  }

  /**
   * A page for whoever is signed in; everyone else signs in first and comes back. A form must be one of ours. While something
   * waits for the person's word they come to that first, except for what only takes power away.
   */
  const page =
    (show: (visitor: Visitor) => Promise<void>, { onlyTakes = false } = {}) =>
    async (given: unknown) => {
      const ctx = given as Context // sound: the router's context is Koa's, with more
      const visitor = await visitorOf(ctx)
      if (!visitor) {
        if (ctx.method !== 'POST') return showSignIn(ctx, ctx.url)
        ctx.status = 403
        return showSignIn(ctx, '/account', {
          problem: 'You were signed out meanwhile. Nothing was changed; sign in again.',
        })
      }
      if (ctx.method === 'POST') {
        if (!hasValidCsrf(ctx, visitor.frame.csrf)) return showStale(ctx)
        // The page after a sign-in was answered, so the first passkey that it offered is over.
        if (!MAKING_A_PASSKEY.includes(ctx.path)) await endOffer(proverOf(visitor), suppliers)
      }
      const hasLooked = visitor.profile.reviewPutOffAt !== undefined
      if (!onlyTakes && !hasLooked && !OPEN.includes(ctx.path) && (await waitingOf(visitor)))
        return redirect(ctx, `${LOOK_AGAIN}${ctx.search}`) // with what a press did, which is said there then
      return show(visitor)
    }

  /** Does what a form says, after a proof where it needs one. */
  const prove = <Does>(visitor: Visitor, provable: Provable<Does>): Promise<void> =>
    proofs.prove(visitor.ctx, proverOf(visitor), provable)

  return { page, showSignIn, showStale, issueSignInToken, prove, notices }
}

const proverOf = ({ accountId, session, profile, frame }: Visitor): Prover => {
  return { accountId, uid: session.uid, profile, csrf: frame.csrf }
}

/** What waits for the person's word since the token was replaced; undefined when nothing does. */
export function waitingAmong(connections: readonly Grant[], { sessions, passkeys }: Profile) {
  const waiting = {
    connections: connections.filter(isSuspended),
    sessions: sessions.filter(isSuspended),
    passkeys: passkeys.filter(isSuspended),
  }
  return Object.values(waiting).some((those) => those.length) ? waiting : undefined
}
export type Waiting = NonNullable<ReturnType<typeof waitingAmong>>

export const waitingOf = async ({ profile, connections }: Visitor) => waitingAmong(await connections(), profile)
const isSuspended = ({ suspended }: { readonly suspended?: boolean | undefined }) => suspended === true

export type Visits = ReturnType<typeof createVisits>
