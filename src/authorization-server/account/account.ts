// /account: where a person sees what is connected, what it did, and changes or stops it.
import Router from '@koa/router'
import type { Context } from 'koa'
import { newsOf } from '../../accounts/news.ts'
import { mayAddFirstPasskey, withoutBrowsers, withoutSessions, withSeen } from '../../accounts/profile.ts'
import { countsOf } from '../../audit/counts.ts'
import { tradesForReal } from '../../grants/allowance.ts'
import type { Grant } from '../../grants/grant-record.ts'
import { nameOf } from '../../grants/grants.ts'
import { isSuspended } from '../../grants/suspension.ts'
import { unixTime } from '../../unix-time.ts'
import { field, hasValidCsrf, parseForm, redirect, setProblemStatus } from '../interactions/form.ts'
import { signIn } from '../interactions/sign-in.ts'
import { SESSION_SECONDS, signInSession } from '../oidc/session.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { describeConnection, holdersOf, whyIdle } from '../permissions/describe-connection.ts'
import { gravityOf } from '../permissions/weight.ts'
import { overviewPage } from '../views/account/overview.ts'
import { sendPage, sendPageInParts } from '../views/layout.ts'
import { activityPages } from './activity.ts'
import { connectionPages } from './connections.ts'
import { leavingPages } from './leaving.ts'
import { pageOf } from './paging.ts'
import { passkeyPages } from './passkeys.ts'
import { pauseFactsOf, pausePages } from './pause.ts'
import { reviewPages } from './review.ts'
import { listWhatRuns, runningPages } from './running.ts'
import { suspensionPages } from './suspension.ts'
import { tokenPages } from './token.ts'
import { newsOfUnknown } from './unknown-outcomes.ts'
import type { Visitor } from './visitor.ts'
import { createVisits, safeDestination, waitingAmong } from './visitor.ts'

