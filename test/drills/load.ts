// The mixed load: a fixed number of workers, each busy all the time with one request or two.
import { setTimeout as delay } from 'node:timers/promises'
import { SANDBOX_ACCOUNTS } from '../../src/sandbox/accounts.ts'
import type { Ledger } from './ledger.ts'
import { Line } from './line.ts'
import type { Service } from './service.ts'
import { Worker } from './worker.ts'

/** How many workers. */
export const WORKERS = 8
/** Between two rounds of a worker. */
const PAUSE_MS = 20

/** The load while it lasts. */
export interface Load {
  readonly workers: readonly Worker[]
  /** Lets every worker finish its round. Throws what went wrong in the load itself. */
  stop(): Promise<void>
}

/** Connects all workers, then lets them go. */
export async function startLoad({ one, processes }: Service, ledger: Ledger): Promise<Load> {
  const workers = Array.from({ length: WORKERS }, (_, i) => {
    const { userId = '', apiToken = '' } = SANDBOX_ACCOUNTS[i % SANDBOX_ACCOUNTS.length] ?? {}
    return new Worker(i + 1, one, new Line(processes, ledger, i + 1), ledger, { userId, apiToken })
  })
  await Promise.all(workers.map((worker) => worker.begin()))

  let isOver = false
  const shift = async (worker: Worker) => {
    while (!isOver) {
      await worker.round()
      await delay(PAUSE_MS)
    }
  }
  const shifts = Promise.allSettled(workers.map(shift))
  return {
    workers,
    async stop() {
      isOver = true
      for (const result of await shifts) if (result.status === 'rejected') throw result.reason
    },
  }
}
