// One or two server processes that share one PUBLIC_URL, one store and one folder of keys.
import { logLines } from '../support/log-lines.ts'
import { startBeside } from '../support/pair.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'

/** One process of the service. */
export interface Process {
  readonly server: TestServer
  /** Where it listens; a client takes whichever it likes. */
  readonly address: string
}

/** The processes that are up. */
export interface Service {
  /** The one whose address is the PUBLIC_URL. */
  readonly one: TestServer
  readonly processes: readonly Process[]
  /** How often the processes logged each warning and error. */
  said(): ReadonlyMap<string, number>
  stop(): Promise<void>
}

/** Starts one process, or two. */
export async function startService(count: 1 | 2, env: Record<string, string>): Promise<Service> {
  // Workers call without a pause, which no honest client does.
  const CALL_BUDGET = '10000,10000,10000,10000'
  const all = { ...env, CALL_BUDGET, TRUSTED_PROXIES: '127.0.0.1/8', LOG_LEVEL: 'warn' }
  const one = await startServer(all)
  const processes = [{ server: one, address: `http://127.0.0.1:${new URL(one.origin).port}` }]
  const stop = async () => {
    await Promise.all(processes.map(({ server }) => server.stop()))
  }
  try {
    while (processes.length < count) processes.push(await startBeside(one, all))
  } catch (error) {
    await stop()
    throw error
  }
  return { one, processes, stop, said: () => countWarnings(processes.map(({ server }) => server.output()).join('\n')) }
}

function countWarnings(output: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { level, msg, err } of logLines(output) as { level: number; msg: string; err?: { message: string } }[]) {
    const what = err ? `${msg} (${err.message})` : msg
    if (level >= 40) counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  return counts
}
