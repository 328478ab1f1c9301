// How orders, insights and closed trades are told, value by value.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, BACKTEST, PROJECT } from './run-tool.ts'

const which = { projectId: PROJECT, backtestId: BACKTEST }

const event = {
  algorithmId: BACKTEST,
  symbol: 'SPY R735QTJ8XC9X',
  symbolValue: 'SPY',
  orderId: 1,
  orderFeeAmount: 0,
  orderFeeCurrency: 'USD',
  fillPrice: 0,
  fillPriceCurrency: 'USD',
  fillQuantity: 0,
  direction: 'buy',
  message: '',
  quantity: 688,
  time: 1381152660,
}
const submitted = { ...event, orderEventId: 1, status: 'submitted' }
const filled = {
  ...event,
  orderEventId: 2,
  status: 'filled',
  orderFeeAmount: 3.44,
  fillPrice: 144.78,
  fillQuantity: 688,
}
const order = {
  id: 1,
  contingentId: 0,
  brokerId: ['1'],
  symbol: { value: 'SPY', id: 'SPY R735QTJ8XC9X', permtick: 'SPY' },
  price: 144.78,
  priceCurrency: 'USD',
  time: '2013-10-07T13:31:00Z',
  createdTime: '2013-10-07T13:31:00Z',
  lastFillTime: '2013-10-07T13:31:05Z',
  lastUpdateTime: null,
  canceledTime: null,
  quantity: 688,
  type: 0,
  status: 3,
  tag: '',
  securityType: 1,
  direction: 0,
  value: 99608.64,
  orderSubmissionData: { bidPrice: 144.76, askPrice: 144.79, lastPrice: 144.77 },
  events: [submitted, filled],
}

const ordersOf = async (...orders: object[]) =>
  answerOf('read_backtest_orders', which, { orders, length: orders.length, success: true })
const orderOf = async (changed: object) => (await ordersOf({ ...order, ...changed })).data.orders[0]

describe('an order', () => {
  it('is told as one row: each value of QuantConnect under its own name', async () => {
    const { data } = await ordersOf(order)
    assert.deepEqual(data, {
      length: 1,
      orders: [
        {
          id: 1,
          time: '2013-10-07T13:31:00Z',
          symbol: 'SPY',
          symbolId: 'SPY R735QTJ8XC9X',
          securityType: 'equity',
          type: 'market',
          direction: 'buy',
          quantity: 688,
          price: 144.78,
          priceCurrency: 'USD',
          value: 99608.64,
          status: 'filled',
          fees: '3.44 USD',
          lastFillTime: '2013-10-07T13:31:05Z',
          brokerId: '1',
        },
      ],
    })
  })

  it('keeps its row in the text, quantity before price', async () => {
    const { text } = await ordersOf(order, { ...order, id: 2, quantity: 7, price: 150.5, value: 1053.5 })
    assert.match(text, /direction \| quantity \| price \| priceCurrency \| value \| status/)
    assert.match(text, /buy \| 688 \| 144\.78 \| USD \| 99608\.64 \| filled/)
    assert.match(text, /buy \| 7 \| 150\.5 \| USD \| 1053\.5 \| filled/)
  })

  const types = [
    ...['market', 'limit', 'stop market', 'stop limit', 'market on open', 'market on close', 'option exercise'],
    ...['limit if touched', 'combo market', 'combo limit', 'combo leg limit', 'trailing stop'],
  ]
  for (const [type, word] of types.entries()) {
    it(`of type ${type} is a ${word} order`, async () => assert.equal((await orderOf({ type })).type, word))
  }

  const states: [number, string | number][] = [
    [0, 'new'],
    [1, 'submitted'],
    [2, 'partially filled'],
    [3, 'filled'],
    [5, 'canceled'],
    [6, 'none'],
    [7, 'invalid'],
    [8, 'cancel pending'],
    [9, 'update submitted'],
    [4, 4],
    [10, 10],
  ]
  for (const [status, word] of states) {
    it(`with status ${status} is told as ${word}`, async () => assert.equal((await orderOf({ status })).status, word))
  }

  for (const [direction, word] of ['buy', 'sell', 'hold'].entries()) {
    it(`with direction ${direction} is a ${word}`, async () =>
      assert.equal((await orderOf({ direction })).direction, word))
  }

  const securities = [
    ...['base', 'equity', 'option', 'commodity', 'forex', 'future', 'CFD', 'crypto', 'future option', 'index'],
    ...['index option', 'crypto future'],
  ]
  for (const [securityType, word] of securities.entries()) {
    it(`in security type ${securityType} is about ${word}`, async () =>
      assert.equal((await orderOf({ securityType })).securityType, word))
  }

  it('has its fees summed per currency, without the dust of binary fractions', async () => {
    const fee = (orderFeeAmount: number, orderFeeCurrency: string) => ({ ...filled, orderFeeAmount, orderFeeCurrency })
    const events = [fee(1.1, 'USD'), fee(0.001, 'BTC'), fee(2.2, 'USD'), fee(0, 'EUR')]
    assert.equal((await orderOf({ events })).fees, '3.3 USD + 0.001 BTC')
  })

  it('that cost nothing has fees of 0', async () => {
    assert.equal((await orderOf({ events: [submitted] })).fees, '0')
  })

  it('tells the filled quantity where it differs from the ordered one, and only there', async () => {
    const fill = (fillQuantity: number) => ({ ...filled, fillQuantity })
    assert.equal((await orderOf({ events: [submitted, fill(200), fill(88)] })).filledQuantity, 288)
    assert.ok(!('filledQuantity' in (await orderOf({ events: [submitted, fill(200), fill(488)] }))))
    assert.ok(!('filledQuantity' in (await orderOf({ events: [submitted] }))))
    assert.ok(!('filledQuantity' in (await orderOf({ quantity: -5, events: [fill(-5)] }))))
    assert.equal((await orderOf({ quantity: -5, events: [fill(-2)] })).filledQuantity, -2)
  })

  it('tells limit and stop price each under its name, and why it is invalid', async () => {
    const refused = { ...event, status: 'invalid', message: 'Insufficient buying power' }
    const row = await orderOf({ type: 3, status: 7, limitPrice: 140.5, stopPrice: 141.25, events: [refused, refused] })
    assert.deepEqual([row.limitPrice, row.stopPrice, row.message], [140.5, 141.25, 'Insufficient buying power'])
  })

  it('is counted by its state', async () => {
    const { summary } = await ordersOf(order, { ...order, status: 5 }, order)
    assert.match(summary, /2 filled/)
    assert.match(summary, /1 canceled/)
  })
})

