// Seals: who has an exported record can see that nothing was changed in it, and that nothing is missing before its end. The records
// are chained when they are sealed, with the first of a new hour and at each export, and the head of the chain is signed by a key
// that signs nothing else. docs/security.md says against whom this helps.
import type { JWK } from 'jose'
import { CompactSign, compactVerify, importJWK } from 'jose'
import * as z from 'zod'
import type { Log } from '../observability/log.ts'
import { parseJson } from '../parse-json.ts'
import { nextPortion } from '../portions.ts'
import { KEYS } from '../storage/keys.ts'
import type { JournalLine, NewLine, Store } from '../storage/store.ts'
import { journalKey } from './audit-log.ts'
import type { ChainedRecord } from './chain.ts'
import { chained, NOTHING_BEFORE } from './chain.ts'
import type { JournalName } from './records.ts'

/** The end of an exported file. */
export const EXPORT_TYP = 'qcgate-journal+jws'
/** What never leaves the server, and so ends no file. */
const HOUR_TYP = 'qcgate-journal-hour+jws'

const HOUR = 60 * 60 * 1000
/** Lines that are read, chained and sent at a time, with everyone's turn between. */
const PAGE = 100

/** What a seal says: of which records it is, how many, and the hash of the last. */
export const SealPayload = z.object({
  iss: z.string(),
  account: z.string(),
  from: z.int(),
  to: z.int(),
  count: z.int(),
  head: z.string(),
  at: z.string(),
})
export type SealPayload = Readonly<z.infer<typeof SealPayload>>

const Seal = z.object({ version: z.literal(1), to: z.int(), head: z.string(), at: z.number(), jws: z.string() })
type Seal = Readonly<z.infer<typeof Seal>>

/** A journal in the store that is not as it was sealed. Nothing of it is signed any more. */
export class BrokenJournal extends Error {
  override name = 'BrokenJournal'
}

/** Where a chain goes on: behind a position, and the hash of the record there. */
interface Place {
  readonly after: number
  readonly prev: string
}

export interface Seals {
  /** Seals what is from before this hour, once in an hour; what keeps it from doing so stands in the log. */
  sealHour(accountId: string, journal: JournalName): void
  /** Seals all of a journal, and gives it as JSON Lines, its own seal last. Throws `BrokenJournal` where it must not be signed. */
  exportOf(accountId: string, journal: JournalName): AsyncGenerator<string>
}

interface SealSuppliers {
  readonly store: Store
  readonly log: Log
  /** The first one is private, and seals. */
  readonly journalKeys: readonly JWK[]
  readonly issuer: string
  /** For how long records are kept. */
  readonly days: number
}

/** Accounts whose last hour this process remembers. */
const REMEMBERED = 10_000

