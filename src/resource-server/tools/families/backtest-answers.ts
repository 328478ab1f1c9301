// How a backtest reads: first where it stands and the numbers that a trader looks at first, then the rest.

import { addressOf } from '../../../quantconnect/addresses.ts'
import type { Body } from '../../../quantconnect/fields.ts'
import { list, number, record, text } from '../../../quantconnect/fields.ts'
import { beginningOf, clip, pick, say, without } from '../../answers/reading.ts'
import type { ToolAnswer } from '../../answers/tool-answer.ts'

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
  const name = say`Backtest "${clip(text(backtest.name) ?? '', 100)}"`
  const error = text(backtest.error)
  if (error) return say`${name} failed: ${clip(error)}`
  if (backtest.completed !== true)
    return say`${name} is running: ${percent(backtest)} %, ${text(backtest.status) ?? 'no status'}`
  const statistics = record(backtest.statistics)
  const numbers = FIRST.filter((key) => statistics[key] !== undefined).map((key) => say`${key} ${statistics[key]}`)
  return numbers.length
    ? say`${name} is completed. ${numbers.join(', ')}.`
    : say`${name} is completed; its statistics follow in a moment.`
}

const TRACE_AT_MOST = 1_500
/** An error and its stack trace say what they have to say at their beginning, and what follows is long. */
const beginning = (value: string): string =>
  value.length > TRACE_AT_MOST
    ? `${beginningOf(value, TRACE_AT_MOST)}\n… (${value.length} characters, the rest: see the url)`
    : value

/** Statistics of lists that are percentages. */
export const PERCENTAGES = ['compoundingAnnualReturn', 'drawdown', 'lossRate', 'netProfit', 'psr', 'winRate']

/** A backtest as a row among others: what is empty is left out, so that rows stay rows. */
export const rowOf = (backtest: Body): Record<string, unknown> => {
  const parameters = Object.entries(record(backtest.parameterSet)).map(([name, value]) => say`${name} ${value}`)
  const tags = list(backtest.tags)
  return {
    ...without(backtest, 'parameterSet', 'tags'),
    ...(parameters.length ? { parameters: parameters.join(', ') } : {}),
    ...(tags.length ? { tags: tags.join(', ') } : {}),
  }
}

/** What a backtest answer tells. `backtest` is the field of that name in QuantConnect's answer. */
export function answerBacktest(backtest: Body): ToolAnswer {
  const { projectId, backtestId } = backtest
  const statistics = record(backtest.statistics)
  const url = addressOf(projectId, backtestId)
  const stacktrace = text(backtest.stacktrace)
  const error = text(backtest.error)
  const facts = {
    ...pick(backtest, 'backtestId', 'projectId', 'name', 'status', 'progress', 'completed'),
    ...(error ? { error: beginning(error) } : {}),
    ...(stacktrace ? { stacktrace: beginning(stacktrace) } : {}),
    url,
    statistics: { ...pick(statistics, ...FIRST), ...without(statistics, ...FIRST) },
    ...without(backtest, 'statistics', 'charts', 'error', 'stacktrace', ...BALLAST),
    charts: Object.keys(record(backtest.charts)),
  }
  return {
    summary: say`${stateOf(backtest)}\n${url}`,
    next: nextFor(backtest),
    data: { backtest: facts },
    ...(BALLAST.some((name) => backtest[name])
      ? {
          cut: [
            'rollingWindow (the statistics once more by month) and totalPerformance: see the url. Closed trades: read_backtest_trades.',
          ],
        }
      : {}),
  }
}

function nextFor(backtest: Body): string {
  if (text(backtest.error))
    return 'Correct the code where the stack trace points, then create_compile and create_backtest. read_backtest_logs shows what it logged.'
  if (!isOver(backtest))
    return say`read_backtest with projectId ${backtest.projectId} and backtestId ${backtest.backtestId} in ten seconds, until completed is true or error is set.`
  return 'read_backtest_chart, read_backtest_orders, read_backtest_trades or read_backtest_logs for details.'
}
