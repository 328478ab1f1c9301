// Where everything goes: sub-plots one below another, each with its legend above it, all on one axis of time.
import type { Series } from './chart-data.ts'
import { extentOf, panesOf } from './panes.ts'
import { labeller, type Scale, scaleOf, shortLabel } from './scale.ts'
import { widthOf } from './text-width.ts'

/** The width of a chat window, in points. The picture has twice as many pixels. */
export const WIDTH = 720
export const EDGE = 16
export const RIGHT = 24
export const LABEL_SIZE = 12
/** `gap` is between columns and between rows alike; `after` widens the columns only. */
export const LEGEND = { icon: 14, gap: 9, after: 10, row: 23 } as const
const HEADING = 66
const TIME_AXIS = 44
const BETWEEN = 16
const BAR_ROW = 24
/** Longer names of shares are cut. */
const NAME_WIDTH = 170

/** One sub-plot: one unit, one scale. */
export interface Pane {
  readonly series: readonly Series[]
  readonly shares: boolean
  readonly scale: Scale
  readonly label: (value: number) => string
  readonly legendTop: number
  readonly top: number
  readonly height: number
  /** Whether the dates are written below it. */
  readonly dated: boolean
}

export interface Layout {
  readonly panes: readonly Pane[]
  readonly height: number
  /** Where the plots begin: right of the longest label. */
  readonly left: number
  /** First and last time, when there is one. */
  readonly times: readonly [number, number] | undefined
  /** How many series the picture has no room for. */
  readonly omitted: number
}

function legendHeight(names: readonly string[]): number {
  let rows = 1
  let used = 0
  for (const name of names) {
    const width = LEGEND.icon + 6 + widthOf(name, LABEL_SIZE) + LEGEND.gap + LEGEND.after
    if (used && used + width > WIDTH - 2 * EDGE) {
      rows++
      used = 0
    }
    used += width
  }
  return rows * LEGEND.row + 7
}

function heightOf(pane: number, panes: number): number {
  if (panes === 1) return 270
  return pane === 0 ? 230 : 110
}

function labelWidth({ shares, series, scale, label }: Pane): number {
  const labels = shares ? series.map(({ name }) => name) : [scale.min, scale.min + scale.interval, scale.max].map(label)
  const width = Math.max(...labels.map((text) => widthOf(text, LABEL_SIZE)))
  return shares ? Math.min(width, NAME_WIDTH) : width
}

/** A picture's plan. Undefined when there is nothing to draw. */
export function layOut(all: readonly Series[]): Layout | undefined {
  const groups = panesOf(all)
  if (!groups.length) return undefined
  let below = HEADING
  const panes = groups.map((series, n): Pane => {
    const unit = series[0]?.unit ?? ''
    const shares = series[0]?.mark === 'share'
    const dated = !shares && (n === groups.length - 1 || groups[n + 1]?.[0]?.mark === 'share')
    const legendTop = below
    const top = legendTop + (shares ? 0 : legendHeight(series.map(({ name }) => name)))
    const height = shares ? series.length * BAR_ROW : heightOf(n, groups.length)
    const scale = scaleOf(...extentOf(series), height > 200 ? 5 : 3)
    const label = shares ? (value: number) => shortLabel(value, unit) : labeller(scale, unit)
    below = top + height + (dated ? TIME_AXIS : 0) + BETWEEN
    return { series, shares, scale, label, legendTop, top, height, dated }
  })
  const times = panes.flatMap(({ shares, series }) => (shares ? [] : series.map((one) => one.times)))
  const first = Math.min(...times.map((own) => own[0] ?? Number.POSITIVE_INFINITY))
  const last = Math.max(...times.map((own) => own.at(-1) ?? Number.NEGATIVE_INFINITY))
  return {
    panes,
    height: Math.ceil(below - BETWEEN + (panes.at(-1)?.shares ? EDGE : 4)),
    left: Math.ceil(EDGE + Math.max(...panes.map(labelWidth)) + 8),
    times: first <= last ? [first, last] : undefined,
    omitted: all.length - panes.reduce((sum, { series }) => sum + series.length, 0),
  }
}
