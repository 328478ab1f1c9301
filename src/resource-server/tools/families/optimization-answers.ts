// How optimizations read: where one stands and its best backtest first, then all of them, best first.

import { addressOf } from '../../../quantconnect/addresses.ts'
import type { Body } from '../../../quantconnect/fields.ts'
import { idIn, list, number, record, records, text } from '../../../quantconnect/fields.ts'
import { clip, pick, say, without } from '../../answers/reading.ts'
import type { ToolAnswer } from '../../answers/tool-answer.ts'
import { slice, type Window } from '../../answers/windows.ts'
import { PERCENT_STATISTICS, statisticOf, statisticsOf } from './optimization-statistics.ts'

/** What stands elsewhere in the answer by a better name, or is a matter of the website. */
const BALLAST = ['backtests', 'criterion', 'optimizationTarget', 'extremum', 'targetValue', 'gridLayout', 'cloneId']
const BACKTEST_BALLAST = ['id', 'name', 'progress', 'exitCode', 'statistics', 'parameterSet', 'equity']
const EQUITY =
  'The equity curve of each backtest: read_backtest_chart with its backtestId and the chart "Strategy Equity".'
/** In this order, in the sentence on the best backtest. */
const FIRST = ['Net Profit', 'Compounding Annual Return', 'Sharpe Ratio', 'Drawdown', 'Win Rate', 'Total Orders']

interface Criterion {
  readonly target?: string | undefined
  readonly extremum?: string | undefined
  readonly targetValue?: unknown
}

const criterionOf = (optimization: Body): Criterion => {
  const { target, extremum, targetValue } = record(optimization.criterion)
  return {
    target: text(target) ?? text(optimization.optimizationTarget),
    extremum: text(extremum) ?? text(optimization.extremum),
    targetValue: targetValue ?? optimization.targetValue,
  }
}

interface Tried {
  readonly id: string | undefined
  readonly name: string
  readonly state: string
  readonly parameters: Body
  readonly statistics: Body
  /** Fields that we know nothing about, and dates. */
  readonly others: Body
}

/** `[]` at first, and an object by backtest id later. */
function backtestsOf(optimization: Body): Tried[] {
  const { backtests } = optimization
  const entries = Array.isArray(backtests) ? backtests.map((item) => ['', item]) : Object.entries(record(backtests))
  return entries.map(([key, value]) => {
    const backtest = record(value)
    return {
      id: idIn(backtest.id) ?? text(key),
      name: text(backtest.name) ?? '',
      state: stateOf(backtest),
      parameters: record(backtest.parameterSet),
      statistics: statisticsOf(backtest.statistics),
      others: without(backtest, ...BACKTEST_BALLAST),
    }
  })
}

function stateOf(backtest: Body): string {
  const progress = number(backtest.progress)
  if ((number(backtest.exitCode) ?? 0) !== 0) return say`failed, exit code ${backtest.exitCode}`
  if (progress === undefined || progress >= 1) return 'completed'
  return say`${Math.round(progress * 100)} %`
}

/** Best first by the criterion; those without a result stand at the end. */
function sorted(backtests: readonly Tried[], { target, extremum }: Criterion): Tried[] {
  const name = statisticOf(target ?? '')
  const scoreOf = ({ state, statistics }: Tried) => (state === 'completed' ? number(statistics[name]) : undefined)
  return backtests.toSorted((one, other) => {
    const [a, b] = [scoreOf(one), scoreOf(other)]
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
    return extremum === 'min' ? a - b : b - a
  })
}

const rowOf = ({ id, name, state, parameters, statistics, others }: Tried): Record<string, unknown> => ({
  backtestId: id,
  name,
  state,
  // The prefix keeps a parameter called "name" from hiding ours.
  ...Object.fromEntries(Object.entries(parameters).map(([key, value]) => [say`parameter ${key}`, value])),
  ...others,
  ...statistics,
})

const spelled = (values: Body, names = Object.keys(values)): string =>
  names
    .filter((name) => values[name] !== undefined)
    .map((name) => say`${name} ${values[name]}${PERCENT_STATISTICS.includes(name) ? ' %' : ''}`)
    .join(', ')

const isOver = (status: string | undefined): boolean => status === 'completed' || status === 'aborted'

/** One optimization with its backtests. `optimization` is the field of that name in QuantConnect's answer. */
export function answerOptimization(optimization: Body, optimizationId: string, window: Window): ToolAnswer {
  const status = text(optimization.status)
  const { projectId } = optimization
  const criterion = criterionOf(optimization)
  const statistic = statisticOf(criterion.target ?? '')
  const tried = sorted(backtestsOf(optimization), criterion)
  const { shown, place, next } = slice(tried, window)
  const best = tried.find(
    ({ state, statistics }) => state === 'completed' && number(statistics[statistic]) !== undefined,
  )
  const counts = Object.entries(record(optimization.runtimeStatistics)).map(([name, value]) => say`${name} ${value}`)
  const constrained = list(optimization.constraints).length > 0
  const url = projectId === undefined ? undefined : addressOf(projectId)
  const sentences = [
    say`Optimization "${clip(text(optimization.name) ?? '', 100)}" is in state ${status ?? 'unknown'}${counts.length ? say`: ${counts.join(', ')}` : ''}.`,
    best
      ? say`Best${isOver(status) ? '' : ' so far'} by ${statistic} (${criterion.extremum ?? 'max'}): backtest "${clip(best.name, 100)}" with ${clip(spelled(best.parameters))}: ${spelled(best.statistics, [statistic, ...FIRST.filter((name) => name !== statistic)])}.`
      : say`No backtest has a result${isOver(status) ? '' : ' yet'}.`,
    constrained && best ? 'The order does not look at the constraints; check them in the table.' : '',
    say`Backtests, best first: ${place}.`,
  ]
  return {
    summary: sentences.filter(Boolean).join('\n'),
    next: [nextFor(status, optimizationId, projectId, best?.id), next].filter(Boolean).join(' '),
    data: {
      optimizationId,
      ...pick(optimization, 'projectId', 'name', 'status'),
      ...criterion,
      ...without(optimization, 'optimizationId', 'projectId', 'name', 'status', ...BALLAST),
      url,
      bestBacktestId: best?.id,
      count: tried.length,
      ...(shown.length ? { inPercent: PERCENT_STATISTICS } : {}),
      backtests: shown.map(rowOf),
    },
    ...(shown.length ? { cut: [EQUITY] } : {}),
  }
}

function nextFor(status: string | undefined, optimizationId: string, projectId: unknown, best: string | undefined) {
  if (!isOver(status)) return say`read_optimization with optimizationId ${optimizationId} again in 15 seconds or later.`
  if (!best) return 'None of its backtests has a result; list_backtests and read_backtest may tell why.'
  return say`read_backtest with projectId ${projectId} and backtestId ${best} for the best one in full.`
}

const rangeOf = ({ name, min, max, step, value }: Body): string =>
  min === undefined || min === null ? say`${name} = ${value}` : say`${name} ${min} to ${max} by ${step}`

/** An optimization as a row among others. */
export function rowOfOptimization(optimization: Body): Record<string, unknown> {
  const { target, extremum, targetValue } = criterionOf(optimization)
  return {
    ...pick(optimization, 'optimizationId', 'name', 'status', 'created'),
    target,
    extremum,
    targetValue,
    ranges: records(optimization.parameters).map(rangeOf).join('; '),
    ...without(optimization, 'optimizationId', 'name', 'status', 'created', 'parameters', ...BALLAST),
  }
}
