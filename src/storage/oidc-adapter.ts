// oidc-provider's records in our store. Ids of codes, tokens and sessions are the secrets themselves, so a record is
// filed under the hash of its id and does not contain it; whoever presents the id brings it back.
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { unixTime } from '../unix-time.ts'
import { KEYS } from './keys.ts'
import type { Store } from './store.ts'
import { add, put, remove, update } from './store.ts'

/** Written once and never over: a second writer of the same id (a racer) leaves what the first one wrote. */
const WRITTEN_ONCE = new Set(['AuthorizationCode', 'ReplayDetection'])

/** The adapter factory for every model but `Grant`, `Client` and `RefreshToken`, which live by rules of their own. */
export const createOidcAdapter =
  (store: Store) =>
  (model: string): Adapter => {
    const key = (id: string) => KEYS.oidc(model, id)
    const read = async (at: string) => parse(await store.get(at))
    return {
      async upsert(id, payload, expiresIn) {
        if (!expiresIn) throw new Error(`a ${model} without a lifetime would stay for ever`)
        const value = format(withoutIds(payload))
        const written = await (WRITTEN_ONCE.has(model) ? add : put)(store, key(id), value, expiresIn)
        if (!written && model === 'ReplayDetection') throw new errors.InvalidClientAuth('the assertion was used before')
        if (model === 'Session' && payload.uid) await put(store, KEYS.sessionByUid(payload.uid), key(id), expiresIn)
      },

      async find(id) {
        const payload = await read(key(id))
        return payload && { ...payload, jti: id }
      },

      async findByUid(uid) {
        const at = await store.get(KEYS.sessionByUid(uid))
        return at ? read(at) : undefined
      },

      findByUserCode: async () => undefined, // the device flow is off

      /** Marks the record as used, for exactly one of all who ask at once. Throws `InvalidGrant` for the others. */
      async consume(id) {
        const { isFirst } = await useOnce(store, model, id)
        if (!isFirst) throw new errors.InvalidGrant(`${model} was used before`)
      },

      async destroy(id) {
        await remove(store, key(id))
      },

      // Codes and tokens live by their grant: every use looks the grant up, and without it they open nothing. So there is
      // no list of them to keep, and ending a grant is one step on one key.
      revokeByGrantId: async () => undefined,
    }
  }

/**
 * Marks a record as used, for exactly one of all who ask at once. Returns it as it is then: with what `note` added at its first
 * use. Throws `InvalidGrant` when there is no record.
 */
export async function useOnce(
  store: Store,
  model: string,
  id: string,
  note: (payload: AdapterPayload) => object = () => ({}),
): Promise<{ isFirst: boolean; payload: AdapterPayload }> {
  let isFirst = false
  const stored = await update(store, KEYS.oidc(model, id), (current) => {
    const payload = parse(current)
    isFirst = payload !== undefined && !payload.consumed
    if (!payload || !isFirst) return undefined
    const value = format({ ...payload, ...note(payload), consumed: unixTime() })
    return { value, ttl: Math.max(1, (payload.exp ?? 0) - unixTime()) }
  })
  const payload = parse(stored)
  if (!payload) throw new errors.InvalidGrant(`${model} is gone`)
  return { isFirst, payload }
}

/** Removes a session by its `uid`, for whoever does not know its id: only the browser does. */
export async function removeSession(store: Store, uid: string): Promise<void> {
  const at = await store.get(KEYS.sessionByUid(uid))
  if (at) await remove(store, at)
  await remove(store, KEYS.sessionByUid(uid))
}

const format = (payload: AdapterPayload): string => JSON.stringify({ version: 1, ...payload })

/** A record of a version that this release does not know counts as absent. The first ones had no version. */
function parse(json: string | undefined): AdapterPayload | undefined {
  if (!json) return undefined
  const { version = 1, ...payload } = JSON.parse(json)
  return version === 1 ? payload : undefined
}

/** An interaction remembers the session it began in, cookie value included; that would be a session id in plain. */
function withoutIds({ jti: _id, ...payload }: AdapterPayload): AdapterPayload {
  if (!payload.session) return payload
  const { cookie: _cookie, ...session } = payload.session
  return { ...payload, session }
}
