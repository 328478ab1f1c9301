// What is wrong with the arguments of a call, in as few words as a model can act on: the first problems, and how many more.
// An answer that named them all would be many times as long as what it complains of.
import * as z from 'zod'
import { list, record } from '../../quantconnect/fields.ts'
import { closestTo } from '../../spelling.ts'
import { clip } from '../answers/reading.ts'
import { parsedBefore } from '../tools/coercion.ts'
import { Refusal } from './refusals.ts'

const PROBLEMS_AT_MOST = 5
/** Unknown arguments that are called by their names. */
const NAMES_AT_MOST = 5
const NAME_AT_MOST = 60
const LINE_AT_MOST = 380

/** Arguments as a schema takes them. Throws `Refusal` with what does not fit. */
export function validate<Args>(input: z.ZodType<Args>, args: unknown): Args {
  const before = parsedBefore(input, args)
  if (before) return before
  const { success, data, error } = input.safeParse(args ?? {}, { error: wordsForMisspelt() })
  if (!success) throw new Refusal({ reason: 'invalid-arguments', problem: problemsOf(error) })
  return data
}

/** The first problems of those that a schema found, those of whole arguments before those that lie deeper. */
function problemsOf({ issues }: z.ZodError): string {
  const sorted = issues.toSorted((one, other) => one.path.length - other.path.length)
  const told = sorted.slice(0, PROBLEMS_AT_MOST).map(problemOf)
  const more = issues.length - told.length
  return [...told, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n')
}

function problemOf(issue: z.core.$ZodIssue): string {
  const lines = z.prettifyError(new z.ZodError([issue])).split('\n')
  return lines.map((line) => line.slice(0, LINE_INDENT) + clip(line.slice(LINE_INDENT), LINE_AT_MOST)).join('\n')
}

/** What a line begins with: a mark, or the blanks before an arrow. */
const LINE_INDENT = 2

/** Problems in which a misspelt word is looked for. */
const LOOKED_AT = 50

/** For one look at arguments: names what is misspelt, and what it was likely meant to be, where zod's words do not. */
function wordsForMisspelt(): z.core.$ZodErrorMap {
  let left = LOOKED_AT
  return (issue) => (left-- > 0 ? misspeltIn(issue) : undefined)
}

function misspeltIn(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownArguments(issue.keys, knownTo(issue.inst), record(issue.input))
    case 'invalid_value':
      return misspeltOption(issue.input, issue.values)
    case 'invalid_union':
      return issue.discriminator
        ? misspeltOption(record(issue.input)[issue.discriminator], list(issue.options))
        : undefined
    default:
      return undefined
  }
}

const knownTo = (schema: unknown): string[] => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : [])

function unknownArguments(names: readonly string[], known: readonly string[], given: object): string {
  const open = known.filter((name) => !Object.hasOwn(given, name))
  const told = names.slice(0, NAMES_AT_MOST).map((name) => `"${clip(name, NAME_AT_MOST)}"${didYouMean(name, open)}`)
  const more = names.length - told.length
  return `Unrecognized ${names.length === 1 ? 'key' : 'keys'}: ${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** A question after a name that is not known; nothing where no known one is close. */
export function didYouMean(name: string, known: readonly string[]): string {
  const closest = closestTo(name, known)
  return closest === undefined ? '' : ` (did you mean ${closest}?)`
}

function misspeltOption(given: unknown, options: readonly unknown[]): string | undefined {
  if (typeof given !== 'string') return undefined
  const hint = didYouMean(given, options.map(String))
  return hint
    ? `Invalid option${hint}: expected one of ${options.map((one) => JSON.stringify(one)).join('|')}`
    : undefined
}
