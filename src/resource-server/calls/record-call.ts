// The person's record of what their assistants did, as this server writes it: every call once, whatever became of it.
import type { Call } from '../../audit/audit-log.ts'
import { idsIn } from '../../audit/ids.ts'
import type { Grant } from '../../grants/grants.ts'
import type { Suppliers } from '../../suppliers.ts'
import { recordedOf } from '../tools/catalog.ts'
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
  { name: tool, risk }: Tool,
  { args, ...what }: RecordedCall,
): Promise<void> {
  const call: Call = {
    ...what,
    grantId: id,
    client: name ?? client?.name ?? 'A connection',
    tool,
    risk,
    ids: idsIn(args, recordedOf(tool)),
  }
  try {
    await auditLog.record(accountId, call)
  } catch (error) {
    log.error({ err: error, accountId, call }, 'call not recorded')
  }
}
