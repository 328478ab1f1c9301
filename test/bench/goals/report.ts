// docs/benchmarks.md, as text: what was measured, against the goals, and in words what stands behind it.
import { readFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import type { Bytes } from './bytes.ts'
import type { CallName } from './calls.ts'
import type { Measured } from './process.ts'
import type { Started } from './start.ts'

export interface Figures {
  readonly calls: ReadonlyMap<CallName, readonly Measured[]>
  readonly refreshes: readonly Measured[]
  readonly bytes: Bytes
  readonly start: Started
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN
}

/** Times the peer: calls a second at least, processor time at most. */
const GOALS = { read: { rate: 2, processor: 0.45 }, deed: { rate: 1, processor: 0.9 } }
/** Times oidc-provider's refreshes per second of processor time, at least. */
const REFRESH_GOALS: Readonly<Record<string, number>> = { Redis: 0.6, SQLite: 0.45 }
const BYTES_AT_MOST = 3_000
const START_AT_MOST = { ms: 200, megabytes: 105 }

/** A call's figures as lines of a table. */
export function rowsOf(call: CallName, measured: readonly Measured[]): string[] {
  const [peer] = measured
  return measured.map(({ name, perSecond, processor, p50, p99 }) => {
    const rate = perSecond / (peer?.perSecond ?? Number.NaN)
    const share = processor / (peer?.processor ?? Number.NaN)
    const goal = GOALS[call === 'a deed' ? 'deed' : 'read']
    const verdicts = [rate >= goal.rate, share <= goal.processor].map((isMet) => (isMet ? 'met' : 'not met'))
    const told = name === peer?.name ? '' : `${goal.rate}: ${verdicts[0]}; ${goal.processor}: ${verdicts[1]}`
    const cells = [
      call,
      name === peer?.name ? 'McpServer' : `qcgate, ${name}`,
      perSecond.toFixed(0),
      rate.toFixed(2),
      `${processor.toFixed(0)} µs`,
      share.toFixed(2),
      p50.toFixed(1),
      p99.toFixed(1),
      told,
    ]
    return `| ${cells.join(' | ')} |`
  })
}

/** The figures of refreshes as lines of a table. */
export function refreshRows(measured: readonly Measured[]): string[] {
  const [peer] = measured
  return measured.map(({ name, perSecond, processor, p50, p99 }) => {
    const rate = (peer?.processor ?? Number.NaN) / processor
    const goal = REFRESH_GOALS[name]
    const cells = [
      goal === undefined ? name : `qcgate, ${name}`,
      (1e6 / processor).toFixed(0),
      rate.toFixed(2),
      `${processor.toFixed(0)} µs`,
      perSecond.toFixed(0),
      p50.toFixed(1),
      p99.toFixed(1),
      goal === undefined ? '' : `${goal}: ${rate >= goal ? 'met' : 'not met'}`,
    ]
    return `| ${cells.join(' | ')} |`
  })
}

export function report({ calls, refreshes, bytes, start }: Figures): string {
  const words = readFileSync(new URL('./words.md', import.meta.url), 'utf8')
  const [cpu] = cpus()
  const megabytes = start.bytes / 1e6
  const isMet = (value: number, most: number) => `${most}: ${value <= most ? 'met' : 'not met'}`
  return `# Benchmarks

What an authorised call costs. \`npm run bench\` measures it anew and writes this page; it takes four minutes.

Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} processors (${cpu?.model.trim()}), Linux ${release()}, Node.js ${process.versions.node}, what
npm publishes, at log level info, with 1,000 people of whom each has connected a client. A process of its own asks over 32
connections, without a pause; another stands in for QuantConnect. All are alternately measured, five times two seconds each, after
they were warmed up; these are medians. Processor time is the kernel's count of all threads of the one process. The peer is the SDK's
\`McpServer\`, made for each request with the same tools, with no authorisation and no record, calling the same stand-in.

| call | served by | calls a second | times | processor time each | times | p50 ms | p99 ms | goals |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${[...calls].flatMap(([call, measured]) => rowsOf(call, measured)).join('\n')}

A refresh, beside \`oidc-provider\` as it comes, with its records in the memory of its own process: 1,000 people with 64 programs,
which are public clients. Each uses the refresh token that the one before it brought, with no call between.

| a refresh, served by | a second of processor time | times | processor time each | a second | p50 ms | p99 ms | goal, at least |
| --- | --- | --- | --- | --- | --- | --- | --- |
${refreshRows(refreshes).join('\n')}

| | measured | goal, at most |
| --- | --- | --- |
| bytes in Redis for a connected client, an hour later | ${bytes.all.toLocaleString('en')} | ${isMet(bytes.all, BYTES_AT_MOST)} |
| start to ready, of the bundle, where it ran before | ${start.ms.toFixed(0)} ms | ${isMet(start.ms, START_AT_MOST.ms)} |
| resident memory, idle | ${megabytes.toFixed(0)} MB | ${isMet(megabytes, START_AT_MOST.megabytes)} |

Of those bytes, by record and without what Redis needs to find them and to end them: ${bytes.byKind.map(([kind, size]) => `${kind} ${size}`).join(', ')}.

${words}`
}
