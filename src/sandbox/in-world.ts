// How a step in an account's world is taken: read the record, run the step, write what came of it.
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { ApiError } from './handler.ts'
import { newWorld } from './seeds/seeds.ts'
import { NotSimulated, withSimulationsPutOff } from './simulation/simulate.ts'
import { type Beside, DAYS_KEPT, emptyWorld, type World } from './world/world.ts'

/** Characters of JSON. It keeps a step on the shared record quick. */
const WORLD_AT_MOST = 4_000_000

function worldFrom(record: string, userId: string): World {
  // The record was written by this module. An older one may lack the newer lists, and its version.
  const world: Omit<World, 'version'> & { version: number } = { ...emptyWorld(userId), ...JSON.parse(record) }
  if (world.version !== 1) {
    throw new ApiError(`This sandbox account was written by a newer release (version ${world.version}, not 1)`, 500)
  }
  return { ...world, version: 1 }
}

/** More simulations than any step needs; one that still lacks some has lost them to others, and makes them at once. */
const MOST_PUT_OFF = 300
const PUT_OFF = Symbol('the step lacked a simulation')

/** Takes a step, or makes in portions the simulation that it lacked, so that it can be taken again. */
async function attempt<T>(step: () => T, mayPutOff: boolean): Promise<T | typeof PUT_OFF> {
  try {
    return mayPutOff ? withSimulationsPutOff(step) : step()
  } catch (error) {
    if (!(error instanceof NotSimulated)) throw error
    await error.simulate()
    return PUT_OFF
  }
}

/**
 * Takes one step in an account's world and returns what the step returns. Nothing is written when the step changes
 * nothing or throws; only a world that is seen for the first time is written whatever the step does, because its dates
 * count from then. The step runs again when somebody else came between, so it must depend on the world alone.
 */
export async function inWorld<T>(store: Store, userId: string, step: (world: World, beside: Beside) => T): Promise<T> {
  const key = KEYS.sandbox(userId)
  let putOff = 0
  for (;;) {
    const current = await store.get(key)
    const before = current ?? ''
    const world = current === undefined ? newWorld(userId, Date.now()) : worldFrom(current, userId)
    const beside: Beside = {}
    const value = await attempt(() => step(world, beside), putOff < MOST_PUT_OFF)
    if (value === PUT_OFF) {
      putOff += 1
      continue
    }
    const after = JSON.stringify(world)
    if (after === before && Object.keys(beside).length === 0) return value
    if (after.length > WORLD_AT_MOST && after.length > before.length) {
      throw new ApiError('This sandbox account is full; delete some files first')
    }
    const write = { ...beside, [key]: { value: after, ttl: DAYS_KEPT * 24 * 60 * 60 } }
    if (await store.commit({ expect: { [key]: current }, write })) return value
  }
}
