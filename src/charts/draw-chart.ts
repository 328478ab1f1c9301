// Pictures of charts: a person would rather look than read.
import { type ChartData, readChart } from './chart-data.ts'
import { DrawingThread } from './drawing-thread.ts'

const thread = new DrawingThread()

/**
 * Draws a chart as PNG, 720 points wide at two pixels a point. Throws nothing for awkward data: what cannot be drawn is
 * left out. Undefined when nothing can be drawn at all, or too many pictures are being drawn already.
 */
export async function drawChart(chart: ChartData, title: string): Promise<Buffer | undefined> {
  const series = readChart(chart)
  if (!series.length) return undefined
  const png = await thread.draw({ series, title })
  return png && Buffer.from(png.buffer, png.byteOffset, png.byteLength)
}
