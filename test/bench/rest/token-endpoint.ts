// What the token endpoint does, beside those of others: a refresh, and the exchange of a code.
import { processorMs } from '../goals/process.ts'
import { refreshText, startRefreshed, tokenRequestText } from '../goals/refreshes.ts'
import type { Asked } from '../goals/rounds.ts'
import { measureRounds } from '../goals/rounds.ts'
import type { Authorizing, Code } from './authorizing.ts'
import { askForCodes, redeemCode, startAuthorizing, startPeers } from './authorizing.ts'
import type { Bench, Rows } from './rows.ts'

const TIMES = { warmUpMs: 3_000, ms: 1_000, rotates: true }
/** Of better-auth's. */
const CHAINS = 200
/** So many come first and are not counted. */
const CODES = { warmUp: 60, measured: 240 }
const CONNECTIONS = 8
/** More than it takes. */
const LONG_MS = 60_000

interface Figures {
  readonly name: string
  readonly processor: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

export const tokenEndpoint: Rows = {
  title: 'A refresh, and the exchange of a code',
  async measure(bench) {
    const refreshes = await measureRefreshes(bench)
    await bench.redis.nodes[0]?.ask('FLUSHALL')
    const exchanges = await measureExchanges(bench)
    return {
      words: WORDS,
      columns: [
        '',
        'served by',
        'processor time each',
        'a second of processor time',
        'times',
        'a second',
        'p50 ms',
        'p99 ms',
      ],
      rows: [...rowsOf('a refresh', refreshes), ...rowsOf('the exchange of a code', exchanges)],
    }
  },
}

function rowsOf(what: string, figures: readonly Figures[]): string[][] {
  const peer = figures.find(({ name }) => name === 'oidc-provider')
  return figures.map(({ name, processor, perSecond, p50, p99 }) => [
    what,
    name,
    `${processor.toFixed(0)} µs`,
    (1e6 / processor).toFixed(0),
    ((peer?.processor ?? Number.NaN) / processor).toFixed(2),
    perSecond.toFixed(0),
    p50.toFixed(1),
    p99.toFixed(1),
  ])
}

async function measureRefreshes(bench: Bench): Promise<Figures[]> {
  const { asked, stop } = await startRefreshed(bench)
  const peers = await startPeers(bench)
  try {
    const measured = await measureRounds(bench.load, [...asked, ...(await refreshedOf(peers))], TIMES)
    return measured.map((one) => ({
      ...one,
      name: ['Redis', 'SQLite'].includes(one.name) ? `qcgate, ${one.name}` : one.name,
    }))
  } finally {
    for (const peer of peers) peer.stop()
    await stop()
  }
}

/** better-auth is the only other one that has refresh tokens. */
async function refreshedOf(peers: readonly Authorizing[]): Promise<Asked[]> {
  const peer = peers.find(({ name }) => name === 'better-auth')
  if (!peer) return []
  const requests: string[] = []
  for (const code of await askForCodes(peer, CHAINS)) {
    const { refresh_token } = await redeemCode(peer, code)
    requests.push(refreshText(peer.port, code.client.client_id, refresh_token, requests.length))
  }
  return [{ ...peer, requests }]
}

async function measureExchanges(bench: Bench): Promise<Figures[]> {
  const all = await startAuthorizing(bench)
  try {
    const figures: Figures[] = []
    for (const one of all) {
      const requests = (await askForCodes(one, CODES.warmUp + CODES.measured)).map(exchangeText(one))
      const task = { port: one.port, connections: CONNECTIONS, ms: LONG_MS }
      await bench.load({ ...task, requests: requests.slice(0, CODES.warmUp), most: CODES.warmUp })
      const before = processorMs(one.pid)
      const { answered, ms, p50, p99 } = await bench.load({
        ...task,
        requests: requests.slice(CODES.warmUp),
        most: CODES.measured,
      })
      const processor = ((processorMs(one.pid) - before) / answered) * 1_000
      figures.push({ name: one.name, processor, perSecond: (answered / ms) * 1_000, p50, p99 })
    }
    return figures
  } finally {
    for (const one of all) await one.stop()
  }
}

const exchangeText =
  ({ port }: Authorizing) =>
  ({ form }: Code, index: number) =>
    tokenRequestText(port, String(new URLSearchParams(form)), index)

const WORDS = `Refreshes as in the goals above: 1,000 people with 64 programs, each with the token that the one before it brought, over 32 connections;
of better-auth 200 people with a program each. The example of version 1 of the SDK has no refresh tokens. Codes come from whole connections, each
with a client of its own; over 8 connections each is exchanged once, ${CODES.warmUp} before it counts and ${CODES.measured} that do. "Times" compares the seconds of processor
time with oidc-provider's. That one and better-auth have their records in the memory of their own process, in a map and in SQLite; they sign access tokens
with ES256, as qcgate does. The example gives a random id that it keeps in a map, and no refresh token. What Redis does in its own process is not counted.`
