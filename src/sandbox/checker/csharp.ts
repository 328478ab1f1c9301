// Finds the mistakes in C# that can be seen without a grammar: brackets, strings, comments, and statements that lack their
// semicolon. In doubt it says nothing, since a false alarm would stop good code.
import { CLOSING, lineAndColumn, type Mistake } from './mistake.ts'

type Found = { readonly at: number; readonly reason: string }

/** The end of the string that begins at `at`; a mistake when its line ends first. */
function stringEnd(code: string, at: number): number | Found {
  const prefix = /^[$@]*/.exec(code.slice(at, at + 4))?.[0] ?? ''
  const opens = at + prefix.length
  const raw = /^"{3,}/.exec(code.slice(opens, opens + 20))?.[0]
  if (raw) {
    const end = code.indexOf(raw, opens + raw.length)
    return end < 0 ? { at, reason: 'Unterminated raw string literal' } : end + raw.length
  }
  const verbatim = prefix.includes('@')
  for (let end = opens + 1; end < code.length; end += 1) {
    const sign = code[end]
    if (sign === '"' && verbatim && code[end + 1] === '"') end += 1
    else if (sign === '"') return end + 1
    else if (sign === '\\' && !verbatim) end += 1
    else if (sign === '\n' && !verbatim) break
    else if (sign === '{' && prefix.includes('$')) {
      if (code[end + 1] === '{') end += 1
      else {
        // What stands in braces is code, and may have strings of its own.
        for (end += 1; end < code.length && code[end] !== '}' && code[end] !== '\n'; end += 1) {
          if (code[end] !== '"') continue
          const inner = stringEnd(code, end)
          if (typeof inner !== 'number') return { at, reason: 'Newline in constant' }
          end = inner - 1
        }
      }
    }
  }
  return { at, reason: verbatim ? 'Unterminated string literal' : 'Newline in constant' }
}

/** The code with blanks for comments and directives, and with strings and characters as rows of quotes. */
function blanked(code: string): { text: string; mistake?: Found } {
  const pieces: string[] = []
  let at = 0
  const pass = (end: number, as: string) => {
    pieces.push(code.slice(at, end).replace(/[^\n]/g, as))
    at = end
  }
  while (at < code.length) {
    const two = code.slice(at, at + 2)
    if (two === '//' || (code[at] === '#' && /(?:^|\n)[ \t]*$/.test(code.slice(Math.max(0, at - 80), at)))) {
      const end = code.indexOf('\n', at)
      pass(end < 0 ? code.length : end, ' ')
    } else if (two === '/*') {
      const end = code.indexOf('*/', at + 2)
      if (end < 0) return { text: pieces.join(''), mistake: { at, reason: 'End-of-file found, */ expected' } }
      pass(end + 2, ' ')
    } else if (/^(?:"|[$@]{1,3}")/.test(code.slice(at, at + 4))) {
      const end = stringEnd(code, at)
      if (typeof end !== 'number') return { text: pieces.join(''), mistake: end }
      pass(end, '"')
    } else if (code[at] === "'") {
      const character = /^'(?:\\[^\n']{1,9}|\\'|[^\\'\n])'/.exec(code.slice(at, at + 14))?.[0]
      if (!character) return { text: pieces.join(''), mistake: { at, reason: 'Newline in constant' } }
      pass(at + character.length, '"')
    } else {
      const plain = /^(?:\w+|\s+)/.exec(code.slice(at, at + 200))?.[0] ?? code.charAt(at)
      pieces.push(plain)
      at += plain.length
    }
  }
  return { text: pieces.join('') }
}

const HEADS = /^(?:else\s+)?(?:if|for|foreach|while|using|lock|fixed|switch|catch)\s*\(/
/** Words after which a statement goes on in the next line. */
const GOES_ON =
  /\b(?:else|do|try|finally|get|set|init|return|new|await|in|out|ref|is|as|and|or|not|public|private|protected|internal|static|readonly|const|override|virtual|abstract|sealed|async|partial|throw|yield|var|case|checked|unchecked|add|remove|where|select|from|by|equals|on|let|when|with)$/
/** Words that go on with a statement of the line before. */
const CONTINUES =
  /^(?:where|select|orderby|join|let|group|into|from|on|equals|is|as|and|or|switch|when|with|ascending|descending|by|in)\b/
/** What stands before a brace that holds values, members of an enum or arms, where no semicolons belong. */
const HOLDS_VALUES =
  /(?:[=,([{]|\]|\breturn|\bswitch|\bis|\bwith|\benum\s+\w+(?:\s*:\s*\w+)?|\bnew\s*(?:[\w.<>,\s?[\]]{0,120}(?:\([^{}]{0,300}\))?))\s*$/

/** The rest of a statement after `if (...)` and its like. */
function withoutHead(statement: string): string {
  let rest = statement.trim()
  while (HEADS.test(rest)) {
    let [depth, at] = [0, rest.indexOf('(')]
    for (; at < rest.length; at += 1) {
      if (rest[at] === '(') depth += 1
      if (rest[at] === ')') depth -= 1
      if (depth === 0) break
    }
    rest = rest.slice(at + 1).trim()
  }
  return rest.replace(/^else\b\s*/, '')
}

/** Whether a statement, whole up to the end of a line, lacks its semicolon before what follows. */
function lacksSemicolon(statement: string, next: string): boolean {
  if (
    !/[\w)"\]]$/.test(statement) ||
    GOES_ON.test(statement.slice(-40)) ||
    !/^[\w}]/.test(next) ||
    CONTINUES.test(next)
  )
    return false
  const simple = withoutHead(statement)
  // An attribute stands on a line of its own; a type is declared without a semicolon.
  return (
    simple !== '' && !simple.startsWith('[') && !/\b(?:class|interface|struct|record|enum|namespace)\s+\w+/.test(simple)
  )
}

function checkText(text: string): Found | undefined {
  const open: { sign: string; at: number; values: boolean }[] = []
  let from = 0
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at)
    if (sign in CLOSING) {
      const before = text.slice(Math.max(from, at - 400), at)
      const values = sign === '{' && HOLDS_VALUES.test(before.trimEnd())
      open.push({ sign, at, values })
      if (sign === '{') from = at + 1
    } else if (')]}'.includes(sign)) {
      const last = open.pop()
      if (!last) return { at, reason: 'Type or namespace definition, or end-of-file expected' }
      if (CLOSING[last.sign] !== sign) return { at, reason: `${CLOSING[last.sign]} expected` }
      if (sign === '}') from = at + 1
    } else if (sign === ';') from = at + 1
    else if (sign === '\n') {
      const around = open.at(-1)
      if (around && (around.sign !== '{' || around.values)) continue
      const statement = text.slice(from, at).trimEnd()
      if (statement === '') from = at + 1
      if (statement === '' || statement.length > 2_000) continue
      const next = /\S[^\n]{0,40}/.exec(text.slice(at, at + 4_000))?.[0] ?? ''
      if (lacksSemicolon(statement.trimStart(), next)) return { at: from + statement.length, reason: '; expected' }
    }
  }
  const last = open.at(-1)
  return last && { at: text.trimEnd().length, reason: `${CLOSING[last.sign]} expected` }
}

/** The first mistake in a file. */
export function checkCSharp(source: string): Mistake | undefined {
  const code = source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const { text, mistake } = blanked(code)
  // A string without an end hides what follows, so that nothing after it can be judged.
  const found = mistake ?? checkText(text)
  return found && { ...lineAndColumn(code, found.at), reason: found.reason }
}
