// Everything the sandbox knows about one account: one record in the store, so that processes which share the store share
// the world, and a restart forgets nothing. What can be computed from these facts and the clock is not kept.

import { createHash } from 'node:crypto'
import type { Entry } from '../storage/store.ts'
import type { Collaboration } from './collaboration.ts'
import type { BrokerageLogin } from './live/connections.ts'
import type { Deployment } from './live/deployment.ts'
import type { NodeChoice } from './nodes.ts'
import type { Export, StoredObject } from './object-store/objects.ts'
import type { Optimization } from './optimizations/optimization.ts'
import type { Program } from './simulation/simulate.ts'
import type { Trouble } from './trouble.ts'

export const DAYS_KEPT = 400

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
  /** What a backtest needs to know of the code. Compiles from before there were simulations lack it. */
  readonly program?: Program
}

export interface Backtest {
  readonly backtestId: string
  readonly projectId: number
  name: string
  note?: string
  readonly created: number
  readonly snapshotId: number
  readonly nodeName: string
  readonly parameterSet: Readonly<Record<string, string | number>>
  /** How many backtests the project had seen, this one included. */
  readonly count: number
  readonly failsAt: string | null
  /** As the compile had it. Results are computed from it and the parameters whenever they are asked for. */
  readonly program?: Program
  readonly optimizationId?: string
  /** How often a chart, the orders or the report were asked for, while they were not shown yet. */
  asked?: Record<string, number>
  /** Whether a read has shown it completed. The numbers of a real backtest appear only after that. */
  seenCompleted: boolean
}

export interface World {
  /** Of the record. What was written before there were versions is of the first. */
  readonly version: 1
  readonly userId: string
  /** Counts everything ever made. All ids come from it, so that a step which is run again gives the same ids. */
  serial: number
  projects: Project[]
  compiles: Compile[]
  backtests: Backtest[]
  /** When the latest backtests were requested, also those that are deleted since. */
  backtestRequests?: number[]
  collaborations?: Collaboration[]
  nodeChoices?: NodeChoice[]
  optimizations?: Optimization[]
  deployments?: Deployment[]
  logins?: BrokerageLogin[]
  objects?: StoredObject[]
  exports?: Export[]
  /** Trouble that was asked for and is still to come. */
  troubles?: Trouble[]
}

export const emptyWorld = (userId: string): World => ({
  version: 1,
  userId,
  serial: 0,
  projects: [],
  compiles: [],
  backtests: [],
})

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

/** What shall be written, or removed, in the same step as the world, by store key. The keys share its hash tag. */
export type Beside = Record<string, Entry | undefined>
