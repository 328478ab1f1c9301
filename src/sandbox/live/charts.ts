// The charts of a deployment, from its ledger and the clock.
import type { Deployment } from '../world/deployment.ts'
import { RUNNING_AFTER } from './deployment.ts'
import { dollars, equityAt } from './figures.ts'
import { type Ledger, stateAt, worth } from './ledger.ts'
import { priceOf, securitiesOf, securityNamed } from './market.ts'

const POINTS_AT_MOST = 2_000

type Value = (time: number) => number

interface Line {
  readonly name: string
  readonly unit: '$' | '%' | ''
  /** 0 line, 2 candles, 3 bars. */
  readonly seriesType: 0 | 2 | 3
  readonly value: Value
}

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Number(((part / whole) * 100).toFixed(3)))

function lines(deployment: Deployment, ledger: Ledger): Readonly<Record<string, readonly Line[]>> {
  const equity: Value = (time) => equityAt(deployment, ledger, time)
  const held: Value = (time) => worth(stateAt(ledger, time), time)
  const start = equity(deployment.launched)
  let peak = Number.NEGATIVE_INFINITY
  const drawdown: Value = (time) => {
    peak = Math.max(peak, equity(time))
    return percent(equity(time) - peak, peak)
  }
  const benchmark = securitiesOf(deployment)[0] ?? securityNamed('SPY')
  const volume: Value = (time) =>
    ledger.orders
      .filter((order) => order.at <= time && order.status === 3)
      .reduce((sum, { price, quantity }) => sum + Math.abs(price * quantity), 0)
  return {
    'Strategy Equity': [
      { name: 'Equity', unit: '$', seriesType: 2, value: equity },
      { name: 'Return', unit: '%', seriesType: 3, value: (time) => percent(equity(time) - start, start) },
    ],
    Drawdown: [{ name: 'Equity Drawdown', unit: '%', seriesType: 0, value: drawdown }],
    Benchmark: [{ name: 'Benchmark', unit: '$', seriesType: 0, value: (time) => priceOf(benchmark, time) }],
    Exposure: [
      { name: 'Long Ratio', unit: '', seriesType: 0, value: (time) => percent(held(time), equity(time)) / 100 },
    ],
    'Assets Sales Volume': [{ name: 'All', unit: '$', seriesType: 0, value: volume }],
    'Portfolio Turnover': [
      { name: 'Portfolio Turnover', unit: '%', seriesType: 0, value: (time) => percent(volume(time), equity(time)) },
    ],
    'Portfolio Margin': [
      { name: 'Portfolio Margin', unit: '%', seriesType: 0, value: (time) => percent(held(time), equity(time)) },
    ],
  }
}

/** Live trading shows all charts of a backtest but Capacity. */
export const LIVE_CHARTS = [
  'Strategy Equity',
  'Drawdown',
  'Benchmark',
  'Exposure',
  'Assets Sales Volume',
  'Portfolio Turnover',
  'Portfolio Margin',
] as const

export type ChartName = (typeof LIVE_CHARTS)[number]

interface ChartPeriod {
  /** Milliseconds. */
  readonly from: number
  readonly to: number
  readonly count: number
}

/** Evenly spaced moments, a minute apart at least. */
function moments({ launched }: Deployment, { from, to, count }: ChartPeriod): number[] {
  const start = Math.ceil(Math.max(from, launched + RUNNING_AFTER) / 60_000) * 60_000
  const wanted = Math.max(1, Math.min(count, POINTS_AT_MOST))
  const step = Math.max(60_000, Math.ceil((to - start) / wanted / 60_000) * 60_000)
  const times = []
  for (let time = start; time <= to; time += step) times.push(time)
  return times
}

export function chart(deployment: Deployment, ledger: Ledger, name: ChartName, period: ChartPeriod) {
  const times = moments(deployment, period)
  const step = (times[1] ?? 0) - (times[0] ?? 0)
  const series = (lines(deployment, ledger)[name] ?? []).map(({ name, unit, seriesType, value }, index) => {
    const point = (time: number) => {
      if (seriesType !== 2) return [time / 1000, dollars(value(time))]
      const within = [0, 0.3, 0.6, 1].map((part) => dollars(value(time + part * step)))
      return [time / 1000, within[0], Math.max(...within), Math.min(...within), within[3]]
    }
    const values = times.filter((time) => seriesType !== 2 || time + step <= period.to || step === 0).map(point)
    return [name, { name, unit, index, seriesType, color: '#F5AE29', scatterMarkerSymbol: 'none', values }]
  })
  return { name, chartType: 0, series: Object.fromEntries(series) }
}
