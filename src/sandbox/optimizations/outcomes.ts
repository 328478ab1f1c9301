// What the backtests of a grid come to. Each is the simulation that a backtest with the same parameters would be.
import { circumstancesOf, simulationOf } from '../backtest.ts'
import { stamp } from '../handler.ts'
import { keyOf } from '../simulation/simulate.ts'
import type { Optimization } from '../world/optimization.ts'
import { gridBacktest } from './grid-backtests.ts'
import { backtestIdOf, grid } from './optimization.ts'
import { numbersOf, POSITIONS } from './statistics.ts'

const POINTS_AT_MOST = 40
/** Outcomes that stay in memory: a grid is read again and again, and each of its backtests would need a simulation. */
const OUTCOMES_KEPT = 2_000

interface Outcome {
  readonly statistics: readonly number[]
  readonly equity: readonly (readonly [time: number, value: number])[]
  readonly startDate: string
  readonly endDate: string
}

const kept = new Map<string, Outcome>()

/** A few points of the curve, the first and the last among them. */
function thinned<T>(points: readonly T[]): T[] {
  const step = Math.max(1, Math.ceil((points.length - 1) / (POINTS_AT_MOST - 1)))
  return points.filter((_, index) => index % step === 0 || index === points.length - 1)
}

function simulated(optimization: Optimization, index: number, parameterSet: Record<string, string>): Outcome {
  const backtest = gridBacktest(optimization, index, parameterSet)
  const key = keyOf(optimization.program, circumstancesOf(backtest))
  const known = kept.get(key)
  if (known) return known
  const simulation = simulationOf(backtest)
  const outcome: Outcome = {
    statistics: numbersOf(simulation),
    equity: thinned(simulation.equity).map(({ time, close }) => [time, close]),
    startDate: stamp(simulation.start * 1000),
    endDate: stamp(simulation.end * 1000),
  }
  kept.set(key, outcome)
  const [oldest] = kept.keys()
  if (kept.size > OUTCOMES_KEPT && oldest !== undefined) kept.delete(oldest)
  return outcome
}

export function outcomeOf(
  optimization: Optimization,
  index: number,
  parameterSet: Record<string, string>,
  completed: boolean,
) {
  const id = backtestIdOf(optimization, index)
  const shared = { name: `${optimization.name} ${index + 1}`, id, parameterSet, outOfSampleDays: 0 }
  const failed = optimization.failsAt !== null
  if (completed && !failed) {
    return { ...shared, progress: 1, exitCode: 0, ...simulated(optimization, index, parameterSet) }
  }
  const empty = { statistics: [], equity: [], startDate: null, endDate: null }
  return { ...shared, progress: completed ? 1 : 0.5, exitCode: completed ? 1 : 0, ...empty }
}

/** The numbers that a list shows: those of the best backtest so far. */
export function bestOf(optimization: Optimization, completed: number) {
  const { target, extremum, failsAt } = optimization
  if (completed === 0 || failsAt !== null) return { psr: null, sharpeRatio: null, trades: null }
  const at = (name: string) => POSITIONS[name] ?? 0
  const position = at(target.split('.').at(-1) ?? '')
  const sign = extremum === 'max' ? 1 : -1
  const [best = []] = grid(optimization.parameters)
    .slice(0, completed)
    .map((parameterSet, index) => simulated(optimization, index, parameterSet).statistics)
    .sort((a, b) => sign * ((b[position] ?? 0) - (a[position] ?? 0)))
  return {
    psr: best[at('ProbabilisticSharpeRatio')] ?? null,
    sharpeRatio: best[at('SharpeRatio')] ?? null,
    trades: best[at('TotalOrders')] ?? null,
  }
}
