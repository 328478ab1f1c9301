// The grid that an optimization walks, and how far it is at a given moment.
import { ApiError, type Arguments, textIn } from '../handler.ts'
import { hash } from '../world/ids.ts'
import type { Optimization, ParameterRange } from '../world/optimization.ts'
import type { World } from '../world/world.ts'

export const NEW_MS = 15_000
/** What one backtest of the grid takes. */
export const BACKTEST_MS = 5_000
export const GRID_AT_MOST = 200

export function optimizationOf(world: World, args: Arguments): Optimization {
  const optimizationId = textIn(args, 'optimizationId')
  const optimization = world.optimizations?.find((candidate) => candidate.optimizationId === optimizationId)
  if (!optimization) throw new ApiError('Optimization not found')
  return optimization
}

/** The values of a range. A small allowance bears with steps such as 0.1. */
export const valuesOf = ({ min, max, step }: ParameterRange): number[] =>
  Array.from({ length: Math.floor((max - min) / step + 1e-9) + 1 }, (_, index) =>
    Number((min + index * step).toFixed(10)),
  )

/** How many combinations the ranges have, without making them. */
export const gridSize = (ranges: readonly ParameterRange[]): number =>
  ranges.reduce((product, { min, max, step }) => product * (Math.floor((max - min) / step + 1e-9) + 1), 1)

/** Every combination of the values, the last range turning fastest. Values are text, as the service writes them. */
export const grid = (ranges: readonly ParameterRange[]): Record<string, string>[] =>
  ranges.reduce<Record<string, string>[]>(
    (sets, range) => sets.flatMap((set) => valuesOf(range).map((value) => ({ ...set, [range.name]: String(value) }))),
    [{}],
  )

export const backtestIdOf = ({ optimizationId }: Optimization, index: number): string =>
  hash(`${optimizationId}/${index}`).slice(0, 32)

export interface Progress {
  readonly status: 'new' | 'running' | 'completed' | 'aborted'
  /** Backtests of the grid, which are taken in its order, as many at once as there are nodes. */
  readonly total: number
  readonly completed: number
  readonly running: number
  /** Milliseconds since the first began. */
  readonly elapsed: number
}

export function progressOf(optimization: Optimization, now: number): Progress {
  const { created, aborted, parallelNodes, parameters } = optimization
  const total = gridSize(parameters)
  const elapsed = Math.max(0, Math.min(now, aborted ?? now) - created - NEW_MS)
  const completed = Math.min(total, Math.floor(elapsed / BACKTEST_MS) * parallelNodes)
  const begun = elapsed > 0 || now - created >= NEW_MS
  if (aborted !== null) return { status: 'aborted', total, completed, running: 0, elapsed }
  if (!begun) return { status: 'new', total, completed: 0, running: 0, elapsed: 0 }
  const whole = Math.ceil(total / parallelNodes) * BACKTEST_MS
  if (elapsed >= whole) return { status: 'completed', total, completed: total, running: 0, elapsed: whole }
  return { status: 'running', total, completed, running: Math.min(parallelNodes, total - completed), elapsed }
}
