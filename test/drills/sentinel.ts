// The master of a Sentinel-watched fleet goes, and comes back when another has taken its place: killed, and empty
// afterwards, or frozen, and then awake with the belief that it is master still.
import { setTimeout as delay } from 'node:timers/promises'
import type { RedisNode } from '../support/redis-fleet.ts'
import { startSentinel } from '../support/redis-fleet.ts'
import { until } from '../support/until.ts'
import type { Drill, Scene } from './drill.ts'

/** Under load, between the recovery and the return of the old master. */
const BETWEEN_MS = 2_000

/** Waits until a node is a replica, and has what its master has. Whoever makes it one cuts off those who ask it meanwhile. */
const untilFollowing = (node: RedisNode | undefined) =>
  until('the old master to follow the new one', async () => {
    const info = String(await node?.ask('INFO', 'replication').catch(() => ''))
    return info.includes('role:slave') && info.includes('master_link_status:up')
  })

/** Two faults: the master goes, and later comes back. */
export const loseMaster =
  (goes: (node?: RedisNode) => Promise<unknown>, comesBack: (node?: RedisNode) => Promise<unknown>) =>
  async ({ fleet, strike }: Scene): Promise<void> => {
    const master = fleet?.nodes[0]
    await strike(async () => goes(master))
    await delay(BETWEEN_MS)
    await strike(async () => {
      await comesBack(master)
      await untilFollowing(master)
    })
  }

const common = { processes: 2, startFleet: startSentinel, mayLoseLastWrites: true } as const
const fleet = 'It has two replicas and three Sentinels, which call a master down after half a second.'

export const sentinelKilled: Drill = {
  ...common,
  name: 'sentinel-killed',
  title: 'A Sentinel failover: the master is killed',
  what: `SIGKILL of the master. ${fleet} Later the old master is started again, empty, until it is a replica.`,
  faults: loseMaster(
    async (node) => node?.signal('SIGKILL'),
    async (node) => node?.restart(),
  ),
}

export const sentinelFrozen: Drill = {
  ...common,
  name: 'sentinel-frozen',
  title: 'A Sentinel failover: the master freezes, and wakes up later',
  what: `SIGSTOP of the master. ${fleet} Later SIGCONT wakes the old master, which believes to be master still, until it is a replica.`,
  faults: loseMaster(
    async (node) => node?.signal('SIGSTOP'),
    async (node) => node?.signal('SIGCONT'),
  ),
}
