// The records of an account as links of a chain: each has the hash of the one before, so that none can be changed, inserted,
// removed or moved without all behind it becoming others.
import { createHash } from 'node:crypto'
import { canonicalJson } from '../canonical-json.ts'
import type { JournalLine } from '../storage/store.ts'
import { parseRecord } from './records.ts'

/** What stands before the first record. */
export const NOTHING_BEFORE = ''

/** A record as it is exported. What it has beside these members is its own. */
export interface ChainedRecord {
  /** Its position in its journal: 1, 2, 3 and so on. */
  readonly seq: number
  readonly prev: string
  readonly hash: string
  readonly [member: string]: unknown
}

/** The SHA-256, base64url, of the canonical JSON (RFC 8785) of a record without its hash. */
export function hashOf({ hash: _hash, ...record }: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(canonicalJson(record)).digest('base64url')
}

/** A line of a journal as it is exported, behind a record with a hash. One that this release does not understand has its place. */
export function chained({ position, at, line }: JournalLine, prev: string): ChainedRecord {
  const { version: _version, more: _more, ...told } = parseRecord(line) ?? { at, kind: 'unknown' }
  const record = { seq: position, ...told, at: new Date(told.at).toISOString(), prev }
  return { ...record, hash: hashOf(record) }
}
