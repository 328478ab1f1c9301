// The authorizations of all connections, each in one record that both parties change: the authorization server with each
// refresh, the resource server at the first call with what a refresh gave. Every change is one compare-and-swap of that record,
// so that of two that come at once one sees the other.
import { parseJson } from '../parse-json.ts'
import { KEYS } from '../storage/keys.ts'
import type { Entry, Store } from '../storage/store.ts'
import { add, put, update } from '../storage/store.ts'
import { unixTime } from '../unix-time.ts'
import { Authorization, afterRefresh, beginAuthorization, refreshStanding, refreshWait } from './authorization.ts'
import type { Grants } from './grants.ts'
import { ENDED_KEPT } from './grants.ts'

/** What a refresh came to: the generation that it gives, or why it gives none. */
export type Refreshed =
  | { readonly generation: number }
  | { readonly refused: 'stale' | 'unknown' }
  | { readonly retryAfter: number }

export interface Authorizations {
  /** Begins one, with generation 0; false when it was ended already. */
  begin(id: string, beginning: Pick<Authorization, 'grantId' | 'from'>): Promise<boolean>
  /** One that lives; undefined when it was ended, has run out, or never was. */
  find(id: string): Promise<FoundAuthorization | undefined>
  /**
   * Refreshes with the token of a generation, from the address with a hash. The newest token makes the next generation; one
   * that is good for a repetition gets the newest. `found` is what was read already.
   */
  refresh(id: string, generation: number, from: string, found?: FoundAuthorization): Promise<Refreshed>
  /** Notes that the access token of a generation was used. Throws `StoreUnavailable`. */
  noteUse(id: string, generation: number): Promise<void>
  /** Ends one authorization of a grant, and everything that came of it. */
  end(id: string, grantId: string): Promise<void>
}

/** A record, and the very text that is stored. */
export interface FoundAuthorization {
  readonly authorization: Authorization
  readonly stored: string
}

/** In place of a record that was ended, so that nothing begins there any more. */
const ENDED = JSON.stringify({ version: 1, ended: true })

export function createAuthorizations(store: Store, grants: Pick<Grants, 'endAuthorization'>): Authorizations {
  return {
    begin(id, beginning) {
      const { value, ttl } = entryOf(beginAuthorization(beginning, unixTime()))
      return add(store, KEYS.authorization(id), value, ttl)
    },

    async find(id) {
      const stored = await store.get(KEYS.authorization(id))
      const authorization = parse(stored)
      return stored && authorization ? { authorization, stored } : undefined
    },

    async refresh(id, generation, from, found) {
      let came: Refreshed = { refused: 'unknown' }
      await update(
        store,
        KEYS.authorization(id),
        (stored) => {
          const now = unixTime()
          const before = parse(stored)
          const standing = before && refreshStanding(before, generation, from, now)
          came = { refused: standing === 'stale' ? 'stale' : 'unknown' }
          if (!before || !standing || standing === 'stale') return undefined
          const retryAfter = refreshWait(before, now)
          came = { retryAfter }
          if (retryAfter) return undefined
          const after = afterRefresh(before, standing, from, now)
          came = { generation: after.generation }
          return entryOf(after)
        },
        found?.stored,
      )
      return came
    },

    async noteUse(id, generation) {
      await update(store, KEYS.authorization(id), (stored) => {
        const before = parse(stored)
        // What came before the newest was used or not, as it was: nobody asks any more.
        if (!before || before.generation !== generation || before.used) return undefined
        return entryOf({ ...before, used: true })
      })
    },

    async end(id, grantId) {
      // First what would live on, then what has an hour left.
      await put(store, KEYS.authorization(id), ENDED, ENDED_KEPT)
      await grants.endAuthorization(grantId, id)
    },
  }
}

const entryOf = (authorization: Authorization): Entry => ({
  value: JSON.stringify(authorization),
  ttl: Math.max(1, authorization.expiresAt - unixTime()),
})

/** A record that cannot be understood counts as none. */
const parse = (stored: string | undefined): Authorization | undefined => parseJson(stored, Authorization)
