// Registered clients in our store, as the library asks for them.
import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Store } from '../../storage/store.ts'
import { atHand } from './at-hand.ts'
import type { ClientRecord } from './client-record.ts'
import { addRecord, findRecord, isNoted, noteUse, removeRecord, renewRecord } from './client-record.ts'
import { hashSecret } from './client-secrets.ts'
import { admitUnused, forgetUnused, keepUnused } from './unused-clients.ts'

/** `admit` throws when there have been too many new registrations; `address` is where the one at hand comes from. */
export function createClientAdapter(
  store: Store,
  admit: (metadata: AdapterPayload) => Promise<void>,
  address: () => string,
): Adapter {
  /** Renews what is there, and says whether something was. */
  async function renew(id: string): Promise<boolean> {
    const record = await renewRecord(store, id)
    if (record && record.used === undefined) await keepUnused(store, id, address())
    return record !== undefined
  }

  return {
    /** A client without a secret that registers again, as many do on every start, finds its old record and renews it. */
    async upsert(id, metadata) {
      const { client_secret, ...open } = metadata
      const stored = client_secret ? { ...open, client_secret: hashSecret(String(client_secret)) } : open
      if (await renew(id)) return
      await admit(metadata)
      // First the place, then the record: what has no place must not be there, whenever a process ends.
      await admitUnused(store, id, address())
      // Whoever registered the same in between wrote the same.
      if (!(await addRecord(store, id, stored))) await renew(id)
    },

    async find(id) {
      const record = await findRecord(store, id)
      atHand().client = record
      return record?.metadata
    },

    async destroy(id) {
      await removeRecord(store, id)
      await forgetUnused(store, id)
    },

    consume: async () => undefined,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    revokeByGrantId: async () => undefined,
  }
}

/**
 * Notes that a client was given a token, and so is alive. Once a day is enough: a popular program is one record for all who
 * run it. A client that never registered has no record, and none is made. `known` is the record as it was read a moment ago.
 */
export async function noteClientUse(store: Store, id: string, known?: ClientRecord): Promise<void> {
  if (known && isNoted(known)) return
  if (await noteUse(store, id)) await forgetUnused(store, id)
}
