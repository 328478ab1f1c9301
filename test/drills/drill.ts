// One drill from start to end: a store, processes, load, faults, and the checks when they are over.
import { setTimeout as delay } from 'node:timers/promises'
import type { RedisFleet } from '../support/redis-fleet.ts'
import { check } from './checks.ts'
import { Ledger } from './ledger.ts'
import { startLoad, WORKERS } from './load.ts'
import type { Service } from './service.ts'
import { startService } from './service.ts'

/** What a drill can do. */
export interface Scene {
  readonly service: Service
  readonly fleet: RedisFleet | undefined
  readonly ledger: Ledger
  /** Makes a fault happen under load; returns when its cause is repaired and all workers are served again. */
  strike(cause: () => Promise<unknown>): Promise<void>
}

/** A drill, as it is declared. */
export interface Drill {
  /** What `npm run drills -- NAME` calls it. */
  readonly name: string
  readonly title: string
  /** What is done, for the report. */
  readonly what: string
  readonly processes: 1 | 2
  readonly startFleet?: () => Promise<RedisFleet>
  /** Replication is asynchronous: a write that only the master has goes with it. */
  readonly mayLoseLastWrites?: boolean
  /** What happens under the mixed load. */
  readonly faults?: (scene: Scene) => Promise<void>
  /** Another load, with faults of its own, and what the report has of it. */
  readonly perform?: (drill: Drill) => Promise<Outcome>
  readonly rows?: (ledger: Ledger) => string[][]
}

/** What came of it. */
export interface Outcome {
  readonly drill: Drill
  readonly ledger: Ledger
  /** What the processes logged, and how often. */
  readonly said: ReadonlyMap<string, number>
  readonly seconds: number
}

/** Load before the first fault and after the last one. */
const CALM_MS = 1_500

/** What has been started and not stopped yet; for a run that fails or is interrupted, even while something starts. */
const running = new Set<() => Promise<void>>()
export function started<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  running.add(async () => (await starting).stop())
  return starting
}

/** Stops what was started, the last first. */
export async function stopEverything(): Promise<void> {
  for (const stop of [...running].toReversed()) {
    running.delete(stop)
    await stop().catch(() => {})
  }
}

/** Makes it happen, and looks afterwards what was lost. */
export async function perform(drill: Drill): Promise<Outcome> {
  try {
    return await (drill.perform ?? performMixed)(drill)
  } finally {
    await stopEverything()
  }
}

async function performMixed(drill: Drill): Promise<Outcome> {
  const began = Date.now()
  const ledger = new Ledger()
  const fleet = drill.startFleet && (await started(drill.startFleet()))
  const service = await started(startService(drill.processes, fleet ? { REDIS_URL: fleet.url } : {}))
  const load = await startLoad(service, ledger)
  running.add(async () => void load.stop().catch(() => {}))
  await delay(CALM_MS)
  await drill.faults?.({ service, fleet, ledger, strike: (cause) => ledger.strike(WORKERS, cause) })
  await delay(CALM_MS)
  await load.stop()
  await check(service, load.workers, ledger)
  return { drill, ledger, said: service.said(), seconds: (Date.now() - began) / 1000 }
}
