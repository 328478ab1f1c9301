// What a page tells of an account's calls: how many there were, and those that somebody asks to see.
import type { Call, Outcome } from './audit-log.ts'

export interface Counts {
  readonly calls: number
  readonly backtests: number
  readonly trades: number
  readonly refused: number
}

/** Tools whose scope says nothing of trading, and that reach algorithms that trade all the same. */
const TRADES_TOO = ['broadcast_live_command']
/** Tools whose scope is for trading, and that do not trade. */
const TRADES_NOTHING = ['authorize_connection']

/**
 * Whether a call did something with money in a brokerage account: started, commanded, stopped or liquidated an algorithm.
 * One whose caller left before the answer counts: it was on its way.
 */
export const traded = ({ outcome, risk, tool }: Call): boolean =>
  (outcome === 'answered' || outcome === 'left') &&
  (risk === 'trades' || TRADES_TOO.includes(tool)) &&
  !TRADES_NOTHING.includes(tool)

/** The calls in four numbers: all, the backtests that began, what traded, and what was not allowed. */
export function countsOf(calls: readonly Call[]): Counts {
  const count = (is: (call: Call) => boolean) => calls.filter(is).length
  return {
    calls: calls.length,
    backtests: count(({ tool, outcome }) => tool === 'create_backtest' && outcome === 'answered'),
    trades: count(traded),
    refused: count(({ outcome }) => outcome === 'refused'),
  }
}

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
