// One or two server processes that share one PUBLIC_URL, one store and one folder of keys.
import { join } from 'node:path'
import type { TestServer } from '../support/server.ts'
import { freePort, startServer } from '../support/server.ts'

export interface Process {
  readonly server: TestServer
  /** Where it listens; a client takes whichever it likes. */
  readonly address: string
}

export interface Service {
  /** The one whose address is the PUBLIC_URL. */
  readonly one: TestServer
  readonly processes: readonly Process[]
  /** How often the processes logged each warning and error. */
  said(): ReadonlyMap<string, number>
  stop(): Promise<void>
}

export async function startService(count: 1 | 2, env: Record<string, string>): Promise<Service> {
  const all = { ...env, TRUSTED_PROXIES: '127.0.0.1/8', LOG_LEVEL: 'warn' }
  const one = await startServer(all)
  const processes = [{ server: one, address: `http://127.0.0.1:${new URL(one.origin).port}` }]
  const stop = async () => {
    await Promise.all(processes.map(({ server }) => server.stop()))
  }
  try {
    while (processes.length < count) {
      const port = await freePort()
      const shared = { PUBLIC_URL: one.origin, DATA_DIR: join(one.folder, 'data'), KEYS_DIR: join(one.folder, 'keys') }
      const server = await startServer({ ...all, ...shared, PORT: String(port) })
      processes.push({ server, address: `http://127.0.0.1:${port}` })
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { one, processes, stop, said: () => countWarnings(processes.map(({ server }) => server.output()).join('\n')) }
}

function countWarnings(output: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of output.split('\n')) {
    if (!line.startsWith('{')) continue
    try {
      const { level, msg, err } = JSON.parse(line) as { level: number; msg: string; err?: { message: string } }
      const what = err ? `${msg} (${err.message})` : msg
      if (level >= 40) counts.set(what, (counts.get(what) ?? 0) + 1)
    } catch {
      // a line that a killed process did not finish
    }
  }
  return counts
}
