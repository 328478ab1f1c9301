// The person's record of what their assistants did, as this server writes it: every call once, whatever became of it.
import type { Activity, Call } from '../activity/activity.ts'
import { idsIn } from '../activity/ids.ts'
import type { Grant } from '../grants/grants.ts'
import type { Log } from '../observability/log.ts'
import type { Tool } from './tools/tool.ts'

/** Where calls are written down. */
export interface Books {
  readonly activity: Pick<Activity, 'record'>
  readonly log: Log
}

/**
 * Writes one call down. An answer that QuantConnect has given is never lost for it: what the store does not take stands
 * in the log.
 */
export async function recordCall(
  { activity, log }: Books,
  { id, accountId, name, client }: Grant,
  { name: tool, risk }: Tool,
  args: unknown,
  what: Pick<Call, 'at' | 'ref' | 'ms' | 'outcome' | 'why'>,
): Promise<void> {
  const call: Call = {
    ...what,
    grantId: id,
    client: name ?? client?.name ?? 'A connection',
    tool,
    risk,
    ids: idsIn(args),
  }
  try {
    await activity.record(accountId, call)
  } catch (error) {
    log.error({ err: error, accountId, call }, 'call not recorded')
  }
}
