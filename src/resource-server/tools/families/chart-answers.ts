// How a chart reads, of a backtest and of a live algorithm alike: a picture for the person, and for the model what each
// series did and a manageable number of its points.
import * as z from 'zod'
import { drawChart } from '../../../charts/draw-chart.ts'
import type { Body } from '../../../quantconnect/fields.ts'
import { list, number, record, text } from '../../../quantconnect/fields.ts'
import { unixTime } from '../../../unix-time.ts'
import { clip, say, utc } from '../../answers/reading.ts'
import type { ToolAnswer } from '../../answers/tool-answer.ts'
import type { Field } from '../tool.ts'

/** Points a series that QuantConnect is asked for: enough for a smooth line. */
const POINTS_DRAWN = 1_000
const POINTS_AT_MOST = 500
const SERIES_AT_MOST = 20
/** QuantConnect is asked for far fewer. */
const ROWS_READ = 5_000

export const chartInput = {
  count: z
    .int()
    .min(2)
    .max(POINTS_AT_MOST)
    .default(60)
    .describe('Points of each series in the answer, evenly thinned; the picture shows more.'),
  start: z.int().min(0).optional().describe('Unix seconds of the first point; all from the beginning when left out.'),
  end: z.int().min(0).optional().describe('Unix seconds of the last point; all to the end when left out.'),
}

export const chartOutput: Readonly<Record<string, Field>> = {
  chart: { type: 'string', description: 'Name of the chart.' },
  series: {
    type: 'array',
    description: 'Each series: unit, first, last, lowest and highest value, and points by columns.',
  },
}

interface ChartArguments {
  readonly name: string
  readonly count: number
  readonly start?: number | undefined
  readonly end?: number | undefined
}

/** What QuantConnect is asked: both ends, or neither for the whole period. */
export function chartBody<T extends ChartArguments>({ start, end, ...rest }: T): object {
  const whole = start === undefined && end === undefined
  const now = unixTime()
  return { ...rest, count: POINTS_DRAWN, ...(whole ? {} : { start: start ?? 0, end: end ?? now }) }
}

/** `title` stands above the picture. */
export async function answerChart(body: Body, { name, count }: ChartArguments, title: string): Promise<ToolAnswer> {
  const chart = record(body.chart)
  const series = Object.entries(record(chart.series))
    .slice(0, SERIES_AT_MOST)
    .map(([key, value]) => seriesFrom(key, record(value), count))
  const filled = series.filter(({ points }) => points > 0)
  if (!filled.length) {
    return {
      summary: say`Chart "${clip(name, 80)}" has no points in this window.`,
      next: 'Leave start and end out for the whole period, or wait until the run has produced some.',
      data: { chart: name, series: [] },
    }
  }
  const picture = await drawChart(chart, title)
  const thinned = filled.filter(({ points, values }) => values.length < points)
  return {
    summary: [
      say`Chart "${clip(name, 80)}": ${filled.length} series${picture ? ', drawn in the picture' : ''}. Times are UTC.`,
      ...filled.map(sentence),
    ].join('\n'),
    data: { chart: name, series: filled },
    ...(thinned.length
      ? { cut: ['Points between those shown: a larger count, or a narrower start and end, gives more of them.'] }
      : {}),
    ...(picture ? { pictures: [picture] } : {}),
  }
}

type Point = readonly unknown[]

/** A series as rows of values: `[time, value]`, or `[time, open, high, low, close]`. */
function seriesFrom(key: string, series: Body, count: number) {
  const rows = list(series.values)
    .slice(0, ROWS_READ)
    .map(rowOf)
    .filter((row): row is Point => row !== undefined)
  const measure = rows.map((row) => number(row.at(-1))).filter((value) => value !== undefined)
  const candle = rows.some((row) => row.length === 5)
  return {
    name: clip(text(series.name) ?? key, 80),
    unit: text(series.unit) ?? null,
    points: rows.length,
    from: rows[0]?.[0] ?? null,
    to: rows.at(-1)?.[0] ?? null,
    first: measure[0] ?? null,
    last: measure.at(-1) ?? null,
    lowest: extreme(rows, candle ? 3 : 1, (one, other) => one < other),
    highest: extreme(rows, candle ? 2 : 1, (one, other) => one > other),
    columns: candle ? ['time', 'open', 'high', 'low', 'close'] : ['time', 'value'],
    values: thin(rows, count),
  }
}

/** The value of a column that beats all others; null when there is none. */
function extreme(
  rows: readonly Point[],
  column: number,
  beats: (one: number, other: number) => boolean,
): number | null {
  const values = rows.map((row) => number(row[column])).filter((value) => value !== undefined)
  return values.reduce<number | null>((best, value) => (best === null || beats(value, best) ? value : best), null)
}

/** A point comes as a list that begins with its time, or as an object with x and y. */
function rowOf(point: unknown): Point | undefined {
  const { x, y } = record(point)
  const [time, ...values] = Array.isArray(point) ? point : [x, y]
  return number(time) === undefined || !values.length ? undefined : [utc(time), ...values]
}

/** At most `count` rows, the first and the last among them. */
function thin<T>(rows: readonly T[], count: number): T[] {
  if (rows.length <= count) return [...rows]
  const step = (rows.length - 1) / (count - 1)
  return Array.from({ length: count }, (_, at) => rows[Math.round(at * step)]).filter((row) => row !== undefined)
}

const sentence = ({
  name,
  unit,
  points,
  from,
  to,
  first,
  last,
  lowest,
  highest,
}: ReturnType<typeof seriesFrom>): string =>
  say`- ${name}${unit ? say` (${unit})` : ''}: ${points} points from ${from} to ${to}, first ${first}, last ${last}, lowest ${lowest}, highest ${highest}.`
