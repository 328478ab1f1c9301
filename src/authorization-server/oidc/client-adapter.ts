// Registered clients in our store. Most registrations are never used: a program that could not connect, a person who
// closed the page. They go after a month; one that was used stays for a year after its last use.
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { KEYS } from '../../storage/keys.ts'
import type { Entry, Store } from '../../storage/store.ts'
import { add, remove, update } from '../../storage/store.ts'
import { hashSecret } from './client-secrets.ts'

const DAY = 24 * 60 * 60
const UNUSED = 30 * DAY
/** A year, and the day by which a use may go unnoticed (see `noteClientUse`). */
const USED = 366 * DAY

interface ClientRecord {
  readonly version: 1
  readonly metadata: AdapterPayload
  /** When a use was last written down, in seconds. */
  readonly used?: number
}

/** `admit` throws when there have been too many new registrations. */
export function createClientAdapter(store: Store, admit: (metadata: AdapterPayload) => Promise<void>): Adapter {
  return {
    /** A client without a secret that registers again, as many do on every start, finds its old record and renews it. */
    async upsert(id, metadata) {
      const { client_secret, ...open } = metadata
      const stored = client_secret ? { ...open, client_secret: hashSecret(String(client_secret)) } : open
      if (await renew(store, id)) return
      await admit(metadata)
      const entry = entryOf({ version: 1, metadata: stored })
      // Whoever registered the same in between wrote the same.
      if (!(await add(store, KEYS.client(id), entry.value, entry.ttl))) await renew(store, id)
    },

    find: async (id) => parse(await store.get(KEYS.client(id)))?.metadata,

    async destroy(id) {
      await remove(store, KEYS.client(id))
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
  const now = Math.floor(Date.now() / 1000)
  await change(store, id, (record) => ((record.used ?? 0) > now - DAY ? undefined : { ...record, used: now }))
}

/** Starts a record's time anew; false when there is no such record. */
const renew = async (store: Store, id: string): Promise<boolean> =>
  (await change(store, id, (record) => record)) !== undefined

const change = (store: Store, id: string, how: (record: ClientRecord) => ClientRecord | undefined) =>
  update(store, KEYS.client(id), (current) => {
    const record = parse(current)
    const next = record && how(record)
    return next && entryOf(next)
  })

const entryOf = (record: ClientRecord): Entry => ({ value: JSON.stringify(record), ttl: record.used ? USED : UNUSED })

function parse(json: string | undefined): ClientRecord | undefined {
  const record: ClientRecord | undefined = json ? JSON.parse(json) : undefined
  return record?.version === 1 ? record : undefined
}
