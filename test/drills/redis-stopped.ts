// The one Redis goes away for five seconds: frozen with its connections open, or killed and started again from its disk.
import { setTimeout as delay } from 'node:timers/promises'
import { startSingle } from '../support/redis-fleet.ts'
import type { Drill } from './drill.ts'

const AWAY_S = 5
const DURABLE = ['appendonly yes', 'appendfsync always']

export const redisFrozen: Drill = {
  name: 'redis-frozen',
  title: `Redis answers nothing for ${AWAY_S} s`,
  what: 'SIGSTOP, later SIGCONT: its connections stay open, and what was sent meanwhile may be carried out afterwards.',
  processes: 2,
  startFleet: startSingle,
  faults: ({ fleet, strike }) =>
    strike(async () => {
      await fleet?.nodes[0]?.signal('SIGSTOP')
      await delay(AWAY_S * 1000)
      await fleet?.nodes[0]?.signal('SIGCONT')
    }),
}

export const redisKilled: Drill = {
  name: 'redis-killed',
  title: `Redis is killed, and started again after ${AWAY_S} s`,
  what: `SIGKILL. Redis runs with \`${DURABLE.join('` and `')}\`, so it comes back with what it had acknowledged.`,
  processes: 2,
  startFleet: () => startSingle(DURABLE),
  faults: ({ fleet, strike }) =>
    strike(async () => {
      await fleet?.nodes[0]?.signal('SIGKILL')
      await delay(AWAY_S * 1000)
      await fleet?.nodes[0]?.restart()
    }),
}
