// Orders, closed trades and insights as QuantConnect writes them.
import { stamp } from './handler.ts'
import { SECURITY_TYPE, type Security } from './simulation/securities.ts'
import type { ClosedTrade, Insight, Order } from './simulation/simulate.ts'
import { hash } from './world/ids.ts'

const symbolOf = ({ ticker, id }: Security) => ({ value: ticker, id, permtick: ticker })

/** Orders write times in ISO 8601, unlike everything else. */
const iso = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`

/** A length of time as .NET writes it: `12.01:30:00` is twelve days and a half past one. */
export function timeSpan(seconds: number): string {
  const whole = Math.round(seconds)
  const days = Math.floor(whole / 86_400)
  const clock = new Date((whole - days * 86_400) * 1000).toISOString().slice(11, 19)
  return days > 0 ? `${days}.${clock}` : clock
}

/** `algorithmId` is the backtest, or the deployment of a live algorithm. */
export function describeOrder(order: Order, algorithmId: string) {
  const { id, security, time, price, quantity, fee, direction, bid, ask } = order
  const event = (step: number, status: 'submitted' | 'filled') => ({
    algorithmId,
    symbol: security.id,
    symbolValue: security.ticker,
    symbolPermtick: security.ticker,
    orderId: id,
    orderEventId: step,
    id: `${algorithmId}-${id}-${step}`,
    status,
    orderFeeAmount: status === 'filled' ? fee : 0,
    orderFeeCurrency: 'USD',
    fillPrice: status === 'filled' ? price : 0,
    fillPriceCurrency: 'USD',
    fillQuantity: status === 'filled' ? quantity : 0,
    direction,
    message: '',
    isAssignment: false,
    quantity,
    time,
  })
  return {
    id,
    contingentId: 0,
    brokerId: [`${id}`],
    symbol: symbolOf(security),
    price,
    priceCurrency: 'USD',
    time: iso(time),
    createdTime: iso(time),
    lastFillTime: iso(time),
    lastUpdateTime: null,
    canceledTime: null,
    quantity,
    type: order.type === 'market' ? 0 : 4,
    status: 3,
    tag: order.tag,
    securityType: SECURITY_TYPE[security.assetClass],
    direction: direction === 'buy' ? 0 : 1,
    value: Number((quantity * price * security.multiplier).toFixed(2)),
    orderSubmissionData: {
      bidPrice: bid,
      askPrice: ask,
      lastPrice: Number(((bid + ask) / 2).toFixed(security.decimals)),
    },
    isMarketable: true,
    properties: { timeInForce: {} },
    events: [event(1, 'submitted'), event(2, 'filled')],
  }
}

export function describeTrade(trade: ClosedTrade) {
  const { security, entryTime, exitTime, profitLoss, orderIds, mfe } = trade
  const seed = hash(`trade ${security.id} ${orderIds.join()} ${entryTime} ${exitTime} ${profitLoss}`)
  return {
    id: seed.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5'),
    symbols: [symbolOf(security)],
    entryTime: stamp(entryTime * 1000),
    entryPrice: trade.entryPrice,
    direction: trade.direction === 'long' ? 0 : 1,
    quantity: trade.quantity,
    exitTime: stamp(exitTime * 1000),
    exitPrice: trade.exitPrice,
    profitLoss,
    totalFees: trade.fees,
    mae: trade.mae,
    mfe,
    duration: timeSpan(exitTime - entryTime),
    endTradeDrawdown: Number((profitLoss - mfe).toFixed(2)),
    isWin: profitLoss > 0,
    orderIds,
  }
}

/** `place` counts a run's insights from zero. */
export function describeInsight(insight: Insight, place: number, algorithmId: string) {
  const { security, generatedTime, closeTime, direction, reference, referenceFinal, final } = insight
  const change = reference === 0 ? 0 : referenceFinal / reference - 1
  const right = direction === 'flat' ? Math.abs(change) < 0.01 : Math.sign(change) === (direction === 'up' ? 1 : -1)
  return {
    id: hash(`insight ${algorithmId} ${place}`).slice(0, 32),
    groupId: null,
    sourceModel: insight.model,
    generatedTime,
    closeTime,
    symbol: security.id,
    ticker: security.ticker,
    type: 'price',
    reference,
    referenceFinal: final ? referenceFinal : 0,
    direction,
    period: closeTime - generatedTime,
    magnitude: null,
    confidence: null,
    weight: insight.weight,
    scoreFinal: final,
    scoreDirection: final && right ? 1 : 0,
    scoreMagnitude: final ? Number(Math.min(1, Math.abs(change) * 10).toFixed(4)) : 0,
    estimatedValue: 0,
    tag: null,
  }
}
