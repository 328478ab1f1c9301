// The thread that carries the write-ahead log of SQLite over into its database (a checkpoint): first most of it, while others
// write on, and then the rest, for which nobody else may write, so that the log begins anew.
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

const db = new DatabaseSync(String(workerData))
db.exec('PRAGMA busy_timeout = 5000')
parentPort?.on('message', () => {
  db.exec('PRAGMA wal_checkpoint(PASSIVE)')
  db.exec('PRAGMA wal_checkpoint(RESTART)')
})
