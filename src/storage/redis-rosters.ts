// Rosters in Redis: five keys with one hash tag and one end, the end of whoever stays longest.
import type { Cluster, Redis, Result } from 'ioredis'
import type { Store } from './store.ts'

/**
 * What every step begins with: it takes out who has ended, a thousand at a time, so that no step takes long. `ORDER` and
 * `GROUPS` have all scores alike, and so are sorted by their words: by group, then by time; by member, then the group. Words
 * begin with a length, since no other group's or member's do then, whatever characters it is made of.
 */
const BEGIN = `
local ENDS, TIMES, GROUPS, SIZES, ORDER = unpack(KEYS)
local now, member = ARGV[1], ARGV[2]
local function prefix(word) return #word .. ':' .. word end
local function groupOf(member)
  local begin = prefix(member)
  local words = redis.call('ZRANGE', GROUPS, '[' .. begin, '[' .. begin .. '\\255', 'BYLEX', 'LIMIT', 0, 1)[1]
  return words and string.sub(words, #begin + 1)
end
local function since(time) return string.format('%015.0f', time) end
local function drop(member)
  local group, time = groupOf(member), redis.call('ZSCORE', TIMES, member)
  redis.call('ZREM', TIMES, member)
  redis.call('ZREM', ENDS, member)
  if not (group and time) then return end
  redis.call('ZREM', GROUPS, prefix(member) .. group)
  redis.call('ZREM', ORDER, prefix(group) .. since(time) .. member)
  if tonumber(redis.call('ZINCRBY', SIZES, -1, group)) < 1 then redis.call('ZREM', SIZES, group) end
end
for _, ended in ipairs(redis.call('ZRANGE', ENDS, '-inf', now, 'BYSCORE', 'LIMIT', 0, 1000)) do drop(ended) end
local function count() return redis.call('ZCOUNT', ENDS, '(' .. now, '+inf') end
local function size(group) return tonumber(redis.call('ZSCORE', SIZES, group) or 0) end
`

const JOIN = `${BEGIN}
local group, time, ends, most = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
if not groupOf(member) then
  if count() >= most then return 0 end
  redis.call('ZADD', GROUPS, 0, prefix(member) .. group)
  redis.call('ZADD', TIMES, time, member)
  redis.call('ZADD', ORDER, 0, prefix(group) .. since(time) .. member)
  redis.call('ZINCRBY', SIZES, 1, group)
end
redis.call('ZADD', ENDS, ends, member)
local last = redis.call('ZRANGE', ENDS, -1, -1, 'WITHSCORES')[2]
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, last - now) end
return 1`

const LEAVE = `${BEGIN}
drop(member)
return 1`

const MEASURE = `${BEGIN}
local largest = redis.call('ZRANGE', SIZES, -1, -1)[1]
return { count(), size(ARGV[3]), largest and size(largest) or 0 }`

const FIRST = `${BEGIN}
local before = ARGV[3]
for _, group in ipairs(redis.call('ZRANGE', SIZES, 0, 63, 'REV')) do
  local begin = prefix(group)
  local words = redis.call('ZRANGE', ORDER, '[' .. begin, '(' .. begin .. since(before), 'BYLEX', 'LIMIT', 0, 1)[1]
  if words then return { string.sub(words, #begin + #since(before) + 1), group, size(group) } end
end
local first = redis.call('ZRANGE', TIMES, '-inf', '(' .. before, 'BYSCORE', 'LIMIT', 0, 1)[1]
if not first then return nil end
local group = groupOf(first) or ''
return { first, group, size(group) }`

const numberOfKeys = 5
export const ROSTER_SCRIPTS = {
  qcgateJoin: { lua: JOIN, numberOfKeys },
  qcgateLeave: { lua: LEAVE, numberOfKeys },
  qcgateSizes: { lua: MEASURE, numberOfKeys },
  qcgateFirstOfLargest: { lua: FIRST, numberOfKeys },
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    qcgateJoin(...args: (string | number)[]): Result<number, Context>
    qcgateLeave(...args: (string | number)[]): Result<number, Context>
    qcgateSizes(...args: (string | number)[]): Result<[number, number, number], Context>
    qcgateFirstOfLargest(...args: (string | number)[]): Result<[string, string, number] | null, Context>
  }
}

/** `attempt` makes an outage of what fails; `replicate` waits until a replica has what was written. */
export function createRedisRosters(
  writer: Redis | Cluster,
  attempt: <T>(command: () => Promise<T>) => Promise<T>,
  replicate: (key: string) => Promise<void>,
): Pick<Store, 'join' | 'leave' | 'sizes' | 'firstOfLargest'> {
  return {
    join: (key, member, { group, at, ttl }, most) =>
      attempt(async () => {
        const now = Date.now()
        const end = now + Math.ceil(ttl * 1000)
        if ((await writer.qcgateJoin(...keysOf(key), now, member, group, at, end, most)) !== 1) return false
        await replicate(key)
        return true
      }),
    leave: (key, member) =>
      attempt(async () => {
        await writer.qcgateLeave(...keysOf(key), Date.now(), member)
        await replicate(key)
      }),
    sizes: (key, group) =>
      attempt(async () => {
        const [all, own, largest] = await writer.qcgateSizes(...keysOf(key), Date.now(), '', group)
        return { all, own, largest }
      }),
    firstOfLargest: (key, before) =>
      attempt(async () => {
        const first = await writer.qcgateFirstOfLargest(...keysOf(key), Date.now(), '', before)
        if (!first) return undefined
        const [member, group, size] = first
        return { member, group, size }
      }),
  }
}

/** What a roster is kept in. Each has the hash tag that `key` has. */
const keysOf = (key: string) => ['ends', 'times', 'groups', 'sizes', 'order'].map((part) => `${key}:${part}`)
