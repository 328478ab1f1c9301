// "Suspend everything", again and again, while clients call at both processes as fast as they can. Nothing that is asked for after
// the press was answered goes through, and nothing reaches QuantConnect after it.
import { setTimeout as pause } from 'node:timers/promises'
import { connect, EVERYTHING } from '../support/connection.ts'
import { PERSON, standInEnv } from '../support/deeds.ts'
import { message, rpc, toolCall } from '../support/mcp-requests.ts'
import { startSingle } from '../support/redis-fleet.ts'
import { changeGrant } from '../support/stored.ts'
import { startUpstream } from '../support/upstream.ts'
import type { Drill, Outcome } from './drill.ts'
import { started } from './drill.ts'
import { Ledger } from './ledger.ts'
import { n } from './report.ts'
import type { Process } from './service.ts'
import { startService } from './service.ts'

const TIMES = 50
/** Clients at each process, each with one call at a time. */
const CLIENTS = 4
/** Milliseconds of calls before and after a press. */
const BEFORE = 100
const AFTER = 300
const ORDER = '/live/commands/create'

const CALLS = 'calls made'
const THROUGH = 'of these let through'
const REFUSED = 'of these refused, since everything was suspended'

/** One call: when it began, and whether it was refused. */
interface Tried {
  readonly began: number
  readonly ended: number
  readonly refused: boolean
}

async function performSuspensions(drill: Drill): Promise<Outcome> {
  const began = Date.now()
  const ledger = new Ledger()
  const fleet = drill.startFleet && (await started(drill.startFleet()))
  const upstream = await startUpstream()
  try {
    const env = { ...standInEnv(upstream), ...(fleet ? { REDIS_URL: fleet.url } : {}) }
    const service = await started(startService(drill.processes, env))
    const { person, tokens } = await connect(service.one, { ...EVERYTHING, as: PERSON })
    const token = tokens.access_token
    await changeGrant(service.one, token, { paperOnly: false, brake: false })
    let order = 0
    const call = async ({ address }: Process): Promise<Tried> => {
      const args = { projectId: 7, command: { $type: 'OrderCommand', symbol: 'SPY', quantity: ++order } }
      const at = Date.now()
      const response = await rpc({ mcp: `${address}/mcp` }, token, toolCall('create_live_command', args))
      const { result } = await message(response)
      return { began: at, ended: Date.now(), refused: result.structuredContent.rule === 'suspended' }
    }

    for (let time = 0; time < TIMES; time += 1) {
      const page = await person.open(`${service.one.origin}/account`)
      upstream.requests.splice(0)
      const tried: (readonly Tried[])[] = []
      let isOver = false
      const clients = service.processes.flatMap((process) =>
        Array.from({ length: CLIENTS }, async () => {
          const own: Tried[] = []
          tried.push(own)
          while (!isOver) own.push(await call(process))
        }),
      )
      await pause(BEFORE)
      const pressed = Date.now()
      await person.submitTo('/account/suspend', page)
      const answered = Date.now()
      const sent = upstream.requests.filter(({ path }) => path.endsWith(ORDER)).length
      await pause(AFTER)
      isOver = true
      await Promise.all(clients)

      const all = tried.flat()
      const last = Math.max(pressed, ...all.filter(({ refused }) => !refused).map(({ ended }) => ended))
      ledger.faults.push({ at: pressed, inFlight: CLIENTS * 2, repaired: answered, recovered: last })
      ledger.count(CALLS, all.length)
      ledger.count(REFUSED, all.filter(({ refused }) => refused).length)
      ledger.count(THROUGH, all.filter(({ refused }) => !refused).length)
      const late = all.filter(({ began, refused }) => began > answered && !refused)
      for (const { began } of late) ledger.lose('suspended', `one that began ${began - answered} ms after the answer`)
      const arrived = upstream.requests.filter(({ path }) => path.endsWith(ORDER)).length
      if (arrived > sent) ledger.lose('suspended', `${arrived - sent} orders arrived after the answer`)
      for (const own of tried) {
        if (!own.some(({ refused }) => refused)) ledger.lose('suspended', 'a client was never refused')
      }

      const account = await person.open(`${service.one.origin}/account`)
      await person.prove(await person.submitTo('/account/resume', account, {}), PERSON.apiToken)
    }
    return { drill, ledger, said: service.said(), seconds: (Date.now() - began) / 1000 }
  } finally {
    await upstream.close()
  }
}

/** Times in milliseconds, in two of them. */
function spreadOf(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  return `longest ${sorted.at(-1) ?? 0} ms, median ${sorted[Math.floor(sorted.length / 2)] ?? 0} ms`
}

/** What the report has of them. */
function rows({ counts, faults, losses }: Ledger): string[][] {
  return [
    ['presses', n(faults.length)],
    ...[CALLS, THROUGH, REFUSED].map((what) => [what, n(counts.get(what) ?? 0)]),
    ['let through, or sent to QuantConnect, after the press was answered', n(losses.length)],
    ['from the press until its answer', spreadOf(faults.map(({ at, repaired }) => repaired - at))],
    [
      'from the press until every process refused every call',
      spreadOf(faults.map(({ at, recovered }) => recovered - at)),
    ],
  ]
}

const common = {
  what: `${CLIENTS} clients at each process send orders without a pause, and their person presses *Suspend everything*; resumed with a proof, and again.`,
  processes: 2,
  perform: performSuspensions,
  rows,
} as const

export const suspendOnSqlite: Drill = {
  ...common,
  name: 'suspend-sqlite',
  title: `Everything is suspended ${TIMES} times under load: two processes, SQLite`,
}

export const suspendOnRedis: Drill = {
  ...common,
  name: 'suspend-redis',
  title: `Everything is suspended ${TIMES} times under load: two processes, one Redis`,
  startFleet: startSingle,
}
