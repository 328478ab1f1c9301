// The code of an algorithm as text to look things up in. Comments go, and names lose case and underscores, so that
// `self.set_start_date` and `SetStartDate` are found alike. Strings stay as they are.

/** A number or text in the code: as it stands there, or as a parameter that has a default. */
export type Slot<T extends number | string> = T | { readonly parameter: string; readonly otherwise: T }

export interface CodeCall {
  readonly name: string
  /** The arguments as text. */
  readonly args: readonly string[]
  readonly at: number
}

const ARGUMENTS_AT_MOST = 2_000

// Nothing here may take long on text that is made to be slow to read, so every loop has an end and a string without
// closing quotes ends with its line.
const PYTHON =
  /("""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$))|("(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)|(#[^\n]*)|(\w+)/g
const C_SHARP = /(\/\*[\s\S]*?(?:\*\/|$))|("(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)|(\/\/[^\n]*)|(\w+)/g

/** Removes comments and writes names as described above. */
export const plain = (language: 'Py' | 'C#', code: string): string =>
  code.replace(
    language === 'Py' ? PYTHON : C_SHARP,
    (all, long?: string, _string?: string, comment?: string, word?: string) => {
      if (long !== undefined || comment !== undefined) return ' '
      return word === undefined ? all : word.replaceAll('_', '').toLowerCase()
    },
  )

/** The arguments of a call whose opening bracket is just before `from`. */
function argumentsAt(code: string, from: number): string[] {
  const parts: string[] = []
  let [depth, start, quote] = [0, from, '']
  for (let at = from; at < code.length && at - from < ARGUMENTS_AT_MOST; at += 1) {
    const character = code.charAt(at)
    if (quote) {
      if (character === '\\') at += 1
      else if (character === quote || character === '\n') quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if ('([{'.includes(character)) depth += 1
    else if (')]}'.includes(character) && depth > 0) depth -= 1
    else if (character === ')' || (character === ',' && depth === 0)) {
      parts.push(code.slice(start, at).trim())
      start = at + 1
      if (character === ')') break
    }
  }
  return parts.filter((part) => part !== '')
}

/** The calls of some functions, given by their plain names, in the order of the code. */
export function callsOf(code: string, names: readonly string[]): CodeCall[] {
  const pattern = new RegExp(`(?<![\\w"'])(${names.join('|')})(?:<\\w{1,40}>)?\\(`, 'g')
  return [...code.matchAll(pattern)].slice(0, 200).flatMap(({ 0: all, 1: name = '', index }) => {
    const declared = /(?:def|void|override|class)\s+$/.test(code.slice(Math.max(0, index - 20), index))
    return declared ? [] : [{ name, args: argumentsAt(code, index + all.length), at: index }]
  })
}

/** The text of a string literal. */
export const literal = (text: string | undefined): string | undefined =>
  /^[a-z$@]{0,2}(["'])([^"'\n]{0,200})\1$/.exec(text?.trim() ?? '')?.[2]

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?[mfd]?$/
const PARAMETER =
  /getparameter(?:<\w{1,20}>)?\(\s*["']([^"'\n]{1,100})["']\s*(?:,\s*([^(),]{1,80}))?\)?\s*\)*\s*(?:(?:or|\?\?)\s*([\w."'-]{1,40}))?/

const number = (text: string): number | undefined => (NUMBER.test(text) ? Number.parseFloat(text) : undefined)

/** What the names in a code stand for, where that can be read off. */
export interface Names {
  readonly numbers: ReadonlyMap<string, Slot<number>>
  readonly texts: ReadonlyMap<string, Slot<string>>
}

const nameIn = (text: string) => /^(?:self\.|this\.)?([a-z]\w{0,60})$/.exec(text)?.[1] ?? ''

/** A number, a name for one, or a parameter; also inside `int(...)` or `(int)`. */
export function numberSlot(text: string | undefined, names?: Names): Slot<number> | undefined {
  const trimmed = (text ?? '').trim().replace(/^\w{1,20}\s*[:=]\s*/, '') // as in `period=14`
  const parameter = PARAMETER.exec(trimmed)
  if (parameter?.[1] !== undefined) {
    const given = parameter[2] ?? parameter[3] ?? ''
    const otherwise = number(literal(given) ?? given.trim())
    return otherwise === undefined ? undefined : { parameter: parameter[1], otherwise }
  }
  return number(trimmed) ?? names?.numbers.get(nameIn(trimmed))
}

export function textSlot(text: string | undefined, names?: Names): Slot<string> | undefined {
  const trimmed = (text ?? '').trim()
  const parameter = PARAMETER.exec(trimmed)
  if (parameter?.[1] !== undefined) {
    const otherwise = literal(parameter[2] ?? parameter[3])
    return otherwise === undefined ? undefined : { parameter: parameter[1], otherwise }
  }
  return literal(trimmed) ?? names?.texts.get(nameIn(trimmed))
}

const ASSIGNMENT = /(?<![\w.])(?:self\.|this\.)?([a-z]\w{0,60}) ?(?:: ?\w{1,20} ?)?=(?=\s?([^=\s;][^;\n]{0,300}))/g
const ATTRIBUTE = /\[parameter\(\s*["']([^"'\n]{1,100})["']\s*\)\]([^;=]{1,100})=\s*([^;\n]{1,40});/g

/** Reads assignments such as `self.fast = int(self.get_parameter("fast", 10))` or `const int Slow = 50;`. */
export function namesIn(code: string): Names {
  const numbers = new Map<string, Slot<number>>()
  const texts = new Map<string, Slot<string>>()
  for (const [, name = '', value = ''] of code.matchAll(ASSIGNMENT)) {
    const names = { numbers, texts }
    // The default of an argument is followed by the next one: `period=14, low=30):`.
    const asNumber = numberSlot(value, names) ?? number(/^(-?[\d.]{1,20})[,)]/.exec(value)?.[1] ?? '')
    const asText = textSlot(value, names)
    if (asNumber !== undefined && !numbers.has(name)) numbers.set(name, asNumber)
    else if (asText !== undefined && !texts.has(name)) texts.set(name, asText)
  }
  for (const [, parameter = '', declared = '', value = ''] of code.matchAll(ATTRIBUTE)) {
    const name = /(\w{1,60})\s*$/.exec(declared)?.[1]
    const otherwise = number(value.trim())
    if (name && otherwise !== undefined) numbers.set(name, { parameter, otherwise })
  }
  return { numbers, texts }
}

type Parameters = Readonly<Record<string, string | number>>

/** The number a slot has under some parameters. A parameter that is no number counts as not given. */
export function settledNumber(slot: Slot<number>, parameters: Parameters): number {
  if (typeof slot === 'number') return slot
  const given = Object.hasOwn(parameters, slot.parameter) ? Number(parameters[slot.parameter]) : Number.NaN
  return Number.isFinite(given) ? given : slot.otherwise
}

export function settledText(slot: Slot<string>, parameters: Parameters): string {
  if (typeof slot === 'string') return slot
  return String((Object.hasOwn(parameters, slot.parameter) && parameters[slot.parameter]) || slot.otherwise)
}
