// The form of what readers are told of a call that did not do what was asked, for the tables that say it.
import { clip } from '../answers/reading.ts'
import type { Places } from '../challenge.ts'
import type { RepeatedCall } from './sent-before.ts'

/** What readers are told. */
export interface RefusalWords {
  /** `blocked` when this server did not let it through, `failed` when it went wrong. */
  readonly outcome: 'blocked' | 'failed'
  /** For the model: what happened. */
  readonly error: string
  /** For the model: what there is to do. */
  readonly next: string
  /** For the person's record, in one short sentence: nothing of the arguments but what QuantConnect itself says of them. */
  readonly why: string
  /** For clients that take a challenge from a tool's result. */
  readonly challenge?: string
  /** For programs: what of a person's allowance refused it. */
  readonly rule?: 'suspended' | 'scopes' | 'paper' | 'rate' | 'repeated'
  /** Seconds after which the same call may be let through. */
  readonly retryAfter?: number
  /** For programs: the same call, which was sent before. */
  readonly repeated?: RepeatedCall
}

/** The call that was refused: what the words depend on beside the reason. */
export interface RefusedCall {
  readonly tool: {
    readonly name: string
    readonly annotations: { readonly readOnlyHint: boolean }
    /** The call that shows whether a change was made after all. */
    readonly verify?: string
  }
  readonly grantId: string
  readonly places: Places
}

/** Characters of a sentence beside a call. */
const WHY_AT_MOST = 200

export const failed = (error: string, next: string, why = clip(error, WHY_AT_MOST)): RefusalWords => ({
  outcome: 'failed',
  error,
  next,
  why,
})
export const refused = (
  error: string,
  next: string,
  why: string,
  more: Pick<RefusalWords, 'rule' | 'challenge' | 'retryAfter' | 'repeated'> = {},
): RefusalWords => ({ outcome: 'blocked', error, next, why, ...more })

export type Table<Union, Member extends keyof Union> = {
  readonly [R in Union[Member] & string]: (
    reason: Extract<Union, { readonly [_ in Member]: R }>,
    call: RefusedCall,
  ) => RefusalWords
}

export type Row<R> = (reason: R, call: RefusedCall) => RefusalWords
