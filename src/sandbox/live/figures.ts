// The figures of a deployment at a moment, all from its ledger.
import type { Deployment } from '../world/deployment.ts'
import { type Ledger, stateAt, worth } from './ledger.ts'
import { priceOf } from './market.ts'

/** What a unit of a currency is worth in dollars. */
const RATES: Readonly<Record<string, number>> = { USD: 1, EUR: 1.08, GBP: 1.27, JPY: 0.0067, BTC: 97_000, ETH: 3_400 }
const SIGNS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', BTC: '₿' }

/** Money, in cents. */
export const dollars = (value: number): number => Number(value.toFixed(2))

const shown = (value: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

export const rateOf = (currency: string): number => RATES[currency] ?? 1

const funds = ({ cash }: Deployment): number =>
  cash.reduce((sum, { currency, amount }) => sum + amount * rateOf(currency), 0)

export const equityAt = (deployment: Deployment, ledger: Ledger, time: number): number => {
  const state = stateAt(ledger, time)
  return funds(deployment) + state.traded + worth(state, time)
}

export const startEquity = (deployment: Deployment, ledger: Ledger): number =>
  equityAt(deployment, ledger, deployment.launched)

export function portfolioAt({ cash }: Deployment, ledger: Ledger, time: number) {
  const { traded, holdings } = stateAt(ledger, time)
  const rows = holdings.map(({ security, quantity, average }) => {
    const price = priceOf(security, time)
    const profit = (price - average) * quantity
    const cost = Math.abs(average * quantity)
    return [
      security.id,
      {
        a: average,
        q: quantity,
        p: price,
        v: dollars(price * quantity),
        u: dollars(profit),
        up: cost === 0 ? 0 : Number(((profit / cost) * 100).toFixed(2)),
      },
    ]
  })
  const first = cash.find(({ currency }) => currency === 'USD') ?? cash[0]
  const balances = cash.map((money) => {
    const amount = money === first ? money.amount + traded / rateOf(money.currency) : money.amount
    return [
      money.currency,
      {
        securitySymbols: [],
        symbol: money.currency,
        amount: dollars(amount),
        conversionRate: rateOf(money.currency),
        currencySymbol: SIGNS[money.currency] ?? money.currency,
        valueInAccountCurrency: dollars(amount * rateOf(money.currency)),
      },
    ]
  })
  return {
    holdings: rows.length === 0 ? [] : Object.fromEntries(rows),
    cash: Object.fromEntries(balances),
  }
}

export function runtimeStatistics(deployment: Deployment, ledger: Ledger, time: number) {
  const state = stateAt(ledger, time)
  const start = startEquity(deployment, ledger)
  const equity = equityAt(deployment, ledger, time)
  const unrealized = state.holdings.reduce(
    (sum, { security, quantity, average }) => sum + (priceOf(security, time) - average) * quantity,
    0,
  )
  const volume = ledger.orders
    .filter(({ status }) => status === 3)
    .reduce((sum, { price, quantity }) => sum + Math.abs(price * quantity), 0)
  return {
    Equity: `$${shown(equity)}`,
    Fees: `-$${shown(ledger.fees)}`,
    Holdings: `$${shown(worth(state, time))}`,
    'Net Profit': `$${shown(equity - start - unrealized)}`,
    'Probabilistic Sharpe Ratio': '0%',
    Return: `${start === 0 ? '0.00' : ((equity / start - 1) * 100).toFixed(2)} %`,
    Unrealized: `$${shown(unrealized)}`,
    Volume: `$${shown(volume)}`,
  }
}
