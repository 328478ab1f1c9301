// What must agree in a simulation, whatever the strategy.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  NotSimulated,
  readProgram,
  type Simulation,
  simulate,
  withSimulationsPutOff,
} from '../../src/sandbox/simulation/simulate.ts'
import { simulationStatistics } from '../../src/sandbox/simulation/statistics.ts'
import { starterFiles } from '../../src/sandbox/starter.ts'

const python = (content: string) => [{ name: 'main.py', content }]

/** An algorithm over the years 2015 to 2018, with these lines in its two functions. */
const algorithm = (initialize: string, onData: string) =>
  python(`from AlgorithmImports import *

class Tried(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2015, 1, 1)
        self.set_end_date(2018, 12, 31)
        self.set_cash(80_000)
        ${initialize}

    def on_data(self, data):
        ${onData}
`)

const FAST = `self.spy = self.add_equity("SPY", Resolution.DAILY).symbol
        self.fast = self.sma(self.spy, int(self.get_parameter("fast", 10)))
        self.slow = self.sma(self.spy, int(self.get_parameter("slow", 60)))`
const CROSS = `self.set_holdings(self.spy, 1 if self.fast > self.slow else 0)`

const KINDS: Readonly<Record<string, readonly { name: string; content: string }[]>> = {
  hold: algorithm('self.add_equity("AAPL")', 'self.set_holdings("AAPL", 0.5)'),
  fixed: algorithm('self.add_equity("MSFT")', 'self.market_order("MSFT", 25)'),
  crossover: algorithm(FAST, CROSS),
  rsi: algorithm(
    'self.add_equity("KO")\n        self.strength = self.rsi("KO", 7)\n        self.warm_up_indicator("KO", self.strength)',
    'self.set_holdings("KO", 1) if self.strength.current.value < 35 else self.liquidate()',
  ),
  bands: algorithm(
    'self.add_equity("GLD")\n        self.bands = self.bb("GLD", 20, 1.5)',
    'self.set_holdings("GLD", 1)',
  ),
  pairs: algorithm(
    'self.add_equity("KO")\n        self.add_equity("PEP")\n        self.lookback = 30',
    'zscore = 1\n        self.set_holdings("KO", 0.5)',
  ),
  rotation: algorithm(
    'for ticker in ["SPY", "TLT", "GLD"]:\n            self.add_equity(ticker)\n            self.momp(ticker, 60)',
    'best = sorted(self.all)[:2]\n        self.set_holdings(best[0], 0.5)',
  ),
}

const run = (kind: string, parameters = {}): Simulation =>
  simulate({ language: 'Py', files: KINDS[kind] ?? [], parameters })

const close = (actual: number, expected: number, why: string) =>
  assert.ok(Math.abs(actual - expected) < 0.05, `${why}: ${actual} is not ${expected}`)

