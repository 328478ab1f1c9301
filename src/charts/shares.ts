// Pies and treemaps, drawn as bars: lengths compare better than angles, and every name has room.
import { EDGE, LABEL_SIZE, type Layout, type Pane, RIGHT } from './layout.ts'
import { AXIS, INK, labelStyle } from './look.ts'
import { fitted, widthOf } from './text-width.ts'

/** A row per series, the largest on top, each with its value. */
export function sharesOf({ scale, label, series, top, height }: Pane, n: number, { left }: Layout) {
  const values = series.map(({ columns }) => columns[0]?.[0] ?? 0)
  const room = Math.max(...values.map((value) => widthOf(label(value), LABEL_SIZE))) + 8
  return {
    grid: { left, right: RIGHT + room, top, height },
    xAxis: { gridIndex: n, type: 'value' as const, min: scale.min, max: scale.max, show: false },
    yAxis: {
      gridIndex: n,
      type: 'category' as const,
      inverse: true,
      data: series.map(({ name }) => fitted(name, LABEL_SIZE, left - EDGE - 8)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: AXIS } },
      axisLabel: { ...labelStyle(INK), interval: 0 },
    },
    series: [
      {
        type: 'bar' as const,
        barWidth: 14,
        data: values.map((value, i) => ({ value, itemStyle: { color: series[i]?.color } })),
        label: {
          show: true,
          position: 'right' as const,
          ...labelStyle(INK),
          formatter: ({ dataIndex }: { dataIndex: number }) => label(values[dataIndex] ?? 0),
        },
      },
    ],
  }
}
