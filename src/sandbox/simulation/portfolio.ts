// What one account holds, which LEAN calls its portfolio: cash, lots, and what became of them. Lots are left in the order
// in which they were entered.
import type { Security } from './securities.ts'
import type { ClosedTrade, Holding, Order } from './simulation.ts'

interface Lot {
  readonly orderId: number
  readonly time: number
  readonly price: number
  readonly feePerUnit: number
  /** Negative while short. */
  quantity: number
  /** The lowest and the highest price seen since. */
  low: number
  high: number
}

export const cents = (value: number): number => Math.round(value * 100) / 100

/** A dollar at least, half a cent a share, as Interactive Brokers asks; others ask in their own way. */
export function feeFor({ assetClass, multiplier }: Security, quantity: number, price: number): number {
  const units = Math.abs(quantity)
  const value = units * price * multiplier
  if (assetClass === 'future') return cents(units * 2.25)
  if (assetClass === 'crypto') return cents(value * 0.001)
  if (assetClass === 'forex') return cents(Math.max(2, value * 0.00002))
  return cents(Math.max(1, units * 0.005))
}

/** Quantities of crypto have four digits, and sums of them must have no more. */
const units = (quantity: number): number => Math.round(quantity * 10_000) / 10_000

export class Portfolio {
  cash: number
  readonly orders: Order[] = []
  readonly trades: ClosedTrade[] = []
  readonly #lots = new Map<Security, Lot[]>()

  constructor(cash: number) {
    this.cash = cash
  }

  quantityOf(security: Security): number {
    return units((this.#lots.get(security) ?? []).reduce((sum, { quantity }) => sum + quantity, 0))
  }

  fill(order: Omit<Order, 'id' | 'fee' | 'direction'>, equity: number): Order {
    const { security, quantity, price } = order
    const fee = feeFor(security, quantity, price)
    const filled: Order = { ...order, id: this.orders.length + 1, fee, direction: quantity > 0 ? 'buy' : 'sell' }
    this.orders.push(filled)
    this.cash = cents(this.cash - cents(quantity * price * security.multiplier) - fee)
    const rest = this.#close(filled, equity)
    if (rest !== 0) {
      const lot = { orderId: filled.id, time: order.time, price, quantity: rest, low: price, high: price }
      const lots = this.#lots.get(security) ?? []
      lots.push({ ...lot, feePerUnit: fee / Math.abs(quantity) })
      this.#lots.set(security, lots)
    }
    return filled
  }

  /** Leaves lots on the other side, and returns what the order has left for a new one. */
  #close(order: Order, equity: number): number {
    const lots = this.#lots.get(order.security) ?? []
    let rest = order.quantity
    while (rest !== 0 && lots[0] && Math.sign(lots[0].quantity) !== Math.sign(rest)) {
      const [lot] = lots
      const quantity = Math.min(Math.abs(lot.quantity), Math.abs(rest))
      const side = Math.sign(lot.quantity)
      const { multiplier } = order.security
      const worth = (price: number) => cents(side * (price - lot.price) * quantity * multiplier)
      const prices = [lot.low, lot.high, order.price].map(worth)
      this.trades.push({
        security: order.security,
        direction: side > 0 ? 'long' : 'short',
        quantity,
        entryTime: lot.time,
        entryPrice: lot.price,
        exitTime: order.time,
        exitPrice: order.price,
        profitLoss: worth(order.price),
        fees: Number((quantity * (lot.feePerUnit + order.fee / Math.abs(order.quantity))).toFixed(4)),
        mae: Math.min(0, ...prices),
        mfe: Math.max(0, ...prices),
        orderIds: [lot.orderId, order.id],
        equity,
      })
      lot.quantity = units(lot.quantity - side * quantity)
      rest = units(rest + side * quantity)
      if (lot.quantity === 0) lots.shift()
    }
    return rest
  }

  /** Tells the lots of a security which prices a day has seen. */
  see(security: Security, low: number, high: number): void {
    for (const lot of this.#lots.get(security) ?? []) {
      lot.low = Math.min(lot.low, low)
      lot.high = Math.max(lot.high, high)
    }
  }

  valueOf(security: Security, price: number): number {
    return cents(this.quantityOf(security) * price * security.multiplier)
  }

  holdings(priceOf: (security: Security) => number): Holding[] {
    return [...this.#lots].flatMap(([security, lots]) => {
      const quantity = this.quantityOf(security)
      if (quantity === 0) return []
      const price = priceOf(security)
      const averagePrice = lots.reduce((sum, lot) => sum + lot.quantity * lot.price, 0) / quantity
      const unrealized = lots.reduce((sum, lot) => sum + lot.quantity * (price - lot.price), 0) * security.multiplier
      const value = this.valueOf(security, price)
      return [
        {
          security,
          quantity,
          averagePrice: Number(averagePrice.toFixed(6)),
          price,
          value,
          unrealized: cents(unrealized),
        },
      ]
    })
  }
}
