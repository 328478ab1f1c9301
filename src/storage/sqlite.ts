// The embedded store: one SQLite file, for one machine. Write-ahead log with full sync: what was acknowledged is on disk,
// whatever kills the process.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeFolder } from '../make-folder.ts'
import { createSqliteJournals } from './sqlite-journals.ts'
import { createSqliteRosters } from './sqlite-rosters.ts'
import type { Step, Store } from './store.ts'
import { StoreUnavailable } from './store.ts'

/** What a disk that is full, broken or too slow comes to. */
const asked =
  <Args extends readonly unknown[], Given>(act: (...args: Args) => Given) =>
  async (...args: Args): Promise<Given> => {
    try {
      return act(...args)
    } catch (error) {
      throw new StoreUnavailable(error)
    }
  }

const SWEEP_EVERY_MS = 60_000
const SWEEP_AT_MOST = 5_000
/** Pages of 4 KiB that a file gives back at a time. */
const VACUUM_AT_MOST = 1_000

/**
 * Opens the store in a folder and makes both when they are missing, readable by the owner only.
 * Throws when the folder cannot be written.
 */
export function openSqliteStore(folder: string): Store {
  makeFolder(folder)
  const file = join(folder, 'qcgate.sqlite')
  const db = new DatabaseSync(file)
  chmodSync(file, 0o600)
  db.exec(`
    PRAGMA busy_timeout = 5000;
    PRAGMA auto_vacuum = INCREMENTAL; -- only the first to open a file can say so
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
  `)
  const journals = createSqliteJournals(db, atOnce)
  const rosters = createSqliteRosters(db, atOnce)
  const select = db.prepare('SELECT value FROM entries WHERE key = ? AND expires_at > ?')
  const upsert = db.prepare('INSERT OR REPLACE INTO entries (key, value, expires_at) VALUES (?, ?, ?)')
  const drop = db.prepare('DELETE FROM entries WHERE key = ?')
  // What a statement names twice has a name: `?1` is understood from Node.js 24.10 on only.
  const count = db.prepare(`
    INSERT INTO entries (key, value, expires_at) VALUES ($key, '1', $end)
    ON CONFLICT (key) DO UPDATE SET
      value = CASE WHEN expires_at > $now THEN CAST(value AS INTEGER) + 1 ELSE '1' END,
      expires_at = CASE WHEN expires_at > $now THEN expires_at ELSE $end END
    RETURNING value`)
  const uncount = db.prepare(
    `UPDATE entries SET value = CAST(value AS INTEGER) - 1 WHERE key = ? AND expires_at > ? AND CAST(value AS INTEGER) > 0`,
  )
  const sweeps = ['entries', 'members'].map((table) => {
    const id = table === 'entries' ? 'key' : 'rowid'
    return db.prepare(
      `DELETE FROM ${table} WHERE ${id} IN (SELECT ${id} FROM ${table} WHERE expires_at <= ? LIMIT ${SWEEP_AT_MOST})`,
    )
  })
  /** Takes out what has expired, a little at a time, until nothing is left. A disk that is full now is asked again later. */
  const sweepAll = () => {
    if (!db.isOpen) return
    try {
      const changes = [...sweeps.map((sweep) => Number(sweep.run(Date.now()).changes)), journals.sweep(SWEEP_AT_MOST)]
      db.exec(`PRAGMA incremental_vacuum(${VACUUM_AT_MOST})`)
      if (changes.includes(SWEEP_AT_MOST)) setImmediate(sweepAll)
    } catch {}
  }
  const sweeper = setInterval(sweepAll, SWEEP_EVERY_MS).unref()

  const get = (key: string): string | undefined => select.get(key, Date.now())?.value as string | undefined

  /** Does all of it or nothing, with nobody in between. */
  function atOnce<T>(act: () => T): T {
    db.exec('BEGIN IMMEDIATE')
    try {
      const result = act()
      db.exec('COMMIT')
      return result
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  function commit({ expect = {}, write = {}, append = {} }: Step): boolean {
    return atOnce(() => {
      const holds = Object.entries(expect).every(([key, value]) => get(key) === value)
      if (holds) {
        for (const [key, entry] of Object.entries(write)) {
          if (entry) upsert.run(key, entry.value, Date.now() + Math.ceil(entry.ttl * 1000))
          else drop.run(key)
        }
        for (const [key, lines] of Object.entries(append)) for (const line of lines) journals.append(key, line)
      }
      return holds
    })
  }

  const increment = (key: string, ttl: number): number => {
    const now = Date.now()
    return Number(count.get({ key, now, end: now + Math.ceil(ttl * 1000) })?.value)
  }
  const { join: joinRoster, leave, sizes, firstOfLargest } = rosters

  return {
    get: asked(get),
    commit: asked(commit),
    increment: asked(increment),
    decrement: asked((key) => void uncount.run(key, Date.now())),
    lines: asked(journals.lines),
    newest: asked(journals.newest),
    lengthOf: asked(journals.lengthOf),
    clear: asked(journals.clear),
    join: asked(joinRoster),
    leave: asked(leave),
    sizes: asked(sizes),
    firstOfLargest: asked(firstOfLargest),
    close: async () => {
      clearInterval(sweeper)
      db.close()
    },
  }
}
