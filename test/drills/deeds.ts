// `kill -9` in the middle of calls with consequences, again and again, against a QuantConnect that outlives the server and keeps
// every request. Each client that was cut off calls again. Afterwards the person's record has all that arrived.
import { setTimeout as pause } from 'node:timers/promises'
import { connect, EVERYTHING } from '../support/connection.ts'
import type { Deed } from '../support/deeds.ts'
import { arrivedAt, DONE, journalOf, later, oneOfEach, PERSON, standInEnv } from '../support/deeds.ts'
import { callTool } from '../support/mcp-requests.ts'
import { startSingle } from '../support/redis-fleet.ts'
import type { TestServer } from '../support/server.ts'
import { changeGrant, grantOf } from '../support/stored.ts'
import type { Reply, Upstream } from '../support/upstream.ts'
import { startUpstream } from '../support/upstream.ts'
import type { Drill, Outcome } from './drill.ts'
import { started } from './drill.ts'
import { Ledger } from './ledger.ts'
import { n, spread } from './report.ts'
import { startService } from './service.ts'

const TIMES = 500
/** Milliseconds that the calls need, all at once, and that the stand-in thinks about one of them at most. */
const LASTS = 100
const THINKS = 40
const slowly: Reply = (response) => void pause(THINKS * Math.random()).then(() => DONE(response))

/** What is counted, as the report says it. */
const COUNTS = [
  'calls made',
  'answered before the kill',
  'cut off before anything was written down, and sent when called again',
  'cut off, on record as done, and answered with that when called again',
  'cut off, on record as unknown, arrived, and not sent again',
  'cut off, on record as unknown, never arrived, and not sent again',
]
const [MADE, ANSWERED, UNWRITTEN, DONE_BEFORE, UNKNOWN, NEVER_SENT] = COUNTS as [
  string,
  string,
  string,
  string,
  string,
  string,
]

interface Scene {
  readonly server: TestServer
  readonly upstream: Upstream
  readonly ledger: Ledger
  readonly token: string
  readonly accountId: string
}

/** One kill: four calls, cut off somewhere, and again by those who heard nothing. */
async function killOnce({ server, upstream, ledger, token, accountId }: Scene): Promise<void> {
  const call = ({ tool, args }: Deed) => callTool(server, token, tool, args)
  const outcomes = async () =>
    new Map((await journalOf(server, accountId)).map(({ digest, outcome }) => [digest, outcome]))
  upstream.requests.splice(0)
  upstream.replies.splice(0, Infinity, ...Array.from({ length: 20 }, () => slowly))
  const deeds = oneOfEach()
  ledger.count(MADE, deeds.length)
  const heard = Promise.allSettled(deeds.map(call))
  await pause(LASTS * Math.random())
  const at = Date.now()
  await server.crashAndRestart()
  ledger.faults.push({ at, inFlight: 0, repaired: Date.now(), recovered: Date.now() })
  const cutOff = (await heard).flatMap(({ status }, i) => (status === 'rejected' ? deeds.slice(i, i + 1) : []))
  ledger.count(ANSWERED, deeds.length - cutOff.length)

  const [before, arrived] = [await outcomes(), arrivedAt(upstream)]
  const again = await later(server, () => Promise.all(cutOff.map(call)))
  const after = await outcomes()
  for (const [i, deed] of cutOff.entries()) {
    const told = again[i]?.structuredContent?.repeated?.outcome
    const recorded = before.get(deed.digest)
    const was = arrived.includes(deed.digest)
    if (recorded === undefined) ledger.count(UNWRITTEN)
    else ledger.count(recorded === 'done' ? DONE_BEFORE : was ? UNKNOWN : NEVER_SENT)
    if (told !== recorded) ledger.lose('told', `${deed.tool} is on record as ${recorded}, and told as ${told}`)
    if (!after.get(deed.digest)) ledger.lose('trace', `${deed.tool} has no outcome`)
  }
  for (const digest of arrived) if (!before.has(digest)) ledger.lose('trace', 'one was not there after the kill')
  const all = arrivedAt(upstream)
  ledger.count(ARRIVED, all.length)
  for (const digest of all) if (!after.has(digest)) ledger.lose('trace', 'one was not there in the end')
  if (new Set(all).size < all.length) ledger.lose('twice', `after kill ${ledger.faults.length}`)
}
const ARRIVED = 'arrived'

async function performDeeds(drill: Drill): Promise<Outcome> {
  const began = Date.now()
  const ledger = new Ledger()
  const fleet = drill.startFleet && (await started(drill.startFleet()))
  const upstream = await startUpstream()
  try {
    const env = { ...standInEnv(upstream), ACCESS_TOKEN_TTL: '3600', ...(fleet ? { REDIS_URL: fleet.url } : {}) }
    const service = await started(startService(drill.processes, env))
    const { one: server } = service
    const token = (await connect(server, { ...EVERYTHING, as: PERSON })).tokens.access_token
    await changeGrant(server, token, { paperOnly: false })
    const accountId = (await grantOf(server, token))?.accountId ?? ''
    for (let i = 0; i < TIMES; i += 1) await killOnce({ server, upstream, ledger, token, accountId })
    return { drill, ledger, said: service.said(), seconds: (Date.now() - began) / 1000 }
  } finally {
    await upstream.close()
  }
}

/** What the report has of them. */
function rows({ counts, faults, losses }: Ledger): string[][] {
  const lost = (loss: string) => losses.filter((one) => one.loss === loss).length
  const arrived = `${n(counts.get(ARRIVED) ?? 0)}, of which without a record: ${lost('trace')}; arrived twice: ${lost('twice')}`
  return [
    ['kills', n(faults.length)],
    ...COUNTS.map((what) => [what, n(counts.get(what) ?? 0)]),
    ['arrived at QuantConnect', arrived],
    ['told otherwise than it is on record', n(lost('told'))],
    ['from a kill until the new process listened', spread(faults.map(({ at, repaired }) => repaired - at))],
  ]
}

const common = {
  what: '`kill -9` at a random moment of four calls (a command, a start, an optimization, a project), then a new process on the same port, files and keys. Whoever was cut off calls again.',
  processes: 1,
  perform: performDeeds,
  rows,
} as const

export const deedsOnSqlite: Drill = {
  ...common,
  name: 'deeds-sqlite',
  title: `A process is killed ${TIMES} times during calls with consequences: SQLite`,
}

export const deedsOnRedis: Drill = {
  ...common,
  name: 'deeds-redis',
  title: `A process is killed ${TIMES} times during calls with consequences: Redis`,
  startFleet: startSingle,
}
