// From what a strategy wants to hold to the orders that get there.
import type { TradingDecision } from './decisions.ts'
import type { Portfolio } from './portfolio.ts'
import type { Security } from './securities.ts'

/** The share of an account that LEAN keeps free, so that an opening a little higher does no harm. */
const KEPT_FREE = 0.0025
/** Changes below this share of the account are not worth an order when a portfolio is rebalanced. */
const TOO_SMALL = 0.002

export interface Change {
  readonly security: Security
  readonly price: number
  /** Negative to sell. */
  readonly quantity: number
  readonly liquidates: boolean
}

/** Whole lots for a share of the account. */
function quantityFor(
  { lot, multiplier }: Security,
  price: number,
  account: number,
  decision: TradingDecision,
  target: number,
) {
  const exact = decision.quantity ?? (Math.max(account, 0) * (1 - KEPT_FREE) * target) / (price * multiplier)
  return Number((Math.sign(exact) * Math.floor(Math.abs(exact) / lot + 1e-6) * lot).toFixed(4))
}

/** The orders for a decision, sales first, because they pay for what is bought. `held` are the targets before it. */
export function changesFor(
  decision: TradingDecision,
  held: readonly number[],
  account: number,
  portfolio: Portfolio,
  securities: readonly Security[],
  prices: readonly number[],
): Change[] {
  return securities
    .flatMap((security, at) => {
      const target = decision.targets[at]
      const price = prices[at] ?? 0
      if (price === 0 || target === undefined || (target === held[at] && !decision.rebalance)) return []
      const wanted = quantityFor(security, price, account, decision, target)
      const quantity = Number((wanted - portfolio.quantityOf(security)).toFixed(4))
      const small = Math.abs(quantity * price * security.multiplier) < account * TOO_SMALL
      const drifted = portfolio.quantityOf(security) !== 0 && wanted !== 0
      if (quantity === 0 || (small && drifted)) return []
      return [{ security, price, quantity, liquidates: wanted === 0 }]
    })
    .sort((one, other) => Math.sign(one.quantity) - Math.sign(other.quantity))
}