const almost = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`)

describe('a simulation', () => {
  for (const kind of Object.keys(KINDS)) {
    it(`is recognised and agrees with itself: ${kind}`, () => {
      assert.equal(readProgram('Py', KINDS[kind] ?? []).strategy.kind, kind)
      const simulation = run(kind)
      const { cash, orders, trades, holdings, equity, days, benchmark, finalCash, finalEquity, fees } = simulation
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
      assert.ok(orders.length > 0)
      assert.equal(cash, 80_000)
      assert.equal(equity.length, days.length + 1)
      assert.equal(benchmark.length, equity.length)
      assert.equal(finalEquity, equity.at(-1)?.close)
      close(finalEquity, finalCash + sum(holdings.map(({ value }) => value)), 'equity is cash and holdings')
      close(fees, sum(orders.map(({ fee }) => fee)), 'fees are those of the orders')
      const earned = sum(trades.map(({ profitLoss }) => profitLoss)) + sum(holdings.map((held) => held.unrealized))
      close(finalEquity, cash + earned - fees, 'equity is what was earned')
      const bought = sum(orders.map(({ quantity }) => quantity))
      assert.equal(bought, sum(holdings.map(({ quantity }) => quantity)), 'what was not sold is held')
      for (const { id, fee, quantity, time } of orders) {
        assert.ok(Number.isInteger(quantity) && quantity !== 0)
        close(fee, Math.max(1, Math.abs(quantity) * 0.005), `fee of order ${id}`)
        assert.ok(![0, 6].includes(new Date(time * 1000).getUTCDay()), 'nothing is traded at weekends')
      }
      assert.deepEqual(
        orders.map(({ id }) => id),
        orders.map((_, index) => index + 1),
      )
    })

    it(`has statistics that follow from it: ${kind}`, () => {
      const simulation = run(kind)
      const n = simulationStatistics(simulation)
      const values = simulation.equity.map((point) => point.close)
      const worst = values.map((value, at) => 1 - value / Math.max(...values.slice(0, at + 1)))
      assert.equal(n.orders, simulation.orders.length)
      assert.equal(n.endEquity, simulation.finalEquity)
      almost(n.netProfit, simulation.finalEquity / simulation.cash - 1)
      almost(n.drawdown, Math.max(...worst))
      const won = simulation.trades.filter(({ profitLoss }) => profitLoss > 0).length
      assert.equal(n.winRate, simulation.trades.length === 0 ? 0 : won / simulation.trades.length)
      const years = (simulation.end - simulation.start) / (365 * 86_400)
      almost((1 + n.compoundingAnnualReturn) ** years - 1, n.netProfit)
      assert.equal(Math.sign(Number(n.sharpeRatio.toFixed(2))), Math.sign(Number(n.sortinoRatio.toFixed(2))))
    })
  }

  it('is the same for the same and different for different parameters', () => {
    const equity = (parameters: object) => run('crossover', parameters).equity
    assert.deepEqual(equity({ fast: 10 }), equity({ fast: '10' }))
    assert.deepEqual(equity({}), equity({ fast: 10, slow: 60 }))
    assert.notDeepEqual(equity({ fast: 10 }), equity({ fast: 15 }))
    assert.notDeepEqual(equity({ slow: 60 }), equity({ slow: 61 }))
  })

  it('changes with a number in the code, and not with a comment', () => {
    const [main] = starterFiles('Py')
    const equity = (content: string) => simulate({ language: 'Py', files: python(content), parameters: {} }).equity
    const content = main?.content ?? ''
    assert.notDeepEqual(equity(content), equity(content.replace('SPY", ', 'QQQ", ')))
    assert.notDeepEqual(equity(content), equity(content.replace('100000', '90000')))
    assert.deepEqual(equity(content), equity(`# 17 reasons\n${content}`))
  })

  it('is the same in both languages', () => {
    const [one, other] = (['Py', 'C#'] as const).map((language) =>
      simulate({ language, files: starterFiles(language), parameters: {} }),
    )
    assert.deepEqual(one?.orders, other?.orders)
    assert.equal(one?.tradeableDays, 5)
    assert.equal(one?.orders.length, 1)
    assert.equal(one?.orders[0]?.time, Date.UTC(2013, 9, 7, 13, 31) / 1000)
  })

  it('holding the benchmark has a beta near one and no tracking error to speak of', () => {
    const n = simulationStatistics(
      simulate({
        language: 'Py',
        files: algorithm('self.add_equity("SPY")', 'self.set_holdings("SPY", 1)'),
        parameters: {},
      }),
    )
    assert.ok(Math.abs(n.beta - 1) < 0.02, `${n.beta}`)
    assert.ok(Math.abs(n.alpha) < 0.02, `${n.alpha}`)
    assert.ok(n.trackingError < 0.02, `${n.trackingError}`)
  })

  it('code that sends no orders keeps its cash and has no ratios', () => {
    const simulation = simulate({ language: 'Py', files: algorithm('pass', 'pass'), parameters: {} })
    const { sharpeRatio, drawdown, netProfit, beta, alpha } = simulationStatistics(simulation)
    assert.deepEqual([simulation.orders, simulation.finalEquity], [[], 80_000])
    assert.deepEqual(
      { sharpeRatio, drawdown, netProfit, beta, alpha },
      { sharpeRatio: 0, drawdown: 0, netProfit: 0, beta: 0, alpha: 0 },
    )
  })

  it('sells short when the code does', () => {
    const short = CROSS.replace(' else 0)', ')\n        self.set_holdings(self.spy, -1)')
    const { orders, trades } = simulate({ language: 'Py', files: algorithm(FAST, short), parameters: {} })
    assert.ok(trades.some(({ direction }) => direction === 'short'))
    assert.ok(orders.some(({ quantity }) => quantity < 0))
  })

  it('coins trade on weekends, in parts', () => {
    const files = algorithm('self.add_crypto("BTCUSD")', 'self.set_holdings("BTCUSD", 1)')
    const { tradeableDays, orders } = simulate({ language: 'Py', files, parameters: {} })
    assert.equal(tradeableDays, 4 * 365 + 1)
    assert.ok(!Number.isInteger(orders[0]?.quantity))
  })

  it('a live run begins within a minute, even on a Sunday, and stands where the time is', () => {
    const start = Date.UTC(2026, 10, 22, 3) / 1000
    const live = (seconds: number) =>
      simulate({ language: 'Py', files: starterFiles('Py'), parameters: {}, start, end: start + seconds, cash: 50_000 })
    assert.equal(live(30).orders.length, 0)
    assert.deepEqual(
      live(120).orders.map(({ time }) => time),
      [start + 60],
    )
    const later = live(3 * 86_400)
    assert.equal(later.equity[0]?.close, 50_000)
    assert.ok((later.equity.at(-1)?.time ?? 0) <= start + 3 * 86_400)
    assert.equal(later.orders.length, 1)
  })

  it('may be put off until it was made in portions, and is the same then', async () => {
    const asked = { language: 'Py', files: starterFiles('Py'), parameters: { late: '1' } } as const
    const inStep = () => withSimulationsPutOff(() => simulate(asked))
    const put = (() => {
      try {
        return inStep()
      } catch (error) {
        return error
      }
    })()
    assert.ok(put instanceof NotSimulated)
    await put.simulate()
    assert.deepEqual(inStep().equity, simulate({ ...asked, parameters: { late: '2' } }).equity)
  })
})
