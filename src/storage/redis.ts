// The store that several processes share: one Redis, a Sentinel-watched pair, or a Cluster. A step is one Lua function
// whose keys share a hash tag, so it is atomic on each of them. Reads go to the master: what one process ended, the next
// call on another must see.
import calculateSlot from 'cluster-key-slot'
import type { RedisOptions, Result } from 'ioredis'
import { Cluster, Redis } from 'ioredis'
import type { Log } from '../observability/log.ts'
import { createRedisRosters, ROSTER_SCRIPTS } from './redis-rosters.ts'
import type { RedisAddress } from './redis-url.ts'
import type { Step, Store } from './store.ts'
import { StoreUnavailable } from './store.ts'

/** A Redis that cannot be used as a store. The message is for the operator and holds no password. */
export class RedisNotUsable extends Error {
  override name = 'RedisNotUsable'
}

/** Per key three arguments: what must be there, what to put there, and for how many milliseconds. */
const COMMIT = `
for i, key in ipairs(KEYS) do
  local expected = ARGV[3 * i - 2]
  if expected ~= '*' then
    local current = redis.call('GET', key)
    if (current and '=' .. current or '-') ~= expected then return 0 end
  end
end
for i, key in ipairs(KEYS) do
  local value = ARGV[3 * i - 1]
  if value == '-' then redis.call('DEL', key)
  elseif value ~= '*' then redis.call('SET', key, string.sub(value, 2), 'PX', ARGV[3 * i]) end
end
return 1`

