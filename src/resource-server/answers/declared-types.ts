// Facts in the types that their tool declares. QuantConnect changes the type of a field without notice, and a client that
// checks answers against output schemas (SDK v1) then throws the whole answer away, with the id of what was just made.
import { list, number, record } from '../../quantconnect/fields.ts'
import { clip, say } from './reading.ts'

/** A JSON type that a field of an answer may declare. */
export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object'

/** What a tool declares of the fields of its answers, as far as it says their types. */
export type Declared = Readonly<Record<string, { readonly type?: JsonType | undefined }>>

type Fact = readonly [name: string, value: unknown]

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null
const isEmpty = (value: unknown): boolean => isContainer(value) && Object.keys(value).length === 0
const BOOLEANS = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  [1, true],
  [false, false],
  ['false', false],
  [0, false],
])

/** A value read as a type; undefined where it cannot be. */
const READ: Readonly<Record<JsonType, (value: unknown) => unknown>> = {
  string: (value) => (isContainer(value) ? undefined : String(value)),
  number,
  integer(value) {
    const read = number(value)
    // A longer text would be rounded, and an id become somebody else's.
    return Number.isInteger(read) && (read === value || Number.isSafeInteger(read)) ? read : undefined
  },
  boolean: (value) => BOOLEANS.get(value),
  array: (value) => (list(value).length || isEmpty(value) ? list(value) : [value]),
  object: (value) => (isContainer(value) && (!Array.isArray(value) || isEmpty(value)) ? record(value) : undefined),
}

const whatCame = (value: unknown): string => {
  if (isContainer(value)) return Array.isArray(value) ? 'a list' : 'an object'
  return say`${clip(JSON.stringify(value))}`
}

/**
 * Facts as their tool declares them: a number that came as text is a number, an id that came as a number is text, one thing
 * where a list is declared is a list of it. What cannot be read as its type is omitted, each told in a sentence.
 */
export function inDeclaredTypes(facts: readonly Fact[], declared: Declared): { facts: Fact[]; omitted: string[] } {
  const omitted: string[] = []
  const kept = facts.flatMap<Fact>(([name, value]) => {
    const type = Object.hasOwn(declared, name) ? declared[name]?.type : undefined
    if (!type || value === null || value === undefined) return [[name, value]]
    const read = READ[type](value)
    if (read !== undefined) return [[name, read]]
    omitted.push(say`${name}: QuantConnect gave no ${type} but ${whatCame(value)}.`)
    return []
  })
  return { facts: kept, omitted }
}
