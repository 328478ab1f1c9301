// One connection on the account page: its permissions, narrower or wider, its name, its end.
import type Router from '@koa/router'
import type { Context } from 'koa'
import type { Call } from '../../audit/audit-log.ts'
import { allowanceOf, widens } from '../../grants/allowance.ts'
import type { Grant } from '../../grants/grants.ts'
import { displayName } from '../clients/clients.ts'
import { field, parseForm, postedForm } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import type { PostedAllowance } from '../permissions/choice.ts'
import { firstAllowance, offer, readAllowance } from '../permissions/choice.ts'
import type { ToolFacts } from '../permissions/summary.ts'
import { summarize } from '../permissions/summary.ts'
import { connectionPage } from '../views/account/connection.ts'
import type { Connection } from '../views/account/overview.ts'
import { sendPage } from '../views/layout.ts'
import { problemPage } from '../views/problem.ts'
import type { Visitor, Visits } from './visitor.ts'
import { redirect } from './visitor.ts'

export const nameOf = ({ name, client }: Grant): string => name ?? client?.name ?? 'An assistant'

/** A connection as the pages tell of it. `calls` are the newest first. */
export function describeConnection(grant: Grant, tools: readonly ToolFacts[], calls: readonly Call[]): Connection {
  const name = nameOf(grant)
  const { sentence, realMoney } = summarize(name, firstAllowance(offer([], grant), grant), tools, 'now')
  const lastCall = calls.find(({ grantId }) => grantId === grant.id)?.at
  return { grant, name, sentence, realMoney, ...(lastCall ? { lastCall: lastCall / 1000 } : {}) }
}

/** Adds the pages of single connections to the account's. */
export function connectionPages(router: Router, visits: Visits, { grants, tools }: PageSuppliers): void {
  async function show({ ctx, frame }: Visitor, grant: Grant, posted?: PostedAllowance, problem?: string) {
    const offers = offer([], grant)
    const allowance = posted ?? firstAllowance(offers, grant)
    const view = connectionPage({
      ...frame,
      grant,
      name: posted ? field(ctx, 'name') : nameOf(grant),
      now: Math.floor(Date.now() / 1000),
      permissions: {
        offers,
        allowance,
        preset: posted?.preset ?? 'custom',
        requested: false,
        summary: summarize(nameOf(grant), allowance, tools),
      },
      ...(problem ? { problem } : {}),
    })
    await sendPage(ctx, view)
  }

  /** The connection that the address names, if it is this person's. */
  const own = (use: (visitor: Visitor, grant: Grant) => Promise<void>, options?: { onlyTakes: boolean }) =>
    visits.page(async (visitor) => {
      const { ctx, accountId, frame } = visitor
      const grant = await grants.findOwn(idIn(ctx), accountId)
      if (grant) return use(visitor, grant)
      ctx.status = 404
      const view = problemPage({
        title: 'There is no such connection',
        happened: 'It has ended, was revoked, or belongs to another account.',
        remedy: 'Your account page shows what is connected now.',
        sandbox: frame.sandbox,
        link: { to: '/account', says: 'Open the account page' },
      })
      return sendPage(ctx, view)
    }, options)

  router.get(
    '/account/connections/:id',
    own((visitor, grant) => show(visitor, grant)),
  )

  router.post(
    '/account/connections/:id',
    parseForm,
    own(async (visitor, grant) => {
      const { ctx } = visitor
      const posted = readAllowance(postedForm(ctx), offer([], grant), 'custom')
      if (posted.unseen || field(ctx, 'decision') !== 'allow') return show(visitor, grant, posted)
      if (!posted.scopes.length) {
        ctx.status = 422
        return show(
          visitor,
          grant,
          posted,
          'Nothing is ticked. Tick what to allow, or go back and revoke the connection.',
        )
      }
      const before = `${nameOf(grant)} may do more that trades, spends, deletes or administers, or for longer`
      const summary = summarize(nameOf(grant), posted, tools)
      if (widens(grant, posted) && !(await visits.reauthenticate(visitor, before, summary))) return undefined
      const typed = field(ctx, 'name').trim()
      const name = typed ? displayName(typed) : nameOf(grant)
      // A lifetime that stays as it was goes on; another one begins now.
      const { lifetime, ...others } = allowanceOf(posted)
      const change = lifetime === grant.lifetime ? others : { ...others, lifetime }
      const changed = await grants.change(grant.id, { ...change, name }, grant)
      return redirect(ctx, changed ? '/account?saved' : `/account/connections/${grant.id}`)
    }),
  )

  router.post(
    '/account/connections/:id/revoke',
    parseForm,
    own(
      async ({ ctx }, grant) => {
        await grants.end(grant.id)
        redirect(ctx, '/account?revoked')
      },
      { onlyTakes: true },
    ),
  )
}

const idIn = (ctx: Context): string => String(ctx.params.id ?? '')
