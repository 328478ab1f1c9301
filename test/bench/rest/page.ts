// docs/benchmarks.md, which two measurements write: each its own part, and keeps the other's.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const PAGE = new URL('../../../docs/benchmarks.md', import.meta.url)
const HEADING = '## The rest\n'

/** Writes all but the section on the rest. */
export function writeGoals(text: string): void {
  write(text, parts().rest)
}

/** Writes the section on the rest, without its heading. */
export function writeRest(text: string): void {
  write(parts().goals, `${HEADING}\n${text}`)
}

function parts(): { goals: string; rest: string } {
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : ''
  const at = page.indexOf(`\n${HEADING}`)
  return at < 0 ? { goals: page, rest: '' } : { goals: page.slice(0, at), rest: page.slice(at + 1) }
}

function write(goals: string, rest: string): void {
  writeFileSync(PAGE, [goals, rest].flatMap((part) => (part ? [`${part.trimEnd()}\n`] : [])).join('\n'))
}
