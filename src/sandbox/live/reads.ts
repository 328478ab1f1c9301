// /live/…/read: what a deployment has to show. Logs are copied over every five minutes, the rest every ten; the end copies
// everything at once.
import { ApiError, type Arguments, type Family, flagIn, integerIn, textIn } from '../handler.ts'
import type { Deployment } from '../world/deployment.ts'
import { type ChartName, chart, LIVE_CHARTS } from './charts.ts'
import { deploymentEnd, deploymentOf, logsUntil, snapshotUntil } from './deployment.ts'
import { portfolioAt } from './figures.ts'
import { ledgerOf } from './ledger.ts'
import { closedTrades, describeLiveOrder, insights } from './orders.ts'

const LINES_AT_MOST = 250
/** How far the first reads of charts and orders say they have come. */
const LOADING = [0.4, 0.8]

function window(args: Arguments, names: readonly [string, string], widest: number): [number, number] {
  const start = integerIn(args, names[0]) ?? 0
  const end = integerIn(args, names[1]) ?? start + widest
  if (start < 0 || end < start) throw new ApiError('Invalid range')
  if (end - start > widest) throw new ApiError(`Maximum range is ${widest}`)
  return [start, end]
}

/** The notice that stands for the data at first, or nothing. */
function loading({ loads }: Deployment, what: 'chart' | 'orders') {
  const progress = LOADING[loads[what]]
  if (progress === undefined) return undefined
  loads[what] += 1
  return { progress, status: 'loading' }
}

function chartName(args: Arguments): ChartName {
  const name = LIVE_CHARTS.find((candidate) => candidate === textIn(args, 'name'))
  if (!name) throw new ApiError('Chart not found')
  return name
}

export const liveReadEndpoints: Family = {
  '/live/chart/read': (world, args, now) => {
    const deployment = deploymentOf(world, args, 'algorithmId')
    const name = chartName(args)
    const from = (integerIn(args, 'start') ?? 0) * 1000
    const to = (integerIn(args, 'end') ?? Number.MAX_SAFE_INTEGER) * 1000
    if (to < from) throw new ApiError('Invalid date range')
    const notice = loading(deployment, 'chart')
    if (notice) return notice
    const until = deploymentEnd(deployment, now)?.at ?? now
    const count = integerIn(args, 'count') ?? 100
    return { chart: chart(deployment, ledgerOf(deployment, until), name, { from, to: Math.min(to, until), count }) }
  },

  '/live/logs/read': (world, args, now) => {
    const deployment = deploymentOf(world, args, 'algorithmId')
    const [start, end] = window(args, ['startLine', 'endLine'], LINES_AT_MOST)
    // The log of a project goes on from one deployment to the next.
    const earlier = (world.deployments ?? []).filter(
      ({ projectId, launched }) => projectId === deployment.projectId && launched < deployment.launched,
    )
    const linesOf = (one: Deployment) => ledgerOf(one, logsUntil(one, now)).lines.map(({ line }) => line)
    const before = earlier.flatMap(linesOf)
    const own = linesOf(deployment)
    const query = textIn(args, 'query')?.toLowerCase() ?? ''
    const all = [...(flagIn(args, 'deploymentLogs') ? [] : before), ...own]
    const lines = all.filter((line) => line.toLowerCase().includes(query))
    return { logs: lines.slice(start, end), length: lines.length, deploymentOffset: before.length }
  },

  '/live/portfolio/read': (world, args, now) => {
    const deployment = deploymentOf(world, args, 'algorithmId')
    const until = snapshotUntil(deployment, now)
    return { portfolio: portfolioAt(deployment, ledgerOf(deployment, until), until) }
  },

  '/live/orders/read': (world, args, now) => {
    const deployment = deploymentOf(world, args, 'algorithmId')
    const [start, end] = window(args, ['start', 'end'], 100)
    const notice = loading(deployment, 'orders')
    if (notice) return notice
    const { orders } = ledgerOf(deployment, snapshotUntil(deployment, now))
    const shown = orders.slice(start, end).map((order) => describeLiveOrder(deployment.deployId, order))
    return { orders: shown, length: orders.length }
  },

  '/live/insights/read': (world, args, now) => {
    const deployment = deploymentOf(world, args, 'algorithmId')
    const [start, end] = window(args, ['start', 'end'], 100)
    const all = insights(deployment, snapshotUntil(deployment, now))
    return { insights: all.slice(start, end), length: all.length }
  },

  '/live/trades/read': (world, args, now) => {
    const deployment = deploymentOf(world, args, 'deployId')
    const [start, end] = window(args, ['start', 'end'], 1_000)
    const all = closedTrades(ledgerOf(deployment, snapshotUntil(deployment, now)), deployment.deployId)
    return { trades: all.slice(start, end), length: all.length }
  },
}
