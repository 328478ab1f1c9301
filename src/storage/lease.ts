// A lease (a distributed lock with an end): who holds one is alone at something, over all processes that share the store.
// Made of the one step that there is: set-if-absent takes it, compare-and-swap keeps it and gives it back.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Step, Store } from './store.ts'

/** Seconds after which a lease is free again, whatever became of its holder. */
export const LEASE_TTL = 60
/** How long whoever comes second waits, and the pauses between two looks, in milliseconds. */
const WAIT_AT_MOST = 15_000
const PAUSE = 150

export interface Lease {
  /** What a step expects and writes that holds it for the whole time from then on; it may have run out and be somebody else's. */
  readonly renewal: Pick<Step, 'expect' | 'write'>
  /** Gives it back, if it is still held. */
  release(): Promise<void>
}

/**
 * Takes all of these keys, which share one {hash tag}, or none of them; undefined when others have held one of them for as
 * long as anybody waits. Rejects with the signal's reason, and with `StoreUnavailable`.
 */
export async function takeLease(
  store: Pick<Store, 'commit'>,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<Lease | undefined> {
  const holder = randomUUID()
  const all = <T>(value: T): Record<string, T> => Object.fromEntries(keys.map((key) => [key, value]))
  const held = all({ value: holder, ttl: LEASE_TTL })
  const until = performance.now() + WAIT_AT_MOST
  while (!(await store.commit({ expect: all(undefined), write: held }))) {
    if (performance.now() + PAUSE > until) return undefined
    await pause(PAUSE, undefined, { signal })
  }
  return {
    renewal: { expect: all(holder), write: held },
    release: async () => void (await store.commit({ expect: all(holder), write: all(undefined) })),
  }
}
