// The report of a backtest: one page of HTML that needs nothing else.
import { statistics } from './performance.ts'
import { dayOf, monthOf } from './simulation/calendar.ts'
import type { Simulation } from './simulation/simulate.ts'
import { simulationStatistics } from './simulation/statistics.ts'

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)

const date = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)

const [WIDTH, HEIGHT, POINTS] = [720, 200, 360]

/** A curve and what it is compared with, both beginning at one, as lines in one picture. */
function picture({ equity, benchmark }: Simulation): string {
  const step = Math.max(1, Math.ceil(equity.length / POINTS))
  const thin = (values: readonly number[]) =>
    values.filter((_, at) => at % step === 0 || at === values.length - 1).map((value) => value / (values[0] || 1))
  const curves = [thin(equity.map(({ close }) => close)), thin(benchmark.map(({ value }) => value))]
  const all = curves.flat()
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const line = (values: readonly number[], color: string) => {
    const points = values.map((value, at) => {
      const x = (at / Math.max(values.length - 1, 1)) * WIDTH
      const y = HEIGHT - ((value - low) / (high - low || 1)) * HEIGHT
      return `${x.toFixed(1)},${y.toFixed(1)}`
    })
    return `<polyline fill="none" stroke="${color}" points="${points.join(' ')}"/>`
  }
  const lines = [line(curves[1] ?? [], '#999'), line(curves[0] ?? [], '#f5ae29')]
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Equity and benchmark">${lines.join('')}</svg>`
}

/** Returns by month, as rows of year and month with percentages. */
function months({ equity }: Simulation): (readonly [string, string])[] {
  const rows: (readonly [string, string])[] = []
  let before = equity[0]?.close ?? 0
  for (const [at, { time, close }] of equity.entries()) {
    const next = equity[at + 1]
    if (next && monthOf(dayOf(next.time)) === monthOf(dayOf(time))) continue
    rows.push([date(time).slice(0, 7), `${((close / (before || 1) - 1) * 100).toFixed(2)}%`])
    before = close
  }
  return rows
}

const table = (caption: string, rows: readonly (readonly [string, string])[]) =>
  `<table><caption>${caption}</caption>${rows
    .map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`)
    .join('')}</table>`

export function reportOf(name: string, simulation: Simulation): string {
  const tickers = simulation.securities.map(({ ticker }) => ticker).join(', ')
  const about = `${date(simulation.start)} to ${date(simulation.end)}${tickers && `, ${tickers}`}`
  return [
    '<!DOCTYPE html>',
    `<html lang="en"><head><meta charset="utf-8"><title>Report: ${escaped(name)}</title></head><body>`,
    `<h1>${escaped(name)}</h1><p>${escaped(about)}</p>`,
    picture(simulation),
    table('Key statistics', Object.entries(statistics(simulationStatistics(simulation)))),
    table('Monthly returns', months(simulation)),
    '</body></html>',
  ].join('\n')
}
