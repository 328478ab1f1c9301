// One backtest: where it stands on the clock, and the simulation behind it.
import { ApiError, type Arguments, textIn } from './handler.ts'
import { findGridBacktest } from './optimizations/grid-backtests.ts'
import { summary } from './performance.ts'
import { projectOf } from './project.ts'
import {
  type Circumstances,
  keyOf,
  type Program,
  readProgram,
  type Simulation,
  simulateProgram,
} from './simulation/simulate.ts'
import { starterFiles } from './starter.ts'
import type { Backtest } from './world/backtest.ts'
import type { World } from './world/world.ts'

const QUEUED_MS = 1_000
const RUNNING_MS = 3_000

export function backtestOf(world: World, args: Arguments): Backtest {
  const { projectId } = projectOf(world, args)
  const backtestId = textIn(args, 'backtestId')
  const backtest =
    world.backtests.find((candidate) => candidate.backtestId === backtestId) ??
    findGridBacktest(world, projectId, backtestId ?? '')
  if (backtest?.projectId !== projectId) throw new ApiError('Backtest not found')
  return backtest
}

export const isRunning = ({ created }: Backtest, now: number): boolean => now - created < QUEUED_MS + RUNNING_MS

export const hasSucceeded = (backtest: Backtest, now: number): boolean =>
  !isRunning(backtest, now) && backtest.failsAt === null

export function backtestStatus(backtest: Backtest, now: number): { status: string; progress: number } {
  const running = now - backtest.created - QUEUED_MS
  if (running < 0) return { status: 'In Queue...', progress: 0 }
  const progress = Math.floor((running / RUNNING_MS) * 100) / 100
  if (progress < 1) return { status: 'In Progress...', progress }
  return { status: backtest.failsAt === null ? 'Completed.' : 'Runtime Error', progress: 1 }
}

/** A backtest from before there were simulations is taken to have run what a new project holds. */
const programOf = ({ program }: Backtest): Program => program ?? readProgram('Py', starterFiles('Py'))

/** Prices end with the last whole day before the backtest was made. */
export const circumstancesOf = ({
  parameterSet,
  created,
}: Pick<Backtest, 'parameterSet' | 'created'>): Circumstances => ({
  parameters: parameterSet,
  until: created / 1000 - 86_400,
})

export const simulationOf = (backtest: Backtest): Simulation =>
  simulateProgram(programOf(backtest), circumstancesOf(backtest))

/** Rows of lists that stay in memory. They are asked for many at a time, and each would need a simulation. */
const ROWS_KEPT = 2_000

type Row = ReturnType<typeof summary> & { readonly tradeableDates: number }

const rows = new Map<string, Row>()

/** The numbers of a finished backtest as lists show them. */
export function backtestSummary(backtest: Backtest): Row {
  const key = keyOf(programOf(backtest), circumstancesOf(backtest))
  const known = rows.get(key)
  if (known) return known
  const simulation = simulationOf(backtest)
  const row = { ...summary(simulation), tradeableDates: simulation.tradeableDays }
  rows.set(key, row)
  const [oldest] = rows.keys()
  if (rows.size > ROWS_KEPT && oldest !== undefined) rows.delete(oldest)
  return row
}

/** How often a chart, the orders or the report say that they are loading. */
const LOADS = 2

/**
 * How far something has come that has to be loaded first, from 0 to 1; undefined when it is there. It counts how often
 * it was asked for, and does not come before the backtest has ended.
 */
export function loading(backtest: Backtest, what: string, now: number): number | undefined {
  if (isRunning(backtest, now)) return 0
  const asked = (backtest.asked?.[what] ?? 0) + 1
  if (asked > LOADS) return undefined
  backtest.asked = { ...backtest.asked, [what]: asked }
  return Number((asked / (LOADS + 1)).toFixed(2))
}
