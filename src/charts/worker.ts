// The thread that draws: a picture is a tenth of a second of pure computing, in which no request would be answered.
import { parentPort } from 'node:worker_threads'
import type { Drawing } from './drawing-thread.ts'
import { pngOf, svgOf } from './render.ts'

parentPort?.on('message', ({ series, title }: Drawing) => {
  const svg = svgOf(series, title)
  parentPort?.postMessage(svg === undefined ? undefined : pngOf(svg))
})
