// Journals in the embedded store: a row for each line, and one for the journal itself, which knows the next position and when
// all of it ends.
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

/** `atOnce` does all of it or nothing, with nobody in between. */
export function createSqliteJournals(db: DatabaseSync, atOnce: <T>(act: () => T) => T): SqliteJournals {
  db.exec(`
    CREATE TABLE IF NOT EXISTS journals (key TEXT PRIMARY KEY, last INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS journals_by_expiry ON journals (expires_at);
    CREATE TABLE IF NOT EXISTS lines (
      key TEXT NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (key, position)
    ) WITHOUT ROWID;
  `)
  const next = db.prepare(`
    INSERT INTO journals (key, last, expires_at) VALUES ($key, 1, $end)
    ON CONFLICT (key) DO UPDATE SET last = last + 1, expires_at = $end
    RETURNING last`)
  const insert = db.prepare('INSERT INTO lines (key, position, at, line) VALUES (?, ?, ?, ?)')
  const first = db.prepare('SELECT position, at FROM lines WHERE key = ? ORDER BY position LIMIT 1')
  const drop = db.prepare('DELETE FROM lines WHERE key = ? AND position <= ?')
  const select = db.prepare(`
    SELECT position, at, line FROM lines JOIN journals USING (key)
    WHERE key = ? AND expires_at > ? AND position > ? ORDER BY position LIMIT ?`)
  const selectNewest = db.prepare(`
    SELECT position, at, line FROM lines JOIN journals USING (key)
    WHERE key = ? AND expires_at > ? ORDER BY position DESC LIMIT ?`)
  // Nothing is missing between the first and the last.
  const count = db.prepare(`
    SELECT last - (SELECT MIN(position) FROM lines WHERE key = $key) + 1 AS length
    FROM journals WHERE key = $key AND expires_at > $now`)
  const ended = db.prepare('SELECT key FROM journals WHERE expires_at <= ?')
  const endedOne = db.prepare('SELECT 1 FROM journals WHERE key = ? AND expires_at <= ?')
  const dropSome = db.prepare(
    'DELETE FROM lines WHERE key = $key AND position IN (SELECT position FROM lines WHERE key = $key LIMIT $most)',
  )
  const dropLines = db.prepare('DELETE FROM lines WHERE key = ?')
  const dropJournal = db.prepare('DELETE FROM journals WHERE key = ?')

  function remove(key: string): void {
    dropLines.run(key)
    dropJournal.run(key)
  }

  function sweepAtOnce(most: number): number {
    let left = most
    for (const row of ended.all(Date.now())) {
      const key = String(row.key)
      left -= Number(dropSome.run({ key, most: left }).changes)
      if (left <= 0) return most
      dropJournal.run(key)
    }
    return most - left
  }

  return {
    append(key, { at, line, keep: { ttl, most } }) {
      const kept = Math.ceil(ttl * 1000)
      const now = Date.now()
      if (endedOne.get(key, now)) remove(key)
      const position = Number(next.get({ key, end: now + kept })?.last)
      insert.run(key, position, at, line)
      drop.run(key, position - most)
      for (let oldest = first.get(key); oldest && Number(oldest.at) < at - kept; oldest = first.get(key)) {
        drop.run(key, Number(oldest.position))
      }
    },

    lines: (key, after = 0, most = -1) => select.all(key, Date.now(), after, most).map(lineOf),
    newest: (key, most) => selectNewest.all(key, Date.now(), most).map(lineOf),
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
