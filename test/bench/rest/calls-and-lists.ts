// What a client asks for, in both eras of the protocol, beside the SDK's own server.
import { mirror, modern } from '../../support/mcp-requests.ts'
import { requestOf, requestText } from '../goals/calls.ts'
import { makePeople } from '../goals/people.ts'
import type { Rows } from './rows.ts'
import type { Served, Watched } from './watched.ts'
import { overall, SERVED_COLUMNS, serve, servedCells, startPeer, startWatched } from './watched.ts'

const PEOPLE = 1_000
const CONNECTIONS = 32
const ROUNDS = 3
const ROUND_MS = 1_000
/** A process that has run for a while is quicker: it compiles what it does often. */
const WARM_UP_MS = { first: 6_000, next: 1_500 }

const legacy = (method: string) => ({ jsonrpc: '2.0', id: 1, method, params: {} })
type Request = (host: string, token: string) => string
const REQUESTS: Readonly<Record<string, Request>> = {
  'a read, 2026-07-28': (host, token) => requestText({ host }, token, 'a read, 2026-07-28'),
  'a read, 2025-11-25': (host, token) => requestText({ host }, token, 'a read, 2025-11-25'),
  'tools/list, 2026-07-28': (host, token) => requestOf(host, token, modern('tools/list'), mirror('tools/list')),
  'tools/list, 2025-11-25': (host, token) => requestOf(host, token, legacy('tools/list')),
  'server/discover, 2026-07-28': (host, token) =>
    requestOf(host, token, modern('server/discover'), mirror('server/discover')),
}

interface Contestant {
  readonly server: Watched
  readonly tokens: readonly string[]
}

export const callsAndLists: Rows = {
  title: 'Calls and lists, in both eras',
  async measure(bench) {
    const peer = await startPeer(bench)
    const products = [await startWatched(bench, bench.redis), await startWatched(bench)]
    try {
      const contestants: Contestant[] = [{ server: peer, tokens: [''] }]
      for (const server of products) contestants.push({ server, tokens: await makePeople(server, PEOPLE) })
      const rows: string[][] = []
      for (const [call, request] of Object.entries(REQUESTS)) {
        const rounds = new Map(contestants.map((one) => [one, [] as Served[]]))
        for (let round = 0; round <= ROUNDS; round += 1) {
          for (const [{ server, tokens }, all] of rounds) {
            const requests = tokens.map((token) => request(server.host, token))
            const ms = round ? ROUND_MS : rows.length ? WARM_UP_MS.next : WARM_UP_MS.first
            const served = await serve(bench, server, { requests, connections: CONNECTIONS, ms })
            if (round) all.push(served)
          }
        }
        for (const [{ server }, all] of rounds) rows.push([call, server.name, ...servedCells(overall(all))])
      }
      return { words: WORDS, columns: ['request', 'served by', ...SERVED_COLUMNS], rows }
    } finally {
      peer.stop()
      for (const product of products) await product.stop()
    }
  },
}

const WORDS = `${PEOPLE.toLocaleString('en')} people, ${CONNECTIONS} connections without a pause, alternately and ${ROUNDS} times ${ROUND_MS / 1_000} s each, after they were warmed up: medians, and of pauses the longest. Whoever is measured is also watched from inside here, which costs a little. The protocol of 2025 has no \`server/discover\`.`
