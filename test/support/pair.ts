// Two processes that share one PUBLIC_URL, one store and one folder of keys, for the tests of one suite.
import { join } from 'node:path'
import { after, before } from 'node:test'
import { freePort, startServer, type TestServer } from './server.ts'
import { whileRunning } from './while-running.ts'

export interface Pair {
  /** The one whose address is the PUBLIC_URL. */
  readonly one: TestServer
  /** The other, at its own address. */
  readonly two: TestServer
  /** Where each listens, in this order. */
  readonly addresses: readonly [string, string]
}

/** Call it inside `describe`. */
export function usePair(env: () => Record<string, string>): Pair {
  let pair: Pair | undefined
  before(async () => {
    const one = await startServer(env())
    const port = await freePort()
    const shared = {
      PUBLIC_URL: one.origin,
      DATA_DIR: join(one.folder, 'data'),
      KEYS_DIR: join(one.folder, 'keys'),
      ...(one.redisUrl ? { REDIS_URL: one.redisUrl } : {}),
    }
    const two = await startServer({ ...env(), ...shared, PORT: String(port) })
    pair = { one, two, addresses: [one.origin, `http://127.0.0.1:${port}`] }
  })
  after(async () => {
    await pair?.two.stop()
    await pair?.one.stop()
  })
  return whileRunning('pair of servers', () => pair)
}
