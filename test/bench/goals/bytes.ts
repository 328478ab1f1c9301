// What a connected client takes in Redis: people who were never here each connect one, as far as its tokens, and an hour passes.
import { connect } from '../../support/connection.ts'
import { startSingle } from '../../support/redis-fleet.ts'
import type { TestServer } from '../../support/server.ts'
import { forgetAttempts } from './attempts.ts'
import { startProduct } from './process.ts'

const CLIENTS = 100
/** Gone when the first hour of a connection is over: its code, and what was counted. */
const LET_AN_HOUR_PASS = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TTL', key) <= 3600 then redis.call('DEL', key) end
end`
const SIZES = `
local sizes = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  table.insert(sizes, key)
  table.insert(sizes, redis.call('MEMORY', 'USAGE', key))
end
return sizes`

/** For each client: all that Redis holds more than before, and of it the records by their kind, the largest first. */
export interface Bytes {
  readonly all: number
  readonly byKind: readonly (readonly [kind: string, bytes: number])[]
}

export async function bytesPerClient(program: string, env: Readonly<Record<string, string>>): Promise<Bytes> {
  const redis = await startSingle()
  const product = await startProduct(program, { ...env, REDIS_URL: redis.url })
  const ask = (command: string, ...args: (string | number)[]) => redis.nodes[0]?.ask(command, ...args)
  try {
    const server = { ...product, mcp: `${product.origin}/mcp` } as unknown as TestServer // sound: all that `connect` looks at
    const used = async () => Number(/used_memory:(\d+)/.exec(String(await ask('INFO', 'memory')))?.[1])
    async function join(index: number): Promise<void> {
      await connect(server, { as: { userId: String(300_000 + index), apiToken: `a-token-of-somebody-${index}` } })
      await forgetAttempts(product)
    }
    await join(0) // what is there only once
    await ask('EVAL', LET_AN_HOUR_PASS, 0)
    const before = await used()
    for (let index = 1; index <= CLIENTS; index += 1) await join(index)
    await ask('EVAL', LET_AN_HOUR_PASS, 0)
    const all = Math.round(((await used()) - before) / CLIENTS)
    return { all, byKind: sumByKind((await ask('EVAL', SIZES, 0)) as (string | number)[]) }
  } finally {
    await product.stop()
    await redis.stop()
  }
}

/** Of keys and sizes in turn: the average for each client. What is there only once is left out. */
function sumByKind(sizes: readonly (string | number)[]): [string, number][] {
  const kinds = new Map<string, number>()
  for (let at = 0; at < sizes.length; at += 2) {
    const kind = String(sizes[at]).replace(/^qcgate:|:?\{.*$/g, '')
    kinds.set(kind, (kinds.get(kind) ?? 0) + Number(sizes[at + 1]) / (CLIENTS + 1))
  }
  return [...kinds]
    .filter(([, bytes]) => bytes > 20)
    .map(([kind, bytes]) => [kind, Math.round(bytes)] as [string, number])
    .sort((one, other) => other[1] - one[1])
}
