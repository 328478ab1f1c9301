// The activity pages: what assistants did, filtered and by page, and the whole of it as a file.
import type Router from '@koa/router'
import type { Context } from 'koa'
import type { Call } from '../../audit/audit-log.ts'
import { OUTCOMES } from '../../audit/audit-log.ts'
import { filtered } from '../../audit/counts.ts'
import { csvOf } from '../../audit/csv.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { activityPage } from '../views/account/activity.ts'
import { sendPage } from '../views/layout.ts'
import { pageOf } from './paging.ts'
import type { Visits } from './visitor.ts'

const PER_PAGE = 50

export function activityPages(
  router: Router,
  visits: Visits,
  { auditLog, tools }: Pick<PageSuppliers, 'auditLog' | 'tools'>,
): void {
  const verify = (name: string) => tools.find((tool) => tool.name === name)?.verify ?? ''

  router.get(
    '/account/activity',
    visits.page(async ({ ctx, accountId, frame }) => {
      const all = await auditLog.calls(accountId)
      const filter = filterOf(ctx)
      const calls = fitting(all, filter)
      const { shown, page } = pageOf(calls, PER_PAGE, ctx.query.page)
      const view = activityPage({
        ...frame,
        calls: shown,
        total: calls.length,
        page,
        filter,
        connections: connectionsIn(all),
        tools: [...new Set(all.map(({ tool }) => tool))].sort(),
        verify,
      })
      await sendPage(ctx, view)
    }),
  )

  router.get(
    '/account/activity.csv',
    visits.page(async ({ ctx, accountId }) => {
      ctx.set('Cache-Control', 'no-store')
      ctx.attachment('qcgate-activity.csv')
      ctx.type = 'text/csv; charset=utf-8'
      ctx.body = await csvOf(fitting(await auditLog.calls(accountId), filterOf(ctx)))
    }),
  )
}

const filterOf = ({ query }: Context) => {
  const one = (value: unknown) => (typeof value === 'string' ? value : '')
  return { connection: one(query.connection), tool: one(query.tool), outcome: one(query.outcome) }
}

const fitting = (calls: readonly Call[], { connection, tool, outcome }: ReturnType<typeof filterOf>): Call[] =>
  filtered(calls, {
    ...(connection ? { grantId: connection } : {}),
    ...(tool ? { tool } : {}),
    ...(outcome ? { outcome: OUTCOMES.find((known) => known === outcome) } : {}),
  })

/** By grant the newest name that it was called by. */
const connectionsIn = (calls: readonly Call[]): [string, string][] => [
  ...new Map([...calls].reverse().map(({ grantId, client }) => [grantId, client])),
]
