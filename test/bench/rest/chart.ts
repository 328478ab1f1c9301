// What a chart takes that is drawn: the first in a process, one after the other, and many at once.
import { mirror, modern, rpc } from '../../support/mcp-requests.ts'
import { makePeople } from '../goals/people.ts'
import { processorMs, startListening } from '../goals/process.ts'
import { median } from '../goals/report.ts'
import type { StubOptions } from '../goals/stub.ts'
import type { Bench, Rows } from './rows.ts'
import type { WatchedProduct } from './watched.ts'
import { startWatched } from './watched.ts'

/** Each in a process of its own. */
const ROUNDS = 3
const WARM = 20
const AT_ONCE = 8
const DAYS = 1_000
const TOOL = 'read_backtest_chart'
const CHART = { projectId: 23_456_789, backtestId: 'a'.repeat(32), name: 'Strategy Equity' }

export const chart: Rows = {
  title: 'A chart',
  async measure(bench) {
    const options: StubOptions = { chartDays: DAYS }
    const stub = await startListening('stub', JSON.stringify(options))
    try {
      const more = { QUANTCONNECT_API_URL: `http://127.0.0.1:${stub.port}/api/v2` }
      const rounds: Drawn[][] = []
      for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measureOnce(bench, more))
      return {
        words: WORDS,
        columns: COLUMNS,
        rows: ROW_NAMES.map((name, at) =>
          cells(
            name,
            rounds.map((all) => all[at]),
          ),
        ),
      }
    } finally {
      stub.stop()
    }
  },
}

const ROW_NAMES = ['the first in a process', 'one after the other', `${AT_ONCE} at once`]
const COLUMNS = ['charts', 'answered after ms', 'processor time each', 'loop delay p99 ms', 'longest GC ms'] as const

/** What drawing came to, in milliseconds. */
interface Drawn {
  readonly ms: number
  readonly processor: number
  readonly loop: number
  readonly collection: number
}

async function measureOnce(bench: Bench, more: Readonly<Record<string, string>>): Promise<Drawn[]> {
  const server = await startWatched(bench, undefined, { more })
  try {
    const tokens = await makePeople(server, AT_ONCE)
    const [one = ''] = tokens
    const first = await drawn(server, 1, () => draw(server, one))
    const warm = await drawn(server, WARM, async () => {
      const took: number[] = []
      for (let time = 0; time < WARM; time += 1) took.push(await draw(server, one))
      return median(took)
    })
    const atOnce = await drawn(server, AT_ONCE, async () => {
      const took = await Promise.all(tokens.map((token) => draw(server, token)))
      return Math.max(...took)
    })
    return [first, warm, atOnce]
  } finally {
    await server.stop()
  }
}

/** Looks at the server while charts are drawn; `act` gives the milliseconds that count. */
async function drawn(server: WatchedProduct, count: number, act: () => Promise<number>): Promise<Drawn> {
  await server.look()
  const used = processorMs(server.pid)
  const ms = await act()
  const processor = (processorMs(server.pid) - used) / count
  const { loop, collection } = await server.look()
  return { ms, processor, loop, collection }
}

/** Asks for a chart, and gives the milliseconds until its picture is there. */
async function draw(server: WatchedProduct, token: string): Promise<number> {
  const asked = performance.now()
  const message = modern('tools/call', { name: TOOL, arguments: CHART })
  const response = await rpc({ mcp: `${server.origin}/mcp` }, token, message, mirror('tools/call', TOOL))
  const text = await response.text()
  if (!text.includes('"image/png"')) throw new Error(`no picture: ${response.status} ${text.slice(0, 1_000)}`)
  return performance.now() - asked
}

function cells(name: string, rounds: readonly (Drawn | undefined)[]): string[] {
  const all = rounds.flatMap((one) => one ?? [])
  const middle = (of: keyof Drawn) => median(all.map((one) => one[of]))
  const longest = Math.max(...all.map(({ collection }) => collection))
  return [
    name,
    middle('ms').toFixed(0),
    `${middle('processor').toFixed(0)} ms`,
    middle('loop').toFixed(1),
    longest.toFixed(1),
  ]
}

const WORDS = `\`${TOOL}\` of a backtest over ${DAYS.toLocaleString('en')} days, two series, answered with the numbers and a picture; on SQLite, in ${ROUNDS} processes one after the other: medians, and of pauses the longest. Pictures are drawn by one thread, in which no pauses are seen; the processor time is of all threads. Of ${AT_ONCE} at once, which are of different people, until the last is there.`
