// A server on a Redis, or a fleet of them, that no other file uses, for tests that take rights away from it, or stop it.
import { after, before } from 'node:test'
import type { RedisFleet } from './redis-fleet.ts'
import { startSingle } from './redis-fleet.ts'
import type { TestServer } from './server.ts'
import { startServer } from './server.ts'
import { whileRunning } from './while-running.ts'

/** `env` is the server's. Started before the first test of a suite, stopped after the last. Call it inside `describe`. */
export function useOwnRedis(env: Record<string, string> = {}, startFleet: () => Promise<RedisFleet> = startSingle) {
  let fleet: RedisFleet | undefined
  let server: TestServer | undefined
  before(async () => {
    fleet = await startFleet()
    server = await startServer({ ...env, REDIS_URL: fleet.url })
  })
  after(async () => {
    await server?.stop()
    await fleet?.stop()
  })
  const ask = async (command: string, ...args: string[]) => fleet?.nodes[0]?.ask(command, ...args)
  return {
    server: whileRunning('server', () => server),
    ask,
    /** SIGSTOP leaves it deaf with its connections open, SIGCONT wakes it; by its place in the fleet. */
    signal: async (name: 'SIGSTOP' | 'SIGCONT', nodes: readonly number[] = [0]) => {
      for (const node of nodes) await fleet?.nodes[node]?.signal(name)
    },
    /** Sets what the user of the server may do, in the words of `ACL SETUSER`. */
    acl: (...rules: string[]) => ask('ACL', 'SETUSER', 'default', ...rules),
  }
}
