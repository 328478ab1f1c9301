// What a client costs that listens (MCP 2026-07-28, Subscriptions): a stream of each of many people, open and silent.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { mirror, modern } from '../../support/mcp-requests.ts'
import { requestOf } from '../goals/calls.ts'
import { makePeople } from '../goals/people.ts'
import { processorMs } from '../goals/process.ts'
import type { Bench, Rows } from './rows.ts'
import { collectedBytes, settledBytes } from './settled.ts'
import type { WatchedProduct } from './watched.ts'
import { startWatched } from './watched.ts'

const STREAMS = 1_000
/** So many come and go first, so that what is there only once is no part of it. */
const BEFORE = 100
const AT_ONCE = 20
const OPEN_MS = 5_000
const METHOD = 'subscriptions/listen'
const KIB_AT_MOST = 32
/** Keeps what was just made, of which much is garbage, to three MiB, so that it takes no part in what streams hold. */
const SMALL = '--max-semi-space-size=1'

export const streams: Rows = {
  title: 'Open streams',
  async measure(bench) {
    const { redis } = bench
    const small = { ...redis, url: `${redis.url}?prefix=small:` } // the same Redis, and nothing in common
    const rows = await Promise.all([
      measureOn(bench, redis),
      measureOn(bench, undefined),
      measureOn(bench, small, SMALL),
      measureOn(bench, undefined, SMALL),
    ])
    return { words: WORDS, columns: COLUMNS, rows }
  },
}

const COLUMNS = [
  'served by',
  'streams',
  'KiB each, once opened',
  'KiB each, garbage collected',
  'of it in the heap',
  'goal, at most',
  'processor time a second while open',
  'loop delay p99 ms',
  'longest GC ms',
] as const

async function measureOn(bench: Bench, redis: Bench['redis'] | undefined, flags = ''): Promise<string[]> {
  const server = await startWatched(bench, redis, { flags })
  try {
    const tokens = await makePeople(server, STREAMS + BEFORE)
    await openAll(server, tokens.slice(STREAMS)).then(hangUp)
    const before = await collectedBytes(server)
    const sockets = await openAll(server, tokens.slice(0, STREAMS))
    const opened = await settledBytes(server.pid)
    await server.look()
    const used = processorMs(server.pid)
    await pause(OPEN_MS) // which is what is measured
    const perSecond = ((processorMs(server.pid) - used) / OPEN_MS) * 1_000
    const { loop, collection } = await server.look()
    const after = await collectedBytes(server)
    if (sockets.some(({ closed }) => closed)) throw new Error('a stream was ended')
    hangUp(sockets)
    const each = (bytes: number) => bytes / STREAMS / 1_024
    const verdict = `${KIB_AT_MOST}: ${each(after.resident - before.resident) <= KIB_AT_MOST ? 'met' : 'not met'}`
    const held = [opened - before.resident, after.resident - before.resident, after.heapUsed - before.heapUsed]
    const cells = held.map((bytes) => each(bytes).toFixed(1))
    const times = [`${perSecond.toFixed(0)} ms`, loop.toFixed(1), collection.toFixed(1)]
    const name = flags ? `${server.name}, a small young generation` : server.name
    return [name, String(STREAMS), ...cells, verdict, ...times]
  } finally {
    await server.stop()
  }
}

async function openAll(server: WatchedProduct, tokens: readonly string[]): Promise<Socket[]> {
  const message = modern(METHOD, { notifications: { toolsListChanged: true } })
  const open = async (token: string): Promise<Socket> => {
    const socket = connect(server.port, '127.0.0.1')
    socket.write(requestOf(server.host, token, message, mirror(METHOD)))
    const [first] = await once(socket, 'data')
    if (!String(first).startsWith('HTTP/1.1 200')) throw new Error(`a stream was answered with ${first}`)
    return socket.resume()
  }
  const sockets: Socket[] = []
  for (let at = 0; at < tokens.length; at += AT_ONCE) {
    sockets.push(...(await Promise.all(tokens.slice(at, at + AT_ONCE).map(open))))
  }
  return sockets
}

function hangUp(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy()
}

const WORDS = `${STREAMS.toLocaleString('en')} people, each with one stream that listens and hears nothing. Resident memory by the kernel, less what there was before, once they are open; then again after a garbage collection was asked for and its pages were given back, as before they were opened. Each stream's grant is looked at once a second, which is what the processor is used for. What is looked at soon is garbage, for which V8 takes up to a hundred MB however many streams there are: a small young generation (\`${SMALL}\`) shows what they hold themselves. All four servers at the same time.`
