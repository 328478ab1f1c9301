// Two processes that share one PUBLIC_URL, one store and one folder of keys, for the tests of one suite.
import { join } from 'node:path'
import { after, before } from 'node:test'
import { freePort, startServer, type TestServer } from './server.ts'
import { whileRunning } from './while-running.ts'

/** Two processes that run. */
export interface Pair {
  /** The one whose address is the PUBLIC_URL. */
  readonly one: TestServer
  /** The other, at its own address. */
  readonly two: TestServer
  /** Where each listens, in this order. */
  readonly addresses: readonly [string, string]
}

/** Starts another process that shares what `one` has, and says where it listens. */
export async function startBeside(one: TestServer, env: Record<string, string>) {
  const port = await freePort()
  const shared = {
    PUBLIC_URL: one.origin,
    DATA_DIR: join(one.folder, 'data'),
    KEYS_DIR: join(one.folder, 'keys'),
    ...(one.redisUrl ? { REDIS_URL: one.redisUrl } : {}),
  }
  const server = await startServer({ ...env, ...shared, PORT: String(port) })
  return { server, address: `http://127.0.0.1:${port}` }
}

/** A pair for the tests of one suite. Call it inside `describe`. */
export function usePair(env: () => Record<string, string>): Pair {
  let pair: Pair | undefined
  before(async () => {
    const one = await startServer(env())
    const { server: two, address } = await startBeside(one, env())
    pair = { one, two, addresses: [one.origin, address] }
  })
  after(async () => {
    try {
      await pair?.two.stop()
    } finally {
      await pair?.one.stop()
    }
  })
  return whileRunning('pair of servers', () => pair)
}
