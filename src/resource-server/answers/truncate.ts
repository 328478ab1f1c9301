// Keeping an answer within its bounds: what is largest is shortened until the whole fits, and each cut is named.
import type { CallToolResult } from '@modelcontextprotocol/server'
import type { Part, Tidying } from './measure.ts'
import { measure, sizeOf, sizeOfAll, sizeOfPart, TEXT_AT_LEAST } from './measure.ts'
import { beginningOf, inline } from './reading.ts'

type Facts = Readonly<Record<string, unknown>>

/** An object with more fields than this is a list by another name, and loses its last ones. */
const FIELDS_AT_LEAST = 50
const ROUNDS_AT_MOST = 60
const GENERAL_HINT = 'For what is left out ask for less at once: a narrower window, one file, one item.'

/** How long an answer may be, in bytes, how to get what is left out, and how its texts are tidied. */
interface Bounds extends Tidying {
  readonly limit: number
  readonly more?: string | undefined
}

interface Cut {
  kept: number
  readonly total: number
  readonly unit: string
}
type Cuts = Map<string, Cut>

/**
 * The result that `build` makes of `facts`, tidied, with the largest of them shortened until it has at most `limit` bytes.
 * The cuts stand in the result under `cut`, followed by `more`, the way to get the rest. Sizes are computed once, and
 * corrected where something is cut. Pauses on the way, since there may be megabytes of facts.
 */
export function* truncate(
  facts: Facts,
  build: (facts: Facts) => CallToolResult,
  { limit, more = GENERAL_HINT, ...tidying }: Bounds,
): Generator<void, CallToolResult> {
  const whole = yield* measure(facts, limit, tidying)
  const factsLeft = () => whole.value as Facts // sound: facts are an object, and stay one
  // Whatever is larger than this as one half cannot fit as two, so it is not made into text first.
  if (2 * whole.size <= limit) {
    const result = build(factsLeft())
    if (sizeOf(result) <= limit) return result
  }
  const cuts: Cuts = new Map()
  const named = () => {
    const { cut } = factsLeft()
    const told = [...cuts].map(([path, { kept, total, unit }]) => `${path}: the first ${kept} of ${total} ${unit}`)
    return [...(Array.isArray(cut) ? cut : []), ...told.slice(0, FIELDS_AT_LEAST), more]
  }
  for (let round = 0; round < ROUNDS_AT_MOST; round += 1) {
    yield
    const half = 2 * whole.size
    const result = half > limit ? undefined : build({ ...factsLeft(), cut: named() })
    const size = result ? sizeOf(result) : half
    if (result && size <= limit) return result
    if (!shorten(whole, '', limit / size, cuts)) break
  }
  return build({ cut: ['Everything: the answer was too large to be shown.', more] })
}

/** How much of a part is kept when the whole is to become `share` of what it is: a little less, and never all. */
const keptOf = (length: number, share: number): number => Math.floor(length * Math.min(0.9, share * 0.95))

/**
 * Shortens what is largest: the deepest list or text that holds most of its surroundings, so that many like things give way
 * together and single fields stay whole. Returns whether there was anything to shorten.
 */
function shorten(part: Part, path: string, share: number, cuts: Cuts): boolean {
  const { value, parts, size } = part
  if (typeof value === 'string') return cutText(part, value, path, share, cuts)
  const isList = parts.length > (Array.isArray(value) ? 1 : FIELDS_AT_LEAST)
  const largest = parts.reduce<number>((most, one) => Math.max(most, sizeOfPart(one)), 0)
  if (isList && largest < size / 2) return cutEntries(part, path, share, cuts)
  return shortenOne(part, path, share, cuts) || (isList && cutEntries(part, path, share, cuts))
}

/** Shortens the largest entry that can be shortened. */
function shortenOne(part: Part, at: string, share: number, cuts: Cuts): boolean {
  const { value } = part
  const entries = part.parts.flatMap((inner, index) => (typeof inner === 'number' ? [] : [{ inner, index }]))
  for (const { inner, index } of entries.sort((one, other) => other.inner.size - one.inner.size)) {
    const name = part.names[index] ?? ''
    const path = Array.isArray(value) ? `${at}[${index}]` : at ? `${at}.${inline(name)}` : inline(name)
    if (path === 'cut') continue
    const before = inner.size
    if (!shorten(inner, path, share, cuts)) continue
    if (Array.isArray(value)) value[index] = inner.value
    else Object.assign(value, { [name]: inner.value })
    part.size += inner.size - before
    return true
  }
  return false
}

function cutText(part: Part, text: string, path: string, share: number, cuts: Cuts): boolean {
  if (text.length <= TEXT_AT_LEAST) return false
  const kept = keptOf(text.length, share)
  note(cuts, path, kept, part.total, 'characters')
  part.value = beginningOf(text, kept)
  part.size = sizeOf(part.value)
  return true
}

function cutEntries(part: Part, path: string, share: number, cuts: Cuts): boolean {
  const { value, names, parts } = part
  const isCut = (name: string | undefined) => path === '' && name === 'cut' // what was cut before stays told
  const ours = names.filter(isCut).length
  const kept = keptOf(parts.length - ours, share)
  note(cuts, path || 'fields', kept, part.total - ours, 'entries')
  if (Array.isArray(value)) {
    value.length = kept
    part.parts = parts.slice(0, kept)
  } else {
    let left = kept
    const stays = (name: string | undefined) => isCut(name) || left-- > 0
    const indexes = names.flatMap((name, index) => (stays(name) ? [index] : []))
    part.names = indexes.map((index) => names[index] ?? '')
    part.parts = indexes.map((index) => parts[index] ?? 0)
    part.value = Object.fromEntries(part.names.map((name) => [name, (value as Facts)[name]]))
  }
  part.size = sizeOfAll(part.names, part.parts)
  return true
}

function note(cuts: Cuts, path: string, kept: number, total: number, unit: string): void {
  const before = cuts.get(path)
  if (before) before.kept = kept
  else cuts.set(path, { kept, total, unit })
}
