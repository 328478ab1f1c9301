// Downsampling: fewer points that look the same. What a picture cannot show is left out before it is drawn, peaks and
// troughs never.
import type { Series } from './chart-data.ts'

/** Of each of `buckets` runs of values: the first, the lowest, the highest and the last, by position, in order. */
export function telling(values: Float64Array, buckets: number): number[] {
  if (values.length <= buckets * 4) return Array.from(values, (_, i) => i)
  const kept: number[] = []
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * values.length) / buckets)
    const end = Math.floor(((bucket + 1) * values.length) / buckets)
    let low = start
    let high = start
    for (let i = start; i < end; i++) {
      const value = values[i] ?? Number.NaN
      // Negated, so that any value replaces a gap and no gap replaces a value.
      if (!(value >= (values[low] ?? Number.NaN)) && !Number.isNaN(value)) low = i
      if (!(value <= (values[high] ?? Number.NaN)) && !Number.isNaN(value)) high = i
    }
    kept.push(...[...new Set([start, low, high, end - 1])].sort((a, b) => a - b))
  }
  return kept
}

const pick = (positions: readonly number[], from: Float64Array) =>
  Float64Array.from(positions, (i) => from[i] ?? Number.NaN)

/** How many runs a width of 640 points can tell apart. */
const BUCKETS = { line: 400, candle: 400, area: 400, scatter: 500, share: 1 } as const
const MOST_BARS = 300
/** More candles than this are thinner than the gaps between them. */
const MOST_CANDLES = 300

/** Of each run of many bars the highest and the lowest, at one place. */
function thinnedBars(series: Series): Series {
  const { times, columns } = series
  const [values = new Float64Array()] = columns
  if (values.length <= MOST_BARS) return series
  const runs = Array.from({ length: MOST_BARS }, (_, run) => {
    const [start, end] = [run, run + 1].map((edge) => Math.floor((edge * values.length) / MOST_BARS))
    const own = values.slice(start, end).filter((value) => !Number.isNaN(value))
    return { time: times[start ?? 0] ?? 0, high: Math.max(0, ...own), low: Math.min(0, ...own) }
  })
  return {
    ...series,
    times: Float64Array.from(runs.flatMap(({ time }) => [time, time])),
    columns: [Float64Array.from(runs.flatMap(({ high, low }) => [high, low]))],
  }
}

/** A series with no more points than can be seen. Many candles become a line of their closes. */
export function thinned(series: Series): Series {
  const { mark, times, columns } = series
  if (mark === 'bar') return thinnedBars(series)
  const close = columns.at(-1) ?? new Float64Array()
  if (mark === 'candle' && times.length <= MOST_CANDLES) return series
  const positions = telling(close, BUCKETS[mark])
  return {
    ...series,
    mark: mark === 'candle' ? 'line' : mark,
    times: pick(positions, times),
    columns: [pick(positions, close)],
  }
}

/** Areas that lie on one another need a value each at every time: the last one known, nothing before the first. */
export function aligned(areas: readonly Series[]): Series[] {
  const times = Float64Array.from(new Set(areas.flatMap((area) => [...area.times]))).sort()
  const levels = areas.map((area) => {
    const [values] = area.columns
    let next = 0
    let level = 0
    return times.map((time) => {
      for (; next < area.times.length && (area.times[next] ?? 0) <= time; next++) {
        const value = values?.[next] ?? Number.NaN
        if (!Number.isNaN(value)) level = value
      }
      return level
    })
  })
  const total = times.map((_, i) => levels.reduce((sum, level) => sum + (level[i] ?? 0), 0))
  const positions = telling(total, BUCKETS.area)
  return areas.map((area, n) => ({
    ...area,
    times: pick(positions, times),
    columns: [pick(positions, levels[n] ?? times)],
  }))
}
