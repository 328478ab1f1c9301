// Whether a client asks again for what it was refused, without having been authorised anew. Such a client did not take
// HTTP 403 for what it is, and is told in another way.
import type { Grant } from '../grants/grant-record.ts'
import { countAttempt, RATE_LIMITS } from '../rate-limits/rate-limits.ts'
import type { Store } from '../storage/store.ts'

/** Notes that these tools were refused, and says whether one of them had been before. */
export type NoteRefusal = (grant: Grant, tools: ReadonlySet<string>) => Promise<boolean>

export const createRepeatedRefusals =
  (store: Pick<Store, 'increment'>): NoteRefusal =>
  async ({ id, accountId, authorizedAt, createdAt }, tools) => {
    const waits = await Promise.all(
      [...tools].map((tool) =>
        countAttempt(store, RATE_LIMITS.refusedCall, `${id} ${authorizedAt ?? createdAt} ${tool}`, accountId),
      ),
    )
    return waits.some((wait) => wait > 0)
  }
