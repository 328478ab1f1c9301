// The embedded store: one SQLite file, for one machine. Write-ahead log with full sync: what was acknowledged is on disk,
// whatever kills the process.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeFolder } from '../make-folder.ts'
import { createSqliteRosters } from './sqlite-rosters.ts'
import type { Retention, Step, Store } from './store.ts'

const SWEEP_EVERY_MS = 60_000
const SWEEP_AT_MOST = 5_000

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
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
    CREATE TABLE IF NOT EXISTS lines (key TEXT NOT NULL, at INTEGER NOT NULL, line TEXT NOT NULL, expires_at INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS lines_by_time ON lines (key, at);
    CREATE INDEX IF NOT EXISTS lines_by_expiry ON lines (expires_at);
  `)
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
  const addLine = db.prepare('INSERT INTO lines (key, at, line, expires_at) VALUES (?, ?, ?, ?)')
  const dropLine = db.prepare('DELETE FROM lines WHERE key = ? AND at = ? AND line = ?')
  const dropOlder = db.prepare('DELETE FROM lines WHERE key = ? AND at < ?')
  const dropBeyond = db.prepare(
    'DELETE FROM lines WHERE rowid IN (SELECT rowid FROM lines WHERE key = ? ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?)',
  )
  const selectLines = db.prepare(
    'SELECT line FROM lines WHERE key = ? AND at >= ? AND expires_at > ? ORDER BY at DESC, rowid DESC',
  )
  const dropLines = db.prepare('DELETE FROM lines WHERE key = ?')
  const sweeps = ['entries', 'lines', 'members'].map((table) => {
    const id = table === 'entries' ? 'key' : 'rowid'
    return db.prepare(
      `DELETE FROM ${table} WHERE ${id} IN (SELECT ${id} FROM ${table} WHERE expires_at <= ? LIMIT ${SWEEP_AT_MOST})`,
    )
  })
  /** Takes out what has expired, a little at a time, until nothing is left. */
  const sweepAll = () => {
    if (!db.isOpen) return
    const changes = sweeps.map((sweep) => Number(sweep.run(Date.now()).changes))
    if (changes.includes(SWEEP_AT_MOST)) setImmediate(sweepAll)
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

  function commit({ expect = {}, write }: Step): boolean {
    return atOnce(() => {
      const holds = Object.entries(expect).every(([key, value]) => get(key) === value)
      if (holds) {
        for (const [key, entry] of Object.entries(write)) {
          if (entry) upsert.run(key, entry.value, Date.now() + Math.ceil(entry.ttl * 1000))
          else drop.run(key)
        }
      }
      return holds
    })
  }

  function append(key: string, at: number, line: string, { ttl, most }: Retention): void {
    const kept = Math.ceil(ttl * 1000)
    atOnce(() => {
      dropLine.run(key, at, line)
      addLine.run(key, at, line, Date.now() + kept)
      dropOlder.run(key, at - kept)
      dropBeyond.run(key, most)
    })
  }

  return {
    get: async (key) => get(key),
    commit: async (step) => commit(step),
    increment: async (key, ttl) => {
      const now = Date.now()
      return Number(count.get({ key, now, end: now + Math.ceil(ttl * 1000) })?.value)
    },
    decrement: async (key) => void uncount.run(key, Date.now()),
    append: async (key, at, line, keep) => append(key, at, line, keep),
    lines: async (key, from = 0) => selectLines.all(key, from, Date.now()).map(({ line }) => line as string), // a TEXT column
    clear: async (key) => void dropLines.run(key),
    ...rosters,
    close: async () => {
      clearInterval(sweeper)
      db.close()
    },
  }
}
