// What a deployment did until a given moment: told once from its code, its commands and the clock, so that its orders,
// holdings, cash, trades and log lines agree with one another whenever they are read.
import { type Order, simulateProgram } from '../simulation/simulate.ts'
import type { Deployment } from '../world/deployment.ts'
import { deploymentEnd, RUNNING_AFTER } from './deployment.ts'
import { priceOf } from './market.ts'
import { obey } from './obey.ts'
import { type LiveOrder, type State, Telling } from './telling.ts'

export interface Ledger {
  readonly orders: readonly LiveOrder[]
  /** What was owned from when on, oldest first. */
  readonly states: readonly State[]
  readonly lines: readonly { readonly at: number; readonly line: string }[]
  readonly fees: number
}

/**
 * An order of the algorithm itself, which knows nothing of commands: it sells no more than there is, and buys for no more
 * than there is.
 */
function trade(telling: Telling, at: number, { security, quantity, tag }: Order, funds: number): void {
  const price = priceOf(security, at) * security.multiplier
  const owned = telling.state.holdings.find((holding) => holding.security.id === security.id)?.quantity ?? 0
  const affordable = Math.floor((funds + telling.state.traded) / price / security.lot) * security.lot
  const most = owned < 0 ? quantity : affordable
  const least = owned > 0 ? -owned : quantity
  const kept = Number(Math.max(Math.min(quantity, most), least).toFixed(4))
  if (kept !== 0 && Math.sign(kept) === Math.sign(quantity)) telling.order(at, security, kept, tag)
}

/** What the strategy would do from the moment on which the deployment runs. */
function* decisions({ program, launched }: Deployment, funds: number, until: number): Generator<Order> {
  const start = Math.floor((launched + RUNNING_AFTER) / 1000)
  const end = Math.floor(until / 1000)
  if (end > start && funds > 0) yield* simulateProgram(program, { parameters: {}, start, end, cash: funds }).orders
}

export function ledgerOf(deployment: Deployment, until: number): Ledger {
  const { deployId, launched, versionId, commands, failsAt, program } = deployment
  const funds = deployment.cash.reduce((sum, { amount }) => sum + amount, 0)
  const end = deploymentEnd(deployment, until)
  const last = Math.min(until, end?.at ?? until)
  const telling = new Telling(deployment)

  const events: { at: number; happen: () => void }[] = []
  const on = (at: number, happen: () => void) => at <= last && events.push({ at, happen })
  on(launched + 12_000, () =>
    telling.say(launched + 12_000, `Launching analysis for ${deployId} with LEAN Engine v2.5.0.0.${versionId}`),
  )
  for (const greeting of program.greetings) {
    on(launched + 20_000, () => telling.say(launched + 20_000, greeting.slice(0, 200)))
  }
  on(launched + RUNNING_AFTER, () => telling.say(launched + RUNNING_AFTER, 'Algorithm is running'))
  for (const order of decisions(deployment, funds, last)) {
    on(order.time * 1000, () => trade(telling, order.time * 1000, order, funds))
  }
  for (const command of commands) on(command.at, () => obey(telling, command))
  if (end) {
    on(end.at, () => {
      if (end.status === 'Liquidated') telling.liquidate(end.at, 'Liquidated')
      const why =
        end.status === 'RuntimeError'
          ? `Runtime Error: 'NoneType' object has no attribute 'price' in ${failsAt}`
          : end.status
      telling.say(end.at, why)
    })
  }
  for (const { happen } of events.sort((a, b) => a.at - b.at)) happen()
  const { orders, states, lines, fees } = telling
  return { orders, states, lines, fees }
}

/** What was owned at a moment. */
export const stateAt = ({ states }: Ledger, time: number): State =>
  states.findLast(({ at }) => at <= time) ?? (states[0] as State) // a ledger begins with a state

export const worth = ({ holdings }: State, time: number): number =>
  holdings.reduce((sum, { security, quantity }) => sum + quantity * priceOf(security, time) * security.multiplier, 0)
