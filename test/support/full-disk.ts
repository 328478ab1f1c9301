// Preloaded into servers under test: a disk that is full when a test says so. It is SQLite itself that finds no room: its file may
// not grow, and before anything is written something is that needs to, as the write-ahead log would on a disk that is full.
import type { StatementSync } from 'node:sqlite'
import { DatabaseSync } from 'node:sqlite'

const databases = new Set<DatabaseSync>()
/** What is done each minute, so that a test need not wait for one. */
const eachMinute: (() => void)[] = []
let full = false

const { exec, prepare } = DatabaseSync.prototype

/** Throws what SQLite says when there is no room. */
function needRoom(database: DatabaseSync): void {
  if (full) exec.call(database, 'INSERT INTO filler VALUES (zeroblob(1000000))')
}

function setFull(database: DatabaseSync, isFull: boolean): void {
  exec.call(database, 'CREATE TABLE IF NOT EXISTS filler (bytes BLOB)')
  const { page_count: pages } = prepare.call(database, 'PRAGMA page_count').get() ?? {}
  exec.call(database, `PRAGMA max_page_count = ${isFull ? pages : 1_000_000}`)
}

DatabaseSync.prototype.exec = function (sql) {
  databases.add(this)
  if (/^(COMMIT|PRAGMA incremental_vacuum)/.test(sql)) needRoom(this)
  exec.call(this, sql)
}
DatabaseSync.prototype.prepare = function (sql, ...options) {
  const statement: StatementSync = prepare.call(this, sql, ...options)
  if (/^\s*SELECT/.test(sql)) return statement
  for (const name of ['run', 'get'] as const) {
    const original = statement[name].bind(statement) as (...args: unknown[]) => unknown // sound: it gets what it was given
    const afterAll = (...args: unknown[]) => {
      needRoom(this)
      return original(...args)
    }
    Object.assign(statement, { [name]: afterAll })
  }
  return statement
}

const everyMinute = globalThis.setInterval
globalThis.setInterval = ((act: () => void, milliseconds?: number) => {
  if (milliseconds === 60_000) eachMinute.push(act)
  return everyMinute(act, milliseconds)
}) as typeof setInterval

process.on('message', ({ isFull, minute }: { isFull?: boolean; minute?: boolean }) => {
  if (isFull === undefined && !minute) return // others that were preloaded are asked as well
  if (isFull !== undefined) {
    full = false
    for (const database of databases) setFull(database, isFull)
    full = isFull
  }
  if (minute) for (const act of eachMinute) act()
  process.send?.({ databases: databases.size, eachMinute: eachMinute.length })
})
process.channel?.unref()
