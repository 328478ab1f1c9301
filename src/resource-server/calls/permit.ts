// The last look before a call is sent: it may have waited, and its person has narrowed, suspended or ended the connection
// meanwhile. What this finds goes into the step that writes the intent down, so that nothing is sent that was stopped before.
import { exceeds } from '../../grants/allowance.ts'
import type { Grant } from '../../grants/grant-record.ts'
import { suspensionOf } from '../../grants/suspension.ts'
import type { Step } from '../../storage/store.ts'
import type { Suppliers } from '../../suppliers.ts'
import type { Brake } from './brake.ts'
import { Refusal } from './refusals.ts'

export interface Permit {
  /** What the step must find and write. `what` says what is to be sent. Throws `Refusal` when it must not be, and `StoreUnavailable`. */
  parts(what: string | undefined): Promise<Pick<Step, 'expect' | 'write'>>
  /** Nothing was done: the call counts for nothing. */
  takeBack(): Promise<void>
}

/**
 * `decided` is the grant as the gate saw it. `brake` is absent for what never counts. What only stops something is looked at and
 * not held up: a stop that crosses a suspension harms nobody.
 */
export const createPermit = (
  decided: Grant,
  {
    brake,
    onlyLowersRisk = false,
  }: { readonly brake: Brake | undefined; readonly onlyLowersRisk?: boolean | undefined },
  { grants }: Pick<Suppliers, 'grants'>,
): Permit => ({
  async parts(what) {
    const standing = await grants.findStanding(decided.id)
    if (!standing) throw new Refusal({ reason: 'ended' })
    const { grant, expect } = standing
    const why = suspensionOf(grant)
    if (why) throw new Refusal({ reason: 'suspended', why })
    // Only what the connection had and has not any more: where it may do more now, nothing is lost.
    if (exceeds(grant, { ...decided, brake: grant.brake, endless: grant.endless, expiresAt: grant.expiresAt }))
      throw new Refusal({ reason: 'narrowed' })
    if (onlyLowersRisk) return {}
    const counted = grant.brake ? await brake?.count(grant, what) : undefined
    return { expect: { ...expect, ...counted?.expect }, write: { ...counted?.write } }
  },
  takeBack: async () => brake?.takeBack(),
})
