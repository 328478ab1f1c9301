// Type coercion, where it can mean one thing only: a number, a truth value, an object or a list that was sent as its text, and
// null or an empty text where an argument may be left out. The schema itself says where: what it takes stays as it is, so text
// stays text where text is wanted, and no call that was good before means anything else now.
import type * as z from 'zod'

/** Reads JSON that stands as a text inside other JSON; undefined for what is none, or too much. */
export type ReadInner = (text: string) => unknown

interface Place {
  readonly of: Record<PropertyKey, unknown>
  readonly key: PropertyKey
}

/** Mistakes that may still be a misunderstanding. To mend each takes as long as to find it. */
const MISTAKES_AT_MOST = 1_000

/** Arguments as their schema wants them, as far as that is certain. What is still wrong with them is for the schema to say. */
export function coerce(schema: z.ZodType, given: unknown, read: ReadInner): unknown {
  const { success, data, error } = schema.safeParse(given)
  if (success) {
    if (isObject(given)) parsed.set(given, { schema, data })
    return given
  }
  let { issues }: { issues: readonly z.core.$ZodIssue[] } = error
  const holder: Holder = structuredClone({ given })
  while (issues.length <= MISTAKES_AT_MOST) {
    const mended = readTexts(holder, issues, read) + leaveOut(schema, holder, issues)
    if (mended === 0) break
    issues = issuesOf(schema, holder.given)
  }
  return holder.given
}

/** What came of arguments that were in order as they were given. */
const parsed = new WeakMap<object, { readonly schema: z.ZodType; readonly data: unknown }>()

/** What a schema has made of these very arguments, where they were in order; undefined when it has not looked. */
export function parsedBefore<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> | undefined {
  const known = isObject(given) ? parsed.get(given) : undefined
  return known?.schema === schema ? (known.data as z.output<Schema>) : undefined // sound: made by this schema
}

interface Holder {
  given: unknown
}

const issuesOf = (schema: z.ZodType, value: unknown): readonly z.core.$ZodIssue[] =>
  schema.safeParse(value).error?.issues ?? []

/** Puts in what texts spell, where that very type is wanted; how many. */
function readTexts(holder: Holder, issues: readonly z.core.$ZodIssue[], read: ReadInner): number {
  let count = 0
  for (const issue of issues) {
    const place = issue.code === 'invalid_type' ? placeOf(holder, issue.path) : undefined
    const text = place?.of[place.key]
    if (issue.code !== 'invalid_type' || !place || typeof text !== 'string') continue
    const value = spelledBy(text, issue.expected, read)
    if (value === undefined) continue
    place.of[place.key] = value
    count += 1
  }
  return count
}

function spelledBy(text: string, expected: string, read: ReadInner): unknown {
  switch (expected) {
    case 'number':
      return exactNumber(text)
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : undefined)
    case 'array':
      return text.startsWith('[') && text.endsWith(']') ? read(text) : undefined
    case 'object':
    case 'record':
      return isObjectText(text) ? read(text) : undefined
    default:
      return undefined
  }
}

/** Whether a text may be an object of JSON, with nothing around it. */
export const isObjectText = (text: string): boolean => text.startsWith('{') && text.endsWith('}')

/**
 * Takes out null and empty texts that the schema refuses and does not miss; how many. What it misses goes back in, so that
 * the refusal speaks of what was given.
 */
function leaveOut(schema: z.ZodType, holder: Holder, issues: readonly z.core.$ZodIssue[]): number {
  const blanks = new Map<string, { place: Place; value: unknown }>()
  for (const { path } of issues) {
    const place = placeOf(holder, path)
    const value = place && !Array.isArray(place.of) ? place.of[place.key] : undefined
    if (!place || (value !== null && value !== '')) continue
    blanks.set(JSON.stringify(path), { place, value })
    delete place.of[place.key]
  }
  if (!blanks.size) return 0
  for (const { path } of issuesOf(schema, holder.given)) {
    const missed = blanks.get(JSON.stringify(path))
    if (missed) missed.place.of[missed.place.key] = missed.value
    blanks.delete(JSON.stringify(path))
  }
  return blanks.size
}

/** Where a path leads; undefined where nothing is there. */
function placeOf(holder: Holder, path: readonly PropertyKey[]): Place | undefined {
  const steps = ['given', ...path]
  let of: unknown = holder
  for (const step of steps.slice(0, -1)) of = isObject(of) ? of[step] : undefined
  const key = steps.at(-1)
  return key !== undefined && isObject(of) && Object.hasOwn(of, key) ? { of, key } : undefined
}

const isObject = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === 'object' && value !== null

/** A number of JSON (RFC 8259 §6). No number that is longer keeps all its digits. */
const NUMBER = /^(-?)(0|[1-9]\d{0,39})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,4}))?$/

/** The number that a text spells, whole and without loss; undefined for any other text. */
export function exactNumber(text: string): number | undefined {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(number) && decimalOf(text) === decimalOf(String(number)) ? number : undefined
}

/** The sign and the digits of a number without zeros around them, and their power of ten: the same for all its spellings. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', part = '', power = '0'] = NUMBER.exec(text) ?? []
  const digits = (whole + part).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  const exponent = significant && Number(power) - part.length + digits.length - significant.length
  return `${sign}${significant} ${exponent}`
}
