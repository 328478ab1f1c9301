// What we ask of a store: values with an expiry, one atomic step from which single use, set-if-absent, compare-and-swap and
// what belongs together are made, journals, which only grow at one end and are dropped at the other, and rosters, which know
// whose turn it is to go. Nothing here needs a scan, and a step touches only keys that share a {hash tag}, so the same
// promises can be kept by one SQLite file and by a Redis Cluster.
import { setTimeout as pause } from 'node:timers/promises'

/** A value and the seconds it stays. Nothing is stored without an end. */
export interface Entry {
  readonly value: string
  readonly ttl: number
}

/** Everything expected must hold, then everything is written and appended, or nothing is. All keys share one {hash tag}. */
export interface Step {
  /** What each key must hold now; `undefined` means it must be absent. */
  readonly expect?: Readonly<Record<string, string | undefined>>
  /** What each key shall hold; `undefined` removes it. */
  readonly write?: Readonly<Record<string, Entry | undefined>>
  /** What each journal gets, in this order. */
  readonly append?: Readonly<Record<string, readonly NewLine[]>>
  /**
   * What it must outlive to count: this `process`; a `power-cut`, as when nothing is said; or the whole `machine`, for which a store
   * with replicas waits until one of them has it. A machine that had none since this process began is taken at its word.
   */
  readonly outlives?: 'process' | 'power-cut' | 'machine'
}

/** A line for a journal, which gets the next position there. */
export interface NewLine {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly line: string
  readonly keep: Retention
}

/**
 * How much a journal keeps. With a new line go the oldest ones, one after the other, that are more than `ttl` seconds older than
 * it, and those beyond the newest `most`: never one from the middle. Nothing of a journal is left `ttl` seconds after its last
 * line, and the next one begins at position 1.
 */
export interface Retention {
  readonly ttl: number
  readonly most: number
}

/** A line as it stands in a journal. */
export interface JournalLine {
  /** 1, 2, 3 and so on, in the order in which lines were added. */
  readonly position: number
  readonly at: number
  readonly line: string
}

/** What a roster knows of a member: the group, since when in milliseconds since 1970, and the seconds from now on it stays. */
export interface Membership {
  readonly group: string
  readonly at: number
  readonly ttl: number
}

/** How many members a roster has, in all, in the group that was asked about, and in its largest group. */
export interface RosterSizes {
  readonly all: number
  readonly own: number
  readonly largest: number
}

/** A member of a roster, its group, and how many that group has. */
export interface Placed {
  readonly member: string
  readonly group: string
  readonly size: number
}

export interface Store {
  /** The value of a key that has not expired. */
  get(key: string): Promise<string | undefined>
  /** Those of two keys at one moment; they share a {hash tag}. */
  getBoth(one: string, other: string): Promise<readonly [string | undefined, string | undefined]>
  /**
   * Takes the step and returns true, or returns false when an expectation does not hold. Throws `StoreUnavailable`, also when
   * it was taken and may not outlive what it must.
   */
  commit(step: Step): Promise<boolean>
  /** Adds one to a counter that ends `ttl` seconds after its first increment, and returns the new count. */
  increment(key: string, ttl: number): Promise<number>
  /** Takes one from a counter, down to zero; its end stays. One that has ended, or never began, stays as it is. */
  decrement(key: string): Promise<void>
  /**
   * The lines of a journal behind a position, in the order of their positions, at most so many. One that is too old may stay until
   * the next is added, so a reader who must not see such a line looks at its time.
   */
  lines(key: string, after?: number, most?: number): Promise<JournalLine[]>
  /** Its newest lines, the newest first. */
  newest(key: string, most: number): Promise<JournalLine[]>
  /** How many lines it has. */
  lengthOf(key: string): Promise<number>
  /** Removes a journal whole. */
  clear(key: string): Promise<void>
  /**
   * Adds a member to a roster that has fewer than `most`, and returns whether it is there. One that is there already keeps
   * its group and its time, and only its end moves. Who has ended is no member any more.
   */
  join(key: string, member: string, membership: Membership, most: number): Promise<boolean>
  /** Takes a member out of a roster. */
  leave(key: string, member: string): Promise<void>
  /** How many members a roster has, with those of one group. */
  sizes(key: string, group: string): Promise<RosterSizes>
  /**
   * Of the largest group that has a member from before a time, the oldest. A store may look at the 64 largest groups only,
   * and where they have none give the oldest of all that is from before that time.
   */
  firstOfLargest(key: string, before: number): Promise<Placed | undefined>
  close(): Promise<void>
}

/**
 * The store cannot be asked right now, so nobody can be let in. Both libraries that answer HTTP here read these members:
 * 503, and a code and a sentence that a client may see (RFC 6749 §4.1.2.1).
 */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable'
  readonly status = 503
  readonly statusCode = 503
  readonly expose = true
  readonly error = 'temporarily_unavailable'
  readonly error_description = 'this server cannot reach its store; try again in a moment'
  /** For the log. */
  readonly error_detail: string

  constructor(cause: unknown) {
    super('temporarily_unavailable', { cause })
    this.error_detail = cause instanceof Error ? cause.message : String(cause)
  }
}
/** Seconds until whoever got a 503 may try again, for `Retry-After`. */
export const RETRY_AFTER = '2'

/** Writes a value whatever was there. */
export const put = (store: Store, key: string, value: string, ttl: number) =>
  store.commit({ write: { [key]: { value, ttl } } })

/** Writes a value where there is none; false when there is one. */
export const add = (store: Store, key: string, value: string, ttl: number) =>
  store.commit({ expect: { [key]: undefined }, write: { [key]: { value, ttl } } })

export const remove = (store: Store, key: string) => store.commit({ write: { [key]: undefined } })

/** Adds a line to a journal. */
export const append = (store: Store, key: string, line: NewLine) => store.commit({ append: { [key]: [line] } })

/**
 * Changes a value that others may be changing too: reads, decides, and swaps only if nobody came between, else again.
 * `change` gets the current value and returns the new entry, with what journals get along with it, or `undefined` to leave things
 * as they are. `known` is a value that was read a moment ago, with which the first try needs no reading. Returns what is stored
 * afterwards.
 */
export async function update(
  store: Store,
  key: string,
  change: (current: string | undefined) => (Entry & Pick<Step, 'append'>) | undefined,
  known?: string,
): Promise<string | undefined> {
  for (let tries = 0; ; tries += 1) {
    // Many who come at once would else all come back at once, again and again (backoff with jitter).
    if (tries) await pause(Math.random() * tries)
    const current = !tries && known !== undefined ? known : await store.get(key)
    const next = change(current)
    if (next === undefined) return current
    const { append = {}, ...entry } = next
    if (await store.commit({ expect: { [key]: current }, write: { [key]: entry }, append })) return next.value
  }
}
