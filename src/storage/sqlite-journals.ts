// Journals in the embedded store: a row for each line, from the newest of which all is known that an append needs, so that it writes
// next to that one and nowhere else. When a journal ends is noted beside, once an hour at most, for whoever cleans up.
import type { DatabaseSync } from 'node:sqlite'
import type { JournalLine, NewLine } from './store.ts'

export interface SqliteJournals {
  /** Belongs into a transaction of whoever asks for it. */
  append(key: string, line: NewLine): void
  lines(key: string, after?: number, most?: number): JournalLine[]
  newest(key: string, most: number): JournalLine[]
  lengthOf(key: string): number
  clear(key: string): void
  /** Takes out lines of journals that have ended, at most so many; how many. */
  sweep(most: number): number
}

const HOUR = 60 * 60 * 1000
/** When somebody looks whether all of a journal can go: in the hour after its newest line has ended. */
const cleanedAt = (expiresAt: number): number => Math.ceil(expiresAt / HOUR) * HOUR

/** Takes along what was stored before lines knew when they end. */
const FROM_BEFORE = `
  INSERT OR IGNORE INTO journal_lines SELECT key, position, at, expires_at, line FROM lines JOIN journals USING (key);
  INSERT OR IGNORE INTO journal_ends SELECT key, (expires_at / ${HOUR} + 1) * ${HOUR} FROM journals;
  DROP TABLE lines;
  DROP TABLE journals;`

/** `atOnce` does all of it or nothing, with nobody in between. */
export function createSqliteJournals(db: DatabaseSync, atOnce: <T>(act: () => T) => T): SqliteJournals {
  db.exec(`
    CREATE TABLE IF NOT EXISTS journal_lines (
      key TEXT NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL, expires_at INTEGER NOT NULL, line TEXT NOT NULL,
      PRIMARY KEY (key, position)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS journal_ends (key TEXT PRIMARY KEY, cleaned_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS journal_ends_by_time ON journal_ends (cleaned_at);
  `)
  if (db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'journals'`).get()) atOnce(() => db.exec(FROM_BEFORE))
  const LAST = 'FROM journal_lines WHERE key = $key ORDER BY position DESC LIMIT 1'
  const LIVES = `(SELECT expires_at ${LAST}) > $now`
  const last = db.prepare(`SELECT position, expires_at ${LAST}`)
  const insert = db.prepare('INSERT INTO journal_lines (key, position, at, expires_at, line) VALUES (?, ?, ?, ?, ?)')
  const first = db.prepare('SELECT position, at FROM journal_lines WHERE key = ? ORDER BY position LIMIT 1')
  const drop = db.prepare('DELETE FROM journal_lines WHERE key = ? AND position <= ?')
  const select = db.prepare(`
    SELECT position, at, line FROM journal_lines
    WHERE key = $key AND position > $after AND ${LIVES} ORDER BY position LIMIT $most`)
  const selectNewest = db.prepare(`
    SELECT position, at, line FROM journal_lines WHERE key = $key AND ${LIVES} ORDER BY position DESC LIMIT $most`)
  // Nothing is missing between the first and the last.
  const count = db.prepare(`
    SELECT MAX(position) - MIN(position) + 1 AS length FROM journal_lines WHERE key = $key AND ${LIVES}`)
  const end = db.prepare('INSERT OR REPLACE INTO journal_ends (key, cleaned_at) VALUES (?, ?)')
  const ended = db.prepare('SELECT key FROM journal_ends WHERE cleaned_at <= ?')
  const dropSome = db.prepare(`
    DELETE FROM journal_lines
    WHERE key = $key AND position IN (SELECT position FROM journal_lines WHERE key = $key LIMIT $most)`)
  const dropLines = db.prepare('DELETE FROM journal_lines WHERE key = ?')
  const dropEnd = db.prepare('DELETE FROM journal_ends WHERE key = ?')

  function remove(key: string): void {
    dropLines.run(key)
    dropEnd.run(key)
  }

  function sweepAtOnce(most: number): number {
    let left = most
    for (const row of ended.all(Date.now())) {
      const key = String(row.key)
      left -= Number(dropSome.run({ key, most: left }).changes)
      if (left <= 0) return most
      dropEnd.run(key)
    }
    return most - left
  }

  return {
    append(key, { at, line, keep: { ttl, most } }) {
      const kept = Math.ceil(ttl * 1000)
      const now = Date.now()
      const expiresAt = now + kept
      let newest = last.get({ key })
      if (newest && Number(newest.expires_at) <= now) {
        remove(key)
        newest = undefined
      }
      const position = Number(newest?.position ?? 0) + 1
      insert.run(key, position, at, expiresAt, line)
      if (cleanedAt(Number(newest?.expires_at ?? 0)) !== cleanedAt(expiresAt)) end.run(key, cleanedAt(expiresAt))
      if (position > most) drop.run(key, position - most)
      for (let oldest = first.get(key); oldest && Number(oldest.at) < at - kept; oldest = first.get(key)) {
        drop.run(key, Number(oldest.position))
      }
    },

    lines: (key, after = 0, most = -1) => select.all({ key, after, most, now: Date.now() }).map(lineOf),
    newest: (key, most) => selectNewest.all({ key, most, now: Date.now() }).map(lineOf),
    lengthOf: (key) => Number(count.get({ key, now: Date.now() })?.length ?? 0),

    clear: (key) => atOnce(() => remove(key)),
    sweep: (most) => atOnce(() => sweepAtOnce(most)),
  }
}

const lineOf = ({ position, at, line }: Readonly<Record<string, unknown>>): JournalLine => ({
  position: Number(position),
  at: Number(at),
  line: String(line),
})
