// The memory that a process holds once it stands still.
import { setTimeout as pause } from 'node:timers/promises'
import { residentBytes } from '../goals/process.ts'
import type { Watched } from './watched.ts'

const LOOK_EVERY_MS = 250
/** It stands still when so many looks one after the other have found the same, nearly. */
const LOOKS = 6
const NEARLY = 0.005
const AT_MOST_MS = 10_000

/** Resident bytes, when they change no more, or after a while. */
export async function settledBytes(pid: number): Promise<number> {
  const seen: number[] = []
  for (const until = performance.now() + AT_MOST_MS; performance.now() < until; await pause(LOOK_EVERY_MS)) {
    seen.push(residentBytes(pid))
    const last = seen.slice(-LOOKS)
    if (last.length === LOOKS && Math.max(...last) - Math.min(...last) <= NEARLY * Math.max(...last)) break
  }
  return seen.at(-1) ?? Number.NaN
}

/** V8 keeps pages that it has freed at hand for so long before the system has them back, and something more. */
const GIVEN_BACK_MS = 12_000

/** What is left when all garbage was collected and given back: resident bytes, and those that are in use in the heap. */
export async function collectedBytes({ pid, look }: Pick<Watched, 'pid' | 'look'>) {
  const { heapUsed } = await look('collect')
  await pause(GIVEN_BACK_MS)
  return { resident: await settledBytes(pid), heapUsed }
}
