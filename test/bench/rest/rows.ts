// What `npm run bench -- all` is made of: each set of rows is a module beside this one that measures one thing and says how.
import type { RedisFleet } from '../../support/redis-fleet.ts'
import type { Outcome, Task } from '../goals/load.ts'
import type { Listening } from '../goals/process.ts'

/** What came of it, as it stands on the page. */
export interface Table {
  /** How it was measured, in a sentence or two. */
  readonly words: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** What each of them is given. */
export interface Bench {
  /** What npm publishes, its dist/main.js. */
  readonly program: string
  /** A process that stands in for QuantConnect and answers at once, and its address as QUANTCONNECT_API_URL names it. */
  readonly upstream: Listening & { readonly url: string }
  /** What a server is started with: that upstream, no sandbox, and a budget that keeps nobody short. */
  readonly env: Readonly<Record<string, string>>
  /** Empty when the measurement begins. */
  readonly redis: RedisFleet
  /** Has a process of its own load a server; throws when an answer is not as it should be. */
  load(task: Task): Promise<Outcome>
}

export interface Rows {
  /** The heading; a word of it names these rows alone. */
  readonly title: string
  /** Whatever it starts it also ends. */
  measure(bench: Bench): Promise<Table>
}

/** A table as it stands on the page. */
export function tableText({ words, columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [words, '', line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}
