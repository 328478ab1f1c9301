// What a connection costs: the steps that it takes in the store, and the processor time of the server. From outside: a client
// and a browser ask a real server, and each thing is measured on its own. Run with `npm run bench -- connection`; with
// `records` behind it, it also says which records the steps are about.
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { Tokens } from '../support/raw-client.ts'
import { refresh } from '../support/raw-client.ts'
import { startServer } from '../support/server.ts'
import type { FirstConnection } from './connection/first-connection.ts'
import { connectFirst, leave } from './connection/first-connection.ts'
import type { Spent, Steps } from './connection/spent.ts'

const CONNECTIONS = 60
const REFRESHES = 300
/** So many of each come first and are not counted: a server that has run for a while is quicker. */
const WARM_UP = 30
/** In seconds. A client refreshes when its access token has expired; 300 times last 25 days, and a connection 30. */
const HOUR = 60 * 60
const DAY = 24 * HOUR
/** After so many a day passes, since some things are written down once a day. */
const FIRST_OF_DAY = 24
const COLUMNS = ['requests', 'reads', 'writes', 'counters', 'processor ms']

const withRecords = process.argv[2] === 'records'
const server = await startServer({ NODE_OPTIONS: `--import ${new URL('./connection/spent.ts', import.meta.url)}` })
const rows = new Map<string, Spent[]>()
try {
  print('', COLUMNS)
  await run(connectOften, CONNECTIONS)
  await run(refreshOften, REFRESHES)
} finally {
  await server.stop()
}

/** Measures something often enough, and prints what it came to. */
async function run(often: (times: number) => Promise<void>, times: number): Promise<void> {
  await often(WARM_UP)
  rows.clear()
  await often(times)
  for (const [row, all] of rows) {
    print(row, columnsOf(all))
    if (!withRecords) continue
    for (const { kind, reads, writes } of stepsOf(all)) print(`  ${kind}`, ['', rounded(reads), rounded(writes)])
  }
}

async function measure<T>(row: string, act: () => Promise<T>): Promise<T> {
  await server.ask({ spent: true }) // what came before does not count
  const done = await act()
  const spent = (await server.ask({ spent: true })) as Spent
  rows.set(row, [...(rows.get(row) ?? []), spent])
  return done
}

async function connectOften(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await leave(await measure('a whole connection', () => connectFirst(server)))
}

/** Each with the token that the one before it brought, and with two calls after it and one that changes something. */
async function refreshOften(times: number): Promise<void> {
  const connection = await connectFirst(server)
  let { tokens } = connection
  const projectId = await newProject(tokens)
  for (let i = 1; i <= times; i += 1) {
    const isNextDay = i % FIRST_OF_DAY === 0
    await server.advance(isNextDay ? DAY + HOUR : HOUR)
    const row = isNextDay ? 'the first refresh of a day' : 'a refresh'
    tokens = await measure(row, () => refreshed(connection, tokens))
    await measure('a first call', () => callOnce(tokens))
    await measure('a further call', () => callOnce(tokens))
    await measure('a deed', () => callOnce(tokens, 'create_compile', { projectId, waitSeconds: 0 }))
  }
}

async function refreshed({ client }: FirstConnection, { refresh_token }: Tokens): Promise<Tokens> {
  const response = await refresh(server, client, refresh_token)
  if (response.status !== 200) throw new Error(`refresh: ${response.status} ${await response.text()}`)
  return (await response.json()) as Tokens
}

async function callOnce({ access_token }: Tokens, name = 'list_projects', args = {}): Promise<string> {
  const response = await rpc(server, access_token, toolCall(name, args))
  const text = await response.text()
  if (response.status !== 200 || text.includes('"isError":true')) throw new Error(`call: ${response.status} ${text}`)
  return text
}

/** A project that a call can write into. */
async function newProject(tokens: Tokens): Promise<number> {
  const text = await callOnce(tokens, 'create_project', { name: `Measured ${Date.now()}`, language: 'Py' })
  return Number(/"projectId":(\d+)/.exec(text)?.[1])
}

/** The columns: on average, but for the time, of which the median says more on a machine that does other things too. */
function columnsOf(all: readonly Spent[]): string[] {
  const steps = stepsOf(all)
  const counters = steps.filter(isCounter)
  const records = steps.filter((one) => !isCounter(one) && !isOfSandbox(one))
  const times = all.map(({ processor }) => processor).toSorted((one, other) => one - other)
  return [
    sum(all.map(({ requests }) => requests)) / all.length,
    sum(records.map(({ reads }) => reads)),
    sum(records.map(({ writes }) => writes)),
    sum(counters.map(({ reads, writes }) => reads + writes)),
    times[Math.floor(times.length / 2)] ?? Number.NaN,
  ].map(rounded)
}

/** What each of them took on average, by kind of key. */
function stepsOf(all: readonly Spent[]): (Steps & { readonly kind: string })[] {
  const kinds = [...new Set(all.flatMap(({ steps }) => Object.keys(steps)))].sort()
  return kinds.map((kind) => {
    const average = (of: keyof Steps) => sum(all.map(({ steps }) => steps[kind]?.[of] ?? 0)) / all.length
    return { kind, reads: average('reads'), writes: average('writes') }
  })
}

/** Rate limits are counted apart: one step of theirs reads and writes. */
function isCounter({ kind }: { readonly kind: string }): boolean {
  return kind.startsWith('attempts:')
}
/** Left out: QuantConnect has its own store. */
function isOfSandbox({ kind }: { readonly kind: string }): boolean {
  return kind.startsWith('sandbox')
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}

function rounded(amount: number): string {
  return String(Math.round(amount * 10) / 10)
}

function print(row: string, columns: readonly string[]): void {
  console.log(`${row.padEnd(30)}${columns.map((column) => column.padStart(14)).join('')}`)
}
