// What is wrong with the arguments of a call, in as few words as a model can act on: the first problems, and how many more.
// An answer that named them all would be many times as long as what it complains of.
import { z } from 'zod'
import { clip } from '../answers/reading.ts'

type Issue = z.core.$ZodIssue

const PROBLEMS_AT_MOST = 5
/** Unknown arguments that are called by their names. */
const NAMES_AT_MOST = 5
const NAME_AT_MOST = 60
const LINE_AT_MOST = 380

/** The first problems of those that a schema found, those of whole arguments before those that lie deeper. */
export function problemsOf({ issues }: z.ZodError): string {
  const sorted = issues.toSorted((one, other) => one.path.length - other.path.length)
  const told = sorted.slice(0, PROBLEMS_AT_MOST).map(problemOf)
  const more = issues.length - told.length
  return [...told, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n')
}

function problemOf(issue: Issue): string {
  const named = issue.code === 'unrecognized_keys' ? { ...issue, message: unknownArguments(issue.keys) } : issue
  const lines = z.prettifyError(new z.ZodError([named])).split('\n')
  return lines.map((line) => line.slice(0, LINE_INDENT) + clip(line.slice(LINE_INDENT), LINE_AT_MOST)).join('\n')
}

/** What a line begins with: a mark, or the blanks before an arrow. */
const LINE_INDENT = 2

function unknownArguments(names: readonly string[]): string {
  const told = names.slice(0, NAMES_AT_MOST).map((name) => `"${clip(name, NAME_AT_MOST)}"`)
  const more = names.length - told.length
  return `Unrecognized ${names.length === 1 ? 'key' : 'keys'}: ${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
