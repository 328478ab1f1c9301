// What a page tells of an account's calls: how many there were, and those that somebody asks to see.
import type { Call, Outcome } from './audit-log.ts'

export interface Counts {
  readonly calls: number
  readonly backtests: number
  readonly trades: number
  readonly refused: number
}

/** What a tool's calls count as. Every tool declares one. */
export type CountsAs =
  | 'reads'
  | 'changes'
  | 'deletions'
  | 'backtests'
  | 'optimizations'
  | 'starts'
  | 'commands'
  | 'stops'
  | 'liquidations'
  /** Logins to a brokerage, which trade nothing. */
  | 'logins'
  /** Who else may see, change and run a project. */
  | 'access'

/** What counting needs to know of a tool. */
export interface CountedTool {
  readonly name: string
  readonly countsAs: CountsAs
}

/** What does something with money in a brokerage account. */
const TRADES: readonly (CountsAs | undefined)[] = ['starts', 'commands', 'stops', 'liquidations']

/**
 * The calls in four numbers: all, the backtests that began, what traded, and what was not allowed. A trade of which nobody knows
 * whether it was done counts.
 */
export function countsOf(calls: readonly Call[], tools: readonly CountedTool[]): Counts {
  const kinds = new Map(tools.map(({ name, countsAs }) => [name, countsAs]))
  // A tool of another release counts by its risk.
  const kindOf = ({ tool, risk }: Call) => kinds.get(tool) ?? (risk === 'trades' ? 'commands' : undefined)
  const count = (is: (call: Call, countsAs: CountsAs | undefined) => boolean) =>
    calls.filter((call) => is(call, kindOf(call))).length
  return {
    calls: calls.length,
    backtests: count(({ outcome }, countsAs) => countsAs === 'backtests' && outcome === 'done'),
    trades: count(({ outcome }, countsAs) => TRADES.includes(countsAs) && isDeed(outcome)),
    refused: count(({ outcome }) => outcome === 'blocked'),
  }
}

/** Whether something was done, or may have been. */
const isDeed = (outcome: Call['outcome']): boolean => outcome === 'done' || outcome === 'unknown'

export interface Filter {
  readonly grantId?: string | undefined
  readonly tool?: string | undefined
  readonly outcome?: Outcome | undefined
}

/** The calls that are all that a filter says. What it leaves open may be anything. */
export const filtered = (calls: readonly Call[], { grantId, tool, outcome }: Filter): Call[] =>
  calls.filter(
    (call) =>
      (grantId ?? call.grantId) === call.grantId &&
      (tool ?? call.tool) === call.tool &&
      (outcome ?? call.outcome) === call.outcome,
  )
