// A Redis that is not on the same machine, and a QuantConnect that packs its answers.
import { Redis } from 'ioredis'
import type { CallName } from '../goals/calls.ts'
import { requestText } from '../goals/calls.ts'
import { makePeople } from '../goals/people.ts'
import { forkScript, listening, startListening } from '../goals/process.ts'
import { median } from '../goals/report.ts'
import type { StubOptions } from '../goals/stub.ts'
import type { Bench, Rows } from './rows.ts'
import type { Served, WatchedProduct } from './watched.ts'
import { overall, SERVED_COLUMNS, serve, servedCells, startWatched } from './watched.ts'

const PEOPLE = 1_000
const CONNECTIONS = 32
const WARM_UP_MS = 4_000
const ROUNDS = 3
const ROUND_MS = 1_500
const PINGS = 200
const READ = 'a read, 2026-07-28'

/** What is measured in turn: a call, and how far away or how packed what stands behind it is. */
interface Case {
  readonly call: CallName
  readonly behind: string
  readonly server: WatchedProduct
  readonly requests: readonly string[]
  readonly rounds: Served[]
}

export const distances: Rows = {
  title: 'A Redis one millisecond away, and packed answers',
  async measure(bench) {
    const { redis, upstream } = bench
    const near = await startWatched(bench, redis)
    const options: StubOptions = { gzip: true }
    const packing = await startListening('stub', JSON.stringify(options))
    const proxy = await listening(forkScript(new URL('./far-away.ts', import.meta.url), [String(redis.nodes[0]?.port)]))
    const url = new URL(redis.url)
    url.port = String(proxy.port)
    // Each with a part of the Redis for itself, by what its keys begin with.
    const far = await startWatched(bench, { ...redis, url: `${url}?prefix=far:` })
    const more = { QUANTCONNECT_API_URL: upstream.url.replace(String(upstream.port), String(packing.port)) }
    const packed = await startWatched(bench, { ...redis, url: `${redis.url}?prefix=packed:` }, { more })
    const servers = [near, far, packed]
    try {
      const roundTrip = await roundTripMs(String(url))
      const tokens = new Map<WatchedProduct, string[]>()
      for (const server of servers) tokens.set(server, await makePeople(server, PEOPLE))
      const caseOf = (call: CallName, server: WatchedProduct, behind: string): Case => {
        const requests = (tokens.get(server) ?? []).map((token) => requestText(server, token, call))
        return { call, server, behind, requests, rounds: [] }
      }
      const away = `Redis ${roundTrip.toFixed(2)} ms away`
      const cases = [
        caseOf(READ, near, 'Redis beside it'),
        caseOf(READ, far, away),
        caseOf(READ, packed, 'answers packed by gzip'),
        caseOf('a deed', near, 'Redis beside it'),
        caseOf('a deed', far, away),
      ]
      await measureAll(bench, cases)
      const rows = cases.map(({ call, behind, rounds }) => [call, behind, ...servedCells(overall(rounds))])
      return { words: WORDS, columns: ['call', 'behind it', ...SERVED_COLUMNS], rows }
    } finally {
      for (const server of servers) await server.stop()
      proxy.stop()
      packing.stop()
    }
  },
}

async function measureAll(bench: Bench, cases: readonly Case[]): Promise<void> {
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { server, requests, rounds } of cases) {
      const served = await serve(bench, server, {
        requests,
        connections: CONNECTIONS,
        ms: round ? ROUND_MS : WARM_UP_MS,
      })
      if (round) rounds.push(served)
    }
  }
}

/** How long the shortest question takes, of many the median. */
async function roundTripMs(url: string): Promise<number> {
  const client = new Redis(url)
  const took: number[] = []
  await client.ping()
  for (let time = 0; time < PINGS; time += 1) {
    const asked = performance.now()
    await client.ping()
    took.push(performance.now() - asked)
  }
  client.disconnect()
  return median(took)
}

const WORDS = `${PEOPLE.toLocaleString('en')} people, ${CONNECTIONS} connections without a pause, in turn and ${ROUNDS} times ${ROUND_MS / 1_000} s each: medians, and of pauses the longest. A process between the two keeps what Redis answers for a millisecond; how far away that makes it is measured by a \`PING\`, asked one at a time. Deeds ask QuantConnect for no packed answers.`
