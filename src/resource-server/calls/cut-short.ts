// A call whose connection is suspended while it is at work: what its caller reads of that, once a look at the grant has shown it.
import type { Grant } from '../../grants/grant-record.ts'
import type { Places } from '../challenge.ts'
import type { Deed } from './deed.ts'
import { Refusal } from './refusals.ts'
import { wordsOfSuspension } from './suspended.ts'

/** The refusal with which a signal aborted. */
const refusalIn = (suspended: AbortSignal | undefined) =>
  suspended?.aborted ? (suspended.reason as Refusal).reason : undefined // sound: see `Caller`

/** Why it is cut short; undefined when it is not. What it had sent by then stands. */
export function suspendedAtWork(suspended: AbortSignal | undefined, deed: Deed | undefined): Refusal | undefined {
  const reason = refusalIn(suspended)
  if (!reason) return undefined
  return new Refusal(deed?.hasBegun && reason.reason === 'suspended' ? { ...reason, hasSent: true } : reason)
}

/** The same of a call that was done all the same, in a sentence. */
export function suspensionMeanwhile(
  suspended: AbortSignal | undefined,
  { id: grantId }: Grant,
  { issuer }: Pick<Places, 'issuer'>,
): string | undefined {
  const reason = refusalIn(suspended)
  if (reason?.reason !== 'suspended') return undefined
  const { error, next } = wordsOfSuspension(reason.why, { issuer, grantId })
  return `${error} ${next}`
}
