// What a person sets for one connection, as one value that is passed whole. Adding something that a person may set means a
// member here and in `widens`, its rule (resource-server/rules/), its form (authorization-server/permissions/choice.ts reads
// it, views/permissions.ts shows it) and its words (permissions/summary.ts); whatever carries an allowance from one to the
// other takes the new member along.
import { z } from 'zod'
import type { Scope } from '../scopes.ts'
import { ALL_SCOPES, isHarmless, isScope, SCOPES } from '../scopes.ts'
import type { Lifetime } from './lifetime.ts'
import { DEFAULT_LIFETIME, isLifetime, LIFETIMES } from './lifetime.ts'

export const Allowance = z.object({
  scopes: z.array(z.string().refine(isScope)).readonly(),
  /** Whether what trades may trade with QuantConnect's paper brokerage only. Absent before there was a choice. */
  paperOnly: z.boolean().default(false),
  /** How long it lives. Absent before there was a choice. */
  lifetime: z.string().refine(isLifetime).default(DEFAULT_LIFETIME),
})
export type Allowance = Readonly<z.infer<typeof Allowance>>

/** An allowance as a record may hold it: what is missing is what was true before there was a choice. */
export type StoredAllowance = Partial<Allowance> & Pick<Allowance, 'scopes'>

/** The allowance among the members of a grant, a record or a form, and nothing beside it. */
export const allowanceOf = (holder: StoredAllowance): Allowance => Allowance.parse(holder)

const TRADING: readonly Scope[] = ALL_SCOPES.filter((scope) => SCOPES[scope].risk === 'trades')

/** Whether a connection may do anything that trades. */
export const mayTrade = ({ scopes }: Pick<Allowance, 'scopes'>): boolean =>
  scopes.some((scope) => TRADING.includes(scope))

const FROM_SHORT_TO_LONG = Object.keys(LIFETIMES) as Lifetime[] // sound: its keys are exactly the lifetimes

/**
 * Whether `after` allows anything that trades, spends, deletes or administers and was not allowed before: real money
 * instead of paper, and for longer, included. For that a person shows who they are again.
 */
export function widens(before: StoredAllowance | undefined, after: Allowance): boolean {
  const grave = after.scopes.filter((scope) => !isHarmless(SCOPES[scope].risk))
  const graver = grave.some((scope) => !before?.scopes.includes(scope))
  const realMoney = mayTrade(after) && !after.paperOnly && before?.paperOnly === true
  const longer =
    FROM_SHORT_TO_LONG.indexOf(after.lifetime) > FROM_SHORT_TO_LONG.indexOf(before?.lifetime ?? DEFAULT_LIFETIME)
  return graver || realMoney || (grave.length > 0 && longer)
}
