// Reads the JSON of an answer piece by piece. 32 MB in one step would hold the event loop for seconds; a piece is what
// JSON.parse reads in a millisecond, and whoever reads may pause after each.
import {
  BACKSLASH,
  CLOSES_LIST,
  CLOSES_OBJECT,
  COLON,
  COMMA,
  DEEPEST,
  isTooDeep,
  OPENS_LIST,
  OPENS_OBJECT,
  QUOTE,
} from '../json-bounds.ts'

/** Characters of a piece, at least. */
const PIECE = 64 * 1024
/** Characters that are looked through without a pause. */
const STRETCH = 512 * 1024
/** Entries of one container. QuantConnect gives its lists in pages of hundreds; wide objects are by far the slowest. */
const WIDEST = { list: 100_000, object: 20_000 }

type Value = unknown[] | Record<string, unknown>
interface Place {
  begins: number
  ends: number
}

/** A list or an object that has not been closed yet. */
interface Open {
  readonly isList: boolean
  readonly begins: number
  /** How many of its entries have ended. */
  entries: number
  /** How many of them have been read and kept. */
  kept: number
  /** What of it has been read; undefined while all of it may still be read in one piece with what is around it. */
  value: Value | undefined
  /** Where that begins which has not been read. */
  unread: number
  /** The latest name, with its quotes, in an object. */
  name: Place
  /** Whether the entry at hand is a container that has been read. */
  isPlaced: boolean
}

const sent = new WeakMap<object, number>()

/** How many entries a container had as it was sent, if it was cut as it was read. */
export const entriesSent = (container: object): number | undefined => sent.get(container)

const malformed = () => new SyntaxError('The answer is no JSON')
const isBlank = (text: string): boolean => /^[ \t\r\n]*$/.test(text)

/** Reads a text. Throws a SyntaxError for what is no JSON, and for what is nested too deep. */
export function* readPieces(text: string, piece = PIECE): Generator<void, unknown> {
  if (text.length <= piece) return readWhole(text)
  const open: Open[] = []
  let string: Place = { begins: 0, ends: 0 }
  let isInString = false
  let pausedAt = 0
  for (let at = 0; at < text.length; at += 1) {
    if (at - pausedAt > STRETCH) {
      pausedAt = at
      yield
    }
    const sign = text.charCodeAt(at)
    if (isInString) {
      if (sign === BACKSLASH) at += 1
      else if (sign === QUOTE) {
        isInString = false
        string.ends = at + 1
      }
      continue
    }
    const top = open.at(-1)
    if (sign === QUOTE) {
      isInString = true
      string = { begins: at, ends: at }
    } else if (sign === COLON && top) top.name = string
    else if (sign === OPENS_LIST || sign === OPENS_OBJECT) {
      if (open.length === DEEPEST || top?.isPlaced || (!top && !isBlank(text.slice(0, at)))) throw malformed()
      const name = { begins: 0, ends: 0 }
      const isList = sign === OPENS_LIST
      open.push({ isList, begins: at, entries: 0, kept: 0, value: undefined, unread: at + 1, name, isPlaced: false })
    } else if (sign === COMMA && top) {
      if (!top.isPlaced && at - top.unread > piece) {
        openAll(text, open)
        yield
      }
      endEntry(text, top, at, piece)
    } else if ((sign === CLOSES_LIST || sign === CLOSES_OBJECT) && top) {
      if (top.isList !== (sign === CLOSES_LIST)) throw malformed()
      open.pop()
      const value = top.value && close(text, top, top.value, at)
      const around = open.at(-1)
      if (value && around) place(text, around, value, at)
      else if (value && isBlank(text.slice(at + 1))) return value
      else if (!around) break
    }
  }
  if (open.length) throw malformed()
  return JSON.parse(text)
}

/** Reads what is no longer than a piece. */
function readWhole(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (isTooDeep(value)) throw malformed()
  return value
}

/** Begins to read all containers that are open, up to the one at hand. */
function openAll(text: string, open: readonly Open[]): void {
  for (const [index, one] of open.entries()) {
    const inner = open[index + 1]
    one.value ??= one.isList ? [] : {}
    if (!inner || inner.value) continue
    const end = one.isList ? inner.begins : one.name.begins
    if (!one.isList && !/^[ \t\r\n]*:[ \t\r\n]*$/.test(text.slice(one.name.ends, inner.begins))) throw malformed()
    const comma = text.lastIndexOf(',', end - 1)
    if (comma >= one.unread && isBlank(text.slice(comma + 1, end))) read(text, one, one.value, comma)
    else if (end < one.unread || !isBlank(text.slice(one.unread, end))) throw malformed()
  }
}

function endEntry(text: string, top: Open, at: number, piece: number): void {
  top.entries += 1
  if (!top.value || (!top.isPlaced && at - top.unread <= piece)) return
  if (!top.isPlaced) read(text, top, top.value, at)
  else if (!isBlank(text.slice(top.unread, at))) throw malformed()
  top.isPlaced = false
  top.unread = at + 1
}

function close(text: string, top: Open, value: Value, at: number): Value {
  if (!top.isPlaced) read(text, top, value, at)
  else if (!isBlank(text.slice(top.unread, at))) throw malformed()
  if (top.entries + 1 > widest(value)) sent.set(value, top.entries + 1)
  return value
}

const widest = (value: Value): number => (Array.isArray(value) ? WIDEST.list : WIDEST.object)

/** Reads the entries that lie before `end`, as far as there is room for them. */
function read(text: string, top: Open, value: Value, end: number): void {
  const piece = text.slice(top.unread, end)
  if (isBlank(piece)) throw malformed()
  if (top.kept >= widest(value)) return
  const entries = Object.entries(JSON.parse(Array.isArray(value) ? `[${piece}]` : `{${piece}}`))
  for (const [name, one] of entries) put(top, value, name, one)
}

/** Puts a container that has been read into the one around it. */
function place(text: string, around: Open, value: Value, at: number): void {
  const name = around.isList ? '' : JSON.parse(text.slice(around.name.begins, around.name.ends))
  if (around.value) put(around, around.value, name, value)
  around.isPlaced = true
  around.unread = at + 1
}

function put(top: Open, value: Value, name: string, one: unknown): void {
  if (top.kept >= widest(value)) return
  top.kept += 1
  if (Array.isArray(value)) value.push(one)
  else if (name !== '__proto__') value[name] = one // which would change what it inherits from
}
