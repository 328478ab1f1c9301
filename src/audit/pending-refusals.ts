// Refusals that may repeat: equal ones of one connection, tool and rule within a minute become one record with a count, so that no
// number of them crowds out anything. Until the minute is over they are counted in one entry of the account.
import * as z from 'zod'
import { parseJson } from '../parse-json.ts'
import { KEYS } from '../storage/keys.ts'
import type { NewLine, Store } from '../storage/store.ts'
import { update } from '../storage/store.ts'
import type { StoredRecord } from './records.ts'
import { Stored } from './records.ts'

/** For so long, in milliseconds, equal ones are one. */
const WINDOW = 60_000

const Pending = z.object({ version: z.literal(1), records: z.array(z.unknown()) })

export interface PendingRefusals {
  /** Counts one; fulfilled when the store has it. */
  add(accountId: string, record: StoredRecord): Promise<void>
  /** Those that are not in the journal yet. */
  list(accountId: string): Promise<StoredRecord[]>
  /** Puts them all into the journal. */
  flush(accountId: string): Promise<void>
}

/** `lineOf` makes a line of a record; `ttl` is how long an entry stays, in seconds. */
export function createPendingRefusals(
  store: Store,
  lineOf: (record: StoredRecord) => NewLine,
  ttl: number,
): PendingRefusals {
  /** What is gathered for an account while its last write is under way, and that write. */
  const gathering = new Map<string, { readonly records: StoredRecord[]; readonly written: Promise<void> }>()
  const writing = new Map<string, Promise<void>>()

  /** Counts some, and moves into the journal what is over, in one step. */
  async function change(accountId: string, added: readonly StoredRecord[], isOver: (record: StoredRecord) => boolean) {
    const key = KEYS.refusals(accountId)
    await update(store, key, (stored) => {
      const before = parse(stored)
      const over = before.filter(isOver)
      if (!over.length && !added.length) return undefined
      const records = added.reduce(
        counted,
        before.filter((record) => !isOver(record)),
      )
      const value = JSON.stringify({ version: 1, records } satisfies z.infer<typeof Pending>)
      return { value, ttl, append: { [KEYS.journal(accountId)]: over.map(lineOf) } }
    })
  }

  return {
    add(accountId, record) {
      const batch = gathering.get(accountId)
      if (batch) {
        batch.records.push(record)
        return batch.written
      }
      const records = [record]
      const before = writing.get(accountId) ?? Promise.resolve()
      const written = before
        .catch(() => {})
        .then(() => {
          gathering.delete(accountId)
          const now = Date.now()
          return change(accountId, records, ({ at }) => now - at > WINDOW)
        })
        .finally(() => {
          if (writing.get(accountId) === written) writing.delete(accountId)
        })
      gathering.set(accountId, { records, written })
      writing.set(accountId, written)
      return written
    },
    list: async (accountId) => parse(await store.get(KEYS.refusals(accountId))),
    flush: (accountId) => change(accountId, [], () => true),
  }
}

/** The records with one more, which is counted where there is an equal one. */
function counted(records: readonly StoredRecord[], record: StoredRecord): StoredRecord[] {
  const equal = records.findIndex((one) => isEqual(one, record))
  if (equal < 0) return [...records, record]
  return records.map((one, index) =>
    index === equal ? { ...one, count: (one.count ?? 1) + (record.count ?? 1) } : one,
  )
}

const isEqual = (one: StoredRecord, other: StoredRecord): boolean =>
  one.connection === other.connection &&
  one.tool === other.tool &&
  one.outcome === other.outcome &&
  one.rule === other.rule &&
  (one.rule !== undefined || one.what === other.what)

/** What cannot be understood, of an entry or all of it, tells nothing. */
const parse = (stored: string | undefined): StoredRecord[] =>
  (parseJson(stored, Pending)?.records ?? []).flatMap((record) => Stored.safeParse(record).data ?? [])
