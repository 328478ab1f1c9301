// How optimizations are told: which backtest is best, what its numbers are called, what a search costs.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '../../support/json.ts'
import { answerOf, PROJECT } from './run-tool.ts'

const ID = 'O-4d6f8a0b2c4e6f80a1b3c5d7e9f1a3b5'
const RANGES = [
  { name: 'sma_slow', min: 200, max: 220, step: 10 },
  { name: 'sma_fast', min: 10, max: 50, step: 20 },
]
const SHARPE = 'TotalPerformance.PortfolioStatistics.SharpeRatio'
const DRAWDOWN = 'TotalPerformance.PortfolioStatistics.Drawdown'

/** Statistics by position, 21 of them; each says where it stands. */
const POSITIONS = Array.from({ length: 21 }, (_, at) => 100 + at)
const BY_NAME = {
  Alpha: 100,
  'Annual Standard Deviation': 101,
  'Annual Variance': 102,
  'Average Loss': 103,
  'Average Win': 104,
  Beta: 105,
  'Compounding Annual Return': 106,
  Drawdown: 107,
  'Estimated Strategy Capacity': 108,
  Expectancy: 109,
  'Information Ratio': 110,
  'Loss Rate': 111,
  'Net Profit': 112,
  'Probabilistic Sharpe Ratio': 113,
  'Profit-Loss Ratio': 114,
  'Sharpe Ratio': 115,
  'Total Fees': 116,
  'Total Orders': 117,
  'Tracking Error': 118,
  'Treynor Ratio': 119,
  'Win Rate': 120,
}
const PERCENT = [
  ...['Average Loss', 'Average Win', 'Compounding Annual Return', 'Drawdown', 'Loss Rate', 'Net Profit'],
  ...['Probabilistic Sharpe Ratio', 'Win Rate'],
]

const backtest = (id: string, statistics: unknown, more: object = {}) => ({
  name: `Name of ${id}`,
  id,
  progress: 1,
  exitCode: 0,
  statistics,
  parameterSet: { sma_slow: '200', sma_fast: '10' },
  equity: [
    [1381104000, 100000],
    [1381500000, 101691.92],
  ],
  startDate: '2013-10-07 00:00:00',
  endDate: '2013-10-11 23:59:59',
  ...more,
})
const optimization = (backtests: readonly { id: string }[], more: object = {}) => ({
  optimization: {
    optimizationId: ID,
    snapshotId: 31415927,
    projectId: PROJECT,
    name: 'Moving averages',
    status: 'completed',
    nodeType: 'O2-8',
    parallelNodes: 2,
    criterion: { target: SHARPE, extremum: 'max', targetValue: null },
    runtimeStatistics: { Completed: '3', Failed: '0', Running: '0', 'In Queue': '6', Consumed: '0.01' },
    constraints: [],
    parameters: RANGES,
    backtests: Object.fromEntries(backtests.map((one) => [one.id, one])),
    gridLayout: [],
    ...more,
  },
  success: true,
})
const read = (backtests: readonly { id: string }[], more: object = {}, args: object = {}) =>
  answerOf('read_optimization', { optimizationId: ID, ...args }, optimization(backtests, more))
const idsOf = ({ data }: Json): string[] => data.backtests.map((row: Json) => row.backtestId)

describe('a backtest of an optimization', () => {
  it('has the 21 statistics by their names, its parameters and its dates', async () => {
    const { data } = await read([backtest('b1', POSITIONS)])
    assert.deepEqual(data.backtests, [
      {
        backtestId: 'b1',
        name: 'Name of b1',
        state: 'completed',
        'parameter sma_slow': '200',
        'parameter sma_fast': '10',
        startDate: '2013-10-07 00:00:00 UTC',
        endDate: '2013-10-11 23:59:59 UTC',
        ...BY_NAME,
      },
    ])
    assert.deepEqual(data.inPercent, PERCENT)
  })

  it('has the same names where positions are spelled as keys, and the algorithm’s own beside them', async () => {
    const keyed = { ...Object.fromEntries(POSITIONS.map((value, at) => [`${at}`, value])), 21: 121, Mood: 'good' }
    const [row] = (await read([backtest('b1', keyed)])).data.backtests
    assert.equal(row['Sharpe Ratio'], 115)
    assert.equal(row['Win Rate'], 120)
    assert.equal(row['Sortino Ratio'], 121)
    assert.equal(row.Mood, 'good')
  })

  it('with a list of another length names only what is certain', async () => {
    const [row] = (await read([backtest('b1', POSITIONS.slice(0, 20))])).data.backtests
    assert.equal(row.Drawdown, 107)
    assert.equal(row['position 8'], 108)
    assert.ok(!('Expectancy' in row))
  })

  it('that failed or goes on says so', async () => {
    const { data } = await read([
      backtest('b1', [], { exitCode: 1 }),
      backtest('b2', [], { progress: 0.4 }),
      backtest('b3', POSITIONS),
    ])
    const states = Object.fromEntries(data.backtests.map(({ backtestId, state }: Json) => [backtestId, state]))
    assert.match(states.b1, /failed.*1/)
    assert.match(states.b2, /40 %/)
    assert.equal(states.b3, 'completed')
  })
})

