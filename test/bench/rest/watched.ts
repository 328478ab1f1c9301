// Processes that are measured from inside as well, and what a load of one came to.
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { temporaryFolder } from '../../support/folder.ts'
import type { RedisFleet } from '../../support/redis-fleet.ts'
import type { Outcome, Task } from '../goals/load.ts'
import type { Product, Starting } from '../goals/process.ts'
import { forkScript, listening, processorMs, startProduct } from '../goals/process.ts'
import { median } from '../goals/report.ts'
import type { Inside } from './inside.ts'
import type { Bench } from './rows.ts'

/** A process that is loaded, and asked what it saw of it. */
export interface Watched {
  readonly name: string
  readonly pid: number
  readonly port: number
  readonly host: string
  /** Where it stores what it has to, if it is a Redis. */
  readonly redis?: RedisFleet
  /** What there was since it was asked last; first it may be told to collect its garbage. */
  look(how?: 'collect'): Promise<Inside>
}

export type WatchedProduct = Watched & Product

/** What a server is started with beside the usual, or in its place. */
interface Different {
  readonly more?: Readonly<Record<string, string>>
  /** Of Node.js. */
  readonly flags?: string
}

/** Starts a server that is watched; on a Redis, or on SQLite where there is none. */
export async function startWatched(
  { program, env }: Bench,
  redis?: RedisFleet,
  { more = {}, flags = '', ...starting }: Starting & Different = {},
): Promise<WatchedProduct> {
  const { variables, look, remove } = preload(flags)
  const store = redis ? { REDIS_URL: redis.url } : {}
  const product = await startProduct(program, { ...env, ...store, ...variables, ...more }, starting)
  const stop = () => product.stop().finally(remove)
  const name = redis ? 'qcgate, Redis' : 'qcgate, SQLite'
  return { ...product, name, host: new URL(product.origin).host, ...(redis ? { redis } : {}), look, stop }
}

/** The SDK's own server with the same tools, watched. */
export async function startPeer({ upstream }: Bench): Promise<Watched & { stop(): void }> {
  const { variables, look, remove } = preload()
  const child = forkScript(new URL('../goals/mcp-server.ts', import.meta.url), [upstream.url], variables)
  const { pid, port, stop } = await listening(child)
  const end = () => {
    stop()
    remove()
  }
  return { name: 'McpServer', pid, port, host: `127.0.0.1:${port}`, look, stop: end }
}

function preload(flags = '') {
  const folder = temporaryFolder()
  const socket = join(folder.path, 'inside')
  const variables = {
    NODE_OPTIONS: `--import ${new URL('./inside.ts', import.meta.url)} ${flags}`,
    BENCH_INSIDE: socket,
  }
  const look = async (how = 'look'): Promise<Inside> => {
    const asking = connect(socket)
    await once(asking, 'connect')
    asking.write(how)
    return JSON.parse(await text(asking))
  }
  return { variables, look, remove: () => folder.remove() }
}

/** What a load came to: for each call in microseconds of processor time, the rest in milliseconds. */
export interface Served extends Pick<Inside, 'loop' | 'collection'> {
  readonly perSecond: number
  readonly processor: number
  /** Of the Redis behind it; absent where there is none. */
  readonly redis?: number
  readonly p50: number
  readonly p99: number
}

/** Loads a process once, and looks at it from all sides. */
export async function serve(bench: Bench, server: Watched, task: Omit<Task, 'port'>): Promise<Served> {
  const { redis } = server
  await server.look() // what came before does not count
  const before = { own: processorMs(server.pid), redis: redis ? await redisMs(redis) : 0 }
  const outcome = await bench.load({ ...task, port: server.port })
  const each = (ms: number) => (ms / outcome.answered) * 1_000
  const own = each(processorMs(server.pid) - before.own)
  const ofRedis = redis ? { redis: each((await redisMs(redis)) - before.redis) } : {}
  return { ...timesOf(outcome), processor: own, ...ofRedis, ...(await server.look()) }
}

function timesOf({ answered, ms, p50, p99 }: Outcome) {
  return { perSecond: (answered / ms) * 1_000, p50, p99 }
}

/** Of several rounds the medians, but of pauses the longest. */
export function overall(rounds: readonly Served[]): Served {
  const middle = (of: (one: Served) => number) => median(rounds.map(of))
  const ofRedis = rounds.every(({ redis }) => redis !== undefined) ? { redis: middle(({ redis = 0 }) => redis) } : {}
  return {
    perSecond: middle(({ perSecond }) => perSecond),
    processor: middle(({ processor }) => processor),
    ...ofRedis,
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    loop: middle(({ loop }) => loop),
    collection: Math.max(...rounds.map(({ collection }) => collection)),
  }
}

/** Milliseconds of processor time that a Redis has used, by its own count. */
async function redisMs(redis: RedisFleet): Promise<number> {
  const info = String(await redis.nodes[0]?.ask('INFO', 'cpu'))
  const of = (kind: string) => Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(info)?.[1])
  return (of('sys') + of('user')) * 1_000
}

/** How they stand in a table. */
export const SERVED_COLUMNS = [
  'a second',
  'processor time each',
  'Redis apart',
  'p50 ms',
  'p99 ms',
  'loop delay p99 ms',
  'longest GC ms',
] as const

export function servedCells({ perSecond, processor, redis, p50, p99, loop, collection }: Served): string[] {
  const ms = [p50, p99, loop, collection].map((value) => value.toFixed(1))
  return [perSecond.toFixed(0), microseconds(processor), redis === undefined ? '' : microseconds(redis), ...ms]
}

export const microseconds = (value: number) => `${value.toFixed(0)} µs`
