// How much one caller can slow another one down. Person B makes a small call again and again, first alone, then while
// person A's client sends its worst, one kind after the other; both are at one real server. Run with
// `npm run bench -- busy`; a word after it names single kinds.
import { setTimeout as pause } from 'node:timers/promises'
import { ALICE, BOB } from '../support/accounts.ts'
import { sandboxOf } from '../support/sandbox.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import type { Outcomes, Shot } from './busy/attacker.ts'
import { attack } from './busy/attacker.ts'
import type { Attack } from './busy/attacks.ts'
import { ATTACKS } from './busy/attacks.ts'
import { callMeanwhile } from './busy/bystander.ts'
import type { Loop } from './busy/loop.ts'
import { connectPerson } from './busy/person.ts'
import { openStreams, perStream, STREAMS } from './busy/streams.ts'
import { startUpstream } from './busy/upstream.ts'

const EACH_MS = 4_000
const AT_ONCE = 2
const WARM_UP_MS = 1_000
/** More calls than anybody makes here, so that it is no limit that keeps them short. What may be sent in a minute stays as it is. */
const CALL_BUDGET = '100000,10000,100000,10000'
/** Between two kinds, for what one leaves behind. */
const REST_MS = 500
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const COLUMNS = ['p50', 'p99', 'max', 'loop p99', 'loop max']

const [only = ''] = process.argv.slice(2)
const worst = { kind: '', max: 0 }
print('kind', COLUMNS, '')
const streams = `${STREAMS} open streams`
await onServer(undefined)
// A process of its own for each kind: an account may send 32 MiB in a minute, and nothing one kind leaves behind counts.
for (const one of ATTACKS.filter(({ kind }) => kind.includes(only))) await onServer(one)
console.log(`The loop stood still longest with ${worst.kind}: ${Math.round(worst.max)} ms.`)

async function onServer(one: Attack | undefined): Promise<void> {
  const upstream = one?.upstream ? await startUpstream(one.upstream()) : undefined
  const server = await startServer({
    CALL_BUDGET,
    ...(upstream ? { QUANTCONNECT_API_URL: upstream.url } : {}),
    NODE_OPTIONS: `--import ${new URL('./busy/loop.ts', import.meta.url)}`,
  })
  try {
    await run(server, one)
  } finally {
    upstream?.stop()
    await server.stop()
  }
}

/** Measures one kind, or what there is without any. */
async function run(server: TestServer, one: Attack | undefined): Promise<void> {
  const who = one?.upstream ? { userId: '123456', apiToken: 'any' } : ALICE
  const [a, b] = [await connectPerson(server, who), await connectPerson(server, BOB)]
  const sandbox = sandboxOf(server, ALICE)
  const look = async (loop: 'delay' | 'memory') => (await server.ask({ loop })) as Loop
  /** Measures B and the server's loop while something is done to them, and prints what came of it. */
  async function measure(kind: string, something: () => Promise<string>): Promise<void> {
    const token = await b.token()
    await pause(REST_MS)
    await look('delay') // what came before does not count
    const done = something()
    const { times, failed } = await callMeanwhile(server, token, done)
    const { p99, max } = await look('delay')
    if (max > worst.max) Object.assign(worst, { kind, max })
    const more = failed ? `; B: ${failed} of ${times.length} calls failed` : ''
    print(
      kind,
      [share(times, 0.5), share(times, 0.99), share(times, 1), p99, max].map((ms) => Math.round(ms)),
      (await done) + more,
    )
  }

  async function shotOf({ body, page, perSecond, atOnce = AT_ONCE, forges = false }: Attack): Promise<Shot> {
    const made = await body({ server, token: await a.token(), sandbox })
    const how = { ms: EACH_MS, atOnce, forges, ...(perSecond ? { perSecond } : {}) }
    if (page) {
      const url = new URL(page, server.origin)
      return { ...how, url: url.href, headers: { cookie: a.browser.cookiesFor(url) } }
    }
    const headers = { ...HEADERS, authorization: `Bearer ${await a.token()}` } // a new one, see `Person`
    return { ...how, url: server.mcp, headers, body: typeof made === 'string' ? made : JSON.stringify(made) }
  }

  await callMeanwhile(server, await b.token(), pause(WARM_UP_MS))
  if (one) {
    const shot = await shotOf(one)
    return measure(one.kind, async () => told(await attack(shot)))
  }
  await measure('B alone', () => pause(EACH_MS, 'nobody else'))
  if (streams.includes(only)) {
    const before = await look('memory')
    const hangUp = await openStreams(a.browser)
    const held = perStream(before, await look('memory'))
    await measure(streams, () => pause(EACH_MS, held))
    hangUp()
  }
}

function share(sorted: readonly number[], part: number): number {
  return sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN
}

function print(kind: string, columns: readonly (string | number)[], more: string): void {
  console.log(`${kind.padEnd(48)}${columns.map((column) => String(column).padStart(9)).join('')}  ${more}`)
}

function told(outcomes: Outcomes): string {
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} × ${outcome}`)
  return `A: ${counts.join(', ')}`
}
