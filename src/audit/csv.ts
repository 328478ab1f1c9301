// Calls as a file for a spreadsheet (RFC 4180, text/csv).
import { inPortions } from '../portions.ts'
import type { Call } from './audit-log.ts'

const HEADER = ['time', 'connection', 'tool', 'project', 'ids', 'outcome', 'reason', 'duration_ms', 'reference']

/** The calls in the order they are given, below a header line. Times are UTC (ISO 8601). Written in portions. */
export const csvOf = (calls: readonly Call[]): Promise<string> => inPortions(writeLines(calls))

const PAUSE_EVERY = 200
const lineOf = (line: readonly string[]): string => `${line.map(quoted).join(',')}\r\n`

function* writeLines(calls: readonly Call[]): Generator<void, string> {
  let text = lineOf(HEADER)
  for (const [index, call] of calls.entries()) {
    if (index % PAUSE_EVERY === 0) yield
    text += lineOf(cells(call))
  }
  return text
}

function cells({ at, client, tool, ids, outcome, why = '', ms, ref }: Call): string[] {
  const { projectId = '', ...others } = ids
  const named = Object.entries(others).map(([name, id]) => `${name}=${id}`)
  return [
    new Date(at).toISOString(),
    client,
    tool,
    `${projectId}`,
    named.join('; '),
    ...[outcome ?? 'under way', why, `${ms ?? ''}`, ref],
  ]
}

// A client chooses its own name. Were it a formula, a spreadsheet would run it when the person opens the file; behind an
// apostrophe it is text. One that takes another character for the end of a cell than this file does (`;` in much of Europe)
// would find cells within a cell.
const FORMULA = /(^|[;,|\t\r\n])(?=["\s]*[=+\-@＝＋－＠])|^(?=[\t\r])/g

/** A cell in quotes (RFC 4180 §2), without a formula wherever a reader may see one begin. */
const quoted = (cell: string): string => `"${cell.replace(FORMULA, "$1'").replaceAll('"', '""')}"`
