// The store that several processes share: one Redis, a Sentinel-watched pair, or a Cluster. A step is one Lua function
// whose keys share a hash tag, so it is atomic on each of them. Reads go to the master: what one process ended, the next
// call on another must see.
import calculateSlot from 'cluster-key-slot'
import type { RedisOptions, Result } from 'ioredis'
import { Cluster, Redis } from 'ioredis'
import type { Log } from '../observability/log.ts'
import { createRedisRosters, ROSTER_SCRIPTS } from './redis-rosters.ts'
import type { RedisAddress } from './redis-url.ts'
import type { JournalLine, Step, Store } from './store.ts'
import { StoreUnavailable } from './store.ts'

/** A Redis that cannot be used as a store. The message is for the operator and holds no password. */
export class RedisNotUsable extends Error {
  override name = 'RedisNotUsable'
}

/**
 * Keys of values come first, and per value three arguments: what must be there, what to put there, and for how many milliseconds.
 * Then per new line the two keys of its journal, and five arguments: the line's time and text, from which time on lines are kept, how many, and
 * for how many milliseconds. A journal is a sorted set by position, whose members begin with their position and their time, and
 * beside it the last position; both have the same end.
 */
const COMMIT = `
local values = tonumber(ARGV[1])
for i = 1, values do
  local expected = ARGV[3 * i - 1]
  if expected ~= '*' then
    local current = redis.call('GET', KEYS[i])
    if (current and '=' .. current or '-') ~= expected then return 0 end
  end
end
for i = 1, values do
  local value = ARGV[3 * i]
  if value == '-' then redis.call('DEL', KEYS[i])
  elseif value ~= '*' then redis.call('SET', KEYS[i], string.sub(value, 2), 'PX', ARGV[3 * i + 1]) end
end
local a = 3 * values + 2
for i = values + 1, #KEYS, 2 do
  local journal, last = KEYS[i], KEYS[i + 1]
  local at, line, from, most, ttl = unpack(ARGV, a, a + 4)
  local position = redis.call('INCR', last)
  redis.call('ZADD', journal, position, string.format('%.0f ', position) .. at .. ' ' .. line)
  redis.call('ZREMRANGEBYSCORE', journal, '-inf', position - most)
  local oldest = redis.call('ZRANGE', journal, 0, 0)[1]
  while tonumber(string.match(oldest, '^%d+ (%d+)')) < tonumber(from) do
    redis.call('ZREM', journal, oldest)
    oldest = redis.call('ZRANGE', journal, 0, 0)[1]
  end
  redis.call('PEXPIRE', journal, ttl)
  redis.call('PEXPIRE', last, ttl)
  a = a + 5
end
return 1`

