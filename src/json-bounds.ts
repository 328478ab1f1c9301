// JSON from strangers is bounded before it is read: what a few bytes can spell keeps readers busy for long, in a program that
// serves everybody with one thread. A text that holds other JSON is held to the same bounds when that is read.

/** The deepest things that people send, the schema of a notebook or a live command, have about ten levels. */
export const DEEPEST = 64
/** A hundred calls in one body have about two thousand; one call with the most to say, a list of keys or holdings, as many. */
const MOST_VALUES = 10_000

/** What is said of JSON that goes deeper. */
export const TOO_DEEP = `JSON may be nested ${DEEPEST} levels deep at most`

/** The signs of JSON as codes of characters, which compare faster than texts (RFC 8259 §2). */
export const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a] as const
export const [OPENS_LIST, OPENS_OBJECT, CLOSES_LIST, CLOSES_OBJECT] = [0x5b, 0x7b, 0x5d, 0x7d] as const

/**
 * Why a text is more than is read here as JSON, in a sentence; undefined when it is not. What lies in strings counts for
 * nothing, however long. Looks at the text alone, and no further than to its first excess.
 */
export function excessOf(text: string, most = MOST_VALUES): string | undefined {
  let [values, level] = [1, 0]
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = stringEnd(text, at)
    else if (code === CLOSES_LIST || code === CLOSES_OBJECT) level -= 1
    else if (code === COMMA || code === OPENS_LIST || code === OPENS_OBJECT) {
      values += 1
      if (code !== COMMA) level += 1
      if (level > DEEPEST) return TOO_DEEP
      if (values > most) return `JSON may hold ${most} values at most`
    }
  }
  return undefined
}

/** Where the string that begins at `at` has its last quote. One character at a time: half of them may be escapes. */
function stringEnd(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end += 1) {
    const code = text.charCodeAt(end)
    if (code === QUOTE) return end
    if (code === BACKSLASH) end += 1
  }
  return text.length
}

/** Reads a text that was found to be within bounds. Throws a SyntaxError for what is no JSON, and for a name that is a trap. */
export const readJson = (text: string): unknown =>
  MAYBE_TRAP.test(text) ? JSON.parse(text, withoutTraps) : JSON.parse(text)

/** The name of a trap, or letters that are written otherwise and may spell it. */
const MAYBE_TRAP = /__proto__|\\u/

/** Code that copies a member of this name changes what an object inherits from. */
function withoutTraps(name: string, value: unknown): unknown {
  if (name === '__proto__') throw new SyntaxError('A member may not be called __proto__')
  return value
}

/** The same bound for a value that somebody else has parsed: whether it is nested deeper. */
export const isTooDeep = (value: unknown, levels = DEEPEST): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1)))

/** Whether a value that is no deeper than that holds more than so many others. */
export function holdsMore(value: unknown, most: number): boolean {
  let left = most
  const isOver = (inner: unknown): boolean =>
    typeof inner === 'object' && inner !== null && Object.values(inner).some((one) => --left < 0 || isOver(one))
  return isOver(value)
}

/**
 * A reader for texts that stand as values inside one other text of JSON: together they may hold as much as that one. It gives
 * undefined for what is more, for what is no JSON, and for what holds a trap.
 */
export function createInnerReader(): (text: string) => unknown {
  let left = MOST_VALUES
  return (text) => {
    if (excessOf(text, left)) return undefined
    try {
      const value = readJson(text)
      left -= valuesIn(value)
      return value
    } catch {
      return undefined
    }
  }
}

const valuesIn = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, inner) => sum + valuesIn(inner), 1)
    : 1