describe('an insight', () => {
  const insight = {
    id: 'e0a2c4b6d8f011325476980badcfe213',
    groupId: null,
    sourceModel: 'Momentum',
    generatedTime: 1381152660,
    closeTime: 1383744660,
    symbol: 'SPY R735QTJ8XC9X',
    ticker: 'SPY',
    type: 'price',
    reference: 144.78,
    referenceFinal: 149.1,
    direction: 'up',
    period: 2592000,
    magnitude: 0.1,
    confidence: 0.2,
    weight: 0.3,
    scoreFinal: true,
    scoreDirection: 1,
    scoreMagnitude: 0.4,
    estimatedValue: 0,
    tag: null,
  }

  it('is told with its period in seconds, its times in UTC and its numbers each under its own name', async () => {
    const { data, summary } = await answerOf('read_backtest_insights', which, {
      insights: [insight, { ...insight, direction: 'down' }],
      length: 2,
      success: true,
    })
    assert.equal(data.length, 2)
    assert.match(summary, /1 up/)
    assert.match(summary, /1 down/)
    assert.deepEqual(data.insights[0], {
      id: 'e0a2c4b6d8f011325476980badcfe213',
      symbol: 'SPY',
      symbolId: 'SPY R735QTJ8XC9X',
      type: 'price',
      direction: 'up',
      generatedTime: '2013-10-07T13:31:00Z',
      closeTime: '2013-11-06T13:31:00Z',
      periodSeconds: 2592000,
      sourceModel: 'Momentum',
      reference: 144.78,
      referenceFinal: 149.1,
      magnitude: 0.1,
      confidence: 0.2,
      weight: 0.3,
      scoreFinal: true,
      scoreDirection: 1,
      scoreMagnitude: 0.4,
      estimatedValue: 0,
    })
  })
})

describe('a closed trade', () => {
  const trade = {
    id: 't1',
    symbols: [{ value: 'SPY', id: 'SPY R735QTJ8XC9X' }],
    direction: 0,
    quantity: 10,
    entryTime: '2013-10-07T13:31:00Z',
    entryPrice: 144.78,
    exitTime: '2013-10-08T13:31:00Z',
    exitPrice: 145.1,
    profitLoss: 3.2,
    totalFees: 2.1,
    isWin: true,
    duration: '1.00:00:00',
    mae: -1.5,
    mfe: 4.5,
    endTradeDrawdown: -1.3,
    orderIds: [1, 2],
  }
  const { isWin: _said, ...unsaid } = trade
  const tradesOf = (...trades: object[]) =>
    answerOf('read_backtest_trades', which, { trades, length: trades.length, success: true })

  it('is told with entry and exit, profit and fees, worst and best each under its own name', async () => {
    const { data } = await tradesOf(trade)
    assert.deepEqual(data, {
      length: 1,
      trades: [
        {
          id: 't1',
          symbol: 'SPY',
          symbolId: 'SPY R735QTJ8XC9X',
          direction: 'long',
          quantity: 10,
          entryTime: '2013-10-07T13:31:00Z',
          entryPrice: 144.78,
          exitTime: '2013-10-08T13:31:00Z',
          exitPrice: 145.1,
          profitLoss: 3.2,
          totalFees: 2.1,
          isWin: true,
          duration: '1.00:00:00',
          mae: -1.5,
          mfe: 4.5,
          endTradeDrawdown: -1.3,
          orderIds: '1, 2',
        },
      ],
    })
  })

  it('with direction 1 is short', async () => {
    assert.equal((await tradesOf({ ...trade, direction: 1 })).data.trades[0].direction, 'short')
  })

  it('is counted as won or not as QuantConnect says, with the sum of profits and that of fees', async () => {
    const lost = { ...trade, profitLoss: -1.1, totalFees: 0.3, isWin: false }
    const { summary } = await tradesOf(trade, trade, lost)
    assert.match(summary, /2 won, 1 not/)
    assert.match(summary, /together 5\.3\b/)
    assert.match(summary, /fees of 4\.5\b/)
  })

  it('is won by its profit where QuantConnect does not say', async () => {
    const lost = { ...unsaid, profitLoss: -1.1 }
    assert.match((await tradesOf(unsaid, lost, lost)).summary, /1 won, 2 not/)
  })

  it('with whole orders in it names them by their ids, and says that they are left out', async () => {
    const { orderIds: _ids, ...rest } = trade
    const { data, cut } = await tradesOf({ ...rest, orders: [{ id: 7 }, { id: 9 }] })
    assert.equal(data.trades[0].orderIds, '7, 9')
    assert.ok(!('orders' in data.trades[0]))
    assert.equal(cut.length, 1)
  })
})
