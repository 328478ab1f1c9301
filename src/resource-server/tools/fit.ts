// Keeping an answer within its bounds: what is largest is shortened until the whole fits, and each cut is named.
import type { CallToolResult } from '@modelcontextprotocol/server'

type Facts = Readonly<Record<string, unknown>>
type Container = Record<string, unknown> | unknown[]

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '')

interface Cut {
  kept: number
  readonly total: number
  readonly unit: string
}

/**
 * The result that `build` makes of `facts`, with the largest of them shortened until it has at most `limit` bytes. The
 * cuts stand in the result under `cut`, followed by `more`, the way to get the rest.
 */
export function fit(
  facts: Facts,
  build: (facts: Facts) => CallToolResult,
  limit: number,
  more?: string,
): CallToolResult {
  // Whatever is larger than this as one half cannot fit as two, so it is not made into text first.
  if (2 * sizeOf(facts) <= limit) {
    const result = build(facts)
    if (sizeOf(result) <= limit) return result
  }
  const copy = structuredClone(facts) as Record<string, unknown>
  const cuts = new Map<string, Cut>()
  while (2 * sizeOf(copy) > limit && shorten(copy, '', cuts, limit / (2 * sizeOf(copy))));
  for (;;) {
    const told = [...cuts].map(([path, { kept, total, unit }]) => `${path}: the first ${kept} of ${total} ${unit}`)
    const before = Array.isArray(copy.cut) ? copy.cut : []
    const result = build({ ...copy, cut: [...before, ...told, ...(more ? [more] : [])] })
    const size = sizeOf(result)
    if (size <= limit || !shorten(copy, '', cuts, limit / size)) return result
  }
}

/** How much of a part is kept when the whole is `share` of what it should be: a little less, and never all. */
const keep = (length: number, share: number): number => Math.floor(length * Math.min(0.9, share * 0.95))

/** Shortens what is largest. Returns whether there was anything to shorten. */
function shorten(parent: Container, at: string, cuts: Map<string, Cut>, share: number): boolean {
  const entries = Object.entries(parent).map(([key, value]) => ({ key, value, size: sizeOf(value) }))
  const largest = entries.reduce((most, entry) => (entry.size > most.size ? entry : most), {
    key: '',
    value: undefined as unknown,
    size: 0,
  })
  const path = Array.isArray(parent) ? `${at}[${largest.key}]` : at ? `${at}.${largest.key}` : largest.key
  const rest = entries.reduce((sum, { size }) => sum + size, 0) - largest.size
  // The deepest thing that outweighs its neighbours is what should give way; many like ones give way together.
  if (at !== '' && entries.length > 1 && rest > largest.size) return cutEntries(parent, at, cuts, share)
  if (typeof largest.value === 'string' && largest.value.length > 100) {
    const kept = keep(largest.value.length, share)
    note(cuts, path, kept, largest.value.length, 'characters')
    Object.assign(parent, { [largest.key]: largest.value.slice(0, kept).replace(/[\ud800-\udbff]$/, '') })
    return true
  }
  if (
    typeof largest.value === 'object' &&
    largest.value !== null &&
    shorten(largest.value as Container, path, cuts, share)
  )
    return true
  return at !== '' && entries.length > 1 && cutEntries(parent, at, cuts, share)
}

function cutEntries(parent: Container, path: string, cuts: Map<string, Cut>, share: number): boolean {
  const keys = Object.keys(parent)
  const kept = keep(keys.length, share)
  note(cuts, path, kept, keys.length, 'entries')
  if (Array.isArray(parent)) parent.splice(kept)
  else for (const key of keys.slice(kept)) delete parent[key]
  return true
}

function note(cuts: Map<string, Cut>, path: string, kept: number, total: number, unit: string): void {
  const before = cuts.get(path)
  if (before) before.kept = kept
  else cuts.set(path, { kept, total, unit })
}
