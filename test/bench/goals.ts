// The figures that the product is held to, `npm run bench`: what an authorised call costs beside one of the SDK's own `McpServer` with
// the same tools, no authorisation and no record; what a refresh costs beside one of oidc-provider as it comes; what a connected client
// takes in Redis; how soon a process is ready, and how much memory it holds then. Writes docs/benchmarks.md. A word behind it names
// single calls, or `refresh`, and writes nothing.
import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { buildPackage } from '../support/package.ts'
import { startSingle } from '../support/redis-fleet.ts'
import { bytesPerClient } from './goals/bytes.ts'
import type { CallName } from './goals/calls.ts'
import { CALLS, requestText } from './goals/calls.ts'
import type { Task } from './goals/load.ts'
import { makePeople } from './goals/people.ts'
import type { Contestant, Measured } from './goals/process.ts'
import { CALL_BUDGET, load, startListening, startProduct, startScript } from './goals/process.ts'
import { measureRefreshes } from './goals/refreshes.ts'
import type { Figures } from './goals/report.ts'
import { refreshRows, report, rowsOf } from './goals/report.ts'
import { measureRounds } from './goals/rounds.ts'
import { measureStart } from './goals/start.ts'
import { writeGoals } from './rest/page.ts'

const PEOPLE = 1_000
const ROUND_MS = 2_000
/** A process that has run for a while is quicker: it compiles what it does often. */
const WARM_UP_MS = { first: 12_000, next: 3_000 }

const [only = ''] = process.argv.slice(2)
const calls = (Object.keys(CALLS) as CallName[]).filter((name) => name.includes(only))
const folder = temporaryFolder()
const redis = await startSingle()
const loader = startScript('load')
const ask = (task: Task) => load(loader, task)
try {
  const package_ = await buildPackage(join(folder.path, 'dist'))
  const program = join(package_.folder, 'dist/main.js')
  const stub = await startListening('stub')
  const upstream = `http://127.0.0.1:${stub.port}/api/v2`
  const env = { QUANTCONNECT_API_URL: upstream, SANDBOX: 'off', CALL_BUDGET }
  const measured = calls.length ? await measureCalls(program, upstream, env) : new Map()
  const refreshes = 'a refresh'.includes(only) ? await measureRefreshes({ load: ask, program, env, redis }) : []
  for (const row of refreshRows(refreshes)) console.log(row)
  if (!only) {
    const bytes = await bytesPerClient(program, env)
    const figures: Figures = {
      calls: measured,
      refreshes,
      bytes,
      start: await measureStart([program], { isKnown: true }),
    }
    writeGoals(report(figures))
  }
} finally {
  await redis.stop()
  folder.remove()
}
process.exit()

async function measureCalls(program: string, upstream: string, env: Readonly<Record<string, string>>) {
  const peer = await startListening('mcp-server', upstream)
  const servers: Contestant[] = [{ name: 'McpServer', ...peer, host: `127.0.0.1:${peer.port}`, tokens: [''] }]
  const products = {
    Redis: await startProduct(program, { ...env, REDIS_URL: redis.url }),
    SQLite: await startProduct(program, env),
  }
  for (const [name, product] of Object.entries(products)) {
    const tokens = await makePeople(product, PEOPLE)
    servers.push({ ...product, name, host: new URL(product.origin).host, tokens })
  }
  const measured = new Map<CallName, Measured[]>()
  for (const call of calls) {
    const contestants = servers.map(({ host, tokens, ...server }) => ({
      ...server,
      requests: tokens.map((token) => requestText({ host }, token, call)),
    }))
    const warmUpMs = call === calls[0] ? WARM_UP_MS.first : WARM_UP_MS.next
    const rounds = await measureRounds(ask, contestants, { warmUpMs, ms: ROUND_MS })
    measured.set(call, rounds)
    for (const row of rowsOf(call, rounds)) console.log(row)
  }
  for (const one of [peer, ...Object.values(products)]) await one.stop()
  return measured
}