describe('an optimization', () => {
  const three = [
    backtest('middle', { 'Sharpe Ratio': 1.5, Drawdown: 5 }),
    backtest('failed', { 'Sharpe Ratio': 99, Drawdown: -99 }, { exitCode: 1 }),
    backtest('low', { 'Sharpe Ratio': -0.5, Drawdown: 2.2 }),
    backtest('empty', []),
    backtest('high', { 'Sharpe Ratio': 10.5, Drawdown: 20 }),
  ]

  it('to the maximum lists the highest first, and what has no result last', async () => {
    const told = await read(three)
    assert.deepEqual(idsOf(told), ['high', 'middle', 'low', 'failed', 'empty'])
    assert.equal(told.data.bestBacktestId, 'high')
    assert.match(told.summary, /Name of high/)
    assert.match(told.summary, /Sharpe Ratio 10\.5/)
    assert.match(told.next, /backtestId high/)
  })

  it('to the minimum lists the lowest first', async () => {
    const told = await read(three, { criterion: { target: DRAWDOWN, extremum: 'min', targetValue: 1 } })
    assert.deepEqual(idsOf(told), ['low', 'middle', 'high', 'failed', 'empty'])
    assert.equal(told.data.bestBacktestId, 'low')
    assert.match(told.summary, /Drawdown 2\.2 %/)
    assert.deepEqual([told.data.target, told.data.extremum, told.data.targetValue], [DRAWDOWN, 'min', 1])
  })

  it('takes its criterion from beside, where it has none of its own', async () => {
    const told = await read(three, { criterion: null, optimizationTarget: SHARPE, extremum: 'min' })
    assert.deepEqual(idsOf(told).slice(0, 3), ['low', 'middle', 'high'])
  })

  it('shows only the rows of the window, counts all, and knows the best even where it is not shown', async () => {
    const told = await read(three, {}, { start: 1, end: 3 })
    assert.deepEqual(idsOf(told), ['middle', 'low'])
    assert.equal(told.data.count, 5)
    assert.equal(told.data.bestBacktestId, 'high')
    assert.match(told.summary, /1 to 3 of 5/)
  })

  it('shows at most 50 rows', async () => {
    const many = Array.from({ length: 60 }, (_, at) => backtest(`b${at}`, { 'Sharpe Ratio': 60 - at }))
    const told = await read(many, {}, { start: 0, end: 60 })
    assert.deepEqual(
      idsOf(told),
      Array.from({ length: 50 }, (_, at) => `b${at}`),
    )
  })

  it('is asked for by its id alone', async () => {
    const { asked } = await read(three, {}, { start: 1, end: 3 })
    assert.deepEqual(asked[0]?.args, { optimizationId: ID })
  })

  it('that goes on has its best so far, and is read again', async () => {
    const { summary, next } = await read(three, { status: 'running' })
    assert.match(summary, /so far/)
    assert.match(next, new RegExp(`read_optimization.*${ID}`))
  })

  it('without backtests has no best one', async () => {
    const { data } = await read([], { status: 'new', backtests: [] })
    assert.deepEqual([data.count, data.backtests, 'bestBacktestId' in data], [0, [], false])
  })

  it('in a list is a row with its criterion and its ranges, and what is not over is counted', async () => {
    const row = {
      optimizationId: ID,
      projectId: PROJECT,
      name: 'Moving averages',
      status: 'new',
      nodeType: 'O2-8',
      criterion: { target: SHARPE, extremum: 'max', targetValue: null },
      created: '2026-10-05 14:21:07',
      psr: null,
      sharpeRatio: 1.25,
      trades: 7,
      cloneId: PROJECT,
      parameters: [...RANGES, { name: 'fixed', value: 3 }],
    }
    const optimizations = [row, { ...row, status: 'completed' }, { ...row, status: 'running' }]
    const { data, summary } = await answerOf(
      'list_optimizations',
      { projectId: PROJECT },
      { optimizations, success: true },
    )
    assert.equal(data.count, 3)
    assert.deepEqual(data.optimizations[0], {
      optimizationId: ID,
      name: 'Moving averages',
      status: 'new',
      created: '2026-10-05 14:21:07 UTC',
      target: SHARPE,
      extremum: 'max',
      ranges: 'sma_slow 200 to 220 by 10; sma_fast 10 to 50 by 20; fixed = 3',
      projectId: PROJECT,
      nodeType: 'O2-8',
      sharpeRatio: 1.25,
      trades: 7,
    })
    assert.match(summary, /2 not ended/)
  })
})