/** The pages under `/account`. */
export function createAccountPages(suppliers: PageSuppliers): Router {
  const { provider, accounts, auditLog, passkeys, tools } = suppliers
  const visits = createVisits(suppliers)
  const router = new Router()

  router.get('/account', visits.page(showOverview))
  async function showOverview(visitor: Visitor) {
    const { ctx, session, accountId, profile, connections, credentials, frame } = visitor
    const now = Date.now()
    const calls = await auditLog.calls(accountId)
    const lastAnswer = calls.find(({ outcome }) => outcome === 'done')?.at ?? 0
    const tokenWorked = Math.max(profile.tokenAcceptedAt ?? 0, lastAnswer / 1000)
    const living = await forgetLapsedSessions(visitor)
    // The gravest first, and of those the newest.
    const all = (await connections()).toSorted(
      (one, other) => gravityOf(other) - gravityOf(one) || holdersOf(other).last - holdersOf(one).last,
    )
    const { shown, page } = pageOf(all, PER_PAGE, ctx.query.page)
    const notice = await visits.notices.take(visitor)
    const isAfterPress = AFTER_PRESS.includes(ctx.querystring)
    const view = overviewPage({
      ...frame,
      now: Math.floor(now / 1000),
      upTo: now,
      ...(profile.seenAt === undefined ? {} : { since: profile.seenAt / 1000 }),
      news: [
        ...((await auditLog.isFull(accountId)) ? [{ at: now, what: 'record-full', grave: true }] : []),
        ...newsOfUnknown(calls, tools, profile.seenAt),
        ...newsOf(profile, now),
      ],
      counts: countsOf(
        calls.filter(({ at }) => at > (profile.seenAt ?? 0)),
        tools,
      ),
      ...(profile.everythingSuspendedAt === undefined
        ? {}
        : { everythingSuspendedAt: profile.everythingSuspendedAt / 1000 }),
      ...pauseFactsOf(profile),
      counted: { suspended: all.filter(isSuspended).length, all: all.length, real: all.filter(mayTradeNow).length },
      sharedNames: namesOfSeveral(all.map(nameOf)),
      isLeftForLater: waitingAmong(all, profile) !== undefined,
      connections: shown.map((grant) => describeConnection(grant, tools, calls)),
      page,
      sessions: living,
      thisSession: session.uid,
      passkeys: profile.passkeys,
      onlyPasskeys: profile.onlyPasskeys ?? false,
      ...(mayAddFirstPasskey(profile, session.uid, Math.floor(now / 1000))
        ? { firstPasskey: passkeys.creationOptions({ accountId, ...frame, passkeys: [] }) }
        : {}),
      tokenSince: credentials.since,
      ...(tokenWorked ? { tokenWorked } : {}),
      notice,
      runningComesLater: isAfterPress,
    })
    if (!isAfterPress) return sendPage(ctx, view)
    return sendPageInParts(ctx, view, () => listWhatRuns(visitor, suppliers, PATIENCE))
  }

  /** Forgets the browsers that let their session run out, and returns those that are still signed in. */
  async function forgetLapsedSessions({ accountId, profile, session }: Visitor) {
    const found = await Promise.all(profile.sessions.map(({ uid }) => provider.Session.findByUid(uid)))
    const gone = profile.sessions.filter((_, index) => found[index]?.accountId !== accountId).map(({ uid }) => uid)
    const left = gone.length
      ? (await accounts.change(accountId, (known) => withoutSessions(known, gone))).sessions
      : profile.sessions
    // A visit of an assistant saves the library's session, and a look at these pages is noted in the profile.
    const visited = new Map(found.flatMap((one) => (one?.uid ? [[one.uid, (one.exp ?? 0) - SESSION_SECONDS]] : [])))
    return left.map((one) => ({
      ...one,
      usedAt: one.uid === session.uid ? unixTime() : Math.max(one.usedAt ?? one.since, visited.get(one.uid) ?? 0),
    }))
  }

  router.post('/account/sign-in', parseForm, async (given) => {
    const ctx = given as Context
    if (!hasValidCsrf(ctx, visits.issueSignInToken(ctx))) return visits.showStale(ctx)
    const to = safeDestination(field(ctx, 'to'))
    const result = await signIn(ctx, suppliers)
    if (!('problem' in result)) {
      await signInSession(suppliers, ctx, result)
      return redirect(ctx, to)
    }
    setProblemStatus(ctx, result)
    return visits.showSignIn(ctx, to, { userId: field(ctx, 'userId').trim(), problem: result.problem })
  })

  router.post(
    '/account/sign-out',
    parseForm,
    visits.page(
      async ({ ctx, session, accountId }) => {
        await accounts.change(accountId, (profile) => withoutSessions(profile, [session.uid]))
        redirect(ctx, '/')
      },
      { onlyTakes: true },
    ),
  )
  router.post(
    '/account/sign-out-everywhere',
    parseForm,
    visits.page(
      async ({ ctx, accountId }) => {
        await accounts.change(accountId, withoutBrowsers)
        redirect(ctx, '/account')
      },
      { onlyTakes: true },
    ),
  )

  router.post(
    '/account/browsers/:uid/sign-out',
    parseForm,
    visits.page(
      async (visitor) => {
        const { ctx, session, accountId, profile } = visitor
        const uid = String(ctx.params.uid)
        const known = profile.sessions.find((one) => one.uid === uid)
        await accounts.change(accountId, (now) => withoutSessions(now, [uid]))
        if (uid === session.uid) return redirect(ctx, '/')
        if (!known) return redirect(ctx, '/account')
        visits.notices.lead(visitor, { did: 'signed-out', names: [known.browser] })
      },
      { onlyTakes: true },
    ),
  )

  router.post(
    '/account/seen',
    parseForm,
    visits.page(async ({ ctx, accountId }) => {
      // What came after the page was made, nobody has seen.
      const upTo = Math.min(Number(field(ctx, 'upTo')) || Date.now(), Date.now())
      await accounts.change(accountId, (profile) => withSeen(profile, upTo))
      redirect(ctx, '/account')
    }),
  )

  connectionPages(router, visits, suppliers)
  suspensionPages(router, visits, suppliers)
  runningPages(router, visits, suppliers)
  pausePages(router, visits, suppliers)
  activityPages(router, visits, suppliers)
  tokenPages(router, visits, suppliers)
  reviewPages(router, visits, suppliers)
  passkeyPages(router, visits, suppliers)
  leavingPages(router, visits, suppliers)
  // An address of a form that was loaded again, or mistyped.
  router.get('/account/*rest', (ctx) => redirect(ctx as Context, '/account'))
  return router
}

/** Connections on one page, so that it stays small. */
const PER_PAGE = 20

/** After a press that stops assistants the page tells by itself what still runs, and waits so many milliseconds for it. */
const AFTER_PRESS: readonly string[] = ['suspended', 'all-suspended', 'stopped']
const PATIENCE = 3_000

const mayTradeNow = (grant: Grant): boolean => tradesForReal(grant) && whyIdle(grant) === undefined

/** Names that are borne more than once. */
const namesOfSeveral = (names: readonly string[]): readonly string[] =>
  names.filter((name, index) => names.indexOf(name) !== index)
