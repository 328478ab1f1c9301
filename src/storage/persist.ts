// A write that must not be given up for a store that is away for a moment.
import { setTimeout as pause } from 'node:timers/promises'

/** Milliseconds before the next try, twice as long each time up to so many; after a minute it is given up. */
const PAUSE = { first: 250, longest: 2_000 }
const PATIENCE = 60_000

/**
 * Writes, and tries again behind the back of whoever waits for it, who goes on after the first try. `ended` is called when it is
 * over, `giveUp` before that when it was all in vain.
 */
export async function persist(
  write: () => Promise<unknown>,
  ended: () => void,
  giveUp: (error: unknown) => void,
): Promise<void> {
  const first = await attempt(write)
  if (!first) return ended()
  void tryAgain(write, first).then((error) => {
    if (error) giveUp(error.cause)
    ended()
  })
}

interface Failure {
  readonly cause: unknown
}

async function tryAgain(write: () => Promise<unknown>, first: Failure): Promise<Failure | undefined> {
  let failure: Failure | undefined = first
  let milliseconds = PAUSE.first
  for (const until = performance.now() + PATIENCE; performance.now() < until; ) {
    await pause(milliseconds)
    failure = await attempt(write)
    if (!failure) return undefined
    milliseconds = Math.min(2 * milliseconds, PAUSE.longest)
  }
  return failure
}

const attempt = (write: () => Promise<unknown>): Promise<Failure | undefined> =>
  write().then(
    () => undefined,
    (cause) => ({ cause }),
  )
