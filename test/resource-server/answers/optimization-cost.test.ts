// What an optimization costs, reckoned before it is paid, and how one is started.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, PROJECT } from './run-tool.ts'

const ID = 'O-4d6f8a0b2c4e6f80a1b3c5d7e9f1a3b5'
const RANGES = [
  { name: 'sma_slow', min: 200, max: 220, step: 10 },
  { name: 'sma_fast', min: 10, max: 50, step: 20 },
]
const SHARPE = 'TotalPerformance.PortfolioStatistics.SharpeRatio'

describe('the cost of an optimization', () => {
  const search = { projectId: PROJECT, name: 'Moving averages', target: SHARPE, targetTo: 'max', parameters: RANGES }
  const estimate = { estimateId: 'f1a3b5c7d9e10426385a7c9eb0d2f4a6', time: 26, balance: 500 }

  it('is reckoned from the number of backtests and the seconds of each, for each type of node', async () => {
    const { data, asked } = await answerOf('estimate_optimization_time', search, { estimate, success: true })
    assert.deepEqual(data, {
      estimateId: 'f1a3b5c7d9e10426385a7c9eb0d2f4a6',
      secondsPerBacktest: 26,
      backtests: 9,
      balance: 500,
      // 9 × 26, and 9 × (30 to start + 26 × 1.5)
      machineSeconds: { from: 234, to: 621 },
      costs: [
        { nodeType: 'O2-8', usdPerHour: 0.15, usdFrom: 0.01, usdTo: 0.03 },
        { nodeType: 'O4-12', usdPerHour: 0.3, usdFrom: 0.02, usdTo: 0.06 },
        { nodeType: 'O8-16', usdPerHour: 0.6, usdFrom: 0.04, usdTo: 0.11 },
      ],
    })
    assert.equal(asked[0]?.args.targetTo, 'max')
    assert.deepEqual(asked[0]?.args.parameters, RANGES)
  })

  it('grows with the time of a backtest', async () => {
    const { data } = await answerOf('estimate_optimization_time', search, {
      estimate: { ...estimate, time: 3600 },
      success: true,
    })
    assert.deepEqual(data.machineSeconds, { from: 32400, to: 48870 })
    assert.deepEqual(data.costs, [
      { nodeType: 'O2-8', usdPerHour: 0.15, usdFrom: 1.35, usdTo: 2.04 },
      { nodeType: 'O4-12', usdPerHour: 0.3, usdFrom: 2.7, usdTo: 4.08 },
      { nodeType: 'O8-16', usdPerHour: 0.6, usdFrom: 5.4, usdTo: 8.15 },
    ])
  })

  const grids: [ranges: { min: number; max: number; step: number }[], backtests: number][] = [
    [[{ min: 5, max: 5, step: 1 }], 1],
    [[{ min: 0, max: 0.3, step: 0.1 }], 4],
    [[{ min: 1, max: 10, step: 4 }], 3],
    [
      [
        { min: 1, max: 2, step: 1 },
        { min: 1, max: 3, step: 1 },
        { min: 1, max: 5, step: 1 },
      ],
      30,
    ],
  ]
  for (const [ranges, backtests] of grids) {
    it(`counts ${backtests} backtests in ${JSON.stringify(ranges)}`, async () => {
      const parameters = ranges.map((range, at) => ({ name: `p${at}`, ...range }))
      const { data } = await answerOf(
        'estimate_optimization_time',
        { ...search, parameters },
        { estimate, success: true },
      )
      assert.equal(data.backtests, backtests)
    })
  }

  it('is unknown without a time, and no cost is made up', async () => {
    const { data } = await answerOf('estimate_optimization_time', search, { estimate: { balance: 500 }, success: true })
    assert.deepEqual(data, { backtests: 9, balance: 500 })
  })

  it('is spent by a search that is started once, with all that was agreed', async () => {
    const args = { ...search, compileId: 'c', estimatedCost: 0.03, nodeType: 'O2-8', parallelNodes: 2 }
    const created = { optimizationId: ID, name: 'Moving averages', status: 'new', parameters: RANGES }
    const { asked, data, summary, next } = await answerOf('create_optimization', args, {
      optimizations: [created],
      success: true,
    })
    assert.equal(asked.length, 1)
    assert.equal(asked[0]?.options.retry, false)
    for (const [name, value] of Object.entries(args)) assert.deepEqual(asked[0]?.args[name], value, name)
    assert.deepEqual([data.optimizationId, data.backtestsPlanned, data.status], [ID, 9, 'new'])
    assert.match(summary, /9 backtests on 2 × O2-8/)
    assert.match(next, new RegExp(ID))
  })
})
