// Which series go into one sub-plot, what is left of them to draw, and which values it must hold.
import type { Series } from './chart-data.ts'
import { ACCENT, coloursFor } from './colours.ts'
import { aligned, thinned } from './thin.ts'

/** More lines than there are colours cannot be told apart. */
const MOST_SERIES = 12
const MOST_PANES = 6
/** Shares past these are slivers. */
const MOST_SHARES = 20

const isShare = ({ mark }: Series) => mark === 'share'
const latest = ({ columns }: Series) => columns[0]?.findLast((value) => !Number.isNaN(value)) ?? 0

/** The largest of the latest values, the largest first. Their names stand beside them, so one colour does for all. */
const ranked = (shares: readonly Series[]): Series[] =>
  shares
    .toSorted((a, b) => latest(b) - latest(a))
    .slice(0, MOST_SHARES)
    .map((one) => ({ ...one, color: ACCENT, columns: [Float64Array.of(latest(one))] }))

function prepared(series: readonly Series[]): Series[] {
  const areas = series.filter(({ mark }) => mark === 'area')
  const stacked = new Map(aligned(areas).map((area, i) => [areas[i], area]))
  return series.map((one) => stacked.get(one) ?? thinned(one))
}

/**
 * The sub-plots from top to bottom: one for each `index` and unit, since one scale cannot tell of two units, and the
 * shares last. Every series has the colour it is drawn in.
 */
export function panesOf(all: readonly Series[]): Series[][] {
  const overTime = all.filter((one) => !isShare(one)).slice(0, MOST_SERIES)
  const colours = coloursFor(overTime.map(({ color }) => color))
  const shown = overTime.map((series, i) => ({ ...series, color: colours[i] ?? ACCENT }))
  const groups = Map.groupBy(shown, ({ index, unit }) => JSON.stringify([index, unit]))
  const panes = [...groups.values()]
    .sort(([a], [b]) => (a?.index ?? 0) - (b?.index ?? 0))
    .slice(0, MOST_PANES)
    .map(prepared)
  const shares = ranked(all.filter(isShare))
  return shares.length ? [...panes, shares] : panes
}

/** The lowest and the highest value of a sub-plot, areas on one another. */
export function extentOf(series: readonly Series[]): readonly [number, number] {
  const areas = series.filter(({ mark }) => mark === 'area').map(({ columns }) => columns[0] ?? new Float64Array())
  const values = series.filter(({ mark }) => mark !== 'area').flatMap(({ columns }) => columns)
  // Bars, areas and shares are measured from zero.
  const fromZero = series.some(({ mark }) => mark === 'bar' || mark === 'area' || mark === 'share')
  let low = fromZero ? 0 : Number.POSITIVE_INFINITY
  let high = fromZero ? 0 : Number.NEGATIVE_INFINITY
  const include = (value: number) => {
    if (value < low) low = value
    if (value > high) high = value
  }
  for (const column of values) column.forEach(include)
  areas[0]?.forEach((_, i) => {
    const levels = areas.map((column) => column[i] ?? 0)
    include(levels.reduce((sum, level) => sum + Math.max(level, 0), 0))
    include(levels.reduce((sum, level) => sum + Math.min(level, 0), 0))
  })
  return [low, high]
}
