// The figures that the product is held to, `npm run bench`: what an authorised call costs beside one of the SDK's own `McpServer` with
// the same tools, no authorisation and no record; what a connected client takes in Redis; how soon a process is ready, and how much
// memory it holds then. Writes docs/benchmarks.md. A word behind it names single calls, and writes nothing.
import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { buildPackage } from '../support/package.ts'
import { startSingle } from '../support/redis-fleet.ts'
import { bytesPerClient } from './goals/bytes.ts'
import type { CallName } from './goals/calls.ts'
import { CALLS, requestText } from './goals/calls.ts'
import { makePeople } from './goals/people.ts'
import type { Contestant, Measured } from './goals/process.ts'
import { CALL_BUDGET, load, processorMs, startListening, startProduct, startScript } from './goals/process.ts'
import type { Figures } from './goals/report.ts'
import { median, report, rowsOf } from './goals/report.ts'
import { measureStart } from './goals/start.ts'
import { writeGoals } from './rest/page.ts'

const PEOPLE = 1_000
const CONNECTIONS = 32
const ROUNDS = 5
const ROUND_MS = 2_000
/** A process that has run for a while is quicker: it compiles what it does often. */
const WARM_UP_MS = { first: 12_000, next: 3_000 }

const [only = ''] = process.argv.slice(2)
const folder = temporaryFolder()
const redis = await startSingle()
const loader = startScript('load')
try {
  const package_ = await buildPackage(join(folder.path, 'dist'))
  const program = join(package_.folder, 'dist/main.js')
  const stub = await startListening('stub')
  const upstream = `http://127.0.0.1:${stub.port}/api/v2`
  const env = { QUANTCONNECT_API_URL: upstream, SANDBOX: 'off', CALL_BUDGET }
  const calls = await measureCalls(program, upstream, env)
  if (!only) {
    const bytes = await bytesPerClient(program, env)
    const figures: Figures = { calls, bytes, start: await measureStart([program]) }
    writeGoals(report(figures))
  }
} finally {
  await redis.stop()
  folder.remove()
}
process.exit()

async function measureCalls(program: string, upstream: string, env: Readonly<Record<string, string>>) {
  const peer = await startListening('mcp-server', upstream)
  const contestants: Contestant[] = [{ name: 'McpServer', ...peer, host: `127.0.0.1:${peer.port}`, tokens: [''] }]
  const products = {
    Redis: await startProduct(program, { ...env, REDIS_URL: redis.url }),
    SQLite: await startProduct(program, env),
  }
  for (const [name, product] of Object.entries(products)) {
    const tokens = await makePeople(product, PEOPLE)
    contestants.push({ name, pid: product.pid, port: product.port, host: new URL(product.origin).host, tokens })
  }
  const measured = new Map<CallName, Measured[]>()
  const names = (Object.keys(CALLS) as CallName[]).filter((name) => name.includes(only))
  for (const call of names) {
    const rounds = await measureCall(call, contestants, call === names[0] ? WARM_UP_MS.first : WARM_UP_MS.next)
    measured.set(call, rounds)
    for (const row of rowsOf(call, rounds)) console.log(row)
  }
  for (const product of Object.values(products)) await product.stop()
  return measured
}

/** One after the other, and again, so that what else the machine does meets all of them alike; of each the medians. */
async function measureCall(call: CallName, contestants: readonly Contestant[], warmUpMs: number): Promise<Measured[]> {
  const rounds = new Map<string, Omit<Measured, 'name'>[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const one of contestants) {
      const requests = one.tokens.map((token) => requestText(one, token, call))
      const before = processorMs(one.pid)
      const task = { port: one.port, requests, connections: CONNECTIONS, ms: round ? ROUND_MS : warmUpMs }
      const { answered, ms, p50, p99 } = await load(loader, task)
      const processor = ((processorMs(one.pid) - before) / answered) * 1_000
      if (round) rounds.get(one.name)?.push({ perSecond: (answered / ms) * 1_000, processor, p50, p99 })
    }
  }
  return [...rounds].map(([name, all]) => ({
    name,
    perSecond: median(all.map((one) => one.perSecond)),
    processor: median(all.map((one) => one.processor)),
    p50: median(all.map((one) => one.p50)),
    p99: median(all.map((one) => one.p99)),
  }))
}
