// How backtests are told, and what is asked for on the way.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, BACKTEST, PROJECT } from './run-tool.ts'

const which = { projectId: PROJECT, backtestId: BACKTEST }
const begun = {
  backtestId: BACKTEST,
  projectId: PROJECT,
  name: 'Calm Orange Jackal',
  note: null,
  status: 'In Queue...',
  completed: false,
  progress: 0,
  created: '2026-10-05 14:21:07',
  error: null,
  stacktrace: null,
  charts: [],
  parameterSet: [],
  statistics: [],
  runtimeStatistics: [],
  rollingWindow: null,
  totalPerformance: null,
  nodeName: 'B-MICRO node 4d2a1f0c',
}
const finished = {
  ...begun,
  status: 'Completed.',
  completed: true,
  progress: 1,
  backtestStart: '2013-10-07 00:00:00',
  backtestEnd: '2013-10-11 23:59:59',
  tradeableDates: 5,
  charts: { 'Strategy Equity': { name: 'Strategy Equity' }, Drawdown: { name: 'Drawdown' } },
  statistics: {
    'Total Orders': '1',
    'Average Win': '0%',
    'Compounding Annual Return': '271.453%',
    Drawdown: '2.200%',
    'Start Equity': '100000',
    'End Equity': '101691.92',
    'Net Profit': '1.692%',
    'Sharpe Ratio': '8.854',
    'Sortino Ratio': '0',
    'Probabilistic Sharpe Ratio': '67.609%',
    'Win Rate': '1%',
    'Profit-Loss Ratio': '2',
    Alpha: '-0.005',
    'Total Fees': '$3.44',
  },
  runtimeStatistics: { Equity: '$101,691.92', Fees: '-$3.44' },
}
const failed = {
  ...begun,
  status: 'Runtime Error',
  completed: true,
  progress: 1,
  error: "'NoneType' object has no attribute 'price'",
  stacktrace: "  at on_data\n    price = data['SPY'].price\n in main.py: line 12",
}
const answer = (backtest: object) => ({ backtest, debugging: false, success: true })

describe('a backtest', () => {
  it('that is completed is told with its statistics as they came, those that are read first ahead', async () => {
    const { data } = await answerOf('read_backtest', which, answer(finished))
    assert.deepEqual(data.backtest, {
      backtestId: BACKTEST,
      projectId: PROJECT,
      name: 'Calm Orange Jackal',
      status: 'Completed.',
      progress: 1,
      completed: true,
      url: `https://www.quantconnect.com/project/${PROJECT}/${BACKTEST}`,
      statistics: finished.statistics,
      created: '2026-10-05 14:21:07 UTC',
      backtestStart: '2013-10-07 00:00:00 UTC',
      backtestEnd: '2013-10-11 23:59:59 UTC',
      tradeableDates: 5,
      parameterSet: [],
      runtimeStatistics: { Equity: '$101,691.92', Fees: '-$3.44' },
      nodeName: 'B-MICRO node 4d2a1f0c',
      charts: ['Strategy Equity', 'Drawdown'],
    })
    assert.deepEqual(Object.keys(data.backtest.statistics), [
      ...['Net Profit', 'Compounding Annual Return', 'Sharpe Ratio', 'Sortino Ratio', 'Drawdown', 'Win Rate'],
      ...['Profit-Loss Ratio', 'Probabilistic Sharpe Ratio', 'Total Orders', 'Total Fees', 'Start Equity'],
      ...['End Equity', 'Average Win', 'Alpha'],
    ])
  })

  it('that runs says how far it is, and is read again', async () => {
    const { summary, next } = await answerOf('read_backtest', which, answer({ ...begun, progress: 0.37 }))
    assert.match(summary, /37 %/)
    assert.match(next, new RegExp(`read_backtest .*${PROJECT}.*${BACKTEST}`))
  })

  it('that failed leads with why, has the stack trace, and sends the model to the code', async () => {
    const { summary, next, data } = await answerOf('read_backtest', which, answer(failed))
    assert.match(summary, /failed: 'NoneType' object has no attribute 'price'/)
    assert.equal(data.backtest.error, failed.error)
    assert.equal(data.backtest.stacktrace, failed.stacktrace)
    assert.match(next, /create_compile/)
    assert.doesNotMatch(summary, /completed/)
  })

  it('that is completed without its statistics is looked at again, since they follow', async () => {
    const bare = { ...finished, statistics: [] }
    const { asked, data } = await answerOf('read_backtest', which, [answer(bare), answer(finished)])
    assert.equal(asked.length, 2)
    assert.equal(data.backtest.statistics['Sharpe Ratio'], '8.854')
  })
})

