// Token buckets over all processes: what somebody may do at once, and how fast that comes back. The store knows how full a
// bucket is; a process takes a slice of it at a time and spends that by itself, so that most requests need no word
// from the store. What is not spent within a minute is lost: by then the bucket has filled up again without it.
import * as z from 'zod'
import type { Store } from '../storage/store.ts'
import { update } from '../storage/store.ts'

export interface Bucket {
  /** What is in it when it is full. */
  readonly most: number
  /** What comes in per second. */
  readonly perSecond: number
  /** What a process takes at a time, at most. Of a bucket that is half empty it takes no more than it needs. */
  readonly slice: number
}

/** By bucket how much is taken. Of 0 nothing is taken, and something must be there all the same. */
type Amounts<Name extends string> = Readonly<Partial<Record<Name, number>>>

/** Which bucket has too little, and after how many seconds it has enough. */
export interface Shortage<Name extends string> {
  readonly bucket: Name
  readonly retryAfter: number
}

export interface TokenBuckets<Name extends string> {
  /** Takes all of these amounts from the buckets of one holder, or none. Throws `StoreUnavailable`. */
  take(holder: string, amounts: Amounts<Name>): Promise<Shortage<Name> | undefined>
  /** Takes what was used already, whether or not it is there: a bucket may owe as much as it can hold. */
  spend(holder: string, amounts: Amounts<Name>): void
  /** What was taken, and then not used. */
  giveBack(holder: string, amounts: Amounts<Name>): void
  /** What is known without asking anybody: whether this could not be taken now, at any process. */
  lacks(holder: string, amounts: Amounts<Name>): Shortage<Name> | undefined
}

const SLICE_MS = 60_000
/** Longer than any bucket needs to be full again, whatever it owes; in seconds. */
const KEPT_FOR = 10 * 60
const MOST_HOLDERS = 10_000

const Stored = z.object({ version: z.literal(1), at: z.number(), levels: z.record(z.string(), z.number()) })

/** What a process has of one holder's buckets. */
interface Held<Name extends string> {
  readonly left: Record<Name, number>
  /** Until when that is good; milliseconds since 1970. */
  until: number
  /** What the store had left at a time. It has at most that now, and what came in since. */
  levels: Record<Name, number>
  at: number
  taking?: Promise<void> | undefined
}

/** `keyOf` gives the key of a holder's record. */
export function createTokenBuckets<Name extends string>(
  store: Store,
  keyOf: (holder: string) => string,
  buckets: Readonly<Record<Name, Bucket>>,
): TokenBuckets<Name> {
  const names = Object.keys(buckets) as Name[] // sound: a record by these names
  const byName = <T>(value: (name: Name) => T) =>
    Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, T>
  const holders = new Map<string, Held<Name>>()

  function heldBy(holder: string): Held<Name> {
    const known = holders.get(holder)
    if (known) return known
    if (holders.size >= MOST_HOLDERS) forgetIdle()
    const fresh: Held<Name> = { left: byName(() => 0), until: 0, levels: byName(() => Number.POSITIVE_INFINITY), at: 0 }
    holders.set(holder, fresh)
    return fresh
  }
  function forgetIdle(): void {
    for (const [holder, { until, taking }] of holders) if (until < Date.now() && !taking) holders.delete(holder)
  }

  const risen = (name: Name, level: number, since: number, now: number): number =>
    Math.min(buckets[name].most, level + (Math.max(0, now - since) / 1000) * buckets[name].perSecond)

  /** What a bucket must hold for an amount: more than it can ever hold is let through when it is full, and owed. */
  const needed = (name: Name, amount: number): number => Math.max(1, Math.min(amount, buckets[name].most))

  function isHere({ left, until }: Held<Name>, amounts: Amounts<Name>): boolean {
    if (until <= Date.now()) return false
    for (const name in amounts) if (left[name] < Math.max(1, amounts[name] ?? 0)) return false
    return true
  }
  const asked = (amounts: Amounts<Name>) => Object.entries(amounts) as [Name, number][] // sound: its own entries

  /** The one that takes longest. */
  function shortageOf({ left, levels, at }: Held<Name>, amounts: Amounts<Name>): Shortage<Name> | undefined {
    const now = Date.now()
    let longest: Shortage<Name> | undefined
    for (const bucket in amounts) {
      const missing = needed(bucket, amounts[bucket] ?? 0) - left[bucket] - risen(bucket, levels[bucket], at, now)
      const retryAfter = Math.max(1, Math.ceil(missing / buckets[bucket].perSecond))
      if (missing > 0 && !(longest && longest.retryAfter >= retryAfter)) longest = { bucket, retryAfter }
    }
    return longest
  }

  /** Takes a slice of these buckets, for these amounts where they hold them; what is left of the last one is a part of it. */
  async function takeSlice(holder: string, held: Held<Name>, amounts?: Amounts<Name>): Promise<void> {
    if (held.until <= Date.now()) for (const name of names) held.left[name] = Math.min(0, held.left[name])
    const before = { ...held.left }
    const taken = byName(() => 0)
    let [now, levels] = [0, held.levels]
    await update(store, keyOf(holder), (current) => {
      now = Date.now()
      const stored = current === undefined ? undefined : Stored.safeParse(JSON.parse(current)).data
      levels = byName((name) => {
        const { most, slice } = buckets[name]
        const level = Math.min(most, risen(name, stored?.levels[name] ?? most, stored?.at ?? now, now) + before[name])
        const amount = amounts?.[name]
        const spare = amount === undefined ? 0 : Math.min(slice, (level - most / 2) / 2)
        // Nothing that is held goes back: somebody may be spending it at this moment.
        taken[name] = Math.max(0, before[name], Math.floor(spare))
        if (amount !== undefined && level >= needed(name, amount)) taken[name] = Math.max(taken[name], amount, 1)
        return Math.max(level - taken[name], -most)
      })
      return { value: JSON.stringify({ version: 1, at: now, levels }), ttl: KEPT_FOR }
    })
    Object.assign(held, { levels, at: now, until: now + SLICE_MS })
    for (const name of names) held.left[name] += taken[name] - before[name] // meanwhile some may have been spent
  }

  const takeSliceOnce = (holder: string, held: Held<Name>, amounts?: Amounts<Name>): Promise<void> => {
    held.taking ??= takeSlice(holder, held, amounts).finally(() => {
      held.taking = undefined
    })
    return held.taking
  }

  return {
    async take(holder, amounts) {
      const held = heldBy(holder)
      while (!isHere(held, amounts)) {
        const shortage = shortageOf(held, amounts)
        if (shortage) return shortage
        await takeSliceOnce(holder, held, amounts)
      }
      for (const [name, amount] of asked(amounts)) held.left[name] -= amount
      return undefined
    },

    spend(holder, amounts) {
      const held = heldBy(holder)
      for (const [name, amount] of asked(amounts)) held.left[name] -= amount
      // Other processes should know. If the store cannot be told now, it hears of it with the next slice.
      if (asked(amounts).some(([name]) => held.left[name] < 0)) takeSliceOnce(holder, held).catch(() => {})
    },

    giveBack(holder, amounts) {
      const held = heldBy(holder)
      for (const [name, amount] of asked(amounts)) held.left[name] += amount
    },

    lacks(holder, amounts) {
      const held = holders.get(holder)
      return held && !isHere(held, amounts) ? shortageOf(held, amounts) : undefined
    },
  }
}
