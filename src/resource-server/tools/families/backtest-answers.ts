// How a backtest reads: first where it stands and the numbers that a trader looks at first, then the rest.

import { addressOf } from '../addresses.ts'
import type { Body } from '../reading.ts'
import { clip, number, pick, record, text, without } from '../reading.ts'
import type { Told } from '../told.ts'

/** The dozen that are read first, in this order. */
const FIRST = [
  'Net Profit',
  'Compounding Annual Return',
  'Sharpe Ratio',
  'Sortino Ratio',
  'Drawdown',
  'Win Rate',
  'Profit-Loss Ratio',
  'Probabilistic Sharpe Ratio',
  'Total Orders',
  'Total Fees',
  'Start Equity',
  'End Equity',
]
/** Long repetitions of the same numbers, month by month. */
const BALLAST = ['rollingWindow', 'totalPerformance']

/** Whether it has ended. The numbers of a finished one may follow a moment later. */
export const isOver = (backtest: Body): boolean =>
  Boolean(text(backtest.error)) || (backtest.completed === true && Object.keys(record(backtest.statistics)).length > 0)

const percent = (backtest: Body): number => Math.round((number(backtest.progress) ?? 0) * 100)

/** One sentence on where a backtest stands. */
export function stateOf(backtest: Body): string {
  const name = `Backtest "${clip(text(backtest.name) ?? '', 100)}"`
  const error = text(backtest.error)
  if (error) return `${name} failed: ${clip(error)}`
  if (backtest.completed !== true)
    return `${name} is running: ${percent(backtest)} %, ${text(backtest.status) ?? 'no status'}`
  const statistics = record(backtest.statistics)
  const numbers = FIRST.filter((key) => statistics[key] !== undefined).map((key) => `${key} ${statistics[key]}`)
  return numbers.length
    ? `${name} is completed. ${numbers.join(', ')}.`
    : `${name} is completed; its statistics follow in a moment.`
}

/** What a backtest answer tells. `backtest` is the field of that name in QuantConnect's answer. */
export function tellBacktest(backtest: Body): Told {
  const { projectId, backtestId } = backtest
  const statistics = record(backtest.statistics)
  const url = addressOf(projectId, backtestId)
  const stacktrace = text(backtest.stacktrace)
  const facts = {
    ...pick(backtest, 'backtestId', 'projectId', 'name', 'status', 'progress', 'completed', 'error'),
    ...(stacktrace ? { stacktrace } : {}),
    url,
    statistics: { ...pick(statistics, ...FIRST), ...without(statistics, ...FIRST) },
    ...without(backtest, 'statistics', 'charts', 'stacktrace', ...BALLAST),
    charts: Object.keys(record(backtest.charts)),
  }
  return {
    summary: `${stateOf(backtest)}\n${url}`,
    next: nextFor(backtest),
    data: { backtest: facts },
    ...(BALLAST.some((name) => backtest[name])
      ? {
          cut: [
            'rollingWindow and totalPerformance, which repeat the statistics by month: see the url. Closed trades: read_backtest_trades.',
          ],
        }
      : {}),
  }
}

function nextFor(backtest: Body): string {
  if (text(backtest.error))
    return 'Correct the code where the stack trace points, then create_compile and create_backtest. read_backtest_logs shows what it logged.'
  if (!isOver(backtest)) return `read_backtest with backtestId ${backtest.backtestId} until completed is true.`
  return 'read_backtest_chart, read_backtest_orders, read_backtest_trades or read_backtest_logs for details.'
}
