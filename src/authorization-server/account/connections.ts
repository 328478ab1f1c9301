// One connection on the account page: its permissions, narrower or wider, its name, its end.
import type Router from '@koa/router'
import * as z from 'zod'
import type { News } from '../../accounts/news.ts'
import { withNews } from '../../accounts/profile.ts'
import { Allowance, allowanceOf, exceeds, widens } from '../../grants/allowance.ts'
import type { Grant } from '../../grants/grant-record.ts'
import { nameOf, revisionOf } from '../../grants/grants.ts'
import { isSuspended, suspensionOf } from '../../grants/suspension.ts'
import { unixTime } from '../../unix-time.ts'
import { displayName } from '../clients/clients.ts'
import { field, parseForm, postedForm } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import type { PostedAllowance } from '../permissions/choice.ts'
import { firstAllowance, offer, readAllowance } from '../permissions/choice.ts'
import { holdersOf, whyIdle } from '../permissions/describe-connection.ts'
import { summarize } from '../permissions/summary.ts'
import { saidLess } from '../permissions/weight.ts'
import { connectionPage } from '../views/account/connection.ts'
import { sendPage } from '../views/layout.ts'
import { ownConnections } from './own-connection.ts'
import type { Visitor, Visits } from './visitor.ts'

/** Adds the pages of single connections to the account's. */
export function connectionPages(router: Router, visits: Visits, suppliers: PageSuppliers): void {
  const { accounts, grants, tools } = suppliers
  const { notices } = visits
  const own = ownConnections(visits, suppliers)

  async function show({ ctx, frame }: Visitor, grant: Grant, posted?: PostedAllowance, problem?: string) {
    const offers = offer([], grant)
    const allowance = posted ?? firstAllowance(offers, grant, unixTime())
    const view = connectionPage({
      ...frame,
      grant,
      name: posted ? field(ctx, 'name') : nameOf(grant),
      now: unixTime(),
      idle: whyIdle(grant),
      suspension: isSuspended(grant) ? suspensionOf(grant) : undefined,
      permissions: {
        offers,
        allowance,
        life: grant,
        preset: posted?.preset ?? 'custom',
        requested: false,
        summary: summarize(nameOf(grant), allowance, tools),
        now: unixTime(),
      },
      ...(problem ? { problem } : {}),
    })
    await sendPage(ctx, view)
  }

  router.get(
    '/account/connections/:id',
    own((visitor, grant) => show(visitor, grant)),
  )

  router.post(
    '/account/connections/:id',
    parseForm,
    own(async (visitor, grant) => {
      await visits.prove(visitor, {
        shape: Edit,
        state: async () => {
          const now = await grants.findOwn(grant.id, visitor.accountId)
          return now ? revisionOf(now) : 'ended'
        },
        decide: () => decide(visitor, grant),
        carryOut: (does) => edit(visitor, grant, does),
      })
    }),
  )

  async function decide(visitor: Visitor, grant: Grant) {
    const { ctx, frame } = visitor
    const posted = readAllowance(postedForm(ctx), offer([], grant), 'custom', grant, unixTime())
    const isToBeSaved = field(ctx, 'decision') === 'allow'
    if (posted.unseen || posted.pressedTooMild || !isToBeSaved) {
      const tooMild = isToBeSaved && !posted.unseen ? posted.pressedTooMild : undefined
      return show(visitor, grant, posted, tooMild && saidLess(tooMild, posted)).then(() => undefined)
    }
    if (!posted.scopes.length) {
      ctx.status = 422
      const problem = 'Nothing is ticked. Tick what to allow, or go back and revoke the connection.'
      return show(visitor, grant, posted, problem).then(() => undefined)
    }
    const typed = field(ctx, 'name').trim()
    const does: Edit = { ...allowanceOf(posted), ...(typed ? { name: displayName(typed) } : {}) }
    if (!widens(grant, does)) return { does }
    const called = does.name && does.name !== nameOf(grant) ? `, from now on called “${does.name}”,` : ''
    const question = {
      sandbox: frame.sandbox,
      before: `“${nameOf(grant)}”${called} may do more that trades, spends, deletes or administers, or for longer`,
      holders: holdersOf(grant),
      ...(grant.client ? { client: { name: grant.client.name, returnsTo: grant.client.returnsTo } } : {}),
      summary: summarize(nameOf(grant), posted, tools),
      life: { endless: does.endless, expiresAt: does.expiresAt },
    }
    return { does, question }
  }

  async function edit(visitor: Visitor, grant: Grant, { name = nameOf(grant), ...allowance }: Edit) {
    const changed = await grants.change(grant.id, { ...allowance, name }, grant)
    if (changed) await tell(visitor.accountId, grant, changed)
    notices.lead(visitor, changed ? { did: 'saved', of: grant.id } : { did: 'overtaken', names: [nameOf(grant)] })
  }

  /** Tells of what was changed, also of what only narrows: whoever narrows, joins and is given it back has gained by it. */
  async function tell(accountId: string, before: Grant, after: Grant): Promise<void> {
    const name = nameOf(after)
    const says = summarize(name, after, tools, 'now').sentence
    const news: News[] = []
    if (exceeds(before, after)) {
      news.push({ what: 'connection-widened', of: after.id, name, says, grave: widens(before, after) })
    } else if (exceeds(after, before)) {
      news.push({ what: 'connection-narrowed', of: after.id, name, says, grave: widens(after, before) })
    }
    if (name !== nameOf(before)) {
      news.push({ what: 'connection-renamed', of: after.id, name, says: `It was called “${nameOf(before)}”.` })
    }
    await accounts.change(accountId, (profile) => withNews(profile, news, Date.now()))
  }

  router.post(
    '/account/connections/:id/revoke',
    parseForm,
    own(
      async (visitor, grant) => {
        await grants.end(grant.id)
        await accounts.change(visitor.accountId, (profile) =>
          withNews(profile, [{ what: 'connection-removed', of: grant.id, name: nameOf(grant) }], Date.now()),
        )
        notices.lead(visitor, { did: 'revoked', names: [nameOf(grant)] })
      },
      { onlyTakes: true },
    ),
  )
}

/** What a person saves on the page of a connection. */
const Edit = z.object({ ...Allowance.shape, name: z.string().optional() })
type Edit = Readonly<z.infer<typeof Edit>>
