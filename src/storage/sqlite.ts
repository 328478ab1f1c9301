// The embedded store: one SQLite file, for one machine, and as many processes as are on it. What was acknowledged is on disk,
// whatever kills the process, or as far as it said that it need not be. Nothing here waits for the disk, nor for another process,
// while others want to be served (docs/decisions/0021-one-sync-for-many.md).
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { nextBatch } from '../batches.ts'
import { makeFolder } from '../make-folder.ts'
import { openSqliteDisk } from './sqlite-disk.ts'
import { createSqliteJournals } from './sqlite-journals.ts'
import { createSqliteRosters } from './sqlite-rosters.ts'
import type { Step, Store } from './store.ts'
import { StoreUnavailable } from './store.ts'

/** For so long, in milliseconds, another process may be at it. */
const PATIENCE_MS = 5_000
/** What SQLite says then, in the lower eight bits of its code (SQLITE_BUSY). */
const isBusy = (error: unknown): boolean => ((error as { errcode?: number }).errcode ?? 0) % 256 === 5

/** Does something when no other process is at it. Throws what a disk that is full, broken or too slow comes to. */
async function whenFree<T>(act: () => T): Promise<T> {
  for (let since: number | undefined; ; ) {
    try {
      return act()
    } catch (error) {
      since ??= performance.now()
      if (!isBusy(error) || performance.now() - since > PATIENCE_MS) throw new StoreUnavailable(error)
    }
    await pause(1 + Math.random() * 4)
  }
}

/** What only looks. */
const asked =
  <Args extends readonly unknown[], Given>(act: (...args: Args) => Given) =>
  (...args: Args): Promise<Given> =>
    whenFree(() => act(...args))

/** The same of what nearly every request asks, for all who ask in one turn of the event loop. */
const askedTogether =
  <Args extends readonly unknown[], Given>(act: (...args: Args) => Given) =>
  async (...args: Args): Promise<Given> => {
    await nextBatch()
    return asked(act)(...args)
  }

/** Of the database that are kept at hand, when so much of it is in use. */
const CACHE_KIB = 16 * 1024
/** Pages of 4 KiB after which SQLite carries over its log by itself, which waits for the disk. */
const LONG_LOG = 16_384

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
    PRAGMA busy_timeout = ${PATIENCE_MS};
    PRAGMA auto_vacuum = INCREMENTAL; -- only the first to open a file can say so
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL; -- see sqlite-disk.ts, which does the rest
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA wal_autocheckpoint = ${LONG_LOG}; -- it should not come to that
    CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at);
  `)
  const [begin, end, undo] = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'].map((sql) => db.prepare(sql))
  const journals = createSqliteJournals(db, atOnce)
  const rosters = createSqliteRosters(db, atOnce)
  db.exec('PRAGMA busy_timeout = 0') // from now on whoever is busy is asked again later
  const disk = openSqliteDisk(file)
  const select = db.prepare('SELECT value FROM entries WHERE key = ? AND expires_at > ?')
  const selectBoth = db.prepare(`
    SELECT (SELECT value FROM entries WHERE key = $one AND expires_at > $now) AS one,
      (SELECT value FROM entries WHERE key = $other AND expires_at > $now) AS other`)
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

  function getBoth(one: string, other: string): [string | undefined, string | undefined] {
    const found = selectBoth.get({ one, other, now: Date.now() })
    return [found?.one ?? undefined, found?.other ?? undefined] as [string | undefined, string | undefined]
  }

  /** Does all of it or nothing, with nobody in between. */
  function atOnce<T>(act: () => T): T {
    begin?.run()
    try {
      const result = act()
      end?.run()
      return result
    } catch (error) {
      if (db.isTransaction) undo?.run()
      throw error
    }
  }

  /** What came in one turn of the event loop is done in one transaction, each step by its own condition. */
  let group: { readonly act: () => unknown; readonly done: PromiseWithResolvers<unknown> }[] = []
  function actSoon<Given>(act: () => Given): Promise<Given> {
    const done = Promise.withResolvers<unknown>()
    if (!group.length) setImmediate(actOnGroup)
    group.push({ act, done })
    return done.promise as Promise<Given> // sound: it is resolved with what `act` gives
  }
  async function actOnGroup(): Promise<void> {
    const all = group
    group = []
    const actAtOnce = (some: typeof all) => whenFree(() => atOnce(() => some.map(({ act }) => act())))
    try {
      const given = await actAtOnce(all)
      for (const [index, { done }] of all.entries()) done.resolve(given[index])
    } catch (error) {
      const isAlone = all.length === 1
      if (isAlone || isBusy((error as Error).cause)) {
        for (const { done } of all) done.reject(error)
        return
      }
      // What is wrong with one of them is not the others' fault.
      for (const one of all) await actAtOnce([one]).then(([given]) => one.done.resolve(given), one.done.reject)
    }
  }

  /** What changes something, and is on disk when that has ended. */
  const written =
    <Args extends readonly unknown[], Given>(act: (...args: Args) => Given) =>
    async (...args: Args): Promise<Given> => {
      const given = await whenFree(() => act(...args))
      disk.noteCommit()
      await onDisk()
      return given
    }
  /** What is counted outlives this process. A power cut may take what was counted right before it. */
  async function counted<Given>(act: () => Given): Promise<Given> {
    const given = await actSoon(act)
    disk.noteCommit()
    return given
  }
  const onDisk = () =>
    disk.sync().catch((error: unknown) => {
      throw new StoreUnavailable(error)
    })

  function takeStep({ expect = {}, write = {}, append = {} }: Step): boolean {
    const holds = Object.entries(expect).every(([key, value]) => get(key) === value)
    if (!holds) return false
    for (const [key, entry] of Object.entries(write)) {
      if (entry) upsert.run(key, entry.value, Date.now() + Math.ceil(entry.ttl * 1000))
      else drop.run(key)
    }
    for (const [key, lines] of Object.entries(append)) for (const line of lines) journals.append(key, line)
    return true
  }

  const increment = (key: string, ttl: number): number => {
    const now = Date.now()
    return Number(count.get({ key, now, end: now + Math.ceil(ttl * 1000) })?.value)
  }
  const { join: joinRoster, leave, sizes, firstOfLargest } = rosters

  return {
    get: askedTogether(get),
    getBoth: askedTogether(getBoth),
    async commit(step) {
      const isTaken = await actSoon(() => takeStep(step))
      if (!isTaken) return false
      disk.noteCommit()
      if (step.outlives !== 'process') await onDisk()
      return true
    },
    increment: (key, ttl) => counted(() => increment(key, ttl)),
    decrement: (key) => counted(() => void uncount.run(key, Date.now())),
    lines: asked(journals.lines),
    newest: asked(journals.newest),
    lengthOf: asked(journals.lengthOf),
    clear: written(journals.clear),
    join: written(joinRoster),
    leave: written(leave),
    sizes: asked(sizes),
    firstOfLargest: asked(firstOfLargest),
    async close() {
      clearInterval(sweeper)
      if (!db.isOpen) return
      await actOnGroup()
      await disk.close()
      db.close()
    },
  }
}
