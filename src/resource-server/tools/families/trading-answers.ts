// How orders, insights and closed trades read, of a backtest and of a live algorithm alike: LEAN's numbers become words,
// the steps of an order become one row.
import type { Body } from '../../../quantconnect/fields.ts'
import { list, number, record, records, text } from '../../../quantconnect/fields.ts'
import { pick, say, utc, without } from '../../answers/reading.ts'
import type { ToolAnswer } from '../../answers/tool-answer.ts'
import type { Window } from '../../answers/windows.ts'
import { placeOf } from '../../answers/windows.ts'
import type { Field } from '../tool.ts'

/** Widest window that QuantConnect gives of orders and insights, and that we give of trades. */
export const ROWS_AT_MOST = 100

const total: Field = { description: 'How many there are in all, not only in this window.' }
export const ordersOutput: Readonly<Record<string, Field>> = {
  orders: { type: 'array', description: 'Orders of the window, one row each.' },
  length: total,
}
export const insightsOutput: Readonly<Record<string, Field>> = {
  insights: { type: 'array', description: 'Insights of the window, one row each.' },
  length: total,
}
export const tradesOutput: Readonly<Record<string, Field>> = {
  trades: { type: 'array', description: 'Closed trades of the window, one row each.' },
  length: total,
}

/** What a family adds to the telling: how fresh the rows are, and what to do when there are no more of them. */
export interface Around {
  readonly note?: string
  readonly next?: string
}

// The numbers of LEAN's enumerations; 4 is no status.
export const ORDER_TYPES: readonly string[] = [
  'market',
  'limit',
  'stop market',
  'stop limit',
  'market on open',
  'market on close',
  'option exercise',
  'limit if touched',
  'combo market',
  'combo limit',
  'combo leg limit',
  'trailing stop',
]
const ORDER_STATUSES = [
  'new',
  'submitted',
  'partially filled',
  'filled',
  undefined,
  'canceled',
  'none',
  'invalid',
  'cancel pending',
  'update submitted',
]
const ORDER_DIRECTIONS = ['buy', 'sell', 'hold']
const TRADE_DIRECTIONS = ['long', 'short']
const SECURITY_TYPES = [
  'base',
  'equity',
  'option',
  'commodity',
  'forex',
  'future',
  'CFD',
  'crypto',
  'future option',
  'index',
  'index option',
  'crypto future',
]

/** The word for a number; anything else as it is. */
const word = (words: readonly (string | undefined)[], value: unknown): unknown =>
  (typeof value === 'number' ? words[value] : undefined) ?? value

/** Sums without the dust of binary fractions. */
const sum = (values: readonly unknown[]): number =>
  Number(values.reduce<number>((all, value) => all + (number(value) ?? 0), 0).toPrecision(12))

/** A window of orders. */
export function answerOrders(body: Body, window: Window, around: Around = {}): ToolAnswer {
  const orders = records(body.orders).map(orderRow)
  const states = counted(orders.map(({ status }) => status))
  const invalid = orders.some(({ status }) => status === 'invalid')
  return {
    ...head('Orders', orders.length, body, window, around, [
      states && say`In this window: ${states}.`,
      invalid && 'Why an order is invalid stands in its message.',
    ]),
    data: { length: body.length, orders },
    ...(orders.length
      ? {
          cut: [
            'The single events of each order, its quote at submission and its time in force; quantconnect.com has them.',
          ],
        }
      : {}),
  }
}

function orderRow(order: Body): Record<string, unknown> {
  const symbol = record(order.symbol)
  const events = records(order.events)
  const filled = sum(events.map(({ fillQuantity }) => fillQuantity))
  const messages = [...new Set(events.map(({ message }) => text(message)).filter(Boolean))]
  const group = record(order.groupOrderManager).id
  return {
    ...pick(order, 'id', 'time'),
    symbol: symbol.value ?? order.symbol,
    symbolId: symbol.id,
    securityType: word(SECURITY_TYPES, order.securityType),
    type: word(ORDER_TYPES, order.type),
    direction: word(ORDER_DIRECTIONS, order.direction),
    ...pick(order, 'quantity', 'price', 'priceCurrency', 'value'),
    status: word(ORDER_STATUSES, order.status),
    // Said only where it differs: most orders are filled whole.
    ...(filled !== 0 && filled !== number(order.quantity) ? { filledQuantity: filled } : {}),
    fees: feesOf(events),
    ...pick(order, 'limitPrice', 'stopPrice', 'stopTriggered', 'triggerPrice', 'triggerTouched'),
    ...pick(order, 'trailingAmount', 'trailingAsPercentage', 'trailingPercentage'),
    ...(group === undefined ? {} : { combo: group }),
    ...pick(order, 'lastFillTime', 'lastUpdateTime', 'canceledTime'),
    ...(list(order.brokerId).length ? { brokerId: list(order.brokerId).join(', ') } : {}),
    ...(text(order.tag) ? { tag: order.tag } : {}),
    ...(messages.length ? { message: messages.join(' ') } : {}),
  }
}

