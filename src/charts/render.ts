// From a plan to pixels: ECharts writes SVG, resvg (WebAssembly, the same on every platform) paints it with the font that
// comes along, so that a server without fonts draws the same picture. Runs in the worker.
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import { init } from 'echarts/dist/echarts.esm.min.mjs'
import { FONTS, RENDERER, readAsset } from './assets.ts'
import type { Series } from './chart-data.ts'
import { layOut, WIDTH } from './layout.ts'
import { FONT, PAPER } from './look.ts'
import { optionFor } from './option.ts'
import { encodePng } from './png.ts'

/** Pixels for each point of width, for screens that have them. */
const DENSITY = 2

await initWasm(readAsset(RENDERER))
const fontBuffers = FONTS.map(readAsset)

/** The picture as SVG, and undefined when there is nothing to draw. */
export function svgOf(series: readonly Series[], title: string): string | undefined {
  const layout = layOut(series)
  if (!layout) return undefined
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: layout.height })
  try {
    chart.setOption(optionFor(layout, title))
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

/** The picture as PNG. */
export function pngOf(svg: string): Uint8Array {
  const resvg = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: DENSITY },
    background: PAPER,
    font: { fontBuffers, defaultFontFamily: FONT, sansSerifFamily: FONT },
  })
  try {
    const image = resvg.render()
    try {
      return encodePng(image.pixels, image.width, image.height)
    } finally {
      image.free()
    }
  } finally {
    resvg.free()
  }
}
