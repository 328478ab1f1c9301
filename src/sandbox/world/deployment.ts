// What is kept of live trading: the deployments, and the logins to brokerages that stand ready for them.
import type { Program } from '../simulation/program.ts'
import type { ProjectFile } from './project.ts'

export interface Position {
  readonly symbolId: string
  readonly ticker: string
  readonly quantity: number
  readonly averagePrice: number
}

export interface CashAmount {
  readonly currency: string
  readonly amount: number
}

export interface Command {
  readonly at: number
  readonly command: Readonly<Record<string, unknown>>
}

export interface Deployment {
  readonly deployId: string
  readonly projectId: number
  readonly launched: number
  readonly nodeId: string
  readonly versionId: number
  readonly brokerage: string
  readonly environment: 'live' | 'paper'
  /** The code as it was. */
  readonly files: readonly ProjectFile[]
  /** What the simulation reads out of it. */
  readonly program: Program
  readonly failsAt: string | null
  readonly cash: readonly CashAmount[]
  readonly holdings: readonly Position[]
  commands: Command[]
  ended: { readonly at: number; readonly status: 'Stopped' | 'Liquidated' } | null
  /** How often the first chart and the first orders were asked for: they take a while to load. */
  loads: { chart: number; orders: number }
}

/** The brokerages that are connected by a login, as the endpoints name them. */
export type LoginBrokerage = 'alpaca' | 'tradestation' | 'charlesschwab' | 'tastytrade'

export interface BrokerageLogin {
  readonly brokerage: LoginBrokerage
  /** Part of the address, and all that protects it. */
  readonly secret: string
  approved: number | null
}
