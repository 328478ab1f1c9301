// What a connected client takes in Redis: people who were never here each connect one, as far as its tokens.
import { connect } from '../../support/connection.ts'
import { startSingle } from '../../support/redis-fleet.ts'
import type { TestServer } from '../../support/server.ts'
import { forgetAttempts } from './attempts.ts'
import { startProduct } from './process.ts'

const CLIENTS = 100

/** Bytes for each, by all that Redis holds more than before. */
export async function bytesPerClient(program: string, env: Readonly<Record<string, string>>): Promise<number> {
  const redis = await startSingle()
  const product = await startProduct(program, { ...env, REDIS_URL: redis.url })
  try {
    const server = { ...product, mcp: `${product.origin}/mcp` } as unknown as TestServer // sound: all that `connect` looks at
    const used = async () => Number(/used_memory:(\d+)/.exec(String(await redis.nodes[0]?.ask('INFO', 'memory')))?.[1])
    async function join(index: number): Promise<void> {
      await connect(server, { as: { userId: String(300_000 + index), apiToken: `a-token-of-somebody-${index}` } })
      await forgetAttempts(product)
    }
    await join(0) // what is there only once
    const before = await used()
    for (let index = 1; index <= CLIENTS; index += 1) await join(index)
    return Math.round(((await used()) - before) / CLIENTS)
  } finally {
    await product.stop()
    await redis.stop()
  }
}
