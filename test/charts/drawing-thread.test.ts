import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { readChart } from '../../src/charts/chart-data.ts'
import { drawChart } from '../../src/charts/draw-chart.ts'
import { DrawingThread } from '../../src/charts/drawing-thread.ts'
import { readPng } from './picture.ts'
import { chartOf, lineOf, strategyEquity, wave } from './samples.ts'

const series = readChart(strategyEquity(10))

describe('drawing', () => {
  it('happens in a thread of its own: nothing that draws is loaded where requests are answered', async () => {
    await drawChart(strategyEquity(10), 'Equity')
    const read = (file: string) => readFileSync(new URL(`../../src/charts/${file}`, import.meta.url), 'utf8')
    for (const file of ['draw-chart.ts', 'drawing-thread.ts', 'chart-data.ts', 'plain-text.ts']) {
      assert.doesNotMatch(read(file), /^import (?!type)[^\n]*(echarts|resvg|render\.ts|worker\.ts)/m, file)
    }
  })

  it('lets so many wait and turns the rest away at once', async () => {
    const thread = new DrawingThread()
    const pictures = await Promise.all(Array.from({ length: 30 }, () => thread.draw({ series, title: 'Equity' })))
    const drawn = pictures.filter((png) => png !== undefined)
    assert.equal(drawn.length, 21, 'one in hand and twenty in line')
    assert.ok(
      pictures.slice(0, 21).every((png) => png !== undefined),
      'who came first is served',
    )
  })

  it('goes on in a new thread after one that failed', async () => {
    const thread = new DrawingThread()
    // No reader lets such a series through; here it stands for whatever may go wrong in the thread.
    const broken = [{ ...series[0], columns: 'nothing' }] as unknown as typeof series
    const [failed, next] = await Promise.all([
      thread.draw({ series: broken, title: 'Broken' }),
      thread.draw({ series, title: 'Equity' }),
    ])
    assert.equal(failed, undefined)
    assert.equal(readPng(next).width, 1440)
  })

  it('reads no more points than a bound, however many there are', () => {
    const [read] = readChart(chartOf(lineOf('A', wave(400_000, 1, 1))))
    assert.ok(read && read.times.length <= 20_000)
  })
})
