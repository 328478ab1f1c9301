// What a test file has in its Redis, by the prefix of its address.
import assert from 'node:assert/strict'
import { Cluster, Redis } from 'ioredis'
import { parseRedisUrl } from '../../src/storage/redis-url.ts'

/** Lets `use` look at every key, with the server that holds it. */
async function forEachKey(url: string, use: (node: Redis, key: string, prefix: string) => Promise<void>) {
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
    for (const node of client instanceof Cluster ? client.nodes('master') : [client]) {
      for await (const keys of node.scanStream({ match: `${prefix}*`, count: 1000 })) {
        for (const key of new Set(keys as string[])) await use(node, key, prefix)
      }
    }
  } finally {
    client.disconnect()
  }
}

/** Everything, by key without the prefix, the lines of a journal one by one. Throws when a key has no time to live. */
export async function dumpRedis(url: string): Promise<{ key: string; text: string }[]> {
  const dump: { key: string; text: string }[] = []
  await forEachKey(url, async (node, key, prefix) => {
    const [texts, left] = await Promise.all([read(node, key), node.pttl(key)])
    assert.ok(left > 0 || left === -2, `${key} would stay for ever`) // -2: gone since it was named
    for (const text of texts) dump.push({ key: key.slice(prefix.length), text })
  })
  return dump
}

async function read(node: Redis, key: string): Promise<string[]> {
  const type = await node.type(key)
  if (type === 'list') return node.lrange(key, '0', '-1')
  if (type === 'zset') return node.zrange(key, '0', '-1')
  return [(await node.get(key)) ?? '']
}

/** Makes every key so many seconds older: the clock of a Redis cannot be pushed. */
export const ageRedis = (url: string, seconds: number): Promise<void> =>
  forEachKey(url, async (node, key) => {
    await node.pexpire(key, (await node.pttl(key)) - seconds * 1000) // what has no time left is gone at once
  })
