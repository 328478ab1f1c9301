// The plan in the words of ECharts. Series go by their position there; their names appear as text only, never as a
// template, a pattern or markup.
import type { EChartsOption } from 'echarts'
import { EDGE, type Layout, LEGEND, type Pane, WIDTH } from './layout.ts'
import { FONT, INK, labelStyle, MUTED, PAPER } from './look.ts'
import { iconOf } from './marks.ts'
import { plainText } from './plain-text.ts'
import { sharesOf } from './shares.ts'
import { fitted } from './text-width.ts'
import { timePlot } from './time-plot.ts'

const TITLE_SIZE = 17

/** What a picture says below its title: the time it covers, and what it left out. */
function subtitle({ times, omitted }: Layout): string {
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  const [first, last] = times?.map(day) ?? []
  const range = first === last ? first : `${first} to ${last}`
  return `${range ? `${range}, UTC` : 'Latest values'}${omitted ? ` · ${omitted} more series not shown` : ''}`
}

const nameOf = (pane: number, series: number) => `${pane}.${series}`

const legendOf = ({ series, legendTop }: Pane, n: number) => ({
  left: EDGE,
  top: legendTop,
  width: WIDTH - 2 * EDGE,
  padding: 0,
  align: 'left' as const,
  itemWidth: LEGEND.icon,
  itemHeight: 10,
  itemGap: LEGEND.gap,
  textStyle: { ...labelStyle(INK), lineHeight: LEGEND.row - LEGEND.gap, padding: [0, LEGEND.after, 0, 0] },
  data: series.map((one, i) => ({ name: nameOf(n, i), icon: iconOf(one) })),
  formatter: (name: string) => series[Number(name.split('.')[1])]?.name ?? '',
})

/** Everything ECharts needs to know. */
export function optionFor(layout: Layout, title: string): EChartsOption {
  const { panes } = layout
  const parts = panes.map((pane, n) => (pane.shares ? sharesOf(pane, n, layout) : timePlot(pane, n, layout)))
  // Sound: every part is one of ECharts' own options, only put together piece by piece.
  return {
    animation: false,
    backgroundColor: PAPER,
    textStyle: { fontFamily: FONT },
    title: {
      left: EDGE,
      top: 14,
      padding: 0,
      itemGap: 7,
      // Bold is a little wider.
      text: fitted(plainText(title, 200), TITLE_SIZE * 1.06, WIDTH - 2 * EDGE) || ' ',
      subtext: subtitle(layout),
      textStyle: { color: INK, fontSize: TITLE_SIZE, fontWeight: 'bold', fontFamily: FONT },
      subtextStyle: labelStyle(MUTED),
    },
    legend: panes.flatMap((pane, n) => (pane.shares ? [] : legendOf(pane, n))),
    grid: parts.map(({ grid }) => grid),
    xAxis: parts.map(({ xAxis }) => xAxis),
    yAxis: parts.map(({ yAxis }) => yAxis),
    series: parts.flatMap(({ series }, n) =>
      series.map((one, i) => ({ ...one, name: nameOf(n, i), xAxisIndex: n, yAxisIndex: n, silent: true })),
    ),
  } as EChartsOption
}
