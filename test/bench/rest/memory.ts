// Whether the memory of a process grows with those who connect, and with what they call.
import { requestText } from '../goals/calls.ts'
import { makePeople } from '../goals/people.ts'
import type { Bench, Rows } from './rows.ts'
import { collectedBytes, settledBytes } from './settled.ts'
import type { WatchedProduct } from './watched.ts'
import { startWatched } from './watched.ts'

const PEOPLE = 10_000
/** They come first, so that the code is compiled. */
const FIRST = 1_000
const FIRST_CALLS = 10_000
/** An hour of calls: of each client four. They are made as fast as it goes. */
const AN_HOUR = PEOPLE * 4
const CONNECTIONS = 32
/** Longer than any of it takes. */
const LONGEST_MS = 120_000
const FLAT_WITHIN = 0.1

const many = (count: number) => count.toLocaleString('en')
/** What is called, one after the other, and by how many. */
const STAGES = [
  { name: `after ${many(FIRST_CALLS)} calls of ${many(FIRST)} clients`, clients: FIRST, calls: FIRST_CALLS },
  { name: `after one call of each of ${many(PEOPLE)}`, clients: PEOPLE, calls: PEOPLE },
  { name: `after ${many(AN_HOUR)} more`, clients: PEOPLE, calls: AN_HOUR },
] as const

export const memory: Rows = {
  title: 'Memory after many connections and calls',
  async measure(bench) {
    const servers: Called[] = []
    try {
      for (const redis of [bench.redis, undefined]) servers.push(await startWithPeople(bench, redis))
      const rows: string[][] = []
      for (const { name, clients, calls } of STAGES) {
        for (const { server, requests } of servers) {
          const task = { requests: requests.slice(0, clients), connections: CONNECTIONS, ms: LONGEST_MS, most: calls }
          await bench.load({ port: server.port, ...task })
        }
        rows.push(...(await Promise.all(servers.map((one) => look(name, one)))))
      }
      return { words: WORDS, columns: COLUMNS, rows }
    } finally {
      for (const { server } of servers) await server.stop()
    }
  },
}

const COLUMNS = [
  'when',
  'served by',
  'as it stands, MB',
  'garbage collected, MB',
  'times',
  'of it in use in the heap, MB',
]

interface Called {
  readonly server: WatchedProduct
  readonly requests: readonly string[]
  /** Resident bytes after each stage, without garbage. */
  readonly held: number[]
}

async function startWithPeople(bench: Bench, redis: Bench['redis'] | undefined): Promise<Called> {
  const server = await startWatched(bench, redis)
  const tokens = await makePeople(server, PEOPLE)
  const requests = tokens.map((token) => requestText(server, token, 'a read, 2026-07-28'))
  return { server, requests, held: [] }
}

async function look(when: string, { server, held }: Called): Promise<string[]> {
  const asItStands = await settledBytes(server.pid)
  const { resident, heapUsed } = await collectedBytes(server)
  const before = held.at(-1)
  held.push(resident)
  const compared = before === undefined ? '' : verdict(resident / before)
  return [when, server.name, megabytes(asItStands), megabytes(resident), compared, megabytes(heapUsed)]
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0)
const verdict = (times: number) => `${times.toFixed(2)}: ${times <= 1 + FLAT_WITHIN ? 'flat' : 'not flat'}`

const WORDS = `Resident memory by the kernel: as it stands after the calls, and again after a garbage collection was asked for and its pages were given back. ${many(PEOPLE)} people call once each with the client that each has connected, and then, as fast as it goes, what makes an hour when each of them calls four times. Flat is what grows by a tenth at most from one row of a server to its next.`
