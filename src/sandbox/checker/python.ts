// Finds the mistakes in Python that its parser would stop at and that can be seen without a grammar: brackets, strings,
// colons and indentation. In doubt it says nothing, since a false alarm would stop good code.
import { CLOSING, lineAndColumn, type Mistake } from './mistake.ts'

interface LogicalLine {
  /** Where its first character stands that is not a blank. */
  readonly at: number
  /** As tabs count: up to the next multiple of eight. */
  readonly indent: number
  /** Without comments; what stands in strings and brackets is a row of blanks. */
  readonly text: string
}

type Lines = { readonly lines: LogicalLine[]; readonly mistake?: { at: number; reason: string } }

const QUOTES = /^[rbfu]{0,2}("""|'''|"|')/i

/** With what a string may begin. */
const BEGINS = new Set(`"'rbfuRBFU`)

/** The quotes of a string that begins here. */
const quotesAt = (code: string, at: number): string | undefined =>
  /\w/.test(code[at - 1] ?? '') ? /^["']/.exec(code.charAt(at))?.[0] : QUOTES.exec(code.slice(at, at + 5))?.[1]

/** The end of a string whose quotes open at `at`, or nothing when it has none. */
function stringEnd(code: string, at: number, quotes: string): number | undefined {
  for (let end = at + quotes.length; end < code.length; end += 1) {
    if (code[end] === '\\') end += 1
    else if (code.startsWith(quotes, end)) return end + quotes.length
    else if (code[end] === '\n' && quotes.length === 1) return undefined
  }
  return undefined
}

/** Joins what brackets and backslashes hold together. Stops at the first mistake of its own. */
function logicalLines(code: string): Lines {
  const lines: LogicalLine[] = []
  const open: { sign: string; at: number }[] = []
  let [text, start, indent] = ['', -1, 0]
  let at = 0
  for (; at < code.length; at += 1) {
    const sign = code.charAt(at)
    if (sign === '\n' && open.length === 0) {
      if (start >= 0) lines.push({ at: start, indent, text })
      ;[text, start, indent] = ['', -1, 0]
      continue
    }
    if (sign === '#') {
      const end = code.indexOf('\n', at)
      at = (end < 0 ? code.length : end) - 1
      continue
    }
    if (sign === '\\' && code[at + 1] === '\n') {
      at += 1
      text += '  '
      continue
    }
    if (sign <= ' ' || (sign > '~' && /\s/.test(sign))) {
      if (start < 0) indent = sign === '\t' ? (Math.floor(indent / 8) + 1) * 8 : indent + 1
      text += ' '
      continue
    }
    if (start < 0) [start, text] = [at, '']
    const quotes = BEGINS.has(sign) ? quotesAt(code, at) : undefined
    if (quotes) {
      const opens = code.indexOf(quotes, at)
      const end = stringEnd(code, opens, quotes)
      const kind = quotes.length === 3 ? 'unterminated triple-quoted string literal' : 'unterminated string literal'
      if (end === undefined) return { lines, mistake: { at, reason: kind } }
      text += '"'.repeat(end - at)
      at = end - 1
      continue
    }
    const inside = open.length > 0
    if (sign in CLOSING) open.push({ sign, at })
    else if (')]}'.includes(sign)) {
      const last = open.pop()
      if (!last) return { lines, mistake: { at, reason: `unmatched '${sign}'` } }
      if (CLOSING[last.sign] !== sign) {
        const reason = `closing parenthesis '${sign}' does not match opening parenthesis '${last.sign}'`
        return { lines, mistake: { at, reason } }
      }
    }
    text += inside && open.length > 0 ? ' ' : sign
  }
  const [first] = open
  if (first) return { lines, mistake: { at: first.at, reason: `'${first.sign}' was never closed` } }
  if (start >= 0) lines.push({ at: start, indent, text })
  return { lines }
}

const COMPOUND = /^(?:async\s+)?(def|class|if|elif|else|for|while|try|except|finally|with)\b(?!\s*(?:=[^=]|\.|,|\)))/
/** Words that begin a block only where a colon ends their line. */
const SOFT = /^(match|case)\b.*:\s*$/
const ASSIGNS = /^(?:if|elif|while)\b[^:]*[^=!<>:+*/%&|^@~-]=(?!=)/

/** Where the colon stands that ends the head of a compound statement. */
function headEnd(text: string): number {
  let lambdas = 0
  for (const { 0: found, index } of text.matchAll(/\blambda\b|:=?/g)) {
    if (found === 'lambda') lambdas += 1
    else if (found === ':' && lambdas === 0) return index
    else if (found === ':') lambdas -= 1
  }
  return -1
}

/** Checks indentation and colons line by line. */
function checkLines(lines: readonly LogicalLine[], code: string): { at: number; reason: string } | undefined {
  const indents = [0]
  let opener: { name: string; line: LogicalLine } | undefined
  const expected = (at: number) => ({
    at,
    reason: `expected an indented block after '${opener?.name}' statement on line ${lineAndColumn(code, opener?.line.at ?? 0).line}`,
  })
  for (const line of lines) {
    const current = indents.at(-1) ?? 0
    if (opener && line.indent <= current) return expected(line.at)
    if (!opener && line.indent > current) return { at: line.at, reason: 'unexpected indent' }
    if (line.indent > current) indents.push(line.indent)
    while (line.indent < (indents.at(-1) ?? 0)) indents.pop()
    if (line.indent !== indents.at(-1)) {
      return { at: line.at, reason: 'unindent does not match any outer indentation level' }
    }
    opener = undefined
    const name = (COMPOUND.exec(line.text) ?? SOFT.exec(line.text))?.[1]
    if (name === undefined) continue
    const colon = SOFT.test(line.text) && !COMPOUND.test(line.text) ? line.text.lastIndexOf(':') : headEnd(line.text)
    if (colon < 0) return { at: line.at + line.text.trimEnd().length, reason: "expected ':'" }
    const assigned = ASSIGNS.exec(line.text.slice(0, colon))
    if (assigned) {
      return {
        at: line.at + assigned[0].length - 1,
        reason: "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
      }
    }
    if (line.text.slice(colon + 1).trim() === '') opener = { name, line }
  }
  return opener ? expected(code.length) : undefined
}

/** The first mistake, as Python itself stops at the first. */
export function checkPython(source: string): Mistake | undefined {
  const code = source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const { lines, mistake } = logicalLines(code)
  // What the lines before it get wrong, a parser would have met earlier.
  const found = checkLines(lines, code)
  const first = mistake && (!found || found.at >= code.length || mistake.at < found.at) ? mistake : found
  return first && { ...lineAndColumn(code, first.at), reason: first.reason }
}
