// How a chart is told: what is asked for, and what stays when points are thinned.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, BACKTEST, PROJECT, takes } from './run-tool.ts'

const backtest = { projectId: PROJECT, backtestId: BACKTEST, name: 'Strategy Equity' }
const equity = {
  name: 'Equity',
  unit: '$',
  index: 0,
  seriesType: 2,
  color: '#F5AE29',
  values: [
    [1381104000, 100000, 100010, 99990, 100001],
    [1381176000, 99983, 100121, 99702, 99996],
    [1381262400, 99996, 100300, 99900, 100250],
  ],
}
const returns = {
  name: 'Return',
  unit: '%',
  index: 1,
  seriesType: 3,
  color: '#5CE487',
  values: [
    { x: 1381104000, y: 0.5 },
    { x: 1381176000, y: -0.004 },
  ],
}
const chart = { name: 'Strategy Equity', chartType: 0, series: { Equity: equity, Return: returns } }

describe('a chart', () => {
  it('is told series by series, each with its unit, its ends, its extremes and its columns', async () => {
    const { data, cut, result } = await answerOf('read_backtest_chart', backtest, { chart, success: true })
    assert.deepEqual(data, {
      chart: 'Strategy Equity',
      series: [
        {
          name: 'Equity',
          unit: '$',
          points: 3,
          from: '2013-10-07T00:00:00Z',
          to: '2013-10-08T20:00:00Z',
          first: 100001,
          last: 100250,
          lowest: 99702,
          highest: 100300,
          columns: ['time', 'open', 'high', 'low', 'close'],
          values: [
            ['2013-10-07T00:00:00Z', 100000, 100010, 99990, 100001],
            ['2013-10-07T20:00:00Z', 99983, 100121, 99702, 99996],
            ['2013-10-08T20:00:00Z', 99996, 100300, 99900, 100250],
          ],
        },
        {
          name: 'Return',
          unit: '%',
          points: 2,
          from: '2013-10-07T00:00:00Z',
          to: '2013-10-07T20:00:00Z',
          first: 0.5,
          last: -0.004,
          lowest: -0.004,
          highest: 0.5,
          columns: ['time', 'value'],
          values: [
            ['2013-10-07T00:00:00Z', 0.5],
            ['2013-10-07T20:00:00Z', -0.004],
          ],
        },
      ],
    })
    assert.deepEqual(cut, [])
    assert.equal(result.content[1].mimeType, 'image/png')
  })

  const line = (length: number) => ({
    chart: { name: 'Drawdown', series: { D: { name: 'D', unit: '%', values: pointsTo(length) } } },
    success: true,
  })
  const pointsTo = (length: number) => Array.from({ length }, (_, at) => [1381104000 + at * 60, at])

  for (const count of [2, 7, 60]) {
    it(`thinned to ${count} points keeps the first and the last, counts all, and says what is left out`, async () => {
      const { data, cut } = await answerOf('read_backtest_chart', { ...backtest, count }, line(601))
      const [series] = data.series
      assert.equal(series.points, 601)
      assert.equal(series.values.length, count)
      assert.deepEqual([series.values[0][1], series.values.at(-1)[1]], [0, 600])
      assert.deepEqual([series.first, series.last, series.lowest, series.highest], [0, 600, 0, 600])
      assert.match(cut.join(), /count/)
    })
  }

  it('with as many points as asked for is whole, and nothing is said to be left out', async () => {
    const { data, cut } = await answerOf('read_backtest_chart', { ...backtest, count: 60 }, line(60))
    assert.equal(data.series[0].values.length, 60)
    assert.deepEqual(cut, [])
  })

  it('without points has no series, and no picture', async () => {
    const { data, result } = await answerOf('read_backtest_chart', backtest, line(0))
    assert.deepEqual(data, { chart: 'Strategy Equity', series: [] })
    assert.equal(result.content.length, 1)
  })

  it('that is loading is asked for again', async () => {
    const { asked, data } = await answerOf('read_backtest_chart', backtest, [
      { progress: 0.4, status: 'loading', success: true },
      line(3),
    ])
    assert.equal(asked.length, 2)
    assert.equal(data.series[0].points, 3)
  })
})

const empty = { chart: { series: {} }, success: true }

for (const [name, args] of [
  ['read_backtest_chart', backtest],
  ['read_live_chart', { projectId: PROJECT, name: 'Strategy Equity' }],
] as const) {
  describe(name, () => {
    const sent = async (more: object) => (await answerOf(name, { ...args, ...more }, empty)).asked[0]?.args

    it('asks for the whole period without start and end, and for enough points for a smooth line', async () => {
      assert.deepEqual(await sent({}), { ...args, count: 1000 })
      assert.deepEqual(await sent({ count: 2 }), { ...args, count: 1000 })
    })

    it('sends start and end as they were given', async () => {
      assert.deepEqual(await sent({ start: 1381104000, end: 1381500000 }), {
        ...args,
        count: 1000,
        start: 1381104000,
        end: 1381500000,
      })
    })

    it('sends both when one was given: from the beginning, or to now', async () => {
      assert.deepEqual(await sent({ end: 1381500000 }), { ...args, count: 1000, start: 0, end: 1381500000 })
      const before = Math.floor(Date.now() / 1000)
      const { end, ...rest } = await sent({ start: 1381104000 })
      assert.deepEqual(rest, { ...args, count: 1000, start: 1381104000 })
      assert.ok(end >= before && end <= Date.now() / 1000)
    })

    it('takes from 2 to 500 points', () => {
      const accepted = [1, 2, 500, 501].filter((count) => takes(name, { ...args, count }))
      assert.deepEqual(accepted, [2, 500])
    })
  })
}
