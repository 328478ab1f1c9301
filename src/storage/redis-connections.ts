// Connections to a Redis, to a master under Sentinels or to a Cluster: how they are opened, looked at, watched and left.
import calculateSlot from 'cluster-key-slot'
import type { RedisOptions } from 'ioredis'
import { Cluster, Redis } from 'ioredis'
import type { Log } from '../observability/log.ts'
import type { RedisAddress } from './redis-url.ts'

/** A Redis that cannot be used as a store. The message is for the operator and holds no password. */
export class RedisNotUsable extends Error {
  override name = 'RedisNotUsable'
}

/** How long Redis may take to answer at the start. */
const OPEN_MS = 5_000
/** How long a command may take before it counts as failed; a request must not hang because Redis does. */
const COMMAND_MS = 1_000

/** Lua functions by name, and those of them whose keys do not come first, so that they are sent one by one. */
export interface RedisFunctions {
  readonly scripts: Record<string, { lua: string; numberOfKeys?: number }>
  readonly unpipelined: readonly string[]
}

/** A connection that is not open yet, with functions of ours that it is to know. */
export function connectionTo(
  { mode, tls, hosts, username, password, db, name, prefix }: RedisAddress,
  { scripts, unpipelined }: RedisFunctions,
): Redis | Cluster {
  const login = { ...(username ? { username } : {}), ...(password ? { password } : {}) }
  // Nothing is queued while Redis is away, and nothing is sent twice: a request fails at once, and whoever made it
  // decides whether to make it again. A write that was repeated here could find its own first half and call it theft.
  const connection = {
    ...login,
    connectTimeout: 2_000,
    commandTimeout: COMMAND_MS,
    socketTimeout: 2 * COMMAND_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    ...(tls ? { tls: {} } : {}),
  } satisfies RedisOptions
  const common = {
    keyPrefix: prefix,
    lazyConnect: true,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    // Without a Cluster there is no slot to be found for a command, so its keys may stand anywhere.
    autoPipeliningIgnoredCommands: mode === 'cluster' ? [...unpipelined] : [],
    scripts,
  }
  const retryStrategy = (times: number) => Math.min(50 * times, 1_000)
  switch (mode) {
    case 'single':
      return new Redis({ ...connection, ...common, ...hosts[0], db, retryStrategy })
    case 'sentinel':
      return new Redis({
        ...connection,
        ...common,
        sentinels: [...hosts],
        name,
        ...(username ? { sentinelUsername: username } : {}),
        ...(password ? { sentinelPassword: password } : {}),
        ...(tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
        sentinelCommandTimeout: COMMAND_MS,
        failoverDetector: true,
        retryStrategy,
        // A master that became a replica answers so; the Sentinels know the new one.
        reconnectOnError: ({ message }) => message.startsWith('READONLY'),
      })
    case 'cluster':
      return new Cluster([...hosts], {
        ...common,
        redisOptions: connection,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: 2_000,
        slotsRefreshInterval: 1_000,
        maxRedirections: 5,
        retryDelayOnFailover: 0, // see above: never twice
      })
  }
}

/**
 * Leaves, and for good: a Cluster that just asks for its slots would go on asking once that has ended, and keep the process alive.
 */
export function disconnect(client: Redis | Cluster): void {
  client.disconnect()
  if (client instanceof Cluster) client.refreshSlotsCache(() => client.disconnect())
}

/** The master that has a key, and its name. */
export const nodeOf = (client: Redis | Cluster, key: string): Redis | undefined =>
  client instanceof Cluster
    ? client.nodes('master').find((node) => client.slots[calculateSlot(key)]?.[0] === nameInCluster(node))
    : client
const nameInCluster = ({ options: { host, port } }: Redis): string => `${host}:${port}`
/** Which server it is that a client is connected to now: under Sentinels another one after a failover. */
export const masterNameOf = ({ stream }: Redis): string => `${stream.remoteAddress}:${stream.remotePort}`

export const infoOf = async (node: Redis): Promise<Record<string, string>> =>
  Object.fromEntries((await node.info()).split('\r\n').map((line) => line.split(':', 2)))

/** Looks at what answers: its kind, its part, and whether it may throw our keys away. Names those that have replicas. */
export async function inspect(client: Redis | Cluster, { mode }: RedisAddress, log: Log): Promise<string[]> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client]
  const withReplicas: string[] = []
  for (const node of nodes) {
    const info = await infoOf(node)
    if (info.redis_mode === 'cluster' && mode !== 'cluster') {
      throw new RedisNotUsable('this Redis is part of a Cluster; use redis+cluster://')
    }
    if (info.redis_mode === 'sentinel')
      throw new RedisNotUsable('this is a Sentinel; use redis+sentinel://host:26379/NAME')
    if (info.role !== 'master') throw new RedisNotUsable('this Redis is a read-only replica; name its master')
    if (info.maxmemory_policy && info.maxmemory_policy !== 'noeviction') {
      log.warn(
        { policy: info.maxmemory_policy },
        'when its memory is full, this Redis may drop connections and sign-ins; set maxmemory-policy noeviction',
      )
    }
    if (Number(info.connected_slaves) > 0) withReplicas.push(masterNameOf(node))
  }
  return withReplicas
}

/**
 * The operator learns when Redis goes and when it is back, once each, and not with every request. Returns how to stop that:
 * it is no outage when we leave.
 */
export function reportOutages(client: Redis | Cluster, log: Log): () => void {
  let away = false
  let ready = false
  const gone = (error?: Error) => {
    if (ready && !away) log.error({ cause: error?.message }, 'the store is gone; requests that need it get 503')
    away = true
  }
  client.on('error', gone)
  client.on('close', gone)
  client.on('ready', () => {
    if (ready && away) log.info('the store is back')
    ready = true
    away = false
  })
  return () => {
    ready = false
  }
}

/** An error in words, with what to do about it where that is known. */
export function reasonFor(error: unknown): string {
  const { lastNodeError, message } = error as Error & { lastNodeError?: Error }
  const reason = (lastNodeError?.message ?? message).replace(/.*Last error: /, '')
  if (reason.startsWith('NOAUTH')) return 'Redis wants a password; write it as redis://:PASSWORD@host:6379'
  if (reason.startsWith('WRONGPASS')) return 'Redis refuses this user name and password'
  if (reason.startsWith('NOPERM')) return `this Redis user may not do what is needed: ${reason}`
  if (reason.includes('cluster support disabled')) return 'this Redis is no Cluster; use redis://'
  if (reason.includes('No such master')) return 'the Sentinels know no master of that name; use the one they watch'
  return `Redis cannot be reached (${reason}); is it running, and is the address right?`
}

/** Connects, in a Cluster to every node: one that connects only when it is needed would turn the others away meanwhile. */
export async function connect(client: Redis | Cluster): Promise<void> {
  // What really happened is told by events; the connection's own error is often that it was closed.
  let cause: Error | undefined
  for (const event of ['error', 'sentinelError', 'node error']) client.on(event, (error: Error) => (cause = error))
  const deadline = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error('no answer')), OPEN_MS).unref()
  })
  await Promise.race([client.connect(), deadline]).catch((error) => Promise.reject(cause ?? error))
  if (!(client instanceof Cluster)) return
  const connectNode = (node: Redis) => (node.status === 'wait' ? node.connect() : undefined)
  await Promise.all(client.nodes('master').map(connectNode))
  client.on('+node', (node: Redis) => connectNode(node)?.catch(() => {}))
}
