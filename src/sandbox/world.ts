// Everything the sandbox knows about one account: one record in the store, so that processes which share the store share
// the world, and a restart forgets nothing. What can be computed from these facts and the clock is not kept.

import { createHash } from 'node:crypto'
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { update } from '../storage/store.ts'
import { Refusal } from './handler.ts'

const DAYS_KEPT = 400
/** Characters of JSON. It keeps a step on the shared record quick. */
const WORLD_AT_MOST = 4_000_000

export interface ProjectFile {
  readonly id: number
  name: string
  content: string
  modified: number
}

export interface Project {
  readonly projectId: number
  name: string
  description: string
  readonly language: 'Py' | 'C#'
  readonly created: number
  modified: number
  files: ProjectFile[]
}

/** A compile holds what its build finds, since it belongs to the code as it was and not as it has become. */
export interface Compile {
  readonly compileId: string
  readonly projectId: number
  readonly created: number
  readonly signature: string
  readonly signatureOrder: readonly string[]
  readonly errors: readonly string[]
  readonly parameters: readonly { file: string; parameters: readonly { line: number; type: string }[] }[]
  /** Where a backtest of this code will fail, in words for its stack trace. */
  readonly failsAt: string | null
}

export interface Backtest {
  readonly backtestId: string
  readonly projectId: number
  readonly name: string
  readonly created: number
  readonly snapshotId: number
  readonly nodeName: string
  readonly parameterSet: Readonly<Record<string, string | number>>
  /** How many backtests the project had seen, this one included. */
  readonly count: number
  readonly failsAt: string | null
  /** Whether a read has shown it completed. The numbers of a real backtest appear only after that. */
  seenCompleted: boolean
}

export interface World {
  readonly userId: string
  /** Counts everything ever made. All ids come from it, so that a step which is run again gives the same ids. */
  serial: number
  projects: Project[]
  compiles: Compile[]
  backtests: Backtest[]
}

const emptyWorld = (userId: string): World => ({ userId, serial: 0, projects: [], compiles: [], backtests: [] })

export const hash = (seed: string): string => createHash('sha256').update(seed).digest('hex')

export const hexId = (world: World): string => {
  world.serial += 1
  return hash(`${world.userId}/${world.serial}`).slice(0, 32)
}

/** An integer id. Its first digit comes from the account, so that the two never share a number; 7919 and ten are coprime. */
export const numberId = (world: World, digits: number): number => {
  world.serial += 1
  const range = 10 ** (digits - 1)
  return Number(world.userId.at(-1)) * range + ((world.serial * 7919) % range)
}

/**
 * Takes one step in an account's world and returns what the step returns. Nothing is written when the step changes
 * nothing or throws. The step runs again when somebody else came between, so it must depend on the world alone.
 */
export async function inWorld<T>(store: Store, userId: string, step: (world: World) => T): Promise<T> {
  let result: { value: T } | undefined
  await update(store, KEYS.sandbox(userId), (current) => {
    const before = current ?? JSON.stringify(emptyWorld(userId))
    // The record was written by this module; an older version of it may lack the newer lists.
    const world: World = { ...emptyWorld(userId), ...JSON.parse(before) }
    result = { value: step(world) }
    const after = JSON.stringify(world)
    if (after === before) return undefined
    if (after.length > WORLD_AT_MOST && after.length > before.length) {
      throw new Refusal('This sandbox account is full; delete some files first')
    }
    return { value: after, ttl: DAYS_KEPT * 24 * 60 * 60 }
  })
  if (!result) throw new Error('update() did not take the step')
  return result.value
}
