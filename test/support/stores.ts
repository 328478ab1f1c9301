// Every kind of store that the product runs on, for tests that hold all of them to the same sentences.
import { pino } from 'pino'
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

/** Opens the store at an address. */
export async function openRedis(url: string): Promise<Store> {
  const address = parseRedisUrl(url)
  if (typeof address === 'string') throw new Error(address)
  const { openRedisStore } = await import('../../src/storage/redis.ts') // loaded by files that have a Redis only
  return openRedisStore(address, SILENT)
}

/** The kinds of store by name, and what the fleet calls those that are a Redis. */
const KINDS = {
  SQLite: undefined,
  Redis: 'single',
  'Redis under Sentinels': 'sentinel',
  'a Redis Cluster': 'cluster',
} as const
/** The name of a kind of store, as titles say it. */
export type StoreName = keyof typeof KINDS
/** All of them. */
export const STORE_NAMES = Object.keys(KINDS) as StoreName[]

/** Opens a store; whoever opens it twice is two processes that share it. */
export async function openStore(name: StoreName, folder: string, prefix: string): Promise<Store> {
  const kind = KINDS[name]
  return kind ? openRedis(redisUrl(kind, prefix)) : openSqliteStore(folder)
}

/** The environment that makes a server use a store of this kind. */
export function storeEnv(name: StoreName, prefix: string): { REDIS_URL: string } {
  const kind = KINDS[name]
  return { REDIS_URL: kind ? redisUrl(kind, prefix) : '' } // said, in a run where the usual store is a Redis
}

let journeys = 0
/** The stores that every journey is made on: by name, the environment that makes a server use it. Each has keys of its own. */
export function journeyStores(journey: string) {
  const prefix = `${journey}-${journeys++}:`
  return (['SQLite', 'Redis'] as const).map((name) => ({ name, env: storeEnv(name, prefix) }))
}
