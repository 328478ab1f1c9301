// What a strategy wants to hold, day by day. A decision knows the closes up to the day before and nothing later.
import { type Slot, settledNumber } from './code.ts'
import { deviation, exponentialAverage, momentum, relativeStrength, simpleAverage } from './indicators.ts'
import type { Strategy } from './strategy.ts'

export interface TradingDecision {
  /** The share of the account that each security shall have; undefined leaves it as it is. */
  readonly targets: readonly (number | undefined)[]
  /** Whether holdings that drifted from an unchanged target are brought back to it. */
  readonly rebalance: boolean
  /** Instead of shares of the account. */
  readonly quantity?: number
}

/** What a decision may look at. `index` counts days from zero; `before` is where the day before stands in the closes. */
export interface Moment {
  readonly index: number
  readonly before: number
  readonly newMonth: boolean
}

export type Decide = (moment: Moment) => TradingDecision | undefined

type Parameters = Readonly<Record<string, string | number>>
type Closes = readonly Float64Array[]

const whole = (value: number, most: number): number => Math.min(Math.max(Math.round(value), 1), most)

/** How many days before the first one a strategy has to look at. */
export function historyOf(strategy: Strategy, parameters: Parameters): number {
  const period = (slot: Slot<number>) => whole(settledNumber(slot, parameters), 1000)
  if (strategy.kind === 'crossover') return 3 * Math.max(period(strategy.fast), period(strategy.slow))
  return 'period' in strategy ? 3 * period(strategy.period) : 1
}

/** Days that pass before the indicators of a strategy that is not warmed up know anything. */
export const readyAfter = (strategy: Strategy, parameters: Parameters): number =>
  'period' in strategy || strategy.kind === 'crossover' ? Math.ceil(historyOf(strategy, parameters) / 3) : 0

export function decisions(strategy: Strategy, parameters: Parameters, closes: Closes): Decide {
  const value = (slot: Slot<number>) => settledNumber(slot, parameters)
  const period = (slot: Slot<number>) => whole(value(slot), 1000)
  const count = closes.length
  /** A weight for each security that does not borrow when all are held. */
  const each = (slot: Slot<number>) =>
    value(slot) * count > 1.001 && count > 1 ? Math.min(value(slot), 1) / count : value(slot)
  const at = (series: Float64Array | undefined, index: number) => series?.[index] ?? Number.NaN
  const signals =
    (signal: (security: number, before: number) => number | undefined): Decide =>
    ({ before }) => ({ targets: closes.map((_, security) => signal(security, before)), rebalance: false })

  switch (strategy.kind) {
    case 'idle':
      return () => undefined
    case 'fixed':
      return ({ index }) =>
        index === 0 ? { targets: closes.map(() => 1), rebalance: false, quantity: value(strategy.quantity) } : undefined
    case 'hold': {
      const own = strategy.weights.length === count ? strategy.weights.map(value) : undefined
      const targets = own ?? closes.map(() => each(strategy.weights[0] ?? 1))
      return ({ index, newMonth }) => {
        if (index === 0) return { targets, rebalance: false }
        return strategy.rebalanced && newMonth ? { targets, rebalance: true } : undefined
      }
    }
    case 'crossover': {
      const average = strategy.exponential ? exponentialAverage : simpleAverage
      const fast = closes.map((series) => average(series, period(strategy.fast)))
      const slow = closes.map((series) => average(series, period(strategy.slow)))
      const weight = each(strategy.weight)
      return signals((security, before) => {
        const [one, other] = [at(fast[security], before), at(slow[security], before)]
        if (Number.isNaN(one) || Number.isNaN(other)) return undefined
        if (one > other) return weight
        return strategy.short ? -weight : 0
      })
    }
    case 'rsi': {
      const strength = closes.map((series) => relativeStrength(series, period(strategy.period)))
      const weight = each(strategy.weight)
      return signals((security, before) => {
        const now = at(strength[security], before)
        if (now < value(strategy.low)) return weight
        return now > value(strategy.high) ? 0 : undefined
      })
    }
    case 'bands': {
      const middle = closes.map((series) => simpleAverage(series, period(strategy.period)))
      const spread = closes.map((series) => deviation(series, period(strategy.period)))
      const weight = each(strategy.weight)
      return signals((security, before) => {
        const [price, mid] = [at(closes[security], before), at(middle[security], before)]
        if (price < mid - value(strategy.width) * at(spread[security], before)) return weight
        return price > mid ? 0 : undefined
      })
    }
    case 'pairs': {
      const ratio = (closes[0] ?? new Float64Array()).map((price, index) => Math.log(price / at(closes[1], index)))
      const middle = simpleAverage(ratio, period(strategy.period))
      const spread = deviation(ratio, period(strategy.period))
      const half = Math.min(value(strategy.weight), 1) / 2
      const others = closes.slice(2).map(() => undefined)
      return ({ before }) => {
        const score = (at(ratio, before) - at(middle, before)) / at(spread, before)
        if (Number.isNaN(score)) return undefined
        if (Math.abs(score) < value(strategy.exit)) return { targets: [0, 0, ...others], rebalance: false }
        if (Math.abs(score) < value(strategy.entry)) return undefined
        const side = score > 0 ? -half : half
        return { targets: [side, -side, ...others], rebalance: false }
      }
    }
    case 'rotation': {
      const scores = closes.map((series) => momentum(series, period(strategy.period)))
      const top = whole(value(strategy.top), count)
      let begun = false
      return ({ before, newMonth }) => {
        if (begun && !newMonth) return undefined
        const ranked = scores
          .map((series, security) => ({ security, score: at(series, before) }))
          .sort((one, other) => other.score - one.score || one.security - other.security)
        if (ranked.some(({ score }) => Number.isNaN(score))) return undefined
        begun = true
        const chosen = new Set(ranked.slice(0, top).map(({ security }) => security))
        const share = Math.min(value(strategy.weight) * top > 1.001 ? 1 / top : value(strategy.weight), 1)
        return { targets: closes.map((_, security) => (chosen.has(security) ? share : 0)), rebalance: true }
      }
    }
  }
}
