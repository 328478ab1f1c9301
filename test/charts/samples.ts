// Charts as QuantConnect sends them, the same in every run.
const FIRST = Date.UTC(2013, 9, 7) / 1000
const DAY = 86_400

/** A chart with these series. */
export const chartOf = (...series: readonly Record<string, unknown>[]) => ({
  name: 'Chart',
  chartType: 0,
  series: Object.fromEntries(series.map((one, i) => [String(one.name ?? i), one])),
})

/** A wave around a level, one value a day. */
export const wave = (count: number, level: number, height: number): [number, number][] =>
  Array.from({ length: count }, (_, i) => [FIRST + i * DAY, level + height * Math.sin(i / 5)])

/** A series drawn as a line, unless it says more. */
export const lineOf = (name: string, values: unknown, more: Record<string, unknown> = {}) => ({
  name,
  unit: '$',
  index: 0,
  seriesType: 0,
  color: '#2563a8',
  scatterMarkerSymbol: 'none',
  values,
  ...more,
})

/** Equity as candles above, Return as bars below: the chart that everybody asks for first. */
export const strategyEquity = (days: number) =>
  chartOf(
    lineOf(
      'Equity',
      wave(days, 100_000, 900).map(([time, value]) => [time, value - 200, value + 400, value - 500, value]),
      { seriesType: 2, color: '#F5AE29' },
    ),
    lineOf('Return', wave(days, 0, 1.5), { seriesType: 3, index: 1, unit: '%', color: '#5CE487' }),
  )
