// What a person sets for one connection, as one value that is passed whole. Adding something that a person may set means a
// member here, in `NARROWS` when it narrows, and in `widens`, its rule (resource-server/rules/), its form
// (authorization-server/permissions/choice.ts reads it, views/permissions.ts shows it) and its words (permissions/summary.ts);
// whatever carries an allowance from one to the other takes the new member along.
import * as z from 'zod'
import type { Scope } from '../scopes.ts'
import { ALL_SCOPES, isHarmless, isScope, SCOPES } from '../scopes.ts'
import { endOf } from './lifetime.ts'

export const Allowance = z.object({
  scopes: z.array(z.string().refine(isScope)).readonly(),
  /** Whether what touches money may touch QuantConnect's play money only. Absent before there was a choice. */
  paperOnly: z.boolean().default(false),
  /** Whether it is suspended when it sends the same dangerous call again and again. */
  brake: z.boolean().default(true),
  /** Whether it lives until it is ended, as long as it is used. */
  endless: z.boolean().default(false),
  /** When it ends, in seconds since 1970; of an endless one, when it does if nobody uses it. */
  expiresAt: z.number(),
})
export type Allowance = Readonly<z.infer<typeof Allowance>>

/** An allowance as a record may hold it: what is missing is what was true before there was a choice. */
export type StoredAllowance = Partial<Allowance> & Pick<Allowance, 'scopes' | 'expiresAt'>

/** The allowance among the members of a grant, a record or a form, and nothing beside it. */
export const allowanceOf = (holder: StoredAllowance): Allowance => Allowance.parse(holder)

/** By name, what makes a member narrow what the scopes alone would allow. The brake narrows nothing: it ends what has run wild. */
const NARROWS: Readonly<Record<string, (allowance: Allowance) => boolean>> = { paperOnly: ({ paperOnly }) => paperOnly }
/** The members of an allowance that narrow it. A release that does not know one of them must not act by the others. */
export const narrowingIn = (allowance: Allowance): string[] =>
  Object.keys(NARROWS).filter((name) => NARROWS[name]?.(allowance))
export const isKnownToNarrow = (name: string): boolean => Object.hasOwn(NARROWS, name)

/** The permissions that trade, spend, delete or administer. */
export const dangerousIn = ({ scopes }: Pick<Allowance, 'scopes'>): readonly Scope[] =>
  scopes.filter((scope) => !isHarmless(SCOPES[scope].risk))

const TRADING: readonly Scope[] = ALL_SCOPES.filter((scope) => SCOPES[scope].risk === 'trades')

/** Whether a connection may do anything that trades. */
export const mayTrade = ({ scopes }: Pick<Allowance, 'scopes'>): boolean =>
  scopes.some((scope) => TRADING.includes(scope))
/** Whether any of that may be with real money. */
export const tradesForReal = (allowance: Pick<Allowance, 'scopes' | 'paperOnly'>): boolean =>
  mayTrade(allowance) && !allowance.paperOnly

/** What signing in proves by itself, in its own visit: beside what is harmless, trading on paper. */
export const PAPER_TRADING: Allowance = { scopes: TRADING, paperOnly: true, brake: true, endless: true, expiresAt: 0 }

/**
 * Whether some call that trades, spends, deletes, administers or leaves paper would go through after a change that would not
 * have before, or later or more often than it would have before. For that a person proves that they are here.
 */
export const widens = (before: Allowance | undefined, after: Allowance): boolean =>
  exceeds(before, { ...after, scopes: dangerousIn(after) })

/** The same of any call at all. */
export function exceeds(before: Allowance | undefined, after: Allowance): boolean {
  if (!after.scopes.length) return false
  if (!before || after.scopes.some((scope) => !before.scopes.includes(scope))) return true
  const loosens = (before.paperOnly && !after.paperOnly) || (before.brake && !after.brake)
  return (loosens && dangerousIn(after).length > 0) || endOf(after) > endOf(before)
}