describe('create_backtest', () => {
  const args = { projectId: PROJECT, compileId: 'c', backtestName: 'Calm Orange Jackal' }
  const created = async (more: object, bodies: object[] = [answer(begun), answer(finished)]) =>
    answerOf('create_backtest', { ...args, ...more }, bodies)

  it('is sent once; only the reading that follows may be repeated', async () => {
    const { asked, data } = await created({ waitSeconds: 10 })
    assert.deepEqual(asked, [
      { endpoint: '/backtests/create', args, options: { retry: false, form: false, secrets: [] } },
      { endpoint: '/backtests/read', args: which, options: { retry: true, form: false, secrets: [] } },
    ])
    assert.equal(data.backtest.completed, true)
  })

  it('waits for the end when asked to', async () => {
    const { asked, data } = await created({ waitSeconds: 10 }, [answer(begun), answer(begun), answer(failed)])
    assert.equal(asked.length, 3)
    assert.equal(data.backtest.error, failed.error)
  })

  it('returns at once without waitSeconds', async () => {
    const { asked, data, next } = await created({})
    assert.equal(asked.length, 1)
    assert.equal(data.backtest.backtestId, BACKTEST)
    assert.match(next, new RegExp(BACKTEST))
  })

  it('sends parameters, and none at all where there are none', async () => {
    assert.deepEqual((await created({ parameters: { ema: 10, name: 'x' } })).asked[0]?.args, {
      ...args,
      parameters: { ema: 10, name: 'x' },
    })
    assert.deepEqual((await created({ parameters: {} })).asked[0]?.args, args)
  })
})

describe('list_backtests', () => {
  const row = {
    backtestId: BACKTEST,
    status: 'Completed.',
    name: 'Calm Orange Jackal',
    created: '2026-10-05 14:21:07',
    progress: 1,
    optimizationId: null,
    tradeableDates: 5,
    parameterSet: [],
    snapshotId: 31415926,
    tags: [],
  }
  const rows = (count: number) => Array.from({ length: count }, (_, at) => ({ ...row, backtestId: `b${at}` }))

  it('shows 50 at once, in QuantConnect’s order, and counts all', async () => {
    const { data } = await answerOf('list_backtests', { projectId: PROJECT }, { backtests: rows(60), count: 60 })
    assert.equal(data.count, 60)
    assert.deepEqual(
      data.backtests.map(({ backtestId }: { backtestId: string }) => backtestId),
      Array.from({ length: 50 }, (_, at) => `b${at}`),
    )
    assert.ok(!('inPercent' in data))
  })

  it('with statistics has them under their names, and says which are percentages', async () => {
    const statistics = { sharpeRatio: 8.854, alpha: -0.005, netProfit: 1.692, drawdown: 2.2, trades: 1, winRate: 0.5 }
    const { data, asked } = await answerOf(
      'list_backtests',
      { projectId: PROJECT, includeStatistics: true },
      { backtests: [{ ...row, ...statistics, parameterSet: { ema: '10' }, tags: ['a', 'b'] }], count: 1 },
    )
    assert.deepEqual(asked[0]?.args, { projectId: PROJECT, includeStatistics: true })
    assert.deepEqual(data.backtests, [
      {
        backtestId: BACKTEST,
        status: 'Completed.',
        name: 'Calm Orange Jackal',
        created: '2026-10-05 14:21:07 UTC',
        progress: 1,
        tradeableDates: 5,
        snapshotId: 31415926,
        ...statistics,
        parameters: 'ema 10',
        tags: 'a, b',
      },
    ])
    assert.deepEqual(data.inPercent, [
      ...['compoundingAnnualReturn', 'drawdown', 'lossRate', 'netProfit', 'psr', 'winRate'],
    ])
  })
})

describe('read_backtest_report', () => {
  it('asks again while QuantConnect is generating it', async () => {
    const bodies = [
      { generating: true, progress: 0.5, success: true },
      { report: '<h1>Key Statistics</h1><p>Return 1.69 %</p>', success: true },
    ]
    const { asked, data } = await answerOf('read_backtest_report', which, bodies)
    assert.deepEqual(
      asked.map(({ args, options }) => [args, options.retry]),
      [
        [which, true],
        [which, true],
      ],
    )
    assert.equal(data.report, 'Key Statistics\nReturn 1.69 %')
  })
})

describe('what a backtest produced', () => {
  for (const [name, atMost, more] of [
    ['read_backtest_orders', 100, {}],
    ['read_backtest_insights', 100, {}],
    ['read_backtest_trades', 100, {}],
    ['read_backtest_logs', 200, { query: '' }],
  ] as const) {
    it(`${name} asks for both ends, at most ${atMost} apart`, async () => {
      const sent = async (window: object) => (await answerOf(name, { ...which, ...window })).asked[0]?.args
      assert.deepEqual(await sent({}), { ...which, ...more, start: 0, end: atMost })
      assert.deepEqual(await sent({ start: 7, end: 9 }), { ...which, ...more, start: 7, end: 9 })
      assert.deepEqual(await sent({ start: 7, end: 9999 }), { ...which, ...more, start: 7, end: 7 + atMost })
    })
  }
})

it('renaming and deleting a backtest are sent once', async () => {
  for (const [name, args] of [
    ['update_backtest', { ...which, note: 'x' }],
    ['delete_backtest', which],
  ] as const) {
    const { asked } = await answerOf(name, args)
    assert.deepEqual(
      asked.map((one) => [one.args, one.options.retry]),
      [[args, false]],
    )
  }
})
