// Who is measured, one after the other, and again, so that what else the machine does meets all of them alike; of each the medians.
import type { Bench } from '../rest/rows.ts'
import type { Contestant, Measured } from './process.ts'
import { processorMs } from './process.ts'
import { median } from './report.ts'

const CONNECTIONS = 32
const ROUNDS = 5

/** Who is measured, and with which requests: whole ones, headers and all, sent in turn. */
export type Asked = Pick<Contestant, 'name' | 'pid' | 'port'> & { readonly requests: readonly string[] }

export interface Rounds {
  /** How long each is asked, in milliseconds: before it counts, and then each time. */
  readonly warmUpMs: number
  readonly ms: number
  /** Whether they are refreshes (load.ts). */
  readonly rotates?: boolean
}

export async function measureRounds(
  load: Bench['load'],
  contestants: readonly Asked[],
  { warmUpMs, ms: roundMs, rotates = false }: Rounds,
): Promise<Measured[]> {
  const rounds = new Map<string, Omit<Measured, 'name'>[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { name, pid, port, requests } of contestants) {
      const before = processorMs(pid)
      const task = { port, requests, connections: CONNECTIONS, ms: round ? roundMs : warmUpMs, rotates }
      const { answered, ms, p50, p99 } = await load(task)
      const processor = ((processorMs(pid) - before) / answered) * 1_000
      if (round) rounds.get(name)?.push({ perSecond: (answered / ms) * 1_000, processor, p50, p99 })
    }
  }
  return [...rounds].map(([name, all]) => ({
    name,
    perSecond: median(all.map((one) => one.perSecond)),
    processor: median(all.map((one) => one.processor)),
    p50: median(all.map((one) => one.p50)),
    p99: median(all.map((one) => one.p99)),
  }))
}
