// Everything the sandbox knows about one account: one record in the store, so that processes which share the store share
// the world, and a restart forgets nothing. What can be computed from these facts and the clock is not kept.
//
// This folder says what is kept, and leaves what becomes of it to the endpoints. All of them import it, and it imports
// none.
import type { Entry } from '../../storage/store.ts'
import type { Backtest, Compile } from './backtest.ts'
import type { BrokerageLogin, Deployment } from './deployment.ts'
import type { Export, StoredObject } from './object-store.ts'
import type { Optimization } from './optimization.ts'
import type { Collaboration, NodeChoice, Project } from './project.ts'
import type { Trouble } from './trouble.ts'

export const DAYS_KEPT = 400

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

/** What shall be written, or removed, in the same step as the world, by store key. The keys share its hash tag. */
export type Beside = Record<string, Entry | undefined>
