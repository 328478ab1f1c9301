// How soon a process is ready, and what it holds then.
import { residentBytes, startProduct } from './process.ts'
import { median } from './report.ts'

const TIMES = 15
/** Milliseconds after which a process that nobody asks anything has settled. */
const SETTLE_MS = 3_000

export interface Started {
  /** Milliseconds from the command to the line that it runs. */
  readonly ms: number
  /** Of memory, while nothing is asked of it. */
  readonly bytes: number
}

export async function measureStart(program: string): Promise<Started> {
  const took: number[] = []
  const held: number[] = []
  for (let time = 0; time < TIMES; time += 1) {
    const began = performance.now()
    const product = await startProduct(program, {})
    took.push(performance.now() - began)
    if (time < 3) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      held.push(residentBytes(product.pid))
    }
    await product.stop()
  }
  return { ms: median(took), bytes: median(held) }
}