export function createSeals({ store, log, journalKeys, issuer, days }: SealSuppliers): Seals {
  const [key = {}] = journalKeys
  const signing = importJWK(key, 'ES256')
  const ttl = days * 24 * 60 * 60 + 2 * 60 * 60
  /** By journal the hour that was sealed last, as far as this process knows. */
  const sealed = new Map<string, number>()

  const sign = async (typ: string, payload: SealPayload): Promise<string> =>
    new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'ES256', kid: key.kid ?? '', typ })
      .sign(await signing)

  /** A seal that is what we have sealed. */
  async function check(seal: Seal): Promise<Seal> {
    const payload = await verifySeal(seal.jws, journalKeys, HOUR_TYP).catch(() => undefined)
    if (payload?.iss !== issuer || payload.to !== seal.to || payload.head !== seal.head) {
      throw new BrokenJournal(`the seal of record ${seal.to} is not ours`)
    }
    return seal
  }

  /** The records behind a place, in their order, some at a time. A gap is an error. */
  async function* walk(accountId: string, journal: JournalName, { after, prev }: Place) {
    let [position, hash] = [after, prev]
    for (;;) {
      const lines = await store.lines(journalKey(journal, accountId), position, PAGE)
      const page: { line: JournalLine; record: ChainedRecord }[] = []
      for (const line of lines) {
        if (line.position !== position + 1) throw new BrokenJournal(`record ${position + 1} is missing`)
        const record = chained(line, hash)
        ;[position, hash] = [line.position, record.hash]
        page.push({ line, record })
      }
      yield page
      if (lines.length < PAGE) return
      await nextPortion()
    }
  }

  /** Where a chain goes on behind a seal, or begins: at the oldest record there is, where nothing was sealed or its end is gone. */
  async function placeBehind(accountId: string, journal: JournalName, seal: Seal | undefined): Promise<Place> {
    const [first] = await store.lines(journalKey(journal, accountId), 0, 1)
    const begins = (first?.position ?? 1) - 1
    return seal && seal.to >= begins ? { after: seal.to, prev: seal.head } : { after: begins, prev: NOTHING_BEFORE }
  }

  const lastSeal = async (accountId: string, journal: JournalName) => {
    const stored = await store.get(KEYS.seal(journal, accountId))
    const seal = parseJson(stored, Seal)
    return { stored, seal: seal && (await check(seal)) }
  }

  /** Seals what is from before a time, if there is anything new. Of two who do so at once one does. */
  async function seal(accountId: string, journal: JournalName, before: number): Promise<void> {
    const { stored, seal: last } = await lastSeal(accountId, journal)
    const place = await placeBehind(accountId, journal, last)
    let head: ChainedRecord | undefined
    for await (const page of walk(accountId, journal, place)) {
      const ended = page.findIndex(({ line }) => line.at >= before)
      head = page.slice(0, ended < 0 ? page.length : ended).at(-1)?.record ?? head
      if (ended >= 0) break
    }
    if (!head) return
    const [from, to, at] = [place.after + 1, head.seq, Date.now()]
    const payload = { iss: issuer, account: accountId, from, to, count: to - from + 1, head: head.hash, at: iso(at) }
    const entry: Seal = { version: 1, to, head: head.hash, at, jws: await sign(HOUR_TYP, payload) }
    const value = JSON.stringify(entry)
    const line: NewLine = { at, line: value, keep: { ttl, most: Number.MAX_SAFE_INTEGER } }
    await store.commit({
      expect: { [KEYS.seal(journal, accountId)]: stored },
      write: { [KEYS.seal(journal, accountId)]: { value, ttl } },
      append: { [KEYS.seals(journal, accountId)]: [line] },
    })
  }

  /** The oldest seal behind which everything still is, and those after it. */
  async function sealsSince(accountId: string, journal: JournalName) {
    const [first] = await store.lines(journalKey(journal, accountId), 0, 1)
    const lines = await store.lines(KEYS.seals(journal, accountId))
    const seals = lines.map(({ line }) => parseJson(line, Seal)).filter((one) => one !== undefined)
    if (!first || first.position === 1) return { place: { after: 0, prev: NOTHING_BEFORE }, seals }
    const [oldest, ...others] = seals.filter(({ to }) => to >= first.position - 1)
    if (!oldest) return { place: { after: first.position - 1, prev: NOTHING_BEFORE }, seals: [] }
    return { place: { after: oldest.to, prev: (await check(oldest)).head }, seals: others }
  }

  async function* exportOf(accountId: string, journal: JournalName): AsyncGenerator<string> {
    const { place, seals } = await sealsSince(accountId, journal)
    await seal(accountId, journal, Number.POSITIVE_INFINITY)
    const heads = new Map(seals.map(({ to, head }) => [to, head]))
    const from = place.after + 1
    yield lineOf({ journal: 1, iss: issuer, account: accountId, from, prev: place.prev })
    let [to, head] = [place.after, place.prev]
    for await (const page of walk(accountId, journal, place)) {
      for (const { record } of page) {
        if ((heads.get(record.seq) ?? record.hash) !== record.hash) {
          throw new BrokenJournal(`record ${record.seq}, or one before it, was changed after it was sealed`)
        }
        ;[to, head] = [record.seq, record.hash]
      }
      yield page.map(({ record }) => lineOf(record)).join('')
    }
    const payload = { iss: issuer, account: accountId, from, to, count: to - from + 1, head, at: iso(Date.now()) }
    yield lineOf({ seal: await sign(EXPORT_TYP, payload) })
  }

  return {
    sealHour(accountId, journal) {
      const name = `${journal} ${accountId}`
      const hour = Math.floor(Date.now() / HOUR)
      if (sealed.get(name) === hour) return
      if (sealed.size >= REMEMBERED) sealed.clear()
      sealed.set(name, hour)
      seal(accountId, journal, hour * HOUR).catch((err) => {
        if (!(err instanceof BrokenJournal)) sealed.delete(name) // the next record tries again, and else the next hour
        log.error({ err, accountId, journal }, 'a record was not sealed')
      })
    },

    async *exportOf(accountId, journal) {
      try {
        yield* exportOf(accountId, journal)
      } catch (err) {
        if (err instanceof BrokenJournal) log.error({ err, accountId, journal }, 'a record is not as it was sealed')
        throw err
      }
    },
  }
}

/**
 * What a seal says, if one of these keys has signed it as one of this type (RFC 7515 §4.1.9). Rejects with an error of jose, or of zod,
 * when not.
 */
export async function verifySeal(jws: string, keys: readonly JWK[], typ: string): Promise<SealPayload> {
  const { payload, protectedHeader } = await compactVerify(
    jws,
    ({ kid }) => {
      const { d: _private, ...key } = keys.find((one) => kid !== undefined && one.kid === kid) ?? {}
      return importJWK(key, 'ES256')
    },
    { algorithms: ['ES256'] },
  )
  if (protectedHeader.typ !== typ) throw new Error(`it is of another type: ${protectedHeader.typ}`)
  return SealPayload.parse(JSON.parse(new TextDecoder().decode(payload)))
}

const lineOf = (value: object): string => `${JSON.stringify(value)}\n`
const iso = (at: number): string => new Date(at).toISOString()
