// The record of a registered client. Most registrations are never used: a program that could not connect, a person who closed
// the page. They go after a month; one that was used stays for a year after its last use.
import type { AdapterPayload } from 'oidc-provider'
import { KEYS } from '../../storage/keys.ts'
import type { Entry, Store } from '../../storage/store.ts'
import { add, remove, update } from '../../storage/store.ts'
import { withoutUsual, withUsual } from '../../storage/usual.ts'
import { unixTime } from '../../unix-time.ts'

const DAY = 24 * 60 * 60
/** Seconds that a client stays which nobody has used yet. */
export const UNUSED = 30 * DAY
/** A year, and the day by which a use may go unnoticed (see `noteUse`). */
const USED = 366 * DAY

export interface ClientRecord {
  readonly version: 1
  readonly metadata: AdapterPayload
  /** When a use was last written down, in seconds. */
  readonly used?: number
}

export const findRecord = async (store: Store, id: string) => parse(await store.get(KEYS.client(id)))

/** Writes the record of a new client; false when there is one. */
export function addRecord(store: Store, id: string, metadata: AdapterPayload): Promise<boolean> {
  const { value, ttl } = entryOf({ version: 1, metadata })
  return add(store, KEYS.client(id), value, ttl)
}

/** Starts a record's time anew, and gives it; undefined when there is no such record. */
export const renewRecord = async (store: Store, id: string) => parse(await change(store, id, (record) => record))

/** Whether it was written down within the last day that a client was used. */
export const isNoted = ({ used = 0 }: ClientRecord): boolean => used > unixTime() - DAY

/** Writes down that a client was used, once a day at most; true when that was the first time. */
export async function noteUse(store: Store, id: string): Promise<boolean> {
  let first = false
  await change(store, id, (record) => {
    first = record.used === undefined
    return isNoted(record) ? undefined : { ...record, used: unixTime() }
  })
  return first
}

export const removeRecord = (store: Store, id: string) => remove(store, KEYS.client(id))

/** Removes a record that nobody has used, also not at this very moment. */
export async function removeUnused(store: Store, id: string): Promise<void> {
  const key = KEYS.client(id)
  for (;;) {
    const current = await store.get(key)
    const record = parse(current)
    if (!record || record.used !== undefined) return
    if (await store.commit({ expect: { [key]: current }, write: { [key]: undefined } })) return
  }
}

const change = (store: Store, id: string, how: (record: ClientRecord) => ClientRecord | undefined) =>
  update(store, KEYS.client(id), (current) => {
    const record = parse(current)
    const next = record && how(record)
    return next && entryOf(next)
  })

/** What nearly all clients are, which is not written. */
const USUAL = {
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  id_token_signed_response_alg: 'ES256',
  require_auth_time: false,
  require_pushed_authorization_requests: false,
  response_types: ['code'],
  subject_type: 'public',
  token_endpoint_auth_method: 'none',
}

const entryOf = (record: ClientRecord): Entry => ({
  value: JSON.stringify({ ...record, metadata: withoutUsual(record.metadata, USUAL) }),
  ttl: record.used ? USED : UNUSED,
})

function parse(json: string | undefined): ClientRecord | undefined {
  const record: ClientRecord | undefined = json ? JSON.parse(json) : undefined
  return record?.version === 1 ? { ...record, metadata: withUsual(record.metadata, USUAL) } : undefined
}
