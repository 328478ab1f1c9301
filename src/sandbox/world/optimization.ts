// What is kept of an optimization. Its backtests are not kept: they follow from it.
import type { Program } from '../simulation/program.ts'

export interface ParameterRange {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly step: number
  readonly minStep?: number
}

export interface Constraint {
  readonly target: string
  readonly operator: string
  readonly targetValue: number
}

export interface Optimization {
  readonly optimizationId: string
  readonly projectId: number
  name: string
  readonly created: number
  readonly snapshotId: number
  readonly nodeType: string
  readonly parallelNodes: number
  readonly target: string
  readonly extremum: 'min' | 'max'
  readonly targetValue: number | null
  readonly constraints: readonly Constraint[]
  readonly parameters: readonly ParameterRange[]
  /** The code as it was, as far as a simulation needs it. */
  readonly program: Program
  readonly failsAt: string | null
  aborted: number | null
  /** By backtest how often its charts and orders were asked for, while they were not shown yet. */
  asked?: Record<string, Record<string, number>>
}
