// Facts on their way into an answer: copied once, without what says nothing and what nobody would see, and with the size of
// each part. What is wider or longer than the whole answer may be is cut before anything else looks at it.
import { entriesSent } from '../../quantconnect/read-json.ts'
import { beginningOf } from './reading.ts'
import type { UnseenCharacters } from './unseen.ts'

type Container = Record<string, unknown> | unknown[]

/** A part that can be shortened, and how many bytes of JSON it is. */
export interface Part {
  value: Container | string
  size: number
  /** How many entries, or characters, there were. */
  readonly total: number
  /** The names of an object's entries. */
  names: readonly string[]
  /** The entries; of what can only be kept as it is, or left out, the size. */
  parts: (Part | number)[]
}

/** Texts shorter than this are left whole: ids, names, states. */
export const TEXT_AT_LEAST = 100
/** No entry takes less in an answer, which tells everything twice: `1,` and `1, `. Nor a character less than two. */
const BYTES = { entry: 4, character: 2 }
const PAUSE_EVERY = 500

/** Bytes of a value as JSON. */
export const sizeOf = (value: unknown): number =>
  typeof value === 'string' && value.length < TEXT_AT_LEAST && PLAIN.test(value)
    ? value.length + 2
    : Buffer.byteLength(JSON.stringify(value) ?? 'null')
/** What JSON spells as it is. */
const PLAIN = /^[ !#-[\]-~]*$/

export const sizeOfPart = (part: Part | number): number => (typeof part === 'number' ? part : part.size)

/** The size of a container with these entries. */
export function sizeOfAll(names: readonly string[], parts: readonly (Part | number)[]): number {
  const inner = parts.reduce<number>((sum, part) => sum + sizeOfPart(part), 0)
  const named = names.reduce((sum, name) => sum + sizeOf(name) + 1, 0)
  return inner + named + Math.max(0, parts.length - 1) + 2
}

/** What is done to texts: what cannot be seen is removed, and written out in the fields that are `exact`. */
export interface Tidying {
  readonly unseen: UnseenCharacters
  readonly exact: readonly string[]
}

/** Measures facts for an answer of `limit` bytes. Pauses on the way. */
export function* measure(
  facts: Readonly<Record<string, unknown>>,
  limit: number,
  { unseen, exact }: Tidying,
): Generator<void, Part> {
  const most = Math.ceil(limit / BYTES.entry)
  const longest = Math.ceil(limit / BYTES.character)
  let seen = 0

  function* measureContainer(value: object): Generator<void, Part> {
    return Array.isArray(value) ? yield* measureList(value) : yield* measureObject(value as Record<string, unknown>)
  }
  /** What holds nothing else, without the machinery of pausing: of these there are the most. */
  function measureLeaf(value: unknown, name: string): Part | number {
    seen += 1
    if (typeof value !== 'string') return sizeOf(value)
    seen += value.length / TEXT_AT_LEAST
    return measureText(value, name)
  }
  function mustPause(): boolean {
    const must = seen > PAUSE_EVERY
    if (must) seen = 0
    return must
  }

  function measureText(text: string, name: string): Part {
    const some = text.length > longest ? beginningOf(text, longest) : text
    const value = exact.includes(name) ? unseen.escape(some) : withZone(unseen.remove(some), name)
    const total = text.length > longest ? text.length : value.length
    return { value, size: sizeOf(value), total, names: [], parts: [] }
  }

  function* measureList(list: readonly unknown[]): Generator<void, Part> {
    const value: unknown[] = []
    const parts: (Part | number)[] = []
    for (const one of list.slice(0, most)) {
      if (mustPause()) yield
      const part = isContainer(one) ? yield* measureContainer(one) : measureLeaf(one, '')
      value.push(typeof part === 'number' ? one : part.value)
      parts.push(smallest(part))
    }
    return { value, size: sizeOfAll([], parts), total: entriesSent(list) ?? list.length, names: [], parts }
  }

  function* measureObject(object: Readonly<Record<string, unknown>>): Generator<void, Part> {
    const value: Record<string, unknown> = {}
    const names: string[] = []
    const parts: (Part | number)[] = []
    const nameFor = freeNames()
    let total = 0
    for (const name of Object.keys(object)) {
      const one = object[name]
      if (one === null || one === undefined) continue
      total += 1
      if (total > most) continue
      if (mustPause()) yield
      const part = isContainer(one) ? yield* measureContainer(one) : measureLeaf(one, name)
      const seenName = nameFor(unseen.remove(name))
      names.push(seenName)
      parts.push(smallest(part))
      value[seenName] = typeof part === 'number' ? one : part.value
    }
    return { value, size: sizeOfAll(names, parts), total: entriesSent(object) ?? total, names, parts }
  }

  return yield* measureObject(facts)
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Of a text that is left whole in any case only its size is kept. */
const smallest = (part: Part | number): Part | number =>
  typeof part !== 'number' && typeof part.value === 'string' && part.value.length <= TEXT_AT_LEAST ? part.size : part

const BARE_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/
const BARE_ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/
/** Fields in which QuantConnect writes times of its own, which are UTC. What people wrote stays as it is. */
const TIMES = /^(time|created|modified|launched|stopped|requested|backtestStart|backtestEnd|startDate|endDate|\w+Time)$/

function withZone(value: string, name: string): string {
  if (!TIMES.test(name)) return value
  if (BARE_TIME.test(value)) return `${value} UTC`
  return BARE_ISO_TIME.test(value) ? `${value}Z` : value
}

/** Names as they are given, with a number where one is taken: of two that differ in what cannot be seen, one would hide the other. */
export function freeNames(taken: readonly string[] = []): (name: string) => string {
  const times = new Map(taken.map((name) => [name, 1]))
  return (name) => {
    let [free, count] = [name, times.get(name) ?? 1]
    while (times.has(free)) {
      count += 1
      free = `${name} (${count})`
    }
    times.set(free, 1).set(name, count)
    return free
  }
}
