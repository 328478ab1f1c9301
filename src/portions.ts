// Long work in portions, since one thread serves everybody: between two portions everyone else has their turn.
// Cooperative multitasking, as with `scheduler.yield()` in a browser.

const PORTION_MS = 5

const waiting: (() => void)[] = []

/** One portion in each round of the event loop, whoever's it is: ten long works at once hold it no longer than one. */
export function nextPortion(): Promise<void> {
  return new Promise((go) => {
    waiting.push(go)
    if (waiting.length === 1) setImmediate(serveOne)
  })
}

function serveOne(): void {
  waiting.shift()?.()
  if (waiting.length) setImmediate(serveOne)
}

/** Does work that may be interrupted wherever it says `yield`, which it should do every millisecond or so. */
export async function inPortions<T>(work: Generator<void, T>): Promise<T> {
  for (let began = performance.now(); ; ) {
    const { done, value } = work.next()
    if (done) return value
    if (performance.now() - began < PORTION_MS) continue
    await nextPortion()
    began = performance.now()
  }
}
