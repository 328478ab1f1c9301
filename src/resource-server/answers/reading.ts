// Sentences and rows about answers: what strangers wrote stays on its line and within its length.
import type { Body } from '../../quantconnect/fields.ts'
import { number } from '../../quantconnect/fields.ts'

/** Blanks, and whatever would end a line. What cannot be seen is for the whole answer to remove, and to count. */
const BLANKS = /[[\s\x85]--\ufeff]+/gv

/** A value as part of a sentence of ours: on one line, since names and states come from strangers. */
export const inline = (value: unknown): string => String(value).replace(BLANKS, ' ')

/** What is left of a character, an emoji or a flag that was cut in two; a flag has six tags at most. */
const CUT_IN_TWO = /(?:[\ud800-\udbff\u{e0020}-\u{e007e}]|\u200d){1,7}$/u

/** The first characters of a text, and nothing unseen at its end that had a meaning only before what is left out. */
export const beginningOf = (value: string, length: number): string =>
  value.length > length ? value.slice(0, length).replace(CUT_IN_TWO, '') : value

/** The beginning of a text, for a sentence; the whole stands elsewhere. */
export function clip(value: string, length = 300): string {
  const seen = inline(beginningOf(value, length))
  return value.length > length ? `${seen.trimEnd()} …` : seen
}

/** The first characters of a text of several lines, marked where something is left out. */
export const beginning = (value: string, length: number): string =>
  value.length > length ? `${beginningOf(value, length)} …` : value

/** A line that is theirs among lines of ours; marked as an item where it would begin as ours do. */
export const theirLine = (line: string): string =>
  /^\s*(next|error|warning|summary)\b/i.test(line) ? `- ${line}` : line

/** Tag for sentences of ours: what is put into one stays on its line, so that it cannot begin a line of its own. */
export const say = (ours: TemplateStringsArray, ...theirs: readonly unknown[]): string =>
  ours.slice(1).reduce((text, part, at) => text + inline(theirs[at]) + part, ours[0] ?? '')

/** The first lines that together have at most `size` characters. At least one: of a longer one the beginning, marked. */
export function linesWithin(lines: readonly unknown[], size: number): string[] {
  let left = size
  const all = lines.map((line) => {
    const whole = inline(line)
    return whole.length > size ? `${beginningOf(whole, size)} … (${whole.length} characters)` : whole
  })
  const end = all.findIndex((line) => {
    left -= line.length + 1
    return left < 0
  })
  return end < 0 ? all : all.slice(0, Math.max(1, end))
}

/** The named fields of a record, in this order, as far as it has them. */
export const pick = (from: Body, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]))

/** A record without the named fields. */
export const without = (from: Body, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)))

/** Unix seconds as a time that says its zone; anything else is handed back as it is. */
export const utc = (value: unknown): unknown => {
  const seconds = number(value)
  const date = seconds === undefined ? undefined : new Date(seconds * 1000)
  return date && !Number.isNaN(date.getTime()) ? `${date.toISOString().slice(0, 19)}Z` : value
}
