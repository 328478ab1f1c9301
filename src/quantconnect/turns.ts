// Turns, a concurrency limit: how many calls of one account run at once, and who is next. Ours and not p-queue: that one
// has no bound on who waits, and a queue per account would still have to be made, found and forgotten here.
import { unlessAborted } from './abort.ts'

interface Queue {
  running: number
  /** In the order of arrival. */
  readonly waiting: Set<() => void>
}

export interface Turns {
  /**
   * Waits for a turn and gives the function that ends it; undefined at once when too many wait already. When the signal
   * aborts, a waiting call leaves the queue and this rejects with the signal's reason.
   */
  take(account: string, signal?: AbortSignal): Promise<(() => void) | undefined>
  /** How many accounts have calls that run or wait. */
  readonly accounts: number
}

/** At most `atOnce` calls of an account run, and `waiting` more wait, first come, first served. */
export function createTurns(limits: { readonly atOnce: number; readonly waiting: number }): Turns {
  const queues = new Map<string, Queue>()

  function end(account: string, queue: Queue) {
    const [next] = queue.waiting
    if (next) {
      queue.waiting.delete(next)
      next() // the turn passes on, so `running` stays as it is and nobody slips in between
    } else {
      queue.running -= 1
      if (queue.running === 0) queues.delete(account)
    }
  }

  return {
    async take(account, signal) {
      signal?.throwIfAborted()
      const queue = queues.get(account) ?? { running: 0, waiting: new Set() }
      queues.set(account, queue)
      if (queue.running < limits.atOnce) {
        queue.running += 1
      } else {
        if (queue.waiting.size >= limits.waiting) return undefined
        const turn = Promise.withResolvers<void>()
        queue.waiting.add(turn.resolve)
        try {
          await unlessAborted(turn.promise, signal)
        } catch (reason) {
          // Either it still waits and leaves, or its turn came in the same moment and passes on.
          if (!queue.waiting.delete(turn.resolve)) end(account, queue)
          throw reason
        }
      }
      let ended = false
      return () => {
        if (!ended) end(account, queue)
        ended = true
      }
    },
    get accounts() {
      return queues.size
    },
  }
}
