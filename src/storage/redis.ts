// The store that several processes share: one Redis, a Sentinel-watched pair, or a Cluster. A step is one Lua function
// whose keys share a hash tag, so it is atomic on each of them. Reads go to the master: what one process ended, the next
// call on another must see.
import type { Redis, Result } from 'ioredis'
import type { Log } from '../observability/log.ts'
import type { RedisFunctions } from './redis-connections.ts'
import {
  connect,
  connectionTo,
  disconnect,
  infoOf,
  inspect,
  masterNameOf,
  nodeOf,
  RedisNotUsable,
  reasonFor,
  reportOutages,
} from './redis-connections.ts'
import { createRedisRosters, ROSTER_SCRIPTS } from './redis-rosters.ts'
import type { RedisAddress } from './redis-url.ts'
import type { JournalLine, Step, Store } from './store.ts'
import { StoreUnavailable } from './store.ts'

/**
 * Keys of values come first, and per value three arguments: what must be there, what to put there, and for how many milliseconds.
 * Then per new line the key of its journal, and five arguments: the line's time and text, from which time on lines are kept, how many,
 * and for how many milliseconds. A journal is a list, whose members begin with their position and their time.
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
for i = values + 1, #KEYS do
  local journal = KEYS[i]
  local at, line, from, most, ttl = unpack(ARGV, a, a + 4)
  local newest = redis.call('LINDEX', journal, -1)
  local position = newest and tonumber(string.match(newest, '^%d+')) + 1 or 1
  redis.call('RPUSH', journal, string.format('%.0f ', position) .. at .. ' ' .. line)
  redis.call('LTRIM', journal, -most, -1)
  while tonumber(string.match(redis.call('LINDEX', journal, 0), '^%d+ (%d+)')) < tonumber(from) do
    redis.call('LPOP', journal)
  end
  redis.call('PEXPIRE', journal, ttl)
  a = a + 5
end
return 1`

/** The lines behind a position, at most so many (all: 0). Positions follow on each other, so that the first tells where each is. */
const LINES = `
local oldest = redis.call('LINDEX', KEYS[1], 0)
if not oldest then return {} end
local from = math.max(0, ARGV[1] - tonumber(string.match(oldest, '^%d+')) + 1)
return redis.call('LRANGE', KEYS[1], from, ARGV[2] == '0' and -1 or from + ARGV[2] - 1)`

const INCREMENT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`

const DECREMENT = `
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then return redis.call('DECR', KEYS[1]) end
return 0`

const FUNCTIONS: RedisFunctions = {
  scripts: {
    qcgateCommit: { lua: COMMIT },
    qcgateLines: { lua: LINES, numberOfKeys: 1 },
    qcgateIncrement: { lua: INCREMENT, numberOfKeys: 1 },
    qcgateDecrement: { lua: DECREMENT, numberOfKeys: 1 },
    ...ROSTER_SCRIPTS,
  },
  unpipelined: ['qcgateCommit'],
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    qcgateCommit(...args: (string | number)[]): Result<number, Context>
    qcgateLines(key: string, after: number, most: number): Result<string[], Context>
    qcgateIncrement(key: string, milliseconds: number): Result<number, Context>
    qcgateDecrement(key: string): Result<number, Context>
  }
}

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
  const client = connectionTo(address, FUNCTIONS)
  // Connections of their own for writes that wait for a replica: Redis serves nothing else on a connection that waits. Those that
  // must not be lost wait longest, and while no replica answers they would hold up everybody's.
  const writer = address.mode === 'single' ? client : connectionTo(address, FUNCTIONS)
  const patientWriter = address.mode === 'single' ? client : connectionTo(address, FUNCTIONS)
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
    const master = masterNameOf(node)
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
    const master = node ? masterNameOf(node) : ''
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
    async getBoth(one, other) {
      const [first, second] = await attempt(() => client.mget(one, other))
      return [first ?? undefined, second ?? undefined]
    },
    commit: (step) =>
      attempt(async () => {
        const { keys, args } = scriptArguments(step)
        const isRequired = step.outlives === 'machine'
        const via = isRequired ? patientWriter : writer
        if ((await via.qcgateCommit(keys.length, ...keys, ...args)) !== 1) return false
        await replicate(keys[0] ?? '', isRequired)
        return true
      }),
    increment: (key, ttl) => attempt(() => client.qcgateIncrement(key, Math.ceil(ttl * 1000))),
    decrement: async (key) => void (await attempt(() => client.qcgateDecrement(key))),
    lines: (key, after = 0, most = 0) => attempt(async () => (await client.qcgateLines(key, after, most)).map(lineOf)),
    newest: (key, most) => attempt(async () => (await client.lrange(key, -most, -1)).reverse().map(lineOf)),
    lengthOf: (key) => attempt(() => client.llen(key)),
    clear: (key) =>
      attempt(async () => {
        await writer.del(key)
        await replicate(key)
      }),
    ...createRedisRosters(writer, attempt, replicate),
    close,
  }
}

function scriptArguments({ expect = {}, write = {}, append = {} }: Step) {
  const values = [...new Set([...Object.keys(expect), ...Object.keys(write)])]
  const lines = Object.entries(append).flatMap(([key, some]) => some.map((line) => ({ key, ...line })))
  return {
    keys: [...values, ...lines.map(({ key }) => key)],
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
