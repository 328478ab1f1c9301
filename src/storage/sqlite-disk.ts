// What brings commits of SQLite onto the disk without holding up the process. A commit itself, with `synchronous = NORMAL`, is a few
// writes into the write-ahead log, which outlive the process. What must outlive the machine too then waits for an `fdatasync` of that
// log, in a thread of libuv: one runs at a time, and whoever comes meanwhile waits for the next one together (group commit). When
// the log has grown, a thread of its own carries it over into the database (a checkpoint), which waits for the disk as well.
import { close, fdatasync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { IS_INSTALLED } from '../installed.ts'

/** Commits after which the log is carried over: a few megabytes of it. */
const CHECKPOINT_EVERY = 512
const THREAD = new URL(`./${IS_INSTALLED ? 'checkpoint.js' : 'checkpoint-thread.ts'}`, import.meta.url)

export interface SqliteDisk {
  /** Counts a commit, so that the log does not grow for ever. */
  noteCommit(): void
  /** Waits until all that was committed by now is on disk. Rejects when the disk does not take it. */
  sync(): Promise<void>
  /** Waits for what is under way. */
  close(): Promise<void>
}

/** `file` is the database, open by now and in its write-ahead mode. */
export function openSqliteDisk(file: string): SqliteDisk {
  // Locks of SQLite are on its other two files: to close this one gives none of them up (POSIX advisory locks).
  const log = openSync(`${file}-wal`, 'r+')
  let waiting: PromiseWithResolvers<void>[] = []
  let isSyncing = false
  let thread: Worker | undefined
  let commits = 0

  function syncNow(): void {
    const group = waiting
    waiting = []
    fdatasync(log, (error) => {
      isSyncing = waiting.length > 0
      if (isSyncing) syncNow()
      for (const one of group) error ? one.reject(error) : one.resolve()
    })
  }
  function sync(): Promise<void> {
    const one = Promise.withResolvers<void>()
    waiting.push(one)
    if (!isSyncing) queueMicrotask(syncNow) // together with all that was committed at once
    isSyncing = true
    return one.promise
  }

  function startThread(): Worker {
    const started = new Worker(THREAD, { workerData: file, env: {} }).on('error', () => {
      thread = undefined // the next time another one tries, and SQLite itself when the log has become long
    })
    started.unref()
    return started
  }

  return {
    sync,
    noteCommit() {
      commits += 1
      if (commits < CHECKPOINT_EVERY) return
      commits = 0
      thread ??= startThread()
      thread.postMessage('checkpoint')
    },
    async close() {
      await thread?.terminate()
      await sync().catch(() => undefined) // whoever waited for it was told
      await promisify(close)(log)
    },
  }
}
