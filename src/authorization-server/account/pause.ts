// The address for emergencies: made on the account page and shown once; whoever has it suspends everything without signing in, and
// does nothing else. Looking at it does nothing either, since mail and chat programs open what they are sent.
import type Router from '@koa/router'
import type { Context } from 'koa'
import * as z from 'zod'
import { accountNamedBy, isPauseSecret, isSpent, newPauseSecret } from '../../accounts/pause-address.ts'
import type { Profile } from '../../accounts/profile.ts'
import { withNews } from '../../accounts/profile.ts'
import { isSuspended } from '../../grants/suspension.ts'
import { countAttempt, countFromNetwork, RATE_LIMITS } from '../../rate-limits/rate-limits.ts'
import { StoreUnavailable } from '../../storage/store.ts'
import { parseForm, setProblemStatus } from '../interactions/form.ts'
import { tooManyAttempts } from '../interactions/sign-in.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import type { PauseFacts } from '../views/account/pause.ts'
import { pauseAddressPage, pausedPage, pausePage } from '../views/account/pause.ts'
import { sendPage } from '../views/layout.ts'
import type { Visits } from './visitor.ts'

export function pausePages(router: Router, visits: Visits, suppliers: PageSuppliers): void {
  const { accounts, grants, store, issuer, sandboxAccounts, clientAddress } = suppliers
  const sandbox = sandboxAccounts.length > 0

  router.post(
    '/account/pause',
    parseForm,
    visits.page((visitor) => {
      const { ctx, accountId, profile, frame } = visitor
      return visits.prove(visitor, {
        shape: z.object({}),
        state: (_does, now) => `${now.pauseAddress?.hash} ${isSpent(now)}`,
        // A program in this browser could take the one away that its person has kept.
        decide: async () => ({
          does: {},
          ...(profile.pauseAddress && !isSpent(profile)
            ? {
                question: {
                  sandbox: frame.sandbox,
                  before: 'another address for emergencies is made, and the one from before is good no more',
                  back: '/account',
                  takesNothingAlong: true,
                },
              }
            : {}),
        }),
        async carryOut() {
          const now = Date.now()
          const { secret, hash } = newPauseSecret(accountId)
          await accounts.change(accountId, (known) =>
            withNews(
              { ...known, pauseAddress: { hash, madeAt: now } },
              [{ what: 'pause-address-made', grave: true }],
              now,
            ),
          )
          await sendPage(ctx, pauseAddressPage({ ...frame, address: `${issuer}/pause/${secret}` }))
        },
      })
    }),
  )

  router.get('/pause/:secret', (given) => show(given as Context))
  async function show(ctx: Context): Promise<void> {
    keepToItself(ctx)
    await sendPage(ctx, pausePage(sandbox))
  }

  router.post('/pause/:secret', (given) => suspend(given as Context))
  async function suspend(ctx: Context): Promise<void> {
    keepToItself(ctx)
    const secret = String(ctx.params.secret)
    const accountId = accountNamedBy(secret)
    if (!accountId || !isPauseSecret(secret, await accounts.profile(accountId))) return refuse(ctx)
    let isWhole = false
    try {
      isWhole = (await isRepeated(accountId)) || (await accounts.suspendConnections(accountId, 'address')).open === 0
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
    }
    if (!isWhole) ctx.status = 503
    await sendPage(ctx, pausedPage(sandbox, isWhole ? 'done' : 'unfinished'))
  }

  /** Whoever has the address may press as often as they like; once everything is suspended that need not fill the record. */
  async function isRepeated(accountId: string): Promise<boolean> {
    if (!(await countAttempt(store, RATE_LIMITS.pause, accountId, accountId))) return false
    const { everythingSuspendedAt } = await accounts.profile(accountId)
    return everythingSuspendedAt !== undefined && (await grants.list(accountId)).every(isSuspended)
  }

  /** An address that is not good. Only these are counted, so that nobody can keep the good one from working. */
  async function refuse(ctx: Context): Promise<void> {
    const retryAfter = await countFromNetwork(store, RATE_LIMITS.wrongPause, clientAddress(ctx))
    if (retryAfter) setProblemStatus(ctx, tooManyAttempts(retryAfter))
    else ctx.status = 404
    await sendPage(ctx, pausedPage(sandbox, retryAfter ? 'too-many' : 'unknown'))
  }
}

/** What the overview tells of the address. */
export function pauseFactsOf(profile: Profile): { readonly pauseAddress?: PauseFacts } {
  const { pauseAddress } = profile
  if (!pauseAddress) return {}
  const { madeAt, usedAt } = pauseAddress
  const spentAt = isSpent(profile) ? usedAt : undefined
  return { pauseAddress: { madeAt: madeAt / 1000, ...(spentAt === undefined ? {} : { spentAt: spentAt / 1000 }) } }
}

/** The address is a secret: it goes on to nobody. */
function keepToItself(ctx: Context): void {
  ctx.set('Referrer-Policy', 'no-referrer')
  ctx.set('X-Robots-Tag', 'noindex')
}
