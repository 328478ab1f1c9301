// Whether the memory of a process grows with those who connect, and with what they call.
import { requestText } from '../goals/calls.ts'
import { makePeople } from '../goals/people.ts'
import type { Bench, Rows } from './rows.ts'
import { settledBytes } from './settled.ts'
import { startWatched } from './watched.ts'

const PEOPLE = 10_000
/** They come first, so that the code is compiled and the heap has its size. */
const FIRST = 1_000
const WARM_UP_CALLS = 10_000
/** An hour of calls: of each client six. They are made as fast as it goes. */
const AN_HOUR = PEOPLE * 6
const PARTS = 3
const CONNECTIONS = 32
/** Longer than any of it takes. */
const LONGEST_MS = 120_000
const FLAT_WITHIN = 0.1

export const memory: Rows = {
  title: 'Memory after many connections and calls',
  async measure(bench) {
    const rows: string[][] = []
    for (const redis of [bench.redis, undefined]) rows.push(await measureOn(bench, redis))
    return { words: WORDS, columns: COLUMNS, rows }
  },
}

const many = (count: number) => count.toLocaleString('en')
const COLUMNS = [
  'served by',
  'idle, MB',
  `after ${many(WARM_UP_CALLS)} calls of ${many(FIRST)} clients`,
  `after one call of each of ${many(PEOPLE)}`,
  'times',
  ...Array.from({ length: PARTS }, (_, part) => `after ${many((AN_HOUR * (part + 1)) / PARTS)} more`),
  'times the first of these',
  'garbage collected',
  'of it in use in the heap',
]

async function measureOn(bench: Bench, redis: Bench['redis'] | undefined): Promise<string[]> {
  const server = await startWatched(bench, redis)
  try {
    const tokens = await makePeople(server, PEOPLE)
    const all = tokens.map((token) => requestText(server, token, 'a read, 2026-07-28'))
    const afterCalls = async (requests: readonly string[], most: number): Promise<number> => {
      await bench.load({ port: server.port, requests, connections: CONNECTIONS, ms: LONGEST_MS, most })
      return settledBytes(server.pid)
    }
    const idle = await settledBytes(server.pid)
    const warm = await afterCalls(all.slice(0, FIRST), WARM_UP_CALLS)
    const connected = await afterCalls(all, PEOPLE)
    const called: number[] = []
    for (let part = 0; part < PARTS; part += 1) called.push(await afterCalls(all, AN_HOUR / PARTS))
    const { heapUsed } = await server.look('collect')
    const held = [await settledBytes(server.pid), heapUsed].map(megabytes)
    const [first = 0, last = 0] = [called[0], called.at(-1)]
    const sizes = [idle, warm, connected].map(megabytes)
    return [server.name, ...sizes, verdict(connected / warm), ...called.map(megabytes), verdict(last / first), ...held]
  } finally {
    await server.stop()
  }
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0)
const verdict = (times: number) => `${times.toFixed(2)}: ${times <= 1 + FLAT_WITHIN ? 'flat' : 'not flat'}`

const WORDS = `Resident memory by the kernel, each time once it stands still; nobody asks for a garbage collection, but at the end. Then ${many(PEOPLE)} people call once each with the client that each has connected, and then, as fast as it goes, what makes an hour when each of them calls six times, ${many(AN_HOUR)} reads. Flat is what grows by a tenth at most.`
