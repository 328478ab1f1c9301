// What a backtest leaves behind: charts, orders, insights, trades, the log and the report, and that they agree.
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { Json } from '../support/json.ts'
import { refused } from '../support/sandbox-client.ts'
import { CROSSING } from './crossing.ts'
import { useFrozenSandbox } from './frozen.ts'

const CHARTS = [
  'Strategy Equity',
  'Capacity',
  'Drawdown',
  'Benchmark',
  'Exposure',
  'Assets Sales Volume',
  'Portfolio Turnover',
  'Portfolio Margin',
]

describe('results of a backtest in the sandbox', () => {
  const sandbox = useFrozenSandbox()
  let ids: { projectId: number; backtestId: string }
  const call = (path: string, args: object = {}) => sandbox.call(`/backtests/${path}`, { ...ids, ...args })

  async function begin(main: string): Promise<void> {
    sandbox.tick(60) // so that no test is too fast for the next
    const projectId = await sandbox.project('Results', main)
    const compileId = await sandbox.built(projectId)
    const { backtest } = await sandbox.call('/backtests/create', { projectId, compileId, backtestName: 'R&D <1>' })
    ids = { projectId, backtestId: backtest.backtestId }
  }

  beforeEach(async () => {
    await begin(CROSSING)
    sandbox.tick(4)
  })

  /** Asks until it has been loaded. */
  async function loaded(path: string, args: object = {}): Promise<Json> {
    for (let asked = 0; asked < 5; asked += 1) {
      const answer = await call(path, args)
      if (answer.status !== 'loading') return answer
    }
    return undefined
  }
  const chart = async (name: string, args: object = {}) => (await loaded('chart/read', { name, ...args })).chart
  const orders = async () => {
    const all: Json[] = []
    for (let start = 0, length = 1; start < length; start += 100) {
      const page = await loaded('orders/read', { start, end: start + 100 })
      length = page.length
      all.push(...page.orders)
    }
    return all
  }
  const statistics = async () => {
    await call('read')
    return (await call('read')).backtest.statistics
  }

  describe('charts', () => {
    it('a chart is loading twice, with progress that rises, and then there; each chart for itself', async () => {
      for (const name of CHARTS) {
        const answers = [1, 2, 3, 4].map(() => call('chart/read', { name, count: 10, start: 0, end: 0 }))
        const seen = (await Promise.all(answers)).map(({ status, progress }) => status && progress)
        const progress = seen.filter((value) => value !== undefined)
        assert.deepEqual(
          progress.toSorted((one: number, other: number) => one - other),
          [0.33, 0.67],
          name,
        )
        assert.equal((await chart(name)).name, name)
      }
    })

    it('all eight charts have points for every day', async () => {
      const { backtest } = await call('read')
      assert.deepEqual(Object.keys(backtest.charts), CHARTS)
      for (const name of CHARTS) {
        for (const series of Object.values<Json>((await chart(name)).series)) {
          assert.ok(series.values.length >= backtest.tradeableDates, `${name}, ${series.name}`)
          assert.ok(series.values.flat().every(Number.isFinite), `${name}, ${series.name}`)
        }
      }
    })

    it('the equity ends where the statistics end, and falls as far as they say', async () => {
      const { 'End Equity': end, Drawdown: drawdown } = await statistics()
      const { Equity, Return } = (await chart('Strategy Equity')).series
      assert.equal(Equity.values.at(-1)[4].toFixed(2), end)
      assert.deepEqual(Equity.values[0].slice(1), [100_000, 100_000, 100_000, 100_000])
      assert.equal(Return.values.length, Equity.values.length)
      const falls = (await chart('Drawdown')).series['Equity Drawdown'].values.map(([, fall]: number[]) => fall)
      assert.equal(`${(-Math.min(...falls)).toFixed(1)}`, Number.parseFloat(drawdown).toFixed(1))
    })

    it('count thins a chart and keeps its first and last point', async () => {
      const whole = (await chart('Benchmark')).series.Benchmark.values
      const thin = (await chart('Benchmark', { count: 12 })).series.Benchmark.values
      assert.equal(thin.length, 12)
      assert.deepEqual([thin[0], thin.at(-1)], [whole[0], whole.at(-1)])
    })

    it('start and end bound a chart', async () => {
      const [start, end] = [Date.UTC(2019, 0, 1) / 1000, Date.UTC(2019, 11, 31) / 1000]
      const { values } = (await chart('Strategy Equity', { start, end })).series.Equity
      assert.ok(values.length > 240 && values.length < 260)
      assert.ok(values.every(([time]: number[]) => time && time >= start && time <= end))
    })

    it('a blank or unknown chart and an end before the start are refused', async () => {
      for (const name of ['', 'Unknown', 'constructor', undefined]) {
        assert.deepEqual(await call('chart/read', { name, count: 1, start: 0, end: 0 }), refused('Chart not found'))
      }
      const window = { name: 'Benchmark', count: 1, start: 1_600_000_000, end: 1_500_000_000 }
      assert.deepEqual(await call('chart/read', window), refused('Invalid date range'))
    })
  })

  describe('orders', () => {
    it('are loading first, then come in windows of up to 100 with the total', async () => {
      const first = await call('orders/read', { start: 0, end: 10 })
      assert.deepEqual(first, { progress: 0.33, status: 'loading', success: true })
      const page = await loaded('orders/read', { start: 2, end: 12 })
      assert.deepEqual(
        page.orders.map(({ id }: Json) => id),
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      )
      assert.ok(page.length > 100)
      assert.deepEqual(await call('orders/read', { start: 0, end: 200 }), refused('Maximum range is 100'))
    })

    it('are as many as the statistics say, and cost what they say', async () => {
      const all = await orders()
      const { 'Total Orders': total, 'Total Fees': fees } = await statistics()
      assert.equal(`${all.length}`, total)
      const filled = all.flatMap(({ events }) => events).filter(({ status }) => status === 'filled')
      const sum = filled.reduce((fee, { orderFeeAmount }) => fee + orderFeeAmount, 0)
      assert.equal(`$${sum.toFixed(2)}`, fees)
    })

    it('have two events each and ISO times', async () => {
      for (const order of await orders()) {
        assert.match(order.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
        const [submitted, filled] = order.events
        assert.deepEqual([submitted.status, filled.status], ['submitted', 'filled'])
        assert.equal(filled.id, `${ids.backtestId}-${order.id}-2`)
        assert.equal(filled.fillQuantity, order.quantity)
        assert.equal(filled.time, Date.parse(order.time) / 1000)
        assert.equal(order.direction, order.quantity > 0 ? 0 : 1)
        assert.equal(order.value, Number((order.quantity * order.price).toFixed(2)))
      }
    })
  })

  describe('trades', () => {
    it('carry their orders and win as often as the statistics say', async () => {
      const { trades, length } = await call('trades/read', { start: 0, end: 500 })
      const { 'Win Rate': winRate } = await statistics()
      assert.equal(trades.length, length)
      const won = trades.filter(({ isWin }: Json) => isWin).length
      assert.equal(`${((won / length) * 100).toFixed(0)}%`, winRate)
      for (const trade of trades) {
        assert.deepEqual(
          trade.orders.map(({ id }: Json) => id),
          trade.orderIds,
        )
        const gained = (trade.exitPrice - trade.entryPrice) * trade.quantity
        assert.ok(Math.abs(trade.profitLoss - gained) < 0.01)
        assert.ok(trade.mae <= 0 && trade.mfe >= 0 && trade.endTradeDrawdown <= 0)
        assert.match(trade.duration, /^(\d+\.)?\d\d:\d\d:\d\d$/)
      }
    })

    it('stand in the total performance too, and months in the rolling window', async () => {
      await call('read')
      const { totalPerformance, rollingWindow } = (await call('read')).backtest
      const { trades } = await call('trades/read', { start: 0, end: 500 })
      assert.equal(totalPerformance.closedTrades.length, trades.length)
      assert.equal(totalPerformance.tradeStatistics.totalNumberOfTrades, trades.length)
      assert.equal(totalPerformance.closedTrades[0].profitLoss, trades[0].profitLoss)
      assert.ok('M1_20201231' in rollingWindow && 'M12_20201231' in rollingWindow)
    })
  })

  it('insights come in windows of up to 100, under both names', async () => {
    const args = { start: 0, end: 5 }
    const answer = await call('read/insights', args)
    assert.deepEqual(answer, await call('insights/read', args))
    assert.equal(answer.insights.length, 5)
    assert.ok(answer.length > 5)
    const [insight] = answer.insights
    assert.match(insight.id, /^[0-9a-f]{32}$/)
    assert.deepEqual([insight.ticker, insight.period], ['QQQ', 10 * 86_400])
    assert.equal(insight.closeTime - insight.generatedTime, insight.period)
    assert.deepEqual(await call('read/insights', { start: 0, end: 101 }), refused('Maximum range is 100'))
  })

  describe('the log', () => {
    it('tells when the algorithm began, what it bought and sold, and when it ended', async () => {
      const { logs, length } = await call('read/log', { start: 0, end: 200, query: '' })
      assert.equal(logs.length, Math.min(length, 200))
      assert.match(logs[0], /^2018-01-01 00:00:00 Launching analysis for [0-9a-f]{32} with LEAN Engine v2/)
      assert.equal(logs[1], '2018-01-01 00:00:00 Ready to cross')
      const [first] = await orders()
      assert.equal(logs[2], `2018-01-02 09:31:00 Bought ${first.quantity} QQQ at ${first.price}`)
      const last = await call('read/log', { start: length - 1, end: length, query: '' })
      assert.match(last.logs[0], /^2021-01-01 00:00:00 Algorithm Id:\([0-9a-f]{32}\) completed/)
    })

    it('is filtered by a query, and has at most 200 lines at once', async () => {
      const { logs, length } = await call('read/log', { start: 0, end: 200, query: 'sold' })
      assert.ok(length > 0 && logs.every((line: string) => line.includes('Sold')))
      assert.deepEqual(await call('read/log', { start: 0, end: 201, query: '' }), refused('Maximum range is 200'))
    })
  })

  it('the report is generated first and then is about this backtest', async () => {
    assert.deepEqual(await call('read/report'), { generating: true, success: true })
    assert.deepEqual(await call('read/report'), { generating: true, success: true })
    const { report } = await call('read/report')
    const numbers = await statistics()
    assert.match(report, /^<!DOCTYPE html>/)
    assert.ok(report.includes('<h1>R&amp;D &lt;1&gt;</h1>'))
    for (const name of ['End Equity', 'Sharpe Ratio', 'Total Fees']) assert.ok(report.includes(numbers[name]), name)
  })

  it('while it runs there is nothing, or it is still loading', async () => {
    await begin(CROSSING)
    sandbox.tick(2)
    const args = { start: 0, end: 10 }
    const loading = { progress: 0, status: 'loading', success: true }
    for (let count = 0; count < 4; count += 1) {
      assert.deepEqual(await call('orders/read', args), loading)
      assert.deepEqual(await call('chart/read', { name: 'Benchmark' }), loading)
      assert.deepEqual(await call('read/report'), { generating: true, success: true })
    }
    assert.deepEqual(await call('read/insights', args), { insights: [], length: 0, success: true })
    assert.deepEqual(await call('trades/read', args), { trades: [], length: 0, success: true })
    assert.deepEqual(await call('read/log', { ...args, query: '' }), { logs: [], length: 0, success: true })
  })

  it('a failed backtest has a log that says why, and neither orders nor charts', async () => {
    await begin(`${CROSSING}\n# RUNTIME ERROR\n`)
    sandbox.tick(4)
    const { logs } = await call('read/log', { start: 0, end: 10, query: 'error' })
    assert.match(logs[0], /Runtime Error/)
    assert.deepEqual((await loaded('orders/read', { start: 0, end: 10 })).orders, [])
    assert.deepEqual(await call('chart/read', { name: 'Benchmark' }), refused('Chart not found'))
    assert.equal((await call('read/report')).success, false)
  })

  it('an unknown backtest is refused everywhere', async () => {
    for (const path of [
      'chart/read',
      'orders/read',
      'read/insights',
      'trades/read',
      'read/log',
      'read/report',
      'update',
      'delete',
    ]) {
      assert.deepEqual(await call(path, { backtestId: 'nothing' }), refused('Backtest not found'), path)
    }
  })
})
