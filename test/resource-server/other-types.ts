// Answers of QuantConnect with other types in them than it usually sends: as its answers change without notice, and as PHP
// writes what is empty or numbered.
import { createHash } from 'node:crypto'

type Change = (value: unknown) => unknown

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null
const onText =
  (change: (text: string) => unknown): Change =>
  (value) =>
    typeof value === 'string' ? change(value) : value
const onNumbers =
  (change: (number: number) => unknown): Change =>
  (value) =>
    typeof value === 'number' ? change(value) : value
const onBooleans =
  (change: (boolean: boolean) => unknown): Change =>
  (value) =>
    typeof value === 'boolean' ? change(value) : value
const onLists =
  (change: (list: unknown[]) => unknown): Change =>
  (value) =>
    Array.isArray(value) ? change(value) : value
const onObjects =
  (change: (object: object) => unknown): Change =>
  (value) =>
    isContainer(value) && !Array.isArray(value) ? change(value) : value
const onValues =
  (change: Change): Change =>
  (value) =>
    isContainer(value) ? value : change(value)
const onContainers =
  (change: Change): Change =>
  (value) =>
    isContainer(value) ? change(value) : value

const textAsNumber = onText((text) => Number(text) || 7)
const numberAsText = onNumbers(String)
const booleanAsText = onBooleans(String)
const booleanAsNumber = onBooleans(Number)
const numberedPlaces = onLists((list) => ({ ...list }))
const objectInList = onObjects((object) => [object])
const asNull = onValues(() => null)
const asObject = onValues((value) => ({ value }))
const asList = onValues((value) => [value])
const containerAsText = onContainers((container) => JSON.stringify(container))
const containerAsNull = onContainers(() => null)

const ALL = [
  ...[textAsNumber, numberAsText, booleanAsText, booleanAsNumber, numberedPlaces, objectInList],
  ...[asNull, asObject, asList, containerAsText, containerAsNull],
]
/** The first of these changes that makes another value of one. */
const firstOf =
  (...changes: readonly Change[]): Change =>
  (value) =>
    changes.reduce((made, change) => (made === value ? change(value) : made), value)

/** Changes after which every id can still be read. */
export const READABLE: Readonly<Record<string, Change>> = {
  'text and booleans as numbers, lists with numbered places': firstOf(textAsNumber, booleanAsNumber, numberedPlaces),
  'numbers and booleans as text, objects in lists': firstOf(numberAsText, booleanAsText, objectInList),
}
/** Changes after which not much can be read. */
export const UNREADABLE: Readonly<Record<string, Change>> = {
  'values as objects': asObject,
  'lists and objects as text': containerAsText,
}

type Path = readonly string[]

/** Any of the changes, or none, at any place: always the same for the same seed and place. */
export const mixed =
  (seed: number) =>
  (value: unknown, at: Path): unknown => {
    const dice = createHash('sha256')
      .update(`${seed} ${at.join('/')}`)
      .digest()
      .readUInt32BE()
    const change = dice % 3 === 0 ? ALL[Math.floor(dice / 3) % ALL.length] : undefined
    return change ? change(value) : value
  }

/** Whether a call was successful stays as it is: otherwise it would be another answer. */
const isVerdict = (at: Path): boolean => at.length === 1 && at[0] === 'success'

/** A body with a change made at every place, innermost first. */
export function changed(value: unknown, change: (value: unknown, at: Path) => unknown, at: Path = []): unknown {
  const inner = (one: unknown, name: string | number) => changed(one, change, [...at, `${name}`])
  let made = value
  if (Array.isArray(value)) made = value.map(inner)
  else if (isContainer(value)) {
    made = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one, name)]))
  }
  return at.length && !isVerdict(at) ? change(made, at) : made
}
