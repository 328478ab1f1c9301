// Every kind of store that the product runs on, for tests that hold all of them to the same sentences.
import { join } from 'node:path'
import { pino } from 'pino'
import { openRedisStore } from '../../src/storage/redis.ts'
import { parseRedisUrl } from '../../src/storage/redis-url.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import type { Store } from '../../src/storage/store.ts'

const SILENT = pino({ level: 'silent' })

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

/** The kinds of store by name, and what the fleet calls those that are a Redis. */
const KINDS = {
  SQLite: undefined,
  Redis: 'single',
  'Redis under Sentinels': 'sentinel',
  'a Redis Cluster': 'cluster',
} as const
export type StoreName = keyof typeof KINDS
export const STORE_NAMES = Object.keys(KINDS) as StoreName[]

/** Opens a store; whoever opens it twice is two processes that share it. */
export async function openStore(name: StoreName, folder: string, prefix: string): Promise<Store> {
  const kind = KINDS[name]
  return kind ? openRedis(redisUrl(kind, prefix)) : openSqliteStore(folder)
}

/** The environment that makes a server use a store of this kind. */
export function storeEnv(name: StoreName, prefix: string): { REDIS_URL?: string } {
  const kind = KINDS[name]
  return kind ? { REDIS_URL: redisUrl(kind, prefix) } : {}
}

let journeys = 0
/**
 * The stores that every journey is made on: by name, the environment that makes a server use it, and a way for the test to
 * look into it. The keys of each are its own.
 */
export function journeyStores(journey: string) {
  const prefix = `${journey}-${journeys++}:`
  return (['SQLite', 'Redis'] as const).map((name) => ({
    name,
    env: storeEnv(name, prefix),
    open: (folder: string) => openStore(name, join(folder, 'data'), prefix),
  }))
}
