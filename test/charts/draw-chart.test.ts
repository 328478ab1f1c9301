import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { drawChart } from '../../src/charts/draw-chart.ts'
import { readPng } from './picture.ts'
import { chartOf, lineOf, strategyEquity, wave } from './samples.ts'

const TITLE = 'Strategy Equity · Momentum'
/** Where the title stands, in pixels. */
const TITLE_AREA = [0, 20, 1440, 70] as const

describe('the picture of a chart', () => {
  it('is 720 points wide at two pixels a point, white at its edges, and small enough to send', async () => {
    const png = await drawChart(strategyEquity(60), TITLE)
    const { width, height, at } = readPng(png)
    assert.equal(width, 1440)
    assert.ok(height > 700 && height < 1300, String(height))
    for (const [x, y] of [
      [0, 0],
      [width - 1, 0],
      [0, height - 1],
      [width - 1, height - 1],
    ] as const) {
      assert.deepEqual(at(x, y), [255, 255, 255])
    }
    assert.ok(png && png.length < 150_000)
  })

  it('has one plot below another where series ask for it', async () => {
    const one = readPng(await drawChart(chartOf(lineOf('A', wave(50, 1, 1))), TITLE))
    const two = readPng(
      await drawChart(chartOf(lineOf('A', wave(50, 1, 1)), lineOf('B', wave(50, 1, 1), { index: 1 })), TITLE),
    )
    assert.ok(two.height > one.height)
  })

  it('draws the line in its own colour where that can be read, and in another where it cannot', async () => {
    const drawn = async (color: string) =>
      readPng(await drawChart(chartOf(lineOf('A', wave(50, 1, 1), { color })), TITLE))
    assert.ok((await drawn('#7a1fa2')).of('#7a1fa2') > 1000)
    const light = await drawn('#ffffcc')
    assert.equal(light.of('#ffffcc'), 0)
    assert.ok(light.ink(120, 200, 1440, 700) > 5000)
  })

  it('draws every kind of series over time', async () => {
    for (const seriesType of [0, 1, 2, 3, 4, 5]) {
      const picture = readPng(await drawChart(chartOf(lineOf('A', wave(40, 5, 3), { seriesType })), TITLE))
      assert.ok(picture.of('#2563a8') > 300, `series type ${seriesType}`)
    }
  })

  it('draws pies and treemaps as bars of the latest values', async () => {
    const shares = ['SPY', 'AAPL'].map((name, i) =>
      lineOf(
        name,
        [
          [1, 1],
          [2, 30 * (i + 1)],
        ],
        { seriesType: 7 },
      ),
    )
    assert.ok(readPng(await drawChart(chartOf(...shares), TITLE)).of('#2563a8') > 5000)
  })

  it('writes with a font of its own: title, axis and legend are there on a server that has none', async () => {
    const named = readPng(await drawChart(strategyEquity(60), TITLE))
    const unnamed = readPng(await drawChart(strategyEquity(60), ''))
    assert.ok(named.ink(...TITLE_AREA) > 1000)
    assert.equal(unnamed.ink(...TITLE_AREA), 0)
    assert.ok(named.ink(0, 150, 130, 650) > 500, 'values beside the axis')
    assert.ok(named.ink(140, named.height - 80, 1440, named.height) > 500, 'dates below it')
    assert.ok(named.ink(60, 130, 200, 160) > 100, 'a name in the legend')
  })

  it('is the same for the same data', async () => {
    const [one, other] = await Promise.all([drawChart(strategyEquity(30), TITLE), drawChart(strategyEquity(30), TITLE)])
    assert.ok(one && other && one.equals(other))
  })

  it('keeps the peak of very many points', async () => {
    const values = wave(20_000, 1, 0).map(([time, value], i) => [time, i === 12_567 ? 100 : value])
    const { of, ink } = readPng(await drawChart(chartOf(lineOf('A', values)), TITLE))
    assert.ok(of('#2563a8') > 1000)
    // The upper half of the plot is empty but for the grid and the peak.
    assert.ok(ink(900, 220, 960, 300) > 80)
  })
})

