// Registered clients in our store, as the library asks for them.
import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Store } from '../../storage/store.ts'
import { addRecord, findRecord, noteUse, removeRecord, renewRecord } from './client-record.ts'
import { hashSecret } from './client-secrets.ts'

/** `admit` throws when there have been too many new registrations. */
export function createClientAdapter(store: Store, admit: (metadata: AdapterPayload) => Promise<void>): Adapter {
  return {
    /** A client without a secret that registers again, as many do on every start, finds its old record and renews it. */
    async upsert(id, metadata) {
      const { client_secret, ...open } = metadata
      const stored = client_secret ? { ...open, client_secret: hashSecret(String(client_secret)) } : open
      if (await renewRecord(store, id)) return
      await admit(metadata)
      // Whoever registered the same in between wrote the same.
      if (!(await addRecord(store, id, stored))) await renewRecord(store, id)
    },

    find: async (id) => (await findRecord(store, id))?.metadata,

    async destroy(id) {
      await removeRecord(store, id)
    },

    consume: async () => undefined,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    revokeByGrantId: async () => undefined,
  }
}

/**
 * Notes that a client was given a token, and so is alive. Once a day is enough: a popular program is one record for all who
 * run it. A client that never registered has no record, and none is made.
 */
export async function noteClientUse(store: Store, id: string): Promise<void> {
  await noteUse(store, id)
}
