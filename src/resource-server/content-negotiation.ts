// How an answer may be given, by the media ranges of the `Accept` header (RFC 9110 §12.5.1). The specification wants clients to
// take both forms, and many say less than they can, or say it in other words.

import { remembering } from '../remembering.ts'

/** An answer as one JSON document, as a stream of events, or as its server likes. */
export type Form = 'json' | 'stream' | 'either'

const TYPES = { json: 'application/json', stream: 'text/event-stream' } as const

interface MediaRange {
  readonly type: string
  /** How closely it names what it means: anything, a kind, a type, a type with parameters. The closest counts. */
  readonly closeness: number
  readonly weight: number
}

const ANYTHING: MediaRange = { type: '*/*', closeness: 0, weight: 1 }

/** One member of the list, up to a comma that is in no quotes. */
const MEMBERS = /(?:"(?:\\.|[^"\\])*"|[^",])+/g
const RANGE = /^\s*(\*|[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+)\s*(?:;(.*))?$/s
const WEIGHT = /(?:^|;)\s*q\s*=\s*([\d.]+)\s*(?=;|$)/i

function rangeOf(member: string): MediaRange[] {
  const [, name, parameters = ''] = RANGE.exec(member) ?? []
  if (name === undefined) return []
  const type = name === '*' ? ANYTHING.type : name.toLowerCase() // some old programs write the first for the second
  const weight = Number(WEIGHT.exec(parameters)?.[1] ?? 1)
  const hasOthers = parameters.replace(WEIGHT, '').trim() !== ''
  const closeness = type === ANYTHING.type ? ANYTHING.closeness : type.endsWith('/*') ? 1 : hasOthers ? 3 : 2
  return [{ type, closeness, weight: Number.isNaN(weight) ? 1 : weight }]
}

/** Characters of a header that are looked at; no client that is known sends a tenth of it. */
const LONGEST = 1_000

/**
 * The form that suits whoever sent this header; undefined when there is none. Who names no stream, nor any text, may not know
 * what one is, and gets JSON though it would take anything. `streams` says that there is no other form.
 */
export function formFor(header: string | undefined, streams = false): Form | undefined {
  const ranges = rangesOf(header?.slice(0, LONGEST) ?? '')
  const { json, stream } = ranges.length
    ? { json: closest(ranges, TYPES.json), stream: closest(ranges, TYPES.stream) }
    : { json: ANYTHING, stream: ANYTHING }
  if (streams) return stream?.weight ? 'stream' : undefined
  if (!json?.weight) return stream?.weight ? 'stream' : undefined
  if (!stream?.weight || stream.closeness === ANYTHING.closeness) return 'json'
  if (json.weight === stream.weight) return 'either'
  return json.weight > stream.weight ? 'json' : 'stream'
}

/** What a header names, for the few that nearly all clients send. */
const rangesOf = remembering((header: string): MediaRange[] => (header.match(MEMBERS) ?? []).flatMap(rangeOf), 100)

/** The range that counts for a type: of the closest ones the heaviest. */
const closest = (ranges: readonly MediaRange[], type: string): MediaRange | undefined =>
  ranges
    .filter((range) => [type, `${type.split('/')[0]}/*`, '*/*'].includes(range.type))
    .toSorted((one, other) => other.closeness - one.closeness || other.weight - one.weight)[0]
