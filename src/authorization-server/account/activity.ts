// The activity pages: what assistants did and the person themselves, filtered and by page, and the whole of it as a file.
import { Readable } from 'node:stream'
import type Router from '@koa/router'
import type { Context } from 'koa'
import type { Filter, View } from '../../audit/counts.ts'
import { filtered, VIEWS } from '../../audit/counts.ts'
import { csvOf } from '../../audit/csv.ts'
import type { Activity, JournalName } from '../../audit/records.ts'
import { OUTCOMES } from '../../audit/records.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { activityPage } from '../views/account/activity.ts'
import { sendPage } from '../views/layout.ts'
import { pageOf } from './paging.ts'
import type { Visits } from './visitor.ts'

const PER_PAGE = 50
/** So much of the rest stands below what had consequences. */
const OTHERS = 20

export function activityPages(router: Router, visits: Visits, { auditLog, seals, tools }: PageSuppliers): void {
  const titles = new Map(tools.map(({ name, title }) => [name, title]))
  const verify = (name = '') => tools.find((tool) => tool.name === name)?.verify ?? ''

  router.get(
    '/account/activity',
    visits.page(async ({ ctx, accountId, frame }) => {
      const all = await auditLog.activity(accountId)
      const fields = { ...fieldsOf(ctx), view: viewOf(ctx) }
      const fitting = filtered(all, filterOf(fields))
      const { shown, page } = pageOf(fitting, PER_PAGE, ctx.query.page)
      // The page that nobody has asked anything of tells of the rest as well.
      const rest = ctx.querystring === '' ? filtered(all, { view: 'others' }).slice(0, OTHERS) : []
      const view = activityPage({
        ...frame,
        days: auditLog.days,
        activities: shown,
        rest,
        isSandbox: frame.sandbox,
        titles,
        total: fitting.reduce((sum, { count }) => sum + count, 0),
        page,
        filter: fields,
        connections: connectionsIn(all),
        tools: [...new Set(all.flatMap(({ tool }) => tool ?? []))].sort(),
        verify,
      })
      await sendPage(ctx, view)
    }),
  )

  router.get(
    '/account/activity.csv',
    visits.page(async ({ ctx, accountId }) => {
      const all = await auditLog.everything(accountId, journalOf(ctx))
      attach(ctx, 'csv', 'text/csv; charset=utf-8')
      ctx.body = await csvOf(filtered(all, filterOf(fieldsOf(ctx))))
    }),
  )

  router.get(
    '/account/activity.jsonl',
    visits.page(async ({ ctx, accountId }) => {
      await auditLog.flush(accountId)
      const lines = seals.exportOf(accountId, journalOf(ctx))
      // The first line waits for the store: what goes wrong until then is a page, and no file.
      const first = await lines.next()
      attach(ctx, 'jsonl', 'application/jsonl; charset=utf-8')
      ctx.body = Readable.from(withFirst(first, lines))
    }),
  )
}

/** A file, which nobody but the person keeps. */
function attach(ctx: Context, extension: string, type: string): void {
  ctx.set('Cache-Control', 'no-store')
  ctx.attachment(`qcgate-${journalOf(ctx) === 'reads' ? 'reads' : 'activity'}.${extension}`)
  ctx.type = type
}

async function* withFirst<T>(first: IteratorResult<T>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (!first.done) yield first.value
  yield* rest
}

const journalOf = ({ query }: Context): JournalName => (query.journal === 'reads' ? 'reads' : 'journal')

/** What had consequences comes first, unless something else is asked for. */
const viewOf = ({ query }: Context): View =>
  typeof query.view === 'string' && Object.hasOwn(VIEWS, query.view) ? (query.view as View) : 'consequences' // sound: looked up

const fieldsOf = ({ query }: Context) => {
  const one = (value: unknown) => (typeof value === 'string' ? value : '')
  const { connection, tool, outcome, project, from, to } = query
  return {
    connection: one(connection),
    tool: one(tool),
    outcome: one(outcome),
    project: one(project),
    from: one(from),
    to: one(to),
  }
}

const DAY = 24 * 60 * 60 * 1000
/** A day as browsers send it, in UTC; undefined when it is none. */
const dayOf = (text: string): number | undefined => {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

function filterOf(fields: ReturnType<typeof fieldsOf> & Pick<Filter, 'view'>): Filter {
  const { view, connection, tool, outcome, project } = fields
  const [from, lastDay] = [dayOf(fields.from), dayOf(fields.to)]
  return {
    view,
    ...(connection ? { connection } : {}),
    ...(tool ? { tool } : {}),
    ...(outcome ? { outcome: OUTCOMES.find((known) => known === outcome) } : {}),
    ...(/^\d{1,15}$/.test(project) ? { project: Number(project) } : {}),
    ...(from === undefined ? {} : { from }),
    ...(lastDay === undefined ? {} : { to: lastDay + DAY }),
  }
}

/** By grant the newest name that it was called by; where several have one name, with the day of the first thing that it did. */
function connectionsIn(all: readonly Activity[]): [string, string][] {
  const oldestFirst = [...all].reverse().filter(({ connection }) => connection !== undefined)
  const names = new Map(oldestFirst.map(({ connection = '', client = '' }) => [connection, client]))
  const began = new Map(all.map(({ connection = '', at }) => [connection, at])) // the newest first, so the oldest stays
  const shared = (name: string) => [...names.values()].filter((other) => other === name).length > 1
  return [...names].map(([id, name]) => [
    id,
    shared(name) ? `${name} (since ${new Date(began.get(id) ?? 0).toISOString().slice(0, 10)})` : name,
  ])
}
