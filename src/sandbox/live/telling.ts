// The story of a deployment while it is told: every order changes what is owned, and leaves a line in the log.
import { stamp } from '../handler.ts'
import type { Security } from '../simulation/securities.ts'
import type { Deployment } from '../world/deployment.ts'
import { priceOf, securityNamed } from './market.ts'

export interface LiveOrder {
  readonly id: number
  readonly at: number
  readonly security: Security
  quantity: number
  /** 0 market, 1 limit. */
  readonly type: 0 | 1
  limitPrice: number
  readonly price: number
  readonly fee: number
  readonly tag: string
  /** 1 submitted, 3 filled, 5 canceled, 7 invalid. */
  status: 1 | 3 | 5 | 7
  updated: number | null
}

export interface LiveHolding {
  readonly security: Security
  readonly quantity: number
  readonly average: number
}

export interface State {
  readonly at: number
  /** In the account's currency, on top of the balances that it began with. */
  readonly traded: number
  readonly holdings: readonly LiveHolding[]
}

const FEE = 1

export class Telling {
  readonly orders: LiveOrder[] = []
  readonly states: State[]
  readonly lines: { at: number; line: string }[] = []
  fees = 0

  constructor({ launched, holdings }: Deployment) {
    const start = holdings.map(({ symbolId, ticker, quantity, averagePrice }) => ({
      security: { ...securityNamed(symbolId), id: symbolId, ticker },
      quantity,
      average: averagePrice,
    }))
    this.states = [{ at: launched, traded: 0, holdings: start }]
  }

  get state(): State {
    return this.states.at(-1) as State // the constructor put the first one there
  }

  say(at: number, words: string): void {
    this.lines.push({ at, line: `${stamp(at)} ${words}` })
  }

  order(at: number, security: Security, quantity: number, tag: string, limitPrice?: number): void {
    const price = priceOf(security, at)
    const waits = limitPrice !== undefined && (quantity > 0 ? price > limitPrice : price < limitPrice)
    const id = this.orders.length + 1
    const fills = quantity !== 0 && !waits
    this.orders.push({
      id,
      at,
      security,
      quantity,
      type: limitPrice === undefined ? 0 : 1,
      limitPrice: limitPrice ?? 0,
      price: fills ? price : 0,
      fee: fills ? FEE : 0,
      tag,
      status: quantity === 0 ? 7 : waits ? 1 : 3,
      updated: null,
    })
    if (!fills) {
      this.say(at, `Order ${id}: ${quantity} ${security.ticker} ${waits ? 'waits for its limit' : 'is invalid'}`)
      return
    }
    const { traded, holdings } = this.state
    const before = holdings.find((holding) => holding.security.id === security.id)
    const owned = before?.quantity ?? 0
    const left = owned + quantity
    const grows = owned === 0 || Math.sign(owned) === Math.sign(quantity)
    const turned = !grows && Math.sign(left) !== Math.sign(owned)
    const average = grows
      ? (owned * (before?.average ?? 0) + quantity * price) / left
      : turned
        ? price
        : before?.average
    const others = holdings.filter((holding) => holding !== before)
    const now = left === 0 ? [] : [{ security, quantity: left, average: average ?? price }]
    this.states.push({
      at,
      traded: traded - quantity * price * security.multiplier - FEE,
      holdings: [...others, ...now],
    })
    this.fees += FEE
    this.say(
      at,
      `Order ${id}: ${quantity > 0 ? 'bought' : 'sold'} ${Math.abs(quantity)} ${security.ticker} at ${price}`,
    )
  }

  liquidate(at: number, tag: string, only?: Security): void {
    for (const { security, quantity } of this.state.holdings) {
      if (!only || only.id === security.id || only.ticker === security.ticker) this.order(at, security, -quantity, tag)
    }
  }
}
