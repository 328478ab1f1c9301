// What a simulation results in. Times are unix seconds, money is dollars. Everything follows from the fills: equity is
// cash and holdings, fees and trades are those of the orders.
import type { Security } from './securities.ts'

export interface Order {
  /** From one, in the order of time. */
  readonly id: number
  readonly security: Security
  readonly time: number
  readonly price: number
  /** Negative for a sale. */
  readonly quantity: number
  readonly fee: number
  readonly direction: 'buy' | 'sell'
  /** At the opening for algorithms that see only daily prices, else at the market. */
  readonly type: 'market' | 'marketOnOpen'
  readonly bid: number
  readonly ask: number
  readonly tag: string
}

/** A position, or a part of one, that was entered and left. */
export interface ClosedTrade {
  readonly security: Security
  readonly direction: 'long' | 'short'
  readonly quantity: number
  readonly entryTime: number
  readonly entryPrice: number
  readonly exitTime: number
  readonly exitPrice: number
  /** Before fees. */
  readonly profitLoss: number
  readonly fees: number
  /** The worst and the best it stood at, in dollars. */
  readonly mae: number
  readonly mfe: number
  readonly orderIds: readonly number[]
  /** What the account was worth when it ended. */
  readonly equity: number
}

export interface Insight {
  readonly security: Security
  readonly model: string
  readonly generatedTime: number
  readonly closeTime: number
  readonly direction: 'up' | 'flat' | 'down'
  readonly reference: number
  readonly referenceFinal: number
  /** Whether it ended within the simulation. */
  readonly final: boolean
  readonly weight: number
}

export interface Holding {
  readonly security: Security
  readonly quantity: number
  readonly averagePrice: number
  readonly price: number
  readonly value: number
  readonly unrealized: number
}

export interface EquityPoint {
  readonly time: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/** One day after its close. */
export interface Day {
  readonly time: number
  /** Dollars traded. */
  readonly traded: number
  /** The value of each holding by ticker, negative for short ones. */
  readonly values: Readonly<Record<string, number>>
}

export interface Simulation {
  readonly start: number
  readonly end: number
  readonly cash: number
  readonly securities: readonly Security[]
  readonly tradeableDays: number
  /** One point more than there are days: the first is the cash that it starts with. */
  readonly equity: readonly EquityPoint[]
  /** As many points as the equity has, at the same times. */
  readonly benchmark: readonly { readonly time: number; readonly value: number }[]
  readonly days: readonly Day[]
  readonly orders: readonly Order[]
  readonly trades: readonly ClosedTrade[]
  readonly insights: readonly Insight[]
  /** Lines as the algorithm writes them, each with its time. What the engine adds around them is not here. */
  readonly logs: readonly string[]
  readonly holdings: readonly Holding[]
  readonly finalCash: number
  readonly finalEquity: number
  readonly fees: number
  /** Dollars bought and sold together. */
  readonly volume: number
}
