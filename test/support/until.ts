import { setInterval } from 'node:timers/promises'

/** Waits until a condition holds; whoever waits in vain learns for what. */
export async function until(what: string, holds: () => unknown, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000
  if (await holds()) return
  // Not by `setTimeout`, which some tests stop.
  for await (const _ of setInterval(20)) {
    if (await holds()) return
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`)
  }
}