describe('awkward data', () => {
  const nothing: [string, Record<string, unknown>][] = [
    ['no series', {}],
    ['an empty list for an empty set', { series: [] }],
    ['null', { series: null }],
    ['text', { series: 'none' }],
    ['a series that is null', { series: { A: null } }],
    ['no values', chartOf(lineOf('A', []))],
    [
      'values that are none',
      chartOf(lineOf('A', [null, 1, 'x', [], [1], [1, null], { x: 1 }, ['NaN', 3], [1, 1e300]])),
    ],
    ['a kind that cannot be drawn', chartOf(lineOf('A', wave(5, 1, 1), { seriesType: 9 }))],
  ]
  for (const [what, chart] of nothing) {
    it(`gives no picture for ${what}`, async () => assert.equal(await drawChart(chart, TITLE), undefined))
  }

  const drawable: [string, Record<string, unknown>][] = [
    ['a single point', chartOf(lineOf('A', [[1_381_104_000, 5]]))],
    ['a single candle', chartOf(lineOf('A', [[1_381_104_000, 1, 2, 0, 1.5]], { seriesType: 2 }))],
    ['a series in a list', { series: [lineOf('A', wave(5, 1, 1))] }],
    [
      'points as objects, text and unsorted',
      chartOf(lineOf('A', [{ x: 3e8, y: 2 }, ['100000000', '7'], { x: 2e8, y: null }])),
    ],
    ['only zeros', chartOf(lineOf('A', wave(9, 0, 0), { seriesType: 3 }))],
    [
      'huge and tiny values',
      chartOf(lineOf('A', wave(9, 1e99, 1e98)), lineOf('B', wave(9, 1e-90, 1e-91), { index: 1 })),
    ],
    ['negative values', chartOf(lineOf('A', wave(9, -5e6, 1e6)))],
    [
      'stacked areas of different times',
      chartOf(lineOf('A', wave(9, 5, 1), { seriesType: 5 }), lineOf('B', wave(40, 5, 9), { seriesType: 5 })),
    ],
    [
      'fields of the wrong kind',
      chartOf({ name: 5, unit: {}, index: 'x', seriesType: null, color: [], values: wave(9, 1, 1) }),
    ],
    [
      'three hundred series',
      chartOf(...Array.from({ length: 300 }, (_, i) => lineOf(`Series ${i}`, wave(50, i, 1), { index: i }))),
    ],
    [
      'time to the second',
      chartOf(
        lineOf(
          'A',
          Array.from({ length: 20 }, (_, i) => [1_381_104_000 + i, i]),
        ),
      ),
    ],
    [
      'two centuries',
      chartOf(
        lineOf(
          'A',
          Array.from({ length: 20 }, (_, i) => [i * 3e8, i]),
        ),
      ),
    ],
  ]
  for (const [what, chart] of drawable) {
    it(`is drawn: ${what}`, async () => {
      const { width, ink, height } = readPng(await drawChart(chart, TITLE))
      assert.equal(width, 1440)
      assert.ok(height < 3000)
      assert.ok(ink(0, 0, 1440, height) > 2000)
    })
  }

  it('shows names from strangers as text, whatever they are', async () => {
    for (const name of [
      '<script>alert(1)</script>',
      '</text><rect width="999" height="999" fill="#ff0000"/>',
      '&lt;&#x0; & ]]> <!-- "\'',
      '{a|rich} {b} {{c}}',
      'nul \0 escape \u001b[31m \ud800',
      '\u202eright to left \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627',
      '__proto__',
      'constructor',
      'x'.repeat(3_000_000),
    ]) {
      const more = { unit: name, color: name, scatterMarkerSymbol: name, seriesType: 1 }
      const picture = readPng(await drawChart({ series: [lineOf(name, wave(20, 1, 1), more)] }, name))
      assert.equal(picture.of('#ff0000'), 0, name.slice(0, 40))
      assert.ok(picture.ink(...TITLE_AREA) > 0, name.slice(0, 40))
    }
  })
})
