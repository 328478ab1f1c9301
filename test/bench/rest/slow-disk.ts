// SQLite on a disk that takes its time for each sync: deeds, which wait for it, and a storm of refreshes.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { connect } from '../../support/connection.ts'
import { temporaryFolder } from '../../support/folder.ts'
import type { Registration } from '../../support/raw-client.ts'
import { refresh } from '../../support/raw-client.ts'
import type { TestServer } from '../../support/server.ts'
import { requestText } from '../goals/calls.ts'
import { makePeople } from '../goals/people.ts'
import { processorMs } from '../goals/process.ts'
import type { Bench, Rows } from './rows.ts'
import type { Served, WatchedProduct } from './watched.ts'
import { overall, SERVED_COLUMNS, serve, servedCells, startWatched } from './watched.ts'

const SYNC_MS = 5
const PEOPLE = 1_000
/** Clients that refresh, all at once and each again as soon as it has its tokens. */
const CLIENTS = 32
const CONNECTIONS = 32
const WARM_UP_MS = 2_500
const ROUNDS = 3
const ROUND_MS = 1_200
/** A disk in memory, whose own syncs take no time. */
const MEMORY = '/dev/shm'
/** Only the two calls are looked at; everything else runs as ever. */
const STRACE = ['strace', '-f', '-qq', '--seccomp-bpf', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync']
const SLOW = [...STRACE, '-e', `inject=fsync,fdatasync:delay_enter=${SYNC_MS * 1_000}`]

export const slowDisk: Rows = {
  title: 'A slow disk',
  async measure(bench) {
    const columns = ['what', 'each sync takes', ...SERVED_COLUMNS]
    if (spawnSync('strace', ['--version']).status !== 0 || !existsSync(MEMORY))
      return { words: LEFT_OUT, columns, rows: [] }
    const rows = [...(await measureOn(bench, [], 'no time')), ...(await measureOn(bench, SLOW, `${SYNC_MS} ms`))]
    return { words: WORDS, columns, rows }
  },
}

async function measureOn(bench: Bench, through: readonly string[], sync: string): Promise<string[][]> {
  const server = await startWatched(bench, undefined, { through, folder: temporaryFolder(MEMORY) })
  try {
    const tokens = await makePeople(server, PEOPLE)
    const requests = tokens.map((token) => requestText(server, token, 'a deed'))
    const ask = (connections: number) => overRounds((ms) => serve(bench, server, { requests, connections, ms }))
    const deeds = await ask(CONNECTIONS)
    const single = await ask(1)
    const clients = await connectAll(server)
    const refreshes = await overRounds((ms) => storm(server, clients, ms))
    return [
      ['deeds', sync, ...servedCells(deeds)],
      ['deeds, one at a time', sync, ...servedCells(single)],
      ['refreshes', sync, ...servedCells(refreshes)],
    ]
  } finally {
    await server.stop()
  }
}

async function overRounds(once: (ms: number) => Promise<Served>): Promise<Served> {
  const rounds: Served[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const served = await once(round ? ROUND_MS : WARM_UP_MS)
    if (round) rounds.push(served)
  }
  return overall(rounds)
}

/** A client, and the refresh token that it got last. */
interface Refreshing {
  readonly client: Registration
  token: string
}

const serverOf = (product: WatchedProduct) => ({ ...product, mcp: `${product.origin}/mcp` }) as unknown as TestServer // sound: all that these functions look at

async function connectAll(product: WatchedProduct): Promise<Refreshing[]> {
  const server = serverOf(product)
  const db = new DatabaseSync(join(product.folder, 'data', 'qcgate.sqlite'), { timeout: 5_000 })
  const clients: Refreshing[] = []
  try {
    for (let index = 0; index < CLIENTS; index += 1) {
      const as = { userId: String(400_000 + index), apiToken: `a-token-of-somebody-${index}` }
      const { client, tokens } = await connect(server, { as })
      clients.push({ client, token: tokens.refresh_token })
      // All come from one address, and would soon be too many. What is counted ends within the hour.
      db.exec(`DELETE FROM entries WHERE key LIKE 'attempts:%'`)
    }
  } finally {
    db.close()
  }
  return clients
}

async function storm(product: WatchedProduct, clients: readonly Refreshing[], ms: number): Promise<Served> {
  const server = serverOf(product)
  const times: number[] = []
  await product.look()
  const used = processorMs(product.pid)
  const began = performance.now()
  const refreshAgain = async (one: Refreshing) => {
    while (performance.now() < began + ms) {
      const asked = performance.now()
      const response = await refresh(server, one.client, one.token)
      if (response.status !== 200) throw new Error(`refresh: ${response.status} ${await response.text()}`)
      one.token = ((await response.json()) as { refresh_token: string }).refresh_token
      times.push(performance.now() - asked)
    }
  }
  await Promise.all(clients.map(refreshAgain))
  const took = performance.now() - began
  const processor = ((processorMs(product.pid) - used) / times.length) * 1_000
  times.sort((one, other) => one - other)
  const at = (share: number) => times[Math.ceil(times.length * share) - 1] ?? Number.NaN
  return { perSecond: (times.length / took) * 1_000, processor, p50: at(0.5), p99: at(0.99), ...(await product.look()) }
}

const WORDS = `SQLite in memory, whose syncs take no time, and the same with ${SYNC_MS} ms put before each \`fsync\` and \`fdatasync\` by \`strace\`, which looks at nothing else. Deeds of ${PEOPLE.toLocaleString('en')} people over ${CONNECTIONS} connections, and over one; then ${CLIENTS} clients that refresh, each again as soon as it has its tokens. ${ROUNDS} times ${ROUND_MS / 1_000} s: medians, and of pauses the longest.`
const LEFT_OUT = 'Left out: it needs `strace`, and a disk in memory, and this machine lacks one of them.'
