// From a plan to pixels: ECharts writes SVG, resvg (WebAssembly, the same on every platform) paints it with the font that
// comes along, so that a server without fonts draws the same picture. Runs in the worker.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import { init } from 'echarts/dist/echarts.esm.min.mjs'
import type { Series } from './chart-data.ts'
import { layOut, WIDTH } from './layout.ts'
import { FONT, PAPER } from './look.ts'
import { optionFor } from './option.ts'
import { encodePng } from './png.ts'

/** Pixels for each point of width, for screens that have them. */
const DENSITY = 2
const fromPackage = (path: string) => readFileSync(fileURLToPath(import.meta.resolve(path)))

await initWasm(fromPackage('@resvg/resvg-wasm/index_bg.wasm'))
const fontBuffers = ['400Regular/Arimo_400Regular', '700Bold/Arimo_700Bold'].map((face) =>
  fromPackage(`@expo-google-fonts/arimo/${face}.ttf`),
)

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
