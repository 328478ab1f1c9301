// A call that reads, answered by other servers of the same tools, each with as much authorisation as it has.
import { requestText } from '../goals/calls.ts'
import { makePeople } from '../goals/people.ts'
import { startListening, startProduct } from '../goals/process.ts'
import type { Asked } from '../goals/rounds.ts'
import { measureRounds } from '../goals/rounds.ts'
import { askForCodes, redeemCode, startPeers } from './authorizing.ts'
import type { Bench, Rows } from './rows.ts'

const PEOPLE = 1_000
/** Of them each has a token of its own. */
const CONNECTIONS_OF_PEERS = 50
const TIMES = { warmUpMs: 3_000, ms: 1_000 }
/** The era that all of them speak. */
const CALL = 'a read, 2025-11-25'

export const peerCalls: Rows = {
  title: 'A call, beside other servers',
  async measure(bench) {
    const started: { stop(): unknown }[] = []
    try {
      const asked = await startAll(bench, started)
      const measured = await measureRounds(bench.load, asked, TIMES)
      const [first] = measured
      const times = (value: number, of: number | undefined) => (value / (of ?? Number.NaN)).toFixed(2)
      return {
        words: WORDS,
        columns: ['served by', 'calls a second', 'times', 'processor time each', 'times', 'p50 ms', 'p99 ms'],
        rows: measured.map(({ name, perSecond, processor, p50, p99 }) => [
          name,
          perSecond.toFixed(0),
          times(perSecond, first?.perSecond),
          `${processor.toFixed(0)} µs`,
          times(processor, first?.processor),
          p50.toFixed(1),
          p99.toFixed(1),
        ]),
      }
    } finally {
      for (const one of started) await one.stop()
    }
  },
}

async function startAll(bench: Bench, started: { stop(): unknown }[]): Promise<Asked[]> {
  const { program, env, redis, upstream } = bench
  const note = <T extends { stop(): unknown }>(one: T): T => {
    started.push(one)
    return one
  }
  const request = (port: number) => (token: string) => requestText({ host: `localhost:${port}` }, token, CALL)
  const asked: Asked[] = []
  for (const [name, script] of [
    ['McpServer', 'mcp-server'],
    ['Server, low-level', '../peers/low-level'],
  ] as const) {
    const one = note(await startListening(script, upstream.url))
    asked.push({ ...one, name, requests: [request(one.port)('')] })
  }
  const peers = await startPeers(bench)
  for (const peer of peers) {
    note(peer)
    const tokens: string[] = []
    for (const code of await askForCodes(peer, CONNECTIONS_OF_PEERS)) {
      tokens.push((await redeemCode(peer, code)).access_token)
    }
    asked.push({ ...peer, requests: tokens.map(request(peer.port)) })
  }
  for (const [name, store] of Object.entries({ Redis: { REDIS_URL: redis.url }, SQLite: {} })) {
    const product = note(await startProduct(program, { ...env, ...store }))
    const requests = (await makePeople(product, PEOPLE)).map(request(product.port))
    asked.push({ ...product, name: `qcgate, ${name}`, requests })
  }
  return asked
}

const WORDS = `A \`read_project\` of the era 2025-11-25, over 32 connections, the medians of five rounds of a second. All have the same tools and the same
QuantConnect behind them, and write no record but qcgate, which also limits, decides by what its person allowed, and signs in to
QuantConnect with credentials of that person. \`McpServer\` and the low-level \`Server\`, which checks no argument either, authorise nobody. oidc-provider signs
access tokens, and jose looks at them in front of an \`McpServer\`; what was revoked meanwhile it does not ask. better-auth, with its MCP plugin, does
the same by \`requireMcpAuth\`. The example of version 1 of the SDK finds its tokens in a map (\`requireBearerAuth\`), in front of an \`McpServer\` of that version, which answers with JSON
where that of version 2 answers in this era with a stream of one event.`
