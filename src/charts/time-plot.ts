// A plot over time: the axes, and the series on them.
import type { Series } from './chart-data.ts'
import { type Layout, type Pane, RIGHT, WIDTH } from './layout.ts'
import { AXIS, GRID, labelStyle, MUTED } from './look.ts'
import { seriesOption } from './marks.ts'
import { timeTicks } from './time-ticks.ts'

const HALF_A_DAY = 43_200_000

/** How many bars or candles stand side by side. */
const slots = ({ mark, times }: Series) => (mark === 'bar' || mark === 'candle' ? times.length : 0)

/** A plot over time. Only the lowest of them has the dates written below it. */
export function timePlot(pane: Pane, n: number, layout: Layout) {
  const { scale, label, series, dated } = pane
  const [first, last] = layout.times ?? [0, 0]
  // Half a day around a single point, else a little room; bars and candles need half of one's width.
  const most = Math.max(1, ...layout.panes.flatMap((other) => other.series.map(slots)))
  const room = last === first ? HALF_A_DAY : (last - first) * Math.max(0.015, most > 1 ? 0.5 / most : 0)
  const [min, max] = [first - room, last + room]
  const ticks = timeTicks(min, max, 8)
  const customValues = ticks.map(({ at }) => at)
  const labels = new Map(ticks.map((tick) => [tick.at, tick.label]))
  const plot = WIDTH - layout.left - RIGHT
  return {
    grid: { left: layout.left, right: RIGHT, top: pane.top, height: pane.height },
    xAxis: {
      gridIndex: n,
      type: 'value' as const,
      min,
      max,
      // ECharts would widen the time of a plot with bars, and of no other: they would no longer stand one below another.
      containShape: false,
      axisLine: { show: dated, onZero: false, lineStyle: { color: AXIS } },
      axisTick: { show: dated, customValues, lineStyle: { color: AXIS } },
      axisLabel: {
        show: dated,
        customValues,
        ...labelStyle(MUTED),
        lineHeight: 15,
        hideOverlap: true,
        formatter: (at: number) => labels.get(at) ?? '',
      },
      splitLine: { show: false },
    },
    yAxis: {
      gridIndex: n,
      type: 'value' as const,
      ...scale,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...labelStyle(MUTED), formatter: label },
      splitLine: { lineStyle: { color: GRID } },
    },
    series: series.map((one) => ({
      ...seriesOption(one, pane, plot),
      z: one.mark === 'scatter' ? 4 : 2,
      // A line that crosses zero between plots of one sign shows where zero is.
      ...(one === series[0] &&
        scale.min < 0 &&
        scale.max > 0 && {
          markLine: {
            silent: true,
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: AXIS, type: 'solid' as const, width: 1 },
            data: [{ yAxis: 0 }],
          },
        }),
    })),
  }
}
