// The eight charts of a backtest, each a different look at the days of a simulation.
import { ApiError } from './handler.ts'
import { drawdowns } from './performance.ts'
import type { Simulation } from './simulation/simulate.ts'
import { returnsOf, simulationStatistics } from './simulation/statistics.ts'

/** As charts number them. */
const [LINE, CANDLE, BAR, STACKED] = [0, 2, 3, 5]

type Point = readonly number[]

interface Series {
  readonly name: string
  readonly unit: string
  readonly index: number
  readonly seriesType: number
  readonly color: string
  readonly values: readonly Point[]
}

const COLORS = ['#F5AE29', '#5CE487', '#4A90D9', '#E4572E', '#9B59B6', '#2EC4B6', '#C0CA33', '#8D6E63']

const rounded = (value: number, digits = 4) => Number(value.toFixed(digits))

const series = (
  name: string,
  unit: string,
  seriesType: number,
  values: readonly Point[],
  index = 0,
  color = 0,
): Series => ({
  name,
  unit,
  index,
  seriesType,
  color: COLORS[color % COLORS.length] ?? '',
  values,
})

/** One value for every day. */
const daily = ({ days }: Simulation, value: (index: number) => number): Point[] =>
  days.map(({ time }, index) => [time, rounded(value(index))])

const closeAfter = ({ equity }: Simulation, index: number) => Math.max(equity[index + 1]?.close ?? 0, 0.01)

/** The holdings on one side as a share of the account. */
const exposure = (simulation: Simulation, side: 1 | -1) =>
  daily(simulation, (index) => {
    const values = Object.values(simulation.days[index]?.values ?? {}).filter((value) => value * side > 0)
    return values.reduce((sum, value) => sum + value, 0) / closeAfter(simulation, index)
  })

/** Dollars traded in a security up to each day. */
function salesVolume(simulation: Simulation, ticker: string): Point[] {
  const orders = simulation.orders.filter(({ security }) => security.ticker === ticker)
  let [next, sum] = [0, 0]
  return simulation.days.map(({ time }) => {
    for (let order = orders[next]; order && order.time <= time; order = orders[next]) {
      sum += Math.abs(order.quantity) * order.price * order.security.multiplier
      next += 1
    }
    return [time, rounded(sum, 2)]
  })
}

const DRAW: Readonly<Record<string, (simulation: Simulation) => Series[]>> = {
  'Strategy Equity': (simulation) => {
    const { equity } = simulation
    const returns = returnsOf(equity.map(({ close }) => close))
    return [
      series(
        'Equity',
        '$',
        CANDLE,
        equity.map(({ time, open, high, low, close }) => [time, open, high, low, close]),
      ),
      series(
        'Return',
        '%',
        BAR,
        equity.map(({ time }, at) => [time, rounded((returns[at - 1] ?? 0) * 100)]),
        1,
        1,
      ),
    ]
  },
  Capacity: (simulation) => {
    const { capacity } = simulationStatistics(simulation)
    const first = simulation.orders[0]?.time ?? Number.POSITIVE_INFINITY
    const values = simulation.days.map(({ time }) => [time, time < first ? 0 : capacity])
    return [series('Strategy Capacity', '$', LINE, values)]
  },
  Drawdown: (simulation) => {
    const falls = drawdowns(simulation)
    const values = simulation.equity.map(({ time }, at) => [time, 0 - rounded((falls[at] ?? 0) * 100)])
    return [series('Equity Drawdown', '%', LINE, values, 0, 3)]
  },
  Benchmark: ({ benchmark }) => [
    series(
      'Benchmark',
      '$',
      LINE,
      benchmark.map(({ time, value }) => [time, value]),
      0,
      2,
    ),
  ],
  Exposure: (simulation) => [
    series('Equity - Long Ratio', '', LINE, exposure(simulation, 1), 0, 1),
    series('Equity - Short Ratio', '', LINE, exposure(simulation, -1), 0, 3),
  ],
  'Assets Sales Volume': (simulation) =>
    simulation.securities.map(({ ticker }, at) => series(ticker, '$', STACKED, salesVolume(simulation, ticker), 0, at)),
  'Portfolio Turnover': (simulation) => [
    series(
      'Portfolio Turnover',
      '%',
      LINE,
      daily(simulation, (at) => (100 * (simulation.days[at]?.traded ?? 0)) / closeAfter(simulation, at)),
    ),
  ],
  'Portfolio Margin': (simulation) =>
    simulation.securities.map(({ ticker }, at) => {
      const used = (index: number) =>
        Math.abs(simulation.days[index]?.values[ticker] ?? 0) / closeAfter(simulation, index)
      return series(
        ticker,
        '%',
        STACKED,
        daily(simulation, (index) => 100 * used(index)),
        0,
        at,
      )
    }),
}

export const BACKTEST_CHARTS = Object.keys(DRAW)

export interface ChartWindow {
  /** Unix seconds; 0 or undefined for no bound. */
  readonly start?: number | undefined
  readonly end?: number | undefined
  /** Points of each series at most. */
  readonly count?: number | undefined
}

/** Throws the errors that a chart read can meet, before anything is computed. */
export function checkChart(name: string | undefined, { start, end, count }: ChartWindow): asserts name is string {
  if (!name || !Object.hasOwn(DRAW, name)) throw new ApiError('Chart not found')
  if (start && end && end < start) throw new ApiError('Invalid date range')
  if (count !== undefined && count < 0) throw new ApiError('Invalid argument: count')
}

/** So many of the points, evenly spread, the first and the last among them. */
function thinned(points: readonly Point[], count: number): readonly Point[] {
  if (points.length <= count) return points
  if (count === 1) return points.slice(-1)
  const step = (points.length - 1) / (count - 1)
  return Array.from({ length: count }, (_, at) => points[Math.round(at * step)] ?? [])
}

/** A chart by its name, as QuantConnect writes it. */
export function chartOf(simulation: Simulation, name: string, { start, end, count }: ChartWindow) {
  const within = ([time = 0]: Point) => (!start || time >= start) && (!end || time <= end)
  const drawn = (Object.hasOwn(DRAW, name) ? DRAW[name]?.(simulation) : undefined) ?? []
  const shown = drawn.map((one) => {
    const points = one.values.filter(within)
    return [one.name, { ...one, scatterMarkerSymbol: 'none', values: thinned(points, count || points.length) }]
  })
  return { name, chartType: 0, series: shown.length === 0 ? [] : Object.fromEntries(shown) }
}
