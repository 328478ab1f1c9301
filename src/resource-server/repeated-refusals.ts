// Whether a client asks again for what it was refused, without having been authorised anew. Such a client did not take
// HTTP 403 for what it is, and is told in another way.
import type { Grant } from '../grants/grants.ts'
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'

/** For so long a refusal is remembered, in seconds. */
const REMEMBERED = 60 * 60

/** Remembers that these tools were refused, and says whether one of them had been before. */
export type NoteRefusal = (grant: Grant, tools: ReadonlySet<string>) => Promise<boolean>

export const createRepeatedRefusals =
  (store: Pick<Store, 'increment'>): NoteRefusal =>
  async ({ id, authorizedAt, createdAt }, tools) => {
    const counts = await Promise.all(
      [...tools].map((tool) =>
        store.increment(KEYS.attempts('refused-call', `${id} ${authorizedAt ?? createdAt} ${tool}`), REMEMBERED),
      ),
    )
    return counts.some((count) => count > 1)
  }
