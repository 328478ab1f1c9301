// /account/running: what runs live, and ending it. It needs no assistant, and stopping waits for nobody.
import type Router from '@koa/router'
import type { Context } from 'koa'
import * as z from 'zod'
import type { PersonalDeedName } from '../../accounts/personal-deeds.ts'
import { PERSONAL_DEEDS, sendPersonalDeed } from '../../accounts/personal-deeds.ts'
import type { Activity } from '../../audit/records.ts'
import { StoreUnavailable } from '../../storage/store.ts'
import { field, parseForm, redirect } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import type { RunningAlgorithm } from '../running/running.ts'
import { lookAtProject, lookWhatRuns } from '../running/running.ts'
import { runningList, runningPage } from '../views/account/running.ts'
import type { Html } from '../views/layout.ts'
import { sendPage, sendPageInParts } from '../views/layout.ts'
import { problemPage } from '../views/problem.ts'
import type { Visitor, Visits } from './visitor.ts'

/** For so long, in milliseconds, the page tells what became of a press. */
const TOLD_FOR = 10 * 60_000
const TOOLS: readonly string[] = Object.values(PERSONAL_DEEDS).map(({ tool }) => tool)

export function runningPages(router: Router, visits: Visits, suppliers: PageSuppliers): void {
  const { quantConnect } = suppliers

  router.get(
    '/account/running',
    visits.page(
      async (visitor) => {
        const { ctx, frame } = visitor
        const page = runningPage({ ...frame, notice: await visits.notices.take(visitor) })
        await sendPageInParts(ctx, page, () => listWhatRuns(visitor, suppliers))
      },
      { onlyTakes: true },
    ),
  )

  router.post(
    '/account/running/:projectId/stop',
    parseForm,
    visits.page(
      async (visitor) => {
        const projectId = projectIdIn(visitor.ctx)
        if (projectId === undefined) return redirect(visitor.ctx, '/account/running')
        return send(
          visitor,
          'stop',
          projectId,
          field(visitor.ctx, 'deployId'),
          `Stop what project ${projectId} runs live`,
        )
      },
      { onlyTakes: true },
    ),
  )

  router.post(
    '/account/running/:projectId/liquidate',
    parseForm,
    visits.page(
      async (visitor) => {
        const { ctx, frame } = visitor
        const projectId = projectIdIn(ctx)
        if (projectId === undefined) return redirect(ctx, '/account/running')
        return visits.prove(visitor, {
          shape: Liquidation,
          state: ({ deployId }) => deployId,
          async decide() {
            const now = await stillRuns(visitor, projectId, field(ctx, 'deployId') || undefined)
            if (!now) return undefined
            const { deployId } = now
            const question = {
              sandbox: frame.sandbox,
              before: `“${now.name}” is liquidated`,
              items: [`Project ${projectId}: ${wordsOf(now)}.`, LIQUIDATES],
              back: '/account/running',
              takesNothingAlong: true,
            }
            return { does: { deployId, name: now.name }, question }
          },
          async carryOut({ deployId, name }) {
            // The proof was for what the person saw. Something else may run there by now.
            if (!(await stillRuns(visitor, projectId, deployId))) return
            return send(
              visitor,
              'liquidate',
              projectId,
              deployId,
              `Liquidate all that “${name}” (project ${projectId}) holds live, and stop it`,
            )
          },
        })
      },
      { onlyTakes: true },
    ),
  )

  /** What runs in a project, if it is what the person saw (as far as they saw one); undefined when they have been told that it is not. */
  async function stillRuns(
    visitor: Visitor,
    projectId: number,
    seen: string | undefined,
  ): Promise<RunningAlgorithm | undefined> {
    const now = await lookAtProject(visitor.credentials, projectId, quantConnect)
    if (now && 'unknown' in now) return void (await showNothingSent(visitor, now.because))
    if (!now || (seen !== undefined && seen !== now.deployId)) return void (await showNothingSent(visitor))
    return now
  }

  async function send(
    visitor: Visitor,
    does: PersonalDeedName,
    projectId: number,
    deployId: string,
    what: string,
  ): Promise<void> {
    const fate = await sendPersonalDeed(visitor, { does, projectId, deployId, what }, suppliers)
    if (fate === 'sent') redirect(visitor.ctx, '/account/running')
    else visits.notices.lead(visitor, { did: fate, names: [what] }, '/account/running')
  }

  async function showNothingSent({ ctx, frame }: Visitor, because?: string): Promise<void> {
    ctx.status = because ? 503 : 409
    const view = problemPage({
      title: 'Nothing was sent',
      happened: because ?? 'What you saw does not run any more, or something else runs there now.',
      remedy: because
        ? 'Try again in a moment, or liquidate it at quantconnect.com.'
        : 'Look at it as it is now, and decide again.',
      sandbox: frame.sandbox,
      link: { to: '/account/running', says: 'See what runs now' },
    })
    await sendPage(ctx, view)
  }
}

/** The list of what runs, once QuantConnect has told it or `patience` milliseconds are over. */
export async function listWhatRuns(
  { accountId, credentials, frame }: Visitor,
  { auditLog, quantConnect }: Pick<PageSuppliers, 'auditLog' | 'quantConnect'>,
  patience?: number,
): Promise<Html> {
  // Who started it and what was pressed stand in the record, which must not keep anybody from stopping.
  const activities = await auditLog.activity(accountId, 'journal').catch(orNothing)
  const now = await lookWhatRuns(credentials, activities, quantConnect, patience)
  const at = Date.now()
  const deeds = activities.filter((one) => isDeedOfLate(one, at))
  return runningList({ now, deeds, at, csrf: frame.csrf })
}

/** What a proof lets be liquidated: this very deployment, by the name that its person read. */
const Liquidation = z.object({ deployId: z.string(), name: z.string() })

const LIQUIDATES =
  'Everything that it holds is sold at market prices, short positions are closed, and it ends. It cannot be undone.'

const wordsOf = ({ brokerage, money, equity, holdings }: RunningAlgorithm): string =>
  [`${brokerage}, ${money}`, equity && `equity ${equity}`, holdings && `holds ${holdings}`].filter(Boolean).join('; ')

const projectIdIn = (ctx: Context): number | undefined =>
  /^\d{1,15}$/.test(String(ctx.params.projectId)) ? Number(ctx.params.projectId) : undefined

const isDeedOfLate = ({ kind, tool, at }: Activity, now: number): boolean =>
  kind === 'person' && TOOLS.includes(tool ?? '') && at > now - TOLD_FOR

function orNothing(error: unknown): readonly Activity[] {
  if (error instanceof StoreUnavailable) return []
  throw error
}
