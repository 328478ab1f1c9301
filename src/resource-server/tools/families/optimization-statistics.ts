// The numbers of a backtest inside an optimization. QuantConnect gives them by position; LEAN's own reader
// (OptimizationBacktestJsonConverter) knows what stands where.
import type { Body } from '../../../quantconnect/fields.ts'
import { list, record } from '../../../quantconnect/fields.ts'
import { say } from '../../answers/reading.ts'

const NAMES = [
  'Alpha',
  'Annual Standard Deviation',
  'Annual Variance',
  'Average Loss',
  'Average Win',
  'Beta',
  'Compounding Annual Return',
  'Drawdown',
  'Estimated Strategy Capacity',
  'Expectancy',
  'Information Ratio',
  'Loss Rate',
  'Net Profit',
  'Probabilistic Sharpe Ratio',
  'Profit-Loss Ratio',
  'Sharpe Ratio',
  'Total Fees',
  'Total Orders',
  'Tracking Error',
  'Treynor Ratio',
  'Win Rate',
  // Only where positions are spelled as keys.
  'Sortino Ratio',
  'Start Equity',
  'End Equity',
  'Drawdown Recovery',
]
const IN_A_LIST = 21
/** Lists of the time before there was a capacity are shorter, and the same up to here. */
const IN_ANY_LIST = 8

/** Those that are percentages, though written as bare numbers. */
export const PERCENT_STATISTICS = [
  'Average Loss',
  'Average Win',
  'Compounding Annual Return',
  'Drawdown',
  'Loss Rate',
  'Net Profit',
  'Probabilistic Sharpe Ratio',
  'Win Rate',
]

/** The statistics by name; what has no certain name is told by its position. */
export function statisticsOf(statistics: unknown): Body {
  const values = list(statistics)
  if (values.length) {
    const known = values.length === IN_A_LIST ? IN_A_LIST : IN_ANY_LIST
    return Object.fromEntries(values.map((value, at) => [at < known ? nameAt(at) : say`position ${at}`, value]))
  }
  const named = Object.entries(record(statistics)).map(([key, value]) => [
    /^\d+$/.test(key) ? nameAt(Number(key)) : key, // an algorithm's own statistics come with their names
    value,
  ])
  return Object.fromEntries(named)
}

const nameAt = (position: number): string => NAMES[position] ?? say`position ${position}`

/** The statistic that a target means: `TotalPerformance.PortfolioStatistics.SharpeRatio` is "Sharpe Ratio". */
export const statisticOf = (target: string): string =>
  (target.split('.').at(-1) ?? '').replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
