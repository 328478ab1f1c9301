// `kill -9` of a server process in the middle of mixed requests, and a new one in its place, as a supervisor would start it.
import { setTimeout as delay } from 'node:timers/promises'
import { startSingle } from '../support/redis-fleet.ts'
import type { Drill, Scene } from './drill.ts'

const TIMES = 20

async function killInTurn({ service: { processes }, strike }: Scene): Promise<void> {
  for (let i = 0; i < TIMES; i++) {
    await delay(100 + 300 * Math.random())
    await strike(async () => processes[i % processes.length]?.server.crashAndRestart())
  }
}

export const killOnSqlite: Drill = {
  name: 'kill-sqlite',
  title: `A process is killed ${TIMES} times: one process, SQLite`,
  what: '`kill -9` at a random moment, then a new process on the same port, files and keys.',
  processes: 1,
  faults: killInTurn,
}

export const killOnRedis: Drill = {
  name: 'kill-redis',
  title: `A process is killed ${TIMES} times: two processes, one Redis`,
  what: '`kill -9` of one process and then the other, in turn. A client that gets no answer tries the other address.',
  processes: 2,
  startFleet: startSingle,
  faults: killInTurn,
}