/** What an order cost, per currency. */
function feesOf(events: readonly Body[]): string {
  const paid = events.filter(({ orderFeeAmount }) => number(orderFeeAmount))
  const currencies = [...new Set(paid.map(({ orderFeeCurrency }) => text(orderFeeCurrency) ?? ''))]
  const fees = currencies.map((currency) => {
    const amounts = paid.filter((event) => (text(event.orderFeeCurrency) ?? '') === currency)
    return say`${sum(amounts.map(({ orderFeeAmount }) => orderFeeAmount))} ${currency}`.trim()
  })
  return fees.join(' + ') || '0'
}

/** A window of insights. */
export function answerInsights(body: Body, window: Window, around: Around = {}): ToolAnswer {
  const insights = records(body.insights).map(insightRow)
  const directions = counted(insights.map(({ direction }) => direction))
  return {
    ...head('Insights', insights.length, body, window, around, [directions && say`In this window: ${directions}.`]),
    data: { length: body.length, insights },
  }
}

const INSIGHT_TIMES = ['generatedTime', 'createdTime', 'closeTime']

function insightRow(insight: Body): Record<string, unknown> {
  const times = INSIGHT_TIMES.filter((name) => insight[name] != null).map((name) => [name, utc(insight[name])])
  return {
    ...pick(insight, 'id'),
    // Named as in orders and trades; QuantConnect's own `symbol` holds the id here.
    symbol: insight.ticker,
    symbolId: insight.symbol,
    ...pick(insight, 'type', 'direction'),
    ...Object.fromEntries(times),
    periodSeconds: insight.period,
    ...without(insight, 'id', 'ticker', 'symbol', 'type', 'direction', 'period', ...INSIGHT_TIMES),
  }
}

/** A window of closed trades. */
export function answerTrades(body: Body, window: Window, around: Around = {}): ToolAnswer {
  const closed = records(body.trades)
  const won = closed.filter(({ isWin, profitLoss }) => isWin ?? (number(profitLoss) ?? 0) > 0).length
  const profit = sum(closed.map(({ profitLoss }) => profitLoss))
  const fees = sum(closed.map(({ totalFees }) => totalFees))
  return {
    ...head('Closed trades', closed.length, body, window, around, [
      closed.length > 0 &&
        say`In this window: ${won} won, ${closed.length - won} not; together ${profit} before fees of ${fees}.`,
    ]),
    data: { length: body.length, trades: closed.map(tradeRow) },
    ...(closed.some(({ orders }) => list(orders).length)
      ? { cut: ['The orders of each trade: orderIds name them; read_backtest_orders or read_live_orders shows them.'] }
      : {}),
  }
}

function tradeRow(trade: Body): Record<string, unknown> {
  const symbols = trade.symbols ? records(trade.symbols) : [record(trade.symbol)]
  const ids = trade.orderIds ? list(trade.orderIds) : records(trade.orders).map(({ id }) => id)
  const names = (name: string) =>
    symbols
      .map((symbol) => text(symbol[name]))
      .filter(Boolean)
      .join(', ')
  return {
    ...pick(trade, 'id'),
    symbol: names('value'),
    symbolId: names('id'),
    direction: word(TRADE_DIRECTIONS, trade.direction),
    ...pick(trade, 'quantity', 'entryTime', 'entryPrice', 'exitTime', 'exitPrice', 'profitLoss', 'totalFees', 'isWin'),
    ...pick(trade, 'duration', 'mae', 'mfe', 'endTradeDrawdown'),
    orderIds: ids.join(', '),
    ...without(trade, 'symbols', 'symbol', 'orders', 'orderIds', ...TRADE_FIELDS),
  }
}

const TRADE_FIELDS = [
  ...['id', 'direction', 'quantity', 'entryTime', 'entryPrice', 'exitTime', 'exitPrice', 'profitLoss', 'totalFees'],
  ...['isWin', 'duration', 'mae', 'mfe', 'endTradeDrawdown'],
]

/** The first lines: where the window stands in the whole, what the rows come to, how fresh they are. */
function head(
  what: string,
  shown: number,
  body: Body,
  { start, end }: Window,
  { note, next }: Around,
  remarks: readonly (string | false | undefined)[],
): Pick<ToolAnswer, 'summary' | 'next'> {
  const all = number(body.length)
  const { place, next: more } = all === undefined ? placeUnknown(shown, start, end) : placeOf(shown, start, all)
  const now = more ?? next
  return {
    summary: [[say`${what}: ${place}.`, ...remarks].filter(Boolean).join(' '), note].filter(Boolean).join('\n'),
    ...(now ? { next: now } : {}),
  }
}

/** Where no total came, a full window says that there may be more. */
const placeUnknown = (shown: number, start: number, end: number): { place: string; next?: string } => {
  const place = shown ? say`${start} to ${start + shown}` : say`none from ${start} on`
  return shown && shown >= end - start
    ? { place, next: say`Ask again with start ${start + shown} for more.` }
    : { place }
}

/** `3 filled, 1 canceled`: how often each word stands in a list. */
function counted(words: readonly unknown[]): string {
  const different = [...new Set(words)].filter((one) => one !== undefined && one !== null)
  return different.map((one) => say`${words.filter((other) => other === one).length} ${one}`).join(', ')
}
