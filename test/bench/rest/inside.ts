// Preloaded into a process that is measured: how late its event loop was, and how long the garbage collector held it up. It is asked
// over a socket of its own; the server itself knows nothing of it.
import { createServer } from 'node:net'
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What it answers: times since it was asked last, in milliseconds. */
export interface Inside {
  /** The 99th percentile of the event loop's delay. */
  readonly loop: number
  /** The longest pause of the garbage collector. */
  readonly collection: number
  /** Bytes that are in use in the heap now. */
  readonly heapUsed: number
}

/** A timer of so many milliseconds is what the delay is seen by, and is part of each that Node.js reports. */
const EVERY_MS = 5
const delays = monitorEventLoopDelay({ resolution: EVERY_MS })
delays.enable()
let longest = 0
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration)
}).observe({ entryTypes: ['gc'] })

/** Collects what nobody needs, twice: some things are let go of only when their neighbours are gone. */
async function collect(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const run: () => void = runInNewContext('gc')
  run()
  await pause(500)
  run()
}

createServer((socket) => {
  socket.once('data', async (question) => {
    if (String(question) === 'collect') await collect()
    await pause(4 * EVERY_MS) // a question may overtake the timer that sees what went before it
    const loop = Math.max(0, delays.percentile(99) / 1e6 - EVERY_MS)
    const { heapUsed } = process.memoryUsage()
    socket.end(JSON.stringify({ loop, collection: longest, heapUsed } satisfies Inside))
    delays.reset()
    longest = 0
  })
})
  .listen(process.env.BENCH_INSIDE)
  .unref()
