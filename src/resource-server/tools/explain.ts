// What is told when there was no answer to tell: to the model in a result that it can act on, and to the person in one
// short sentence beside the call.
import type { CallToolResult } from '@modelcontextprotocol/server'
import { ProtocolError } from '@modelcontextprotocol/server'
import type { Call } from '../../activity/activity.ts'
import type { Log } from '../../observability/log.ts'
import { StoreUnavailable } from '../../storage/store.ts'
import { accountPage } from '../account-pages.ts'
import { clip, record, text } from './reading.ts'
import { outcome, refusal } from './refusals.ts'
import { Refused } from './refused.ts'
import { failure } from './told.ts'
import type { Tool } from './tool.ts'
import { Impossible, Unanswered } from './work.ts'

/** The account of a connection is not in the vault any more. */
export class NoCredentials extends Error {}

/** Arguments that do not fit the tool. Its message repeats some of them, for the model. */
export class Misfit extends Error {}

export type Ending = Pick<Call, 'outcome' | 'why'>

/** Characters of a sentence beside a call. */
const WHY_AT_MOST = 200

interface Suppliers {
  readonly log: Log
  readonly issuer: string
}

/** How a call ended that threw. Says nothing of what was in its arguments but what QuantConnect itself says about them. */
export function endingOf(error: unknown, tool: Tool, { issuer }: Suppliers): Ending {
  if (error instanceof Refused) return { outcome: 'refused', why: error.why }
  if (error instanceof ProtocolError) return { outcome: 'refused', why: 'The gate did not allow it.' }
  if (error instanceof Misfit) return { outcome: 'failed', why: 'The arguments did not fit the tool.' }
  const told = text(record(known(error, tool, issuer)?.structuredContent).error)
  return { outcome: 'failed', why: clip(told ?? 'Something went wrong in qcgate itself.', WHY_AT_MOST) }
}

/** What a model is told. */
export function explain(error: unknown, tool: Tool, { log, issuer }: Suppliers): CallToolResult {
  const result = known(error, tool, issuer)
  if (result) return result
  log.error({ err: error, tool: tool.name }, 'tool call failed')
  const fate = tool.annotations.readOnlyHint ? undefined : outcome(tool, true)
  return failure('Something went wrong in qcgate itself; whoever runs it finds the cause in its log.', fate)
}

function known(error: unknown, tool: Tool, issuer: string): CallToolResult | undefined {
  if (error instanceof Refused) {
    return { ...failure(error.message, error.next), ...(error.meta ? { _meta: error.meta } : {}) }
  }
  if (error instanceof Misfit) return failure(error.message, 'Correct them and call it again; nothing was sent.')
  if (error instanceof Unanswered) return refusal(error.answer, tool, accountPage(issuer))
  if (error instanceof Impossible) return failure(error.message, error.next)
  if (error instanceof StoreUnavailable)
    return failure('qcgate cannot reach its store.', 'Nothing was done; call it again soon.')
  if (error instanceof NoCredentials) {
    return failure(
      'The QuantConnect account of this connection is not stored here any more.',
      'Ask the person to connect again.',
    )
  }
  return undefined
}
