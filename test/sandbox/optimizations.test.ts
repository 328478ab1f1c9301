import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AVERAGES } from '../support/averages.ts'
import type { Json } from '../support/json.ts'
import { refused } from '../support/sandbox-client.ts'
import { useFrozenSandbox } from './frozen.ts'

const SHARPE = 'TotalPerformance.PortfolioStatistics.SharpeRatio'
const PARAMETERS = [
  { name: 'sma_slow', min: 40, max: 60, step: 10 },
  { name: 'sma_fast', min: 5, max: 10, step: 5 },
]

describe('optimizations in the sandbox', () => {
  const { call, tick, project, built } = useFrozenSandbox()

  async function form(main = AVERAGES): Promise<Json> {
    const projectId = await project('Optimized', main)
    const compileId = await built(projectId)
    return {
      projectId,
      compileId,
      name: 'Moving averages',
      target: SHARPE,
      targetTo: 'max',
      strategy: 'QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy',
      parameters: PARAMETERS,
      estimatedCost: 1,
      nodeType: 'O2-8',
      parallelNodes: 2,
    }
  }
  const create = async (changes: Json = {}) => {
    const { optimizations } = await call('/optimizations/create', { ...(await form()), ...changes })
    return optimizations[0].optimizationId as string
  }
  const read = async (optimizationId: string) => (await call('/optimizations/read', { optimizationId })).optimization

  it('one is created as a list of one, new, without numbers', async () => {
    const { optimizations } = await call('/optimizations/create', await form())
    assert.equal(optimizations.length, 1)
    const [{ optimizationId, status, criterion, psr, sharpeRatio, trades, created }] = optimizations
    assert.match(optimizationId, /^O-[0-9a-f]{32}$/)
    assert.deepEqual([status, psr, sharpeRatio, trades], ['new', null, null, null])
    assert.deepEqual(criterion, { target: SHARPE, extremum: 'max', targetValue: null })
    assert.match(created, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    assert.deepEqual((await read(optimizationId)).backtests, [])
  })

  it('it is new for fifteen seconds, runs through its grid, and completes', async () => {
    const optimizationId = await create()
    const seen = []
    for (const seconds of [14, 1, 5, 10]) {
      tick(seconds)
      const { status, runtimeStatistics: counts } = await read(optimizationId)
      seen.push([status, counts.Completed, counts.Running, counts['In Queue'], counts.Total])
    }
    assert.deepEqual(seen, [
      ['new', '0', '0', '6', '6'],
      ['running', '0', '2', '4', '6'],
      ['running', '2', '2', '2', '6'],
      ['completed', '6', '0', '0', '6'],
    ])
  })

  it('every combination is a backtest with 21 numbers and a curve', async () => {
    const optimizationId = await create()
    tick(60)
    const optimization = await read(optimizationId)
    const backtests: Json[] = Object.values(optimization.backtests)
    assert.deepEqual(
      backtests.map(({ parameterSet }) => [parameterSet.sma_slow, parameterSet.sma_fast]).sort(),
      ['40', '50', '60'].flatMap((slow) => ['10', '5'].map((fast) => [slow, fast])),
    )
    for (const { statistics, equity, startDate, exitCode, progress } of backtests) {
      assert.equal(statistics.length, 21)
      assert.ok(statistics.every(Number.isFinite))
      assert.deepEqual([startDate.slice(0, 4), exitCode, progress], ['2022', 0, 1])
      assert.ok(equity.length > 10)
    }
    assert.equal(optimization.sharpeRatio, Math.max(...backtests.map(({ statistics }) => statistics[15])))
    assert.ok(new Set(backtests.map(({ statistics }) => statistics[12])).size > 1)
  })

  it('a backtest with the same parameters comes to the same numbers', async () => {
    const args = await form()
    const [{ optimizationId }] = (await call('/optimizations/create', args)).optimizations
    const { projectId, compileId } = args
    const parameters = { sma_slow: 50, sma_fast: 5 }
    const { backtestId } = (await call('/backtests/create', { projectId, compileId, parameters })).backtest
    tick(600)
    await call('/backtests/read', { projectId, backtestId })
    const { statistics } = (await call('/backtests/read', { projectId, backtestId })).backtest
    const { backtests } = await read(optimizationId)
    const twin = (Object.values(backtests) as Json[]).find(
      ({ parameterSet }) => parameterSet.sma_slow === '50' && parameterSet.sma_fast === '5',
    )
    assert.equal(String(twin.statistics[15]), statistics['Sharpe Ratio'])
    assert.equal(String(twin.statistics[17]), statistics['Total Orders'])
  })

  it('a backtest of the grid can be read like any other', async () => {
    const optimizationId = await create()
    tick(600)
    const { projectId, backtests } = await read(optimizationId)
    const [{ id, parameterSet }] = Object.values(backtests) as Json[]
    const { backtest } = await call('/backtests/read', { projectId, backtestId: id })
    assert.deepEqual(
      [backtest.optimizationId, backtest.parameterSet, backtest.completed],
      [optimizationId, parameterSet, true],
    )
    assert.equal(typeof backtest.statistics['Sharpe Ratio'], 'string')
    assert.deepEqual((await call('/backtests/list', { projectId })).backtests, [])
    const orders = () => call('/backtests/orders/read', { projectId, backtestId: id, start: 0, end: 100 })
    let answer = await orders()
    assert.equal(answer.status, 'loading')
    for (let count = 0; count < 5 && answer.status === 'loading'; count += 1) answer = await orders()
    assert.equal(answer.length, Number(backtest.statistics['Total Orders']))
  })

  it('an estimate needs an earlier successful backtest of the project', async () => {
    const args = await form()
    assert.match((await call('/optimizations/estimate', args)).errors[0], /earlier successful backtest/)
    await call('/backtests/create', { projectId: args.projectId, compileId: args.compileId })
    tick(600)
    const { estimate } = await call('/optimizations/estimate', args)
    assert.match(estimate.estimateId, /^[0-9a-f]{32}$/)
    assert.deepEqual([Number.isInteger(estimate.time), estimate.balance], [true, 250.25])
  })

  it('without parameters none is estimated or created', async () => {
    const args = { ...(await form()), parameters: [] }
    for (const end of ['estimate', 'create']) {
      assert.deepEqual(await call(`/optimizations/${end}`, args), refused('Parameters are required'))
    }
  })

  it('an unknown project or compile is refused, and so are arguments out of range', async () => {
    const args = await form()
    for (const [change, reason] of [
      [{ projectId: -1 }, 'Project not found'],
      [{ compileId: '' }, 'Compile id not found'],
      [{ nodeType: 'O99' }, 'Invalid argument: nodeType'],
      [{ parallelNodes: 25 }, 'Invalid argument: parallelNodes'],
      [{ parameters: [{ name: 'a', min: 2, max: 1, step: 1 }] }, 'Invalid argument: parameters'],
      [{ parameters: [{ name: 'a', min: 1, max: 1e9, step: 1 }] }, 'This sandbox runs at most 200 backtests at once'],
    ] as const) {
      assert.deepEqual(await call('/optimizations/create', { ...args, ...change }), refused(reason))
    }
  })

  it('an aborted one stays as far as it came, and a completed one cannot be aborted', async () => {
    const optimizationId = await create()
    tick(20)
    assert.deepEqual(await call('/optimizations/abort', { optimizationId }), { success: true })
    tick(600)
    const { status, backtests } = await read(optimizationId)
    assert.deepEqual([status, Object.keys(backtests).length], ['aborted', 2])
    const other = await create()
    tick(60)
    const answer = await call('/optimizations/abort', { optimizationId: other })
    assert.deepEqual(answer, refused('Optimization already completed'))
  })

  it('a deleted one is gone, however fresh', async () => {
    const optimizationId = await create()
    assert.deepEqual(await call('/optimizations/delete', { optimizationId }), { success: true })
    for (const end of ['read', 'update', 'abort', 'delete']) {
      for (const id of [optimizationId, '', 'O-unknown']) {
        const answer = await call(`/optimizations/${end}`, { optimizationId: id, name: 'x' })
        assert.deepEqual(answer, refused('Optimization not found'), end)
      }
    }
  })

  it('the list is empty at first, then newest first, with new names', async () => {
    const projectId = await project()
    assert.deepEqual((await call('/optimizations/list', { projectId })).optimizations, [])
    const args = await form()
    const older = (await call('/optimizations/create', args)).optimizations[0].optimizationId
    const newer = (await call('/optimizations/create', args)).optimizations[0].optimizationId
    await call('/optimizations/update', { optimizationId: older, name: 'Renamed' })
    const rows = (await call('/optimizations/list', { projectId: args.projectId })).optimizations
    assert.deepEqual(
      rows.map(({ optimizationId, name }: Json) => [optimizationId, name]),
      [
        [newer, 'Moving averages'],
        [older, 'Renamed'],
      ],
    )
    assert.deepEqual(await call('/optimizations/list', { projectId: -1 }), refused('Project not found'))
  })
})
