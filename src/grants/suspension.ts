// Why a connection may do nothing for now, though it lives: plain values; grants.ts keeps them. Each reason ends by itself: looking
// through what was connected ends none but its own.
import * as z from 'zod'
import { isKnownToNarrow } from './allowance.ts'

export const Suspension = z.object({
  /** Its person, on the account page or by their address for emergencies, or the automatic brake. */
  by: z.enum(['person', 'address', 'brake']),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** What it did, where the brake stopped it: in a sentence. */
  says: z.string().optional(),
})
export type Suspension = Readonly<z.infer<typeof Suspension>>

/** What of a grant may suspend it. */
interface Suspendable {
  readonly suspended?: boolean | undefined
  readonly suspensions?: readonly Suspension[] | undefined
  readonly crit?: readonly string[] | undefined
}

/**
 * What is told of a suspension: its person has to look at it again since the API token was replaced, this release does not know all
 * that narrows it, or somebody has suspended it.
 */
export type WhySuspended = { readonly by: 'to-be-reviewed' | 'unknown-limits' } | Suspension

/** What narrows a grant, by the name of its member, that a later release wrote and this one does not know. */
export const unknownLimitsOf = ({ crit = [] }: Suspendable): string[] => crit.filter((name) => !isKnownToNarrow(name))

/** Why a grant may do nothing now; of several reasons the one that has to be dealt with first. */
export function suspensionOf(grant: Suspendable): WhySuspended | undefined {
  if (grant.suspended) return { by: 'to-be-reviewed' }
  if (unknownLimitsOf(grant).length) return { by: 'unknown-limits' }
  return grant.suspensions?.toSorted((one, other) => other.at - one.at)[0]
}

/** Whether a person may let it go on, with a proof. */
export const isSuspended = ({ suspended, suspensions = [] }: Suspendable): boolean =>
  suspended === true || suspensions.length > 0

/** What changes of a grant that its person lets go on, whatever it waited for. */
export const GOES_ON = { suspended: false, suspensions: [] } as const

/** The reasons with one more, which takes the place of one like it. */
export const withSuspension = ({ suspensions = [] }: Suspendable, added: Suspension): Suspension[] => [
  ...suspensions.filter(({ by }) => by !== added.by),
  added,
]
