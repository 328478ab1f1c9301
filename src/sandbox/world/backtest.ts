// What is kept of a compile, and of the backtests of it.
import type { Program } from '../simulation/program.ts'

/** A compile holds what its build finds, since it belongs to the code as it was and not as it has become. */
export interface Compile {
  readonly compileId: string
  readonly projectId: number
  readonly created: number
  readonly signature: string
  readonly signatureOrder: readonly string[]
  readonly errors: readonly string[]
  readonly parameters: readonly { file: string; parameters: readonly { line: number; type: string }[] }[]
  /** Where a backtest of this code will fail, in words for its stack trace. */
  readonly failsAt: string | null
  /** What a backtest needs to know of the code. Compiles from before there were simulations lack it. */
  readonly program?: Program
}

export interface Backtest {
  readonly backtestId: string
  readonly projectId: number
  name: string
  note?: string
  readonly created: number
  readonly snapshotId: number
  readonly nodeName: string
  readonly parameterSet: Readonly<Record<string, string | number>>
  /** How many backtests the project had seen, this one included. */
  readonly count: number
  readonly failsAt: string | null
  /** As the compile had it. Results are computed from it and the parameters whenever they are asked for. */
  readonly program?: Program
  readonly optimizationId?: string
  /** How often a chart, the orders or the report were asked for, while they were not shown yet. */
  asked?: Record<string, number>
  /** Whether a read has shown it completed. The numbers of a real backtest appear only after that. */
  seenCompleted: boolean
}
