// The person's record of what their assistants did, as this server writes it: every call, whatever became of it. What is sent to
// change something is written down by deed.ts.
import * as z from 'zod'
import { idsIn } from '../../audit/ids.ts'
import type { CallBegun, CallEnded, CallEnding } from '../../audit/records.ts'
import type { Grant } from '../../grants/grant-record.ts'
import { record } from '../../quantconnect/fields.ts'
import type { Suppliers } from '../../suppliers.ts'
import { visible } from '../answers/unseen.ts'
import { parsedBefore } from '../tools/coercion.ts'
import type { Tool } from '../tools/tool.ts'
import type { RefusalWords } from './refusal-words.ts'

/** Where calls are recorded. */
type AuditSuppliers = Pick<Suppliers, 'auditLog' | 'log'>

/** What is known of a call when it comes in. */
export const callBegun = (
  { id, name, client }: Grant,
  tool: Tool,
  args: unknown,
  { at, ref }: Pick<CallBegun, 'at' | 'ref'>,
): CallBegun => ({
  at,
  ref,
  connection: id,
  client: name ?? client?.name ?? 'A connection',
  tool: tool.name,
  risk: tool.risk,
  ids: idsIn(args, namesTaken(tool, args)),
})

/** How a call ended that did not do what was asked, in the words of its person's record. */
export const endingBy = ({ outcome, why, rule }: Pick<RefusalWords, 'outcome' | 'why' | 'rule'>): CallEnding => ({
  outcome,
  why: visible(why),
  ...(rule === undefined ? {} : { rule }),
})

/**
 * Records a call that was sent to change nothing. An answer that QuantConnect has given is never lost for it: what the store does
 * not take stands in the log.
 */
export async function recordCall(
  { auditLog, log }: AuditSuppliers,
  accountId: string,
  { annotations }: Pick<Tool, 'annotations'>,
  call: CallEnded,
): Promise<void> {
  try {
    await (annotations.readOnlyHint ? auditLog.recordRead(accountId, call) : auditLog.recordRefused(accountId, call))
  } catch (error) {
    log.error({ err: error, accountId, call }, 'call not recorded')
  }
}

/**
 * The ids of a tool that it takes as they were given, one by one, whether or not it would run: a sentence where a number
 * belongs would stand in the person's record as if it were a project, and may be a secret that was put there by mistake.
 */
function namesTaken({ recorded, input }: Tool, args: unknown): string[] {
  const given = record(args)
  const isInOrder = parsedBefore(input, args) !== undefined
  return recorded.filter((name) => Object.hasOwn(given, name) && (isInOrder || takes(input.shape[name], given[name])))
}

const takes = (shape: z.core.$ZodType | undefined, value: unknown): boolean =>
  shape !== undefined && z.safeParse(shape, value).success
