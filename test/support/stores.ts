// Every kind of store that the product runs on, for tests that hold all of them to the same sentences.
import { join } from 'node:path'
import { pino } from 'pino'
import { openRedisStore } from '../../src/storage/redis.ts'
import { parseRedisUrl } from '../../src/storage/redis-url.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import type { Store } from '../../src/storage/store.ts'

export const SILENT = pino({ level: 'silent' })

/** The address of a fleet of this run, with a key prefix for one test file. Throws when the fleet is not there. */
export function redisUrl(kind: 'single' | 'sentinel' | 'cluster', prefix: string): string {
  const url = process.env[`REDIS_${kind.toUpperCase()}`]
  if (!url) throw new Error('no Redis: run this file with `npm test -- FILE`')
  return `${url}?prefix=${encodeURIComponent(prefix)}`
}

export async function openRedis(url: string): Promise<Store> {
  const address = parseRedisUrl(url)
  if (typeof address === 'string') throw new Error(address)
  return openRedisStore(address, SILENT)
}

/** Opens a store of each kind; whoever opens it twice is two processes that share it. */
export const STORES: Readonly<Record<string, (folder: string, prefix: string) => Promise<Store>>> = {
  SQLite: async (folder) => openSqliteStore(folder),
  Redis: async (_folder, prefix) => openRedis(redisUrl('single', prefix)),
  'Redis under Sentinels': async (_folder, prefix) => openRedis(redisUrl('sentinel', prefix)),
  'a Redis Cluster': async (_folder, prefix) => openRedis(redisUrl('cluster', prefix)),
}

/** The stores that a fleet of processes shares in the tests over HTTP, as the environment that makes a server use them. */
export const SHARED_STORES: Readonly<Record<string, (prefix: string) => Record<string, string>>> = {
  SQLite: () => ({}),
  Redis: (prefix) => ({ REDIS_URL: redisUrl('single', prefix) }),
  'Redis under Sentinels': (prefix) => ({ REDIS_URL: redisUrl('sentinel', prefix) }),
  'a Redis Cluster': (prefix) => ({ REDIS_URL: redisUrl('cluster', prefix) }),
}

let journeys = 0
/**
 * The stores that every journey is made on: by name, the environment that makes a server use it, and a way for the test to
 * look into it. The keys of each are its own.
 */
export const journeyStores = (journey: string) => {
  const REDIS_URL = redisUrl('single', `${journey}-${journeys++}:`)
  return [
    {
      name: 'SQLite',
      env: {} as { REDIS_URL?: string },
      open: async (folder: string) => openSqliteStore(join(folder, 'data')),
    },
    { name: 'Redis', env: { REDIS_URL }, open: async (_folder: string) => openRedis(REDIS_URL) },
  ]
}
