// Keeping an answer within its bounds: what is largest is shortened until the whole fits, and each cut is named.
import type { CallToolResult } from '@modelcontextprotocol/server'
import { beginningOf, inline } from './reading.ts'

type Facts = Readonly<Record<string, unknown>>
type Container = Record<string, unknown> | unknown[]

/** Bytes of a value as JSON. */
export const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '')

/** Texts shorter than this are left whole: ids, names, states. */
const TEXT_AT_LEAST = 100
/** An object with more fields than this is a list by another name, and loses its last ones. */
const FIELDS_AT_LEAST = 50
const ROUNDS_AT_MOST = 60
const GENERAL_HINT = 'For what is left out ask for less at once: a narrower window, one file, one item.'

interface Cut {
  kept: number
  readonly total: number
  readonly unit: string
}

/**
 * The result that `build` makes of `facts`, with the largest of them shortened until it has at most `limit` bytes. The
 * cuts stand in the result under `cut`, followed by `more`, the way to get the rest.
 */
export function truncate(
  facts: Facts,
  build: (facts: Facts) => CallToolResult,
  limit: number,
  more = GENERAL_HINT,
): CallToolResult {
  // Whatever is larger than this as one half cannot fit as two, so it is not made into text first.
  if (2 * sizeOf(facts) <= limit) {
    const result = build(facts)
    if (sizeOf(result) <= limit) return result
  }
  const copy = structuredClone(facts) as Record<string, unknown>
  const cuts = new Map<string, Cut>()
  const named = () => {
    const told = [...cuts].map(([path, { kept, total, unit }]) => `${path}: the first ${kept} of ${total} ${unit}`)
    return [...(Array.isArray(copy.cut) ? copy.cut : []), ...told.slice(0, FIELDS_AT_LEAST), more]
  }
  for (let round = 0; round < ROUNDS_AT_MOST; round += 1) {
    const half = 2 * sizeOf(copy)
    const result = half > limit ? undefined : build({ ...copy, cut: named() })
    const size = result ? sizeOf(result) : half
    if (result && size <= limit) return result
    if (!shorten(copy, '', size, limit / size, cuts)) break
  }
  return build({ cut: ['Everything: the answer was too large to be shown.', more] })
}

/** How much of a part is kept when the whole is to become `share` of what it is: a little less, and never all. */
const keptOf = (length: number, share: number): number => Math.floor(length * Math.min(0.9, share * 0.95))

/**
 * Shortens what is largest: the deepest list or text that holds most of its surroundings, so that many like things give way
 * together and single fields stay whole. `size` is that of `parent`. Returns whether there was anything to shorten.
 */
function shorten(parent: Container, at: string, size: number, share: number, cuts: Map<string, Cut>): boolean {
  const children = Object.entries(parent).map(([key, value]) => ({ key, value, size: sizeOf(value) }))
  const isList = Array.isArray(parent) ? children.length > 1 : children.length > FIELDS_AT_LEAST
  children.sort((a, b) => b.size - a.size)
  if (isList && (children[0]?.size ?? 0) < size / 2) return cutEntries(parent, at, share, cuts)
  for (const { key, value, size: inner } of children) {
    const path = Array.isArray(parent) ? `${at}[${key}]` : at ? `${at}.${inline(key)}` : inline(key)
    if (path === 'cut') continue
    if (typeof value === 'string' && value.length > TEXT_AT_LEAST) {
      const kept = keptOf(value.length, share)
      note(cuts, path, kept, value.length, 'characters')
      Object.assign(parent, { [key]: beginningOf(value, kept) })
      return true
    }
    if (typeof value === 'object' && value !== null && shorten(value as Container, path, inner, share, cuts))
      return true
  }
  return isList && cutEntries(parent, at, share, cuts)
}

function cutEntries(parent: Container, path: string, share: number, cuts: Map<string, Cut>): boolean {
  const keys = Object.keys(parent).filter((key) => path !== '' || key !== 'cut')
  const kept = keptOf(keys.length, share)
  note(cuts, path || 'fields', kept, keys.length, 'entries')
  if (Array.isArray(parent)) parent.splice(kept)
  else for (const key of keys.slice(kept)) delete parent[key]
  return true
}

function note(cuts: Map<string, Cut>, path: string, kept: number, total: number, unit: string): void {
  const before = cuts.get(path)
  if (before) before.kept = kept
  else cuts.set(path, { kept, total, unit })
}
