// Preloaded into the server that is measured: what it asks of its store, counted where SQLite is asked, and the processor
// time that it uses. The server itself knows nothing of it, as with the tests' clock.
import { subscribe } from 'node:diagnostics_channel'
import { StatementSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Steps that a store takes, each of which is a round trip where it is a Redis. A read is a SELECT on its own. A write is what
 * may change something durable, all of it or nothing: a transaction, or another statement on its own. One that finds its
 * expectation broken is a write too.
 */
export interface Steps {
  readonly reads: number
  readonly writes: number
}

/** What a server answers when it is asked for `spent`: what there was since it was asked last. */
export interface Spent {
  /** At its port. What it asks of its own sandbox is none. */
  readonly requests: number
  /** By what comes before the hash tag of a key, such as `grant` or `attempts:client`. */
  readonly steps: Readonly<Record<string, Steps>>
  /** What all threads used of a processor, for the program and for the system on its behalf, in milliseconds. */
  readonly processor: number
}

/** What is done after an answer is part of what was asked for. */
const SETTLE_MS = 5

let requests = 0
let steps: Record<string, Steps> = {}
let usage = process.cpuUsage()
let transaction: 'none' | 'begun' | 'counted' = 'none'

function count(sql: string, first: unknown): void {
  if (sql.startsWith('BEGIN')) transaction = 'begun'
  if (sql === 'COMMIT' || sql === 'ROLLBACK') transaction = 'none'
  // A statement that names a value twice takes its values by name, and one that asks for two records names both.
  const named =
    typeof first === 'object' && first !== null ? (first as { key?: unknown; one?: unknown }) : { key: first }
  const key = named.key ?? named.one
  if (transaction === 'counted' || typeof key !== 'string') return // a sweep of what has expired names no key
  const [kind = ''] = key.split(':{')
  const { reads, writes } = steps[kind] ?? { reads: 0, writes: 0 }
  const isRead = transaction === 'none' && sql.trimStart().startsWith('SELECT')
  steps[kind] = isRead ? { reads: reads + 1, writes } : { reads, writes: writes + 1 }
  if (transaction === 'begun') transaction = 'counted'
}

for (const name of ['run', 'get', 'all'] as const) {
  const original: (...values: never[]) => unknown = StatementSync.prototype[name]
  Object.assign(StatementSync.prototype, {
    [name](this: StatementSync, ...values: never[]) {
      count(this.sourceSQL, values[0])
      return original.apply(this, values)
    },
  })
}

subscribe('http.server.request.start', (message) => {
  const { socket } = message as { socket: { localPort: number } } // as Node.js documents this channel
  if (socket.localPort === Number(process.env.PORT)) requests += 1
})

process.on('message', async ({ spent }: { spent?: true }) => {
  if (!spent) return // others that were preloaded are asked as well
  await pause(SETTLE_MS)
  const { user, system } = process.cpuUsage(usage)
  process.send?.({ requests, steps, processor: (user + system) / 1000 } satisfies Spent)
  requests = 0
  steps = {}
  usage = process.cpuUsage()
})
process.channel?.unref()
