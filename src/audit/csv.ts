// Calls as a file for a spreadsheet (RFC 4180, text/csv).
import type { Call } from './audit-log.ts'

const HEADER = ['time', 'connection', 'tool', 'project', 'ids', 'outcome', 'reason', 'duration_ms', 'reference']

/** The calls in the order they are given, below a header line. Times are UTC (ISO 8601). */
export const csvOf = (calls: readonly Call[]): string =>
  [HEADER, ...calls.map(cells)].map((line) => `${line.map(quoted).join(',')}\r\n`).join('')

function cells({ at, client, tool, ids, outcome, why = '', ms, ref }: Call): string[] {
  const { projectId = '', ...others } = ids
  const named = Object.entries(others).map(([name, id]) => `${name}=${id}`)
  return [new Date(at).toISOString(), client, tool, `${projectId}`, named.join('; '), outcome, why, `${ms}`, ref]
}

// A client chooses its own name. Were it a formula, a spreadsheet would run it when the person opens the file; behind an
// apostrophe it is text.
const harmless = (cell: string): string => (/^[=+\-@＝＋－＠\t\r]/.test(cell) ? `'${cell}` : cell)

/** A cell as RFC 4180 §2 has it: in quotes where it holds what separates cells and lines. */
function quoted(cell: string): string {
  const text = harmless(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
