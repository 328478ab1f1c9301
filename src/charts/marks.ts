// Each kind of series in the words of ECharts.
import type { SeriesOption } from 'echarts'
import type { Series } from './chart-data.ts'
import type { Pane } from './layout.ts'
import { PAPER } from './look.ts'

/** QuantConnect's marker symbols in ECharts' words. A map: the name comes from outside, and no object knows only its own. */
const SYMBOLS = new Map<string, { readonly symbol: string; readonly symbolRotate?: number }>([
  ['square', { symbol: 'rect' }],
  ['diamond', { symbol: 'diamond' }],
  ['triangle', { symbol: 'triangle' }],
  ['triangle-down', { symbol: 'triangle', symbolRotate: 180 }],
])
const symbolOf = ({ symbol }: Series) => SYMBOLS.get(symbol) ?? { symbol: 'circle' }

/** What stands before the name in the legend: what it looks like in the plot. */
export function iconOf(series: Series): string {
  if (series.mark === 'line') return 'path://M0,5h14v3h-14z'
  if (series.mark !== 'scatter') return 'roundRect'
  return series.symbol === 'triangle-down' ? 'path://M0,0h10l-5,9z' : symbolOf(series).symbol
}

/** Few enough that each is worth a dot; a single one would not be seen without. */
const DOTTED = 30

/** How one series is drawn. */
export function seriesOption(series: Series, pane: Pane, plot: number): Partial<SeriesOption> {
  const { mark, times, columns, color } = series
  const [values = new Float64Array()] = columns
  const pairs = Array.from(times, (time, i) => [time, values[i]])
  // Both of ECharts' words for one thing: lines are coloured by the one, marks by the other.
  const look = { itemStyle: { color }, lineStyle: { color, width: 1.75, join: 'round' as const } }
  switch (mark) {
    case 'candle': {
      // Open, close, low, high is ECharts' order. A rise is hollow, a fall is filled: it reads without colour too.
      const [open, high, low, close] = columns
      const data = Array.from(times, (time, i) => [time, open?.[i], close?.[i], low?.[i], high?.[i]])
      const itemStyle = { color: PAPER, color0: color, borderColor: color, borderColor0: color }
      return { type: 'candlestick', data, itemStyle, barMinWidth: 1, barMaxWidth: 14 } as SeriesOption
    }
    case 'bar': {
      const beside = pane.series.filter((one) => one.mark === 'bar').length
      const barWidth = Math.min(18, Math.max(1, (plot / new Set(times).size / beside) * 0.7))
      return { type: 'bar', data: pairs, barWidth, barGap: '10%', ...look }
    }
    case 'scatter':
      return {
        type: 'scatter',
        data: pairs,
        symbolSize: times.length > 200 ? 5 : 8,
        ...symbolOf(series),
        itemStyle: { color, opacity: 1 },
      }
    case 'area':
      return {
        type: 'line',
        data: pairs,
        stack: 'areas',
        showSymbol: times.length === 1,
        ...look,
        lineStyle: { color, width: 1 },
        areaStyle: { color, opacity: 0.55 },
      }
    default: {
      // A tint between line and zero, where zero is in sight: without it the tint would measure nothing.
      const { min, max } = pane.scale
      const tinted = pane.series.length === 1 && min <= 0 && max >= 0
      const showSymbol = times.length <= DOTTED || isolated(values)
      return {
        type: 'line',
        data: pairs,
        showSymbol,
        symbol: 'circle',
        symbolSize: times.length === 1 ? 8 : 5,
        ...look,
        ...(tinted && { areaStyle: { color, opacity: 0.1, origin: 0 } }),
      } as SeriesOption
    }
  }
}

/** Whether some value stands between two gaps, where no line reaches it. */
const isolated = (values: Float64Array) =>
  values.some(
    (value, i) =>
      !Number.isNaN(value) && Number.isNaN(values[i - 1] ?? Number.NaN) && Number.isNaN(values[i + 1] ?? Number.NaN),
  )