const INCREMENT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`

const DECREMENT = `
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then return redis.call('DECR', KEYS[1]) end
return 0`

/** A journal is a sorted set. Members begin with their time, so that the same words at two times are two lines. */
const APPEND = `
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[1] .. ' ' .. ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1`

declare module 'ioredis' {
  interface RedisCommander<Context> {
    qcgateCommit(...args: (string | number)[]): Result<number, Context>
    qcgateIncrement(key: string, milliseconds: number): Result<number, Context>
    qcgateDecrement(key: string): Result<number, Context>
    qcgateAppend(
      key: string,
      at: number,
      line: string,
      from: number,
      most: number,
      milliseconds: number,
    ): Result<number, Context>
  }
}

/** How long Redis may take to answer at the start. */
const OPEN_MS = 5_000
/** How long a command may take before it counts as failed; a request must not hang because Redis does. */
const COMMAND_MS = 1_000
/** How long an acknowledged write may wait for a replica to have it too. */
const REPLICA_MS = 100
/** For so long nobody waits for replicas after none has answered. */
const NO_REPLICA_MS = 5_000

/**
 * Opens the store and looks at what it reached. Throws `RedisNotUsable` when it cannot be reached, refuses the password,
 * or is of another kind than the address says.
 */
export async function openRedisStore(address: RedisAddress, log: Log): Promise<Store> {
  const client = connectionTo(address)
  // A second connection for writes that wait for a replica: Redis serves nothing else on a connection that waits.
  const writer = address.mode === 'single' ? client : connectionTo(address)
  const clients = [...new Set([client, writer])]
  const stopReporting = reportOutages(client, log)
  const close = async () => {
    stopReporting()
    for (const one of clients) one.disconnect()
  }
  try {
    await Promise.all(clients.map(connect))
    await inspect(client, address, log)
  } catch (error) {
    await close()
    if (error instanceof RedisNotUsable) throw error
    throw new RedisNotUsable(reasonFor(error))
  }

  /** By master, since when its replicas may be waited for again. */
  const waitFrom = new Map<string, number>()
  /** Waits until one replica has what was just written. None at hand is no reason to refuse: the master has it. */
  async function replicate(key: string): Promise<void> {
    if (address.mode === 'single') return
    const master = writer instanceof Cluster ? (writer.slots[calculateSlot(address.prefix + key)]?.[0] ?? '') : ''
    if (Date.now() < (waitFrom.get(master) ?? 0)) return
    // The first command leads the second one to the node, and the connection, that took the write.
    const [, wait] = (await writer.pipeline().exists(key).wait(1, REPLICA_MS).exec()) ?? []
    const [failure, replicas] = wait ?? []
    // The connection broke in between, maybe because the master died with the write: it must not count as done.
    if (failure) throw failure
    if (Number(replicas ?? 0) >= 1) return
    waitFrom.set(master, Date.now() + NO_REPLICA_MS)
    log.warn({ master }, 'no replica acknowledged a write; it would be lost with the master')
  }

  return {
    get: async (key) => (await attempt(() => client.get(key))) ?? undefined,
    commit: (step) =>
      attempt(async () => {
        const { keys, args } = scriptArguments(step)
        if ((await writer.qcgateCommit(keys.length, ...keys, ...args)) !== 1) return false
        await replicate(keys[0] ?? '')
        return true
      }),
    increment: (key, ttl) => attempt(() => client.qcgateIncrement(key, Math.ceil(ttl * 1000))),
    decrement: async (key) => void (await attempt(() => client.qcgateDecrement(key))),
    append: (key, at, line, { ttl, most }) =>
      attempt(async () => {
        const kept = Math.ceil(ttl * 1000)
        await writer.qcgateAppend(key, at, line, at - kept, most, kept)
        await replicate(key)
      }),
    lines: (key, from = 0) =>
      attempt(async () => {
        const members = await client.zrange(key, '+inf', `${from}`, 'BYSCORE', 'REV')
        return members.map((member) => member.slice(member.indexOf(' ') + 1))
      }),
    clear: (key) =>
      attempt(async () => {
        await writer.del(key)
        await replicate(key)
      }),
    ...createRedisRosters(writer, attempt, replicate),
    close,
  }
}

/** Connects, in a Cluster to every node: one that connects only when it is needed would turn the others away meanwhile. */
async function connect(client: Redis | Cluster): Promise<void> {
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

function scriptArguments({ expect = {}, write }: Step) {
  const keys = [...new Set([...Object.keys(expect), ...Object.keys(write)])]
  const args = keys.flatMap((key) => {
    const expected = key in expect ? text(expect[key]) : '*'
    const entry = write[key]
    return [expected, key in write ? text(entry?.value) : '*', Math.ceil((entry?.ttl ?? 0) * 1000)]
  })
  return { keys, args }
}
const text = (value: string | undefined) => (value === undefined ? '-' : `=${value}`)

async function attempt<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command()
  } catch (error) {
    throw new StoreUnavailable(error)
  }
}

function connectionTo({ mode, tls, hosts, username, password, db, name, prefix }: RedisAddress): Redis | Cluster {
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
    autoPipeliningIgnoredCommands: ['qcgateCommit'], // its keys do not come first
    scripts: {
      qcgateCommit: { lua: COMMIT },
      qcgateIncrement: { lua: INCREMENT, numberOfKeys: 1 },
      qcgateDecrement: { lua: DECREMENT, numberOfKeys: 1 },
      qcgateAppend: { lua: APPEND, numberOfKeys: 1 },
      ...ROSTER_SCRIPTS,
    },
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

/** Looks at what answers: its kind, its part, and whether it may throw our keys away. */
async function inspect(client: Redis | Cluster, { mode }: RedisAddress, log: Log): Promise<void> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client]
  for (const node of nodes) {
    const info = Object.fromEntries((await node.info()).split('\r\n').map((line) => line.split(':', 2)))
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
  }
}

/**
 * The operator learns when Redis goes and when it is back, once each, and not with every request. Returns how to stop that:
 * it is no outage when we leave.
 */
function reportOutages(client: Redis | Cluster, log: Log): () => void {
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
function reasonFor(error: unknown): string {
  const { lastNodeError, message } = error as Error & { lastNodeError?: Error }
  const reason = (lastNodeError?.message ?? message).replace(/.*Last error: /, '')
  if (reason.startsWith('NOAUTH')) return 'Redis wants a password; write it as redis://:PASSWORD@host:6379'
  if (reason.startsWith('WRONGPASS')) return 'Redis refuses this user name and password'
  if (reason.startsWith('NOPERM')) return `this Redis user may not do what is needed: ${reason}`
  if (reason.includes('cluster support disabled')) return 'this Redis is no Cluster; use redis://'
  if (reason.includes('No such master')) return 'the Sentinels know no master of that name; use the one they watch'
  return `Redis cannot be reached (${reason}); is it running, and is the address right?`
}
