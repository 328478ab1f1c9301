// The audit log, what a person's assistants did and what they did themselves: two journals per account. One has everything that is
// not a read: calls that change something, each as an intent, written before it is sent, and an outcome (write-ahead); what was
// refused; the person's own acts. Nothing crowds it out but the days. The other has what only read. Of the arguments only ids are
// kept (ids.ts), and of the answers nothing. seals.ts makes them verifiable.
import { inPortions } from '../portions.ts'
import { KEYS } from '../storage/keys.ts'
import type { JournalLine, NewLine, Step, Store } from '../storage/store.ts'
import type { PendingRefusals } from './pending-refusals.ts'
import { createPendingRefusals } from './pending-refusals.ts'
import type { Activity, Call, CallBegun, CallEnded, JournalName, PersonalDeed, StoredRecord } from './records.ts'
import { activitiesOf, isCall, recordOf, recordOfDeed } from './records.ts'
import { reference } from './reference.ts'

const DAY = 24 * 60 * 60
/** Reads of an account that are kept. */
const READS_AT_MOST = 10_000
/** Records of an account that are no reads, from which on nothing is sent that changes something, stops excepted. */
export const RECORDS_AT_MOST = 200_000
/** Records of one journal that pages tell of; a file has all. */
export const TOLD_AT_MOST = 20_000

/** What a person did, in words. */
export interface PersonalAct {
  readonly what: string
  /** The connection that it is about. */
  readonly connection?: string | undefined
  readonly client?: string | undefined
}

/** What a step adds to the record of an account. */
type Addition = Required<Pick<Step, 'append'>>

export interface AuditLog {
  /** How long a record is told of, in days. */
  readonly days: number
  /** That a call is about to be sent. */
  intent(accountId: string, call: CallBegun): Addition
  /** What became of a call that was sent, or was to be. Said twice, the last word counts. */
  outcome(accountId: string, call: CallEnded): Addition
  /** Records a call that only read. */
  recordRead(accountId: string, call: CallEnded): Promise<void>
  /** Records a call that was to change something and was not sent. Equal ones within a minute are one record. */
  recordRefused(accountId: string, call: CallEnded): Promise<void>
  /** What a person did, all at once. */
  persons(accountId: string, acts: readonly PersonalAct[]): Partial<Addition>
  /** That a person is about to send something to QuantConnect, or what became of it. */
  deed(accountId: string, deed: PersonalDeed, ending?: Parameters<typeof recordOfDeed>[1]): Addition
  /** What happened of late, the newest first: of both journals, or of one. Whatever is older than its days is left out. */
  activity(accountId: string, journal?: JournalName): Promise<Activity[]>
  /** The calls among it, of both journals. */
  calls(accountId: string): Promise<Call[]>
  /** All that one journal has. */
  everything(accountId: string, journal: JournalName): Promise<Activity[]>
  /** Whether nothing more may be sent that changes something, since there are too many records. */
  isFull(accountId: string): Promise<boolean>
  /** Puts into the journal what is only counted so far. */
  flush(accountId: string): Promise<void>
  forget(accountId: string): Promise<void>
}

export const journalKey = (journal: JournalName, accountId: string): string => KEYS[journal](accountId)

interface AuditSettings {
  /** How long a record is kept, in days. */
  readonly days?: number
  /** Told of what is about to be recorded. */
  readonly noteNew?: (accountId: string, journal: JournalName) => void
}

export function createAuditLog(store: Store, { days = 30, noteNew = () => {} }: AuditSettings = {}): AuditLog {
  const ttl = days * DAY
  const lineOf = (record: StoredRecord, most = Number.MAX_SAFE_INTEGER): NewLine => ({
    at: Date.now(),
    line: JSON.stringify(record),
    // Seals are an hour apart, and what is exported begins behind one.
    keep: { ttl: ttl + 60 * 60, most },
  })
  const refusals: PendingRefusals = createPendingRefusals(store, (record) => lineOf(record), ttl)
  function added(accountId: string, ...records: readonly StoredRecord[]): Addition {
    noteNew(accountId, 'journal')
    return { append: { [KEYS.journal(accountId)]: records.map((record) => lineOf(record)) } }
  }

  async function tell(lines: readonly JournalLine[], counted: readonly StoredRecord[]): Promise<Activity[]> {
    const now = Date.now()
    const young = lines.filter(({ at }) => at >= now - ttl * 1000).map(({ line }) => line)
    const all = await inPortions(activitiesOf(young, counted, now))
    return all.sort((one, other) => other.at - one.at)
  }
  async function activity(accountId: string, journal?: JournalName): Promise<Activity[]> {
    const journals: readonly JournalName[] = journal ? [journal] : ['journal', 'reads']
    const lines = await Promise.all(journals.map((one) => store.newest(journalKey(one, accountId), TOLD_AT_MOST)))
    const counted = await Promise.all(journals.map((one) => countedIn(accountId, one)))
    return tell(
      lines.flatMap((some) => some.reverse()),
      counted.flat(),
    )
  }
  const countedIn = async (accountId: string, journal: JournalName) =>
    journal === 'journal' ? refusals.list(accountId) : []

  return {
    days,
    intent: (accountId, call) => added(accountId, recordOf('intent', call)),
    outcome: (accountId, call) => added(accountId, recordOf('outcome', call)),
    async recordRead(accountId, call) {
      noteNew(accountId, 'reads')
      const line = lineOf(recordOf('read', call), READS_AT_MOST)
      await store.commit({ append: { [KEYS.reads(accountId)]: [line] }, outlives: 'process' })
    },
    recordRefused(accountId, call) {
      noteNew(accountId, 'journal')
      return refusals.add(accountId, recordOf('refused', call))
    },
    persons: (accountId, acts) => (acts.length ? added(accountId, ...acts.map(recordOfAct)) : {}),
    deed: (accountId, deed, ending) => added(accountId, recordOfDeed(deed, ending)),

    activity,
    calls: async (accountId) => (await activity(accountId)).filter(isCall),
    everything: async (accountId, journal) =>
      tell(await store.lines(journalKey(journal, accountId)), await countedIn(accountId, journal)),
    isFull: async (accountId) => (await store.lengthOf(KEYS.journal(accountId))) >= RECORDS_AT_MOST,
    flush: (accountId) => refusals.flush(accountId),

    async forget(accountId) {
      for (const journal of ['journal', 'reads'] as const) {
        await store.clear(journalKey(journal, accountId))
        await store.clear(KEYS.seals(journal, accountId))
        await store.commit({ write: { [KEYS.seal(journal, accountId)]: undefined } })
      }
      await store.commit({ write: { [KEYS.refusals(accountId)]: undefined } })
    },
  }
}

const recordOfAct = ({ what, connection, client }: PersonalAct): StoredRecord => ({
  version: 1,
  kind: 'person',
  at: Date.now(),
  ref: reference(),
  ...(connection === undefined ? {} : { connection }),
  ...(client === undefined ? {} : { client }),
  what,
})