const INCREMENT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`

const DECREMENT = `
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then return redis.call('DECR', KEYS[1]) end
return 0`

declare module 'ioredis' {
  interface RedisCommander<Context> {
    qcgateCommit(...args: (string | number)[]): Result<number, Context>
    qcgateIncrement(key: string, milliseconds: number): Result<number, Context>
    qcgateDecrement(key: string): Result<number, Context>
  }
}

/** How long Redis may take to answer at the start. */
const OPEN_MS = 5_000
/** How long a command may take before it counts as failed; a request must not hang because Redis does. */
const COMMAND_MS = 1_000
/** How long an acknowledged write may wait for a replica to have it too. */
const REPLICA_MS = 100
/** The same for one that must not be lost. */
const REQUIRED_REPLICA_MS = 250
/** For so long nobody waits for replicas after none has answered. */
const NO_REPLICA_MS = 5_000

/**
 * Opens the store and looks at what it reached. Throws `RedisNotUsable` when it cannot be reached, refuses the password,
 * or is of another kind than the address says.
 */
export async function openRedisStore(address: RedisAddress, log: Log): Promise<Store> {
  const client = connectionTo(address)
  // Connections of their own for writes that wait for a replica: Redis serves nothing else on a connection that waits. Those that
  // must not be lost wait longest, and while no replica answers they would hold up everybody's.
  const writer = address.mode === 'single' ? client : connectionTo(address)
  const patientWriter = address.mode === 'single' ? client : connectionTo(address)
  const clients = [...new Set([client, writer, patientWriter])]
  /** Masters that have had a replica since we began. */
  const withReplicas = new Set<string>()
  const stopReporting = reportOutages(client, log)
  const close = async () => {
    stopReporting()
    for (const one of clients) disconnect(one)
  }
  try {
    await Promise.all(clients.map(connect))
    for (const name of await inspect(client, address, log)) withReplicas.add(name)
  } catch (error) {
    await close()
    if (error instanceof RedisNotUsable) throw error
    throw new RedisNotUsable(reasonFor(error))
  }

  /** By master, since when its replicas may be waited for again. */
  const waitFrom = new Map<string, number>()
  async function hasHadReplica(node: Redis): Promise<boolean> {
    const master = nameOf(node)
    if (!withReplicas.has(master) && Number((await infoOf(node)).connected_slaves) > 0) withReplicas.add(master)
    return withReplicas.has(master)
  }
  /**
   * Waits until one replica has what was just written. None at hand is no reason to refuse, since the master has it, unless it
   * `isRequired` and this master has had one.
   */
  async function replicate(key: string, isRequired = false): Promise<void> {
    if (address.mode === 'single') return
    const via = isRequired ? patientWriter : writer
    const node = nodeOf(via, address.prefix + key)
    const master = node ? nameOf(node) : ''
    if (isRequired ? node && !(await hasHadReplica(node)) : Date.now() < (waitFrom.get(master) ?? 0)) return
    // The first command leads the second one to the node, and the connection, that took the write.
    const patience = isRequired ? REQUIRED_REPLICA_MS : REPLICA_MS
    const [, wait] = (await via.pipeline().exists(key).wait(1, patience).exec()) ?? []
    const [failure, replicas] = wait ?? []
    // The connection broke in between, maybe because the master died with the write: it must not count as done.
    if (failure) throw failure
    if (Number(replicas ?? 0) >= 1) {
      withReplicas.add(master)
      return
    }
    waitFrom.set(master, Date.now() + NO_REPLICA_MS)
    log.warn({ master }, 'no replica acknowledged a write; it would be lost with the master')
    if (isRequired) throw new Error('no replica acknowledged what must not be lost')
  }

  return {
    get: async (key) => (await attempt(() => client.get(key))) ?? undefined,
    commit: (step) =>
      attempt(async () => {
        const { keys, args } = scriptArguments(step)
        const via = step.replicated ? patientWriter : writer
        if ((await via.qcgateCommit(keys.length, ...keys, ...args)) !== 1) return false
        await replicate(keys[0] ?? '', step.replicated)
        return true
      }),
    increment: (key, ttl) => attempt(() => client.qcgateIncrement(key, Math.ceil(ttl * 1000))),
    decrement: async (key) => void (await attempt(() => client.qcgateDecrement(key))),
    lines: (key, after = 0, most = -1) =>
      attempt(async () => {
        const members = await client.zrange(key, `(${after}`, '+inf', 'BYSCORE', 'LIMIT', 0, most)
        return members.map(lineOf)
      }),
    newest: (key, most) => attempt(async () => (await client.zrange(key, '0', `${most - 1}`, 'REV')).map(lineOf)),
    lengthOf: (key) => attempt(() => client.zcard(key)),
    clear: (key) =>
      attempt(async () => {
        await writer.del(key, lastOf(key))
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

function scriptArguments({ expect = {}, write = {}, append = {} }: Step) {
  const values = [...new Set([...Object.keys(expect), ...Object.keys(write)])]
  const lines = Object.entries(append).flatMap(([key, some]) => some.map((line) => ({ key, ...line })))
  return {
    keys: [...values, ...lines.flatMap(({ key }) => [key, lastOf(key)])],
    args: [
      values.length,
      ...values.flatMap((key) => {
        const expected = key in expect ? text(expect[key]) : '*'
        const entry = write[key]
        return [expected, key in write ? text(entry?.value) : '*', Math.ceil((entry?.ttl ?? 0) * 1000)]
      }),
      ...lines.flatMap(({ at, line, keep }) => {
        const kept = Math.ceil(keep.ttl * 1000)
        return [at, line, at - kept, keep.most, kept]
      }),
    ],
  }
}
const text = (value: string | undefined) => (value === undefined ? '-' : `=${value}`)

/** Where the last position of a journal is. It has the hash tag that `key` has. */
const lastOf = (key: string) => `${key}:last`

/** A line as its member says it. */
function lineOf(member: string): JournalLine {
  const [position = '', at = ''] = member.split(' ', 2)
  return { position: Number(position), at: Number(at), line: member.slice(position.length + at.length + 2) }
}

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

/** Leaves, and for good: a Cluster that just asks for its slots would go on asking once that has ended, and keep the process alive. */
function disconnect(client: Redis | Cluster): void {
  client.disconnect()
  if (client instanceof Cluster) client.refreshSlotsCache(() => client.disconnect())
}

/** The master that has a key, and its name. */
const nodeOf = (client: Redis | Cluster, key: string): Redis | undefined =>
  client instanceof Cluster
    ? client.nodes('master').find((node) => client.slots[calculateSlot(key)]?.[0] === nameInCluster(node))
    : client
const nameInCluster = ({ options: { host, port } }: Redis): string => `${host}:${port}`
/** Which server it is that a client is connected to now: under Sentinels another one after a failover. */
const nameOf = ({ stream }: Redis): string => `${stream.remoteAddress}:${stream.remotePort}`

const infoOf = async (node: Redis): Promise<Record<string, string>> =>
  Object.fromEntries((await node.info()).split('\r\n').map((line) => line.split(':', 2)))

/** Looks at what answers: its kind, its part, and whether it may throw our keys away. Names those that have replicas. */
async function inspect(client: Redis | Cluster, { mode }: RedisAddress, log: Log): Promise<string[]> {
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
    if (Number(info.connected_slaves) > 0) withReplicas.push(nameOf(node))
  }
  return withReplicas
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
