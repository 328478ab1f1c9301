// The person's record of what their assistants did, as this server writes it: every call once, whatever became of it.
import { z } from 'zod'
import type { Call } from '../../audit/audit-log.ts'
import { idsIn } from '../../audit/ids.ts'
import type { Grant } from '../../grants/grants.ts'
import type { Suppliers } from '../../suppliers.ts'
import { record } from '../answers/reading.ts'
import { visible } from '../answers/unseen.ts'
import type { Tool } from '../tools/tool.ts'

/** Where calls are recorded. */
type AuditSuppliers = Pick<Suppliers, 'auditLog' | 'log'>

/** How a call ended. */
export type Ending = Pick<Call, 'outcome' | 'why'>

/** A call that has ended, and what it was given. */
type RecordedCall = Pick<Call, 'at' | 'ref' | 'ms'> & Ending & { readonly args: unknown }

/**
 * Records one call. An answer that QuantConnect has given is never lost for it: what the store does not take stands in the log.
 */
export async function recordCall(
  { auditLog, log }: AuditSuppliers,
  { id, accountId, name, client }: Grant,
  tool: Tool,
  { args, ...what }: RecordedCall,
): Promise<void> {
  const call: Call = {
    ...what,
    ...(what.why === undefined ? {} : { why: visible(what.why) }),
    grantId: id,
    client: name ?? client?.name ?? 'A connection',
    tool: tool.name,
    risk: tool.risk,
    ids: idsIn(args, namesTaken(tool, args)),
  }
  try {
    await auditLog.record(accountId, call)
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
  return recorded.filter((name) => Object.hasOwn(given, name) && takes(input.shape[name], given[name]))
}

const takes = (shape: z.core.$ZodType | undefined, value: unknown): boolean =>
  shape !== undefined && z.safeParse(shape, value).success
