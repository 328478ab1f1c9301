// What a backtest leaves behind beside its numbers: charts, orders, insights, trades, the log and the report.
import { backtestOf, hasSucceeded, isRunning, loading, simulationOf } from './backtest.ts'
import { chartOf, checkChart } from './charts.ts'
import { ApiError, type Arguments, type Family, type Handler, integerIn, textIn } from './handler.ts'
import { LEAN_VERSION } from './lean.ts'
import { reportOf } from './report.ts'
import { describeInsight, describeOrder, describeTrade } from './trades.ts'
import type { Backtest } from './world/backtest.ts'

/** The widest windows that the service gives out at once. */
const ROWS_AT_MOST = 100
const TRADES_AT_MOST = 1_000
const LINES_AT_MOST = 200

/** `start` and `end` of a window, counted from zero, the end not included. */
function window(args: Arguments, widest: number): readonly [number, number] {
  const start = integerIn(args, 'start') ?? 0
  const end = integerIn(args, 'end') ?? start + widest
  if (start < 0 || end < start) throw new ApiError('Invalid range')
  if (end - start > widest) throw new ApiError(`Maximum range is ${widest}`)
  return [start, end]
}

const stillLoading = (progress: number) => ({ progress, status: 'loading' })

const insights: Handler = (world, args, now) => {
  const backtest = backtestOf(world, args)
  const [start, end] = window(args, ROWS_AT_MOST)
  const all = hasSucceeded(backtest, now) ? simulationOf(backtest).insights : []
  const rows = all.slice(start, end)
  return {
    insights: rows.map((insight, at) => describeInsight(insight, start + at, backtest.backtestId)),
    length: all.length,
  }
}

function logLines(backtest: Backtest, now: number): string[] {
  if (isRunning(backtest, now)) return []
  const { backtestId, failsAt } = backtest
  const { start, end, logs, tradeableDays, securities } = simulationOf(backtest)
  const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)
  const begun = `${day(start)} 00:00:00 Launching analysis for ${backtestId} with LEAN Engine v${LEAN_VERSION}`
  if (failsAt !== null) return [begun, `${day(start)} 09:31:00 Runtime Error: the algorithm stopped in ${failsAt}`]
  const points = tradeableDays * Math.max(securities.length, 1) * 390
  const done = `${day(end + 1)} 00:00:00 Algorithm Id:(${backtestId}) completed in 3.00 seconds. Processing total of ${points.toLocaleString('en-US')} data points.`
  return [begun, ...logs, done]
}

export const backtestResultEndpoints: Family = {
  '/backtests/chart/read': (world, args, now) => {
    const backtest = backtestOf(world, args)
    const name = textIn(args, 'name')
    const bounds = { start: integerIn(args, 'start'), end: integerIn(args, 'end'), count: integerIn(args, 'count') }
    checkChart(name, bounds)
    if (!isRunning(backtest, now) && backtest.failsAt !== null) throw new ApiError('Chart not found')
    const progress = loading(backtest, `chart ${name}`, now)
    if (progress !== undefined) return stillLoading(progress)
    return { chart: chartOf(simulationOf(backtest), name, bounds) }
  },

  '/backtests/orders/read': (world, args, now) => {
    const backtest = backtestOf(world, args)
    const [start, end] = window(args, ROWS_AT_MOST)
    const progress = loading(backtest, 'orders', now)
    if (progress !== undefined) return stillLoading(progress)
    const all = hasSucceeded(backtest, now) ? simulationOf(backtest).orders : []
    const rows = all.slice(start, end).map((order) => describeOrder(order, backtest.backtestId))
    return { orders: rows, length: all.length }
  },

  '/backtests/read/insights': insights,
  '/backtests/insights/read': insights,

  '/backtests/trades/read': (world, args, now) => {
    const backtest = backtestOf(world, args)
    const [start, end] = window(args, TRADES_AT_MOST)
    if (!hasSucceeded(backtest, now)) return { trades: [], length: 0 }
    const { trades, orders } = simulationOf(backtest)
    const rows = trades.slice(start, end).map((trade) => ({
      ...describeTrade(trade),
      // Orders are numbered from one in their own order.
      orders: trade.orderIds.flatMap((id) => {
        const order = orders[id - 1]
        return order ? [describeOrder(order, backtest.backtestId)] : []
      }),
    }))
    return { trades: rows, length: trades.length }
  },

  '/backtests/read/log': (world, args, now) => {
    const backtest = backtestOf(world, args)
    const [start, end] = window(args, LINES_AT_MOST)
    const query = (textIn(args, 'query') ?? '').toLowerCase()
    const lines = logLines(backtest, now).filter((line) => line.toLowerCase().includes(query))
    return { logs: lines.slice(start, end), length: lines.length }
  },

  '/backtests/read/report': (world, args, now) => {
    const backtest = backtestOf(world, args)
    if (!isRunning(backtest, now) && backtest.failsAt !== null) throw new ApiError('A failed backtest has no report')
    if (loading(backtest, 'report', now) !== undefined) return { generating: true }
    return { report: reportOf(backtest.name, simulationOf(backtest)) }
  },
}
