// Reads the `chart` of a QuantConnect answer. The data is what somebody's algorithm plotted, so everything about it may
// be missing or odd; what comes out is checked, sorted and in typed arrays, which reach a worker without being copied.
import { plainText } from './plain-text.ts'

/** The `chart` object as it came. Nothing about it is believed. */
export type ChartData = Readonly<Record<string, unknown>>

/** How a series is drawn. `share` stands for pies and treemaps: the latest value of each series, compared. */
export type Mark = 'line' | 'scatter' | 'candle' | 'bar' | 'area' | 'share'

export interface Series {
  readonly name: string
  readonly unit: string
  /** The sub-plot it asked for. */
  readonly index: number
  readonly mark: Mark
  readonly color: string
  readonly symbol: string
  /** Milliseconds since 1970, ascending. */
  readonly times: Float64Array<ArrayBuffer>
  /** One column of values, or open, high, low and close. NaN is a gap. */
  readonly columns: readonly Float64Array<ArrayBuffer>[]
}

/** LEAN's SeriesType. Heat maps and 3-D scatters say nothing in two dimensions of time and value: not drawn. */
const MARKS: Readonly<Record<number, Mark>> = {
  0: 'line',
  1: 'scatter',
  2: 'candle',
  3: 'bar',
  4: 'scatter', // flags
  5: 'area',
  6: 'share', // pie
  7: 'share', // treemap
}
/** Reading is the only work that is done in the server's own thread. */
const MOST_POINTS = 20_000
const MOST_SERIES = 1000
/** Beyond these a value is a mistake, and sums and scales of it would overflow. */
const LARGEST = 1e100
const LAST_TIME = Date.UTC(2200, 0)

const record = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  // Sound: any object that is not an array can be asked for its properties.
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined

function number(value: unknown): number {
  const read = typeof value === 'string' && value.trim() && value.length < 40 ? Number(value) : value
  return typeof read === 'number' && Math.abs(read) < LARGEST ? read : Number.NaN
}

/** Unix seconds as milliseconds; what only makes sense as milliseconds is taken as such. */
function time(value: unknown): number {
  const seconds = number(value)
  const milliseconds = Math.abs(seconds) > 1e11 ? seconds : seconds * 1000
  return milliseconds >= 0 && milliseconds < LAST_TIME ? milliseconds : Number.NaN
}

/** `[time, value]`, `[time, open, high, low, close]`, or an object with `x` and `y`. */
function point(value: unknown, candle: boolean): readonly number[] | undefined {
  const fields = record(value)
  const all = Array.isArray(value) ? value.slice(0, 5) : fields && [fields.x ?? fields.time, fields.y ?? fields.value]
  if (!all || all.length < 2) return undefined
  const at = time(all[0])
  if (Number.isNaN(at)) return undefined
  if (!candle) return [at, number(all.length === 5 ? all[4] : all[1])]
  const prices = all.length === 5 ? all.slice(1).map(number) : Array(4).fill(number(all[1]))
  // Half a candle is none.
  return prices.some(Number.isNaN) ? [at, Number.NaN, Number.NaN, Number.NaN, Number.NaN] : [at, ...prices]
}

function readSeries(name: string, value: unknown, step: number): Series | undefined {
  const fields = record(value)
  const mark = MARKS[number(fields?.seriesType ?? 0)]
  if (!fields || !mark || !Array.isArray(fields.values)) return undefined
  const points: (readonly number[])[] = []
  for (let i = 0; i < fields.values.length; i += step) {
    const read = point(fields.values[i], mark === 'candle')
    if (read) points.push(read)
  }
  if (!points.some(([, first]) => !Number.isNaN(first))) return undefined
  // Nearly always in order already, and finding that out is cheap.
  if (points.some((one, i) => (one[0] ?? 0) < (points[i - 1]?.[0] ?? 0)))
    points.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
  const column = (n: number) => {
    const values = new Float64Array(points.length)
    for (const [i, one] of points.entries()) values[i] = one[n] ?? Number.NaN
    return values
  }
  const index = number(fields.index)
  return {
    name: plainText(fields.name, 40) || plainText(name, 40) || 'Series',
    unit: plainText(fields.unit, 6),
    index: Number.isInteger(index) ? index : 0,
    mark,
    color: plainText(fields.color, 9),
    symbol: plainText(fields.scatterMarkerSymbol, 20),
    times: column(0),
    columns: mark === 'candle' ? [1, 2, 3, 4].map(column) : [column(1)],
  }
}

/** The series of a chart that have something to draw. Of too many points every n-th is read. */
export function readChart(chart: ChartData): Series[] {
  const { series } = chart
  const named = Object.entries(Array.isArray(series) ? series : (record(series) ?? {})).slice(0, MOST_SERIES)
  const counts = named
    .map(([, value]) => record(value)?.values)
    .map((values) => (Array.isArray(values) ? values.length : 0))
  const step = Math.max(1, Math.ceil(counts.reduce((sum, count) => sum + count, 0) / MOST_POINTS))
  return named.flatMap(([name, value]) => readSeries(Array.isArray(series) ? '' : name, value, step) ?? [])
}
