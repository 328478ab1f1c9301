// What happened as a file for a spreadsheet (RFC 4180, text/csv).
import { inPortions } from '../portions.ts'
import type { Activity } from './records.ts'

const HEADER = [
  'time',
  'kind',
  'connection',
  'tool',
  'project',
  'what',
  'ids',
  'outcome',
  'rule',
  'reason',
  'count',
  'duration_ms',
  'reference',
]

/** All of it in the order it is given, below a header line. Times are UTC (ISO 8601). Written in portions. */
export const csvOf = (all: readonly Activity[]): Promise<string> => inPortions(writeLines(all))

const PAUSE_EVERY = 200
const lineOf = (line: readonly string[]): string => `${line.map(quoted).join(',')}\r\n`

function* writeLines(all: readonly Activity[]): Generator<void, string> {
  let text = lineOf(HEADER)
  for (const [index, call] of all.entries()) {
    if (index % PAUSE_EVERY === 0) yield
    text += lineOf(cells(call))
  }
  return text
}

function cells({
  at,
  kind,
  client = '',
  tool = '',
  ids,
  what = '',
  why = '',
  rule = '',
  ref,
  ...more
}: Activity): string[] {
  const { projectId = '', ...others } = ids
  const { outcome = kind === 'person' ? '' : 'under way', count, ms = '' } = more
  const named = Object.entries(others).map(([name, id]) => `${name}=${id}`)
  const where = [client, tool, `${projectId}`, what, named.join('; ')]
  return [new Date(at).toISOString(), kind, ...where, outcome, rule, why, `${count}`, `${ms}`, ref]
}

// A client chooses its own name. Were it a formula, a spreadsheet would run it when the person opens the file; behind an
// apostrophe it is text. One that takes another character for the end of a cell than this file does (`;` in much of Europe)
// would find cells within a cell.
const FORMULA = /(^|[;,|\t\r\n])(?=["\s]*[=+\-@＝＋－＠])|^(?=[\t\r])/g

/** A cell in quotes (RFC 4180 §2), without a formula wherever a reader may see one begin. */
const quoted = (cell: string): string => `"${cell.replace(FORMULA, "$1'").replaceAll('"', '""')}"`
