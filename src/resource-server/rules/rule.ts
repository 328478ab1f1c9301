// What a rule (a policy, in the words of access control) is: a function of what is known about a call.
import type { Allowance } from '../../grants/allowance.ts'
import type { Answer } from '../../quantconnect/answer.ts'
import type { Reason } from '../calls/refusals.ts'
import type { Tool } from '../tools/tool.ts'

/** What is known about a call before it goes on. */
export interface CallFacts {
  readonly tool: Pick<Tool, 'money'>
  /** Validated. */
  readonly args: Readonly<Record<string, unknown>>
  readonly allowance: Pick<Allowance, 'paperOnly'>
  /** Reads from QuantConnect what the arguments do not say. */
  readonly look: (endpoint: string, args: object) => Promise<Answer>
}

/** Looks once more when the call was carried out, and says in a sentence what was not as it had seemed. */
export type LookAgain = () => Promise<string | undefined>

/** Says why a call must not go on. Whatever else lets it: nothing, or that it wants to look again afterwards. */
export type Rule = (facts: CallFacts) => Promise<Reason | LookAgain | undefined>
