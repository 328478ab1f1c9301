// What a call takes longer for going through us, with a QuantConnect that takes its time. Requests begin when they should, whatever
// became of those before them, so that none is left out because another one was slow.
import { requestText } from '../goals/calls.ts'
import { makePeople } from '../goals/people.ts'
import { startListening } from '../goals/process.ts'
import { median } from '../goals/report.ts'
import type { StubOptions } from '../goals/stub.ts'
import type { Bench, Rows } from './rows.ts'
import { microseconds, overall, serve, startWatched } from './watched.ts'

const PEOPLE = 1_000
const UPSTREAM_MS = 50
const CONNECTIONS = 300
const WARM_UP_MS = 5_000
const CAPACITY_MS = 3_000
const ROUNDS = 3
const ROUND_MS = 4_000
/** Of the capacity, that is asked of it. */
const SHARE = 1 / 3
const AT_MOST = { p50: 0.3, p99: 3 }

const COLUMNS = [
  'served by',
  'calls a second',
  'of at most',
  'p50 ms',
  'asked directly',
  'added',
  'goal, at most',
  'p99 ms',
  'asked directly',
  'added',
  'goal, at most',
  'Redis apart',
  'loop delay p99 ms',
  'longest GC ms',
] as const

export const latencyAdded: Rows = {
  title: 'Latency added',
  async measure(bench) {
    const options: StubOptions = { delayMs: UPSTREAM_MS }
    const stub = await startListening('stub', JSON.stringify(options))
    try {
      const rows: string[][] = []
      for (const redis of [bench.redis, undefined]) rows.push(await measureOn(bench, stub.port, redis))
      return { words: WORDS, columns: COLUMNS, rows }
    } finally {
      stub.stop()
    }
  },
}

async function measureOn(bench: Bench, stub: number, redis: Bench['redis'] | undefined): Promise<string[]> {
  const more = { QUANTCONNECT_API_URL: `http://127.0.0.1:${stub}/api/v2` }
  const server = await startWatched(bench, redis, { more })
  try {
    const tokens = await makePeople(server, PEOPLE)
    const requests = tokens.map((token) => requestText(server, token, 'a read, 2026-07-28'))
    const load = { requests, connections: CONNECTIONS }
    await serve(bench, server, { ...load, ms: WARM_UP_MS })
    const capacity = (await serve(bench, server, { ...load, ms: CAPACITY_MS })).perSecond
    const steady = { ...load, ms: ROUND_MS, perSecond: capacity * SHARE }
    const direct = {
      ...steady,
      port: stub,
      requests: [requestText({ host: `127.0.0.1:${stub}` }, '', 'a read, 2026-07-28')],
    }
    const through = []
    const without = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const [one, other] = [await serve(bench, server, steady), await bench.load(direct)]
      through.push(one)
      without.push(other)
    }
    const { p50, p99, redis: ofRedis, loop, collection } = overall(through)
    const [half, most] = [median(without.map(({ p50 }) => p50)), median(without.map(({ p99 }) => p99))]
    return [
      server.name,
      steady.perSecond.toFixed(0),
      capacity.toFixed(0),
      ...added(p50, half, AT_MOST.p50),
      ...added(p99, most, AT_MOST.p99),
      ofRedis === undefined ? '' : microseconds(ofRedis),
      loop.toFixed(1),
      collection.toFixed(1),
    ]
  } finally {
    await server.stop()
  }
}

function added(through: number, direct: number, goal: number): string[] {
  const more = through - direct
  const verdict = `${goal}: ${more <= goal ? 'met' : 'not met'}`
  return [through.toFixed(1), direct.toFixed(1), more.toFixed(2), verdict]
}

const WORDS = `A read, of QuantConnect's ${UPSTREAM_MS} ms, at a third of what was measured just before to be the most, over up to ${CONNECTIONS} connections. Each request has its time, and its latency counts from then, whether or not it was sent in time. The stand-in for QuantConnect is asked directly in the same way, in turn with us, ${ROUNDS} times ${ROUND_MS / 1_000} s each: medians.`
