// The embedded store: one SQLite file, for one machine. Write-ahead log with full sync: what was acknowledged is on disk,
// whatever kills the process.
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Step, Store } from './store.ts'

const SWEEP_EVERY_MS = 60_000
const SWEEP_AT_MOST = 5_000

/**
 * Opens the store in a folder and makes both when they are missing, readable by the owner only.
 * Throws when the folder cannot be written.
 */
export function openSqliteStore(folder: string): Store {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'qcgate.sqlite')
  const db = new DatabaseSync(file)
  chmodSync(file, 0o600)
  db.exec(`
    PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
  `)
  const select = db.prepare('SELECT value FROM entries WHERE key = ? AND expires_at > ?')
  const upsert = db.prepare('INSERT OR REPLACE INTO entries (key, value, expires_at) VALUES (?, ?, ?)')
  const drop = db.prepare('DELETE FROM entries WHERE key = ?')
  const count = db.prepare(`
    INSERT INTO entries (key, value, expires_at) VALUES (?1, '1', ?2)
    ON CONFLICT (key) DO UPDATE SET
      value = CASE WHEN expires_at > ?3 THEN CAST(value AS INTEGER) + 1 ELSE '1' END,
      expires_at = CASE WHEN expires_at > ?3 THEN expires_at ELSE ?2 END
    RETURNING value`)
  const sweep = db.prepare(
    `DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE expires_at <= ? LIMIT ${SWEEP_AT_MOST})`,
  )
  /** Takes out what has expired, a little at a time, until nothing is left. */
  const sweepAll = () => {
    if (db.isOpen && Number(sweep.run(Date.now()).changes) === SWEEP_AT_MOST) setImmediate(sweepAll)
  }
  const sweeper = setInterval(sweepAll, SWEEP_EVERY_MS).unref()

  const get = (key: string): string | undefined => select.get(key, Date.now())?.value as string | undefined

  function commit({ expect = {}, write }: Step): boolean {
    db.exec('BEGIN IMMEDIATE')
    try {
      const holds = Object.entries(expect).every(([key, value]) => get(key) === value)
      if (holds) {
        for (const [key, entry] of Object.entries(write)) {
          if (entry) upsert.run(key, entry.value, Date.now() + Math.ceil(entry.ttl * 1000))
          else drop.run(key)
        }
      }
      db.exec('COMMIT')
      return holds
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  return {
    get: async (key) => get(key),
    commit: async (step) => commit(step),
    increment: async (key, ttl) => {
      const now = Date.now()
      return Number(count.get(key, now + Math.ceil(ttl * 1000), now)?.value)
    },
    close: async () => {
      clearInterval(sweeper)
      db.close()
    },
  }
}
