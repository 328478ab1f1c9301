// Facts as text for a model that sees nothing else: one line a fact, tables for lists of like things, files as they are.
import { inline } from './reading.ts'

type Facts = Readonly<Record<string, unknown>>

const isFacts = (value: unknown): value is Facts => typeof value === 'object' && value !== null && !Array.isArray(value)
const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null
const LINE_END = /[\n\v\f\r\u0085\u2028\u2029]/
const isOneLine = (value: unknown): boolean => isPlain(value) && !LINE_END.test(`${value}`)
/** What a table can show: values on one line, and none that looks like the end of a cell. */
const isRow = (value: unknown): value is Facts =>
  isFacts(value) &&
  Object.entries(value).every((entry) => entry.every((part) => isOneLine(part) && !`${part}`.includes('|')))

/** Whether the line of one of the rows would begin as if with a name and a colon. */
function beginLikeOurs([first = {}, ...others]: readonly Facts[]): boolean {
  const [column = ''] = Object.keys(first)
  return [first, ...others].some((row) => /:(\s|$)/.test(`${row[column]}`))
}

/**
 * Every name and value of `facts`, each value spelled as it is. Names that are neither `ours` nor a member's stand in quotes,
 * since whoever writes an algorithm names its statistics, and one called `Next` would make a line that looks like our next step.
 */
export const outline = (facts: Facts, ours: ReadonlySet<string> = NOTHING): string =>
  linesOf(facts, '', ours).join('\n')

const NOTHING: ReadonlySet<string> = new Set()
/** As QuantConnect spells the members of its own answers; people and their algorithms name things in words. */
const MEMBER = /^[a-z][A-Za-z0-9]*$/
/** The words by which this server speaks, which no member of an answer has for a name. */
const SPOKEN = /^(next|error|summary|warning|cut|removed|escaped|rule|limit|approval|repeated)$/i

const named = (name: string, ours = NOTHING): string =>
  ours.has(name) || (MEMBER.test(name) && !SPOKEN.test(name)) ? name : JSON.stringify(inline(name))

function linesOf(facts: Facts, indent: string, ours?: ReadonlySet<string>): string[] {
  return Object.entries(facts).flatMap(([name, value]) => entry(named(name, ours), value, indent))
}

function entry(name: string, value: unknown, indent: string): string[] {
  if (typeof value === 'string' && !isOneLine(value)) return [`${indent}${name}:`, fenced(value)]
  if (isPlain(value)) return [`${indent}${name}: ${value}`]
  if (isFacts(value)) {
    return Object.keys(value).length
      ? [`${indent}${name}:`, ...linesOf(value, `${indent}  `)]
      : [`${indent}${name}: none`]
  }
  return Array.isArray(value) ? listed(name, value, indent) : []
}

function listed(name: string, items: readonly unknown[], indent: string): string[] {
  if (!items.length) return [`${indent}${name}: none`]
  if (items.every((item) => isOneLine(item) && `${item}`.length < 40)) return [`${indent}${name}: ${items.join(', ')}`]
  if (items.length > 1 && items.every(isRow) && isDense(items) && !beginLikeOurs(items))
    return [`${indent}${name}:`, ...table(items, `${indent}  `)]
  const lines = items.flatMap((item) => {
    if (isFacts(item)) {
      const [first = '', ...others] = linesOf(item, `${indent}  `)
      return [`${indent}- ${first.trimStart()}`, ...others]
    }
    if (!isOneLine(item)) return typeof item === 'string' ? [fenced(item)] : [`${indent}- ${JSON.stringify(item)}`]
    return [`${indent}- ${item}`]
  })
  return [`${indent}${name}:`, ...lines]
}

const columnsOf = (rows: readonly Facts[]): string[] => [...new Set(rows.flatMap((row) => Object.keys(row)))]

/** Whether a table would be cells for the most part: each row with fields of its own makes one that is nearly empty. */
function isDense(rows: readonly Facts[]): boolean {
  const filled = rows.reduce((sum, row) => sum + Object.keys(row).length, 0)
  return columnsOf(rows).length * rows.length <= 8 * (filled + rows.length)
}

/** One line a row; the first names the columns. */
function table(rows: readonly Facts[], indent: string): string[] {
  const columns = columnsOf(rows)
  const line = (cells: readonly unknown[]) => `${indent}${cells.map((cell) => cell ?? '').join(' | ')}`
  return [
    line(columns.map((column) => named(column))),
    ...rows.map((row) => line(columns.map((column) => row[column]))),
  ]
}

/** Text of several lines between fences that it does not contain itself, so that nothing in it looks like our words. */
function fenced(value: string): string {
  const longest = [...value.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 2)
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${value}${value.endsWith('\n') ? '' : '\n'}${fence}`
}
