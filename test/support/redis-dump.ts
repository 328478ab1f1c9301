// Everything that a test file left in its Redis.
import assert from 'node:assert/strict'
import { Cluster, Redis } from 'ioredis'
import { parseRedisUrl } from '../../src/storage/redis-url.ts'

/** What a key holds: text, or the lines of a journal. */
const readRedis = async (node: Redis, key: string): Promise<string | null> =>
  (await node.type(key)) === 'zset' ? (await node.zrange(key, '0', '-1')).join('\n') : node.get(key)

/** Every key under an address's prefix with its value. Throws when one of them has no time to live. */
export async function dumpRedis(url: string): Promise<string> {
  const address = parseRedisUrl(url)
  if (typeof address === 'string') throw new Error(address)
  const { mode, hosts, name, prefix, password } = address
  const login = password ? { password } : {}
  const client =
    mode === 'cluster'
      ? new Cluster([...hosts], { redisOptions: login })
      : new Redis(mode === 'sentinel' ? { sentinels: [...hosts], name, ...login } : { ...hosts[0], ...login })
  client.on('error', () => {})
  try {
    await client.ping()
    const dump: string[] = []
    for (const node of client instanceof Cluster ? client.nodes('master') : [client]) {
      for await (const keys of node.scanStream({ match: `${prefix}*`, count: 1000 })) {
        for (const key of keys as string[]) {
          const [value, left] = await Promise.all([readRedis(node, key), node.pttl(key)])
          assert.ok(left > 0 || left === -2, `${key} would stay for ever`) // -2: gone since it was named
          dump.push(key, value ?? '')
        }
      }
    }
    return dump.join('\n')
  } finally {
    client.disconnect()
  }
}
