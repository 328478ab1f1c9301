// Orders, round trips and insights of a deployment, in the shapes that the API gives them.
import { SECURITY_TYPE, type Security } from '../simulation/securities.ts'
import type { Deployment } from '../world/deployment.ts'
import { hash } from '../world/ids.ts'
import { RUNNING_AFTER } from './deployment.ts'
import type { Ledger } from './ledger.ts'
import { priceOf, securitiesOf } from './market.ts'
import type { LiveOrder } from './telling.ts'

const INSIGHT_EVERY = 60 * 60_000

const symbol = ({ id, ticker }: Security) => ({ value: ticker, id, permtick: ticker })
const iso = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z')
const WORDS = { 1: 'submitted', 3: 'filled', 5: 'canceled', 7: 'invalid' } as const

function events(deployId: string, order: LiveOrder) {
  const { id, at, security, quantity, status, price, fee, updated } = order
  const steps = status === 1 || status === 7 ? [status] : ([1, status] as const)
  return steps.map((step, index) => ({
    algorithmId: deployId,
    symbol: security.id,
    symbolValue: security.ticker,
    symbolPermtick: security.ticker,
    orderId: id,
    orderEventId: index + 1,
    id: `${deployId}-${id}-${index + 1}`,
    status: WORDS[step],
    orderFeeAmount: step === 3 ? fee : 0,
    orderFeeCurrency: 'USD',
    fillPrice: step === 3 ? price : 0,
    fillPriceCurrency: 'USD',
    fillQuantity: step === 3 ? quantity : 0,
    direction: quantity < 0 ? 'sell' : 'buy',
    message: '',
    isAssignment: false,
    quantity,
    time: Math.floor((step === 5 ? (updated ?? at) : at) / 1000),
  }))
}

export function describeLiveOrder(deployId: string, order: LiveOrder) {
  const { id, at, security, quantity, type, limitPrice, price, tag, status, updated } = order
  const market = priceOf(security, at)
  return {
    id,
    contingentId: 0,
    brokerId: [`${id}`],
    symbol: symbol(security),
    ...(type === 1 && { limitPrice }),
    price,
    priceCurrency: 'USD',
    time: iso(at),
    createdTime: iso(at),
    lastFillTime: status === 3 ? iso(at) : null,
    lastUpdateTime: updated !== null && status !== 5 ? iso(updated) : null,
    canceledTime: updated !== null && status === 5 ? iso(updated) : null,
    quantity,
    type,
    status,
    tag,
    securityType: SECURITY_TYPE[security.assetClass],
    direction: quantity < 0 ? 1 : 0,
    value: Number((price * quantity * security.multiplier).toFixed(2)),
    orderSubmissionData: { bidPrice: market, askPrice: market, lastPrice: market },
    isMarketable: status === 3,
    properties: { timeInForce: {} },
    events: events(deployId, order),
  }
}

const duration = (milliseconds: number): string => {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const seconds = milliseconds / 1000
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`
}

/** Round trips: what was opened flat and closed to flat again, each with its orders. */
export function closedTrades({ orders }: Ledger, deployId: string) {
  const open = new Map<string, LiveOrder[]>()
  const trades = []
  for (const order of orders.filter(({ status }) => status === 3)) {
    const legs = [...(open.get(order.security.id) ?? []), order]
    const left = legs.reduce((sum, { quantity }) => sum + quantity, 0)
    const [entry] = legs
    if (Math.abs(left) > 1e-9 || !entry) {
      open.set(order.security.id, legs)
      continue
    }
    open.delete(order.security.id)
    const profitLoss = Number(
      (-legs.reduce((sum, { price, quantity, security }) => sum + price * quantity * security.multiplier, 0)).toFixed(
        2,
      ),
    )
    const id = hash(`trade ${deployId} ${order.id}`)
    trades.push({
      id: [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20, 32)].join('-'),
      symbols: [symbol(order.security)],
      entryTime: iso(entry.at),
      entryPrice: entry.price,
      direction: entry.quantity > 0 ? 0 : 1,
      quantity: Math.abs(entry.quantity),
      exitTime: iso(order.at),
      exitPrice: order.price,
      profitLoss,
      totalFees: legs.reduce((sum, { fee }) => sum + fee, 0),
      mae: Math.min(profitLoss, 0),
      mfe: Math.max(profitLoss, 0),
      duration: duration(order.at - entry.at),
      endTradeDrawdown: 0,
      isWin: profitLoss > 0,
      orderIds: legs.map((leg) => leg.id),
      orders: legs.map((leg) => describeLiveOrder(deployId, leg)),
    })
  }
  return trades
}

/** One an hour for code that makes predictions, none for others. */
export function insights(deployment: Deployment, until: number) {
  const [security] = securitiesOf(deployment)
  const { deployId, launched, program } = deployment
  if (!security || program.insightDays === null) return []
  const found = []
  for (let at = launched + RUNNING_AFTER + 60_000; at <= until; at += INSIGHT_EVERY) {
    const closes = at + INSIGHT_EVERY
    const over = closes <= until
    const reference = priceOf(security, at)
    found.push({
      id: hash(`insight ${deployId} ${at}`).slice(0, 32),
      groupId: null,
      sourceModel: program.insightModel,
      generatedTime: Math.floor(at / 1000),
      closeTime: Math.floor(closes / 1000),
      symbol: security.id,
      ticker: security.ticker,
      type: 'price',
      reference,
      referenceFinal: over ? priceOf(security, closes) : 0,
      direction: priceOf(security, at) >= priceOf(security, at - INSIGHT_EVERY) ? 'up' : 'down',
      period: INSIGHT_EVERY / 1000,
      magnitude: 0.01,
      confidence: 0.6,
      weight: null,
      scoreFinal: over,
      scoreDirection: 0,
      scoreMagnitude: 0,
      estimatedValue: 0,
      tag: null,
    })
  }
  return found
}
