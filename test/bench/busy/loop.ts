// Preloaded into the server that is measured: how late its event loop is, and how much memory it holds. The server itself
// knows nothing of it, as with the tests' clock.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What a server answers when it is asked for `loop`; delays in milliseconds, memory in bytes. */
export interface Loop {
  readonly p99: number
  readonly max: number
  readonly rss: number
  readonly heapUsed: number
}

/** A timer of so many milliseconds is what the delay is seen by, and is part of each that Node.js reports. */
const EVERY_MS = 5
const SETTLE_MS = 500
const delays = monitorEventLoopDelay({ resolution: EVERY_MS })
delays.enable()
setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

process.on('message', async ({ loop }: { loop?: 'delay' | 'memory' }) => {
  if (!loop) return
  await pause(4 * EVERY_MS) // a question may overtake the timer that sees what went before it
  const delay = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - EVERY_MS)
  const [p99, max] = [delay(delays.percentile(99)), delay(delays.max)]
  if (loop === 'memory') {
    collectGarbage()
    await pause(SETTLE_MS) // some things are let go of only when their neighbours are gone
    collectGarbage()
  }
  const { rss, heapUsed } = process.memoryUsage()
  process.send?.({ p99, max, rss, heapUsed } satisfies Loop)
  delays.reset()
})
process.channel?.unref()
