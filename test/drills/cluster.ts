// One of three masters of a Cluster is killed; its replica takes over. Later it comes back, empty, and has to follow.
import { startCluster } from '../support/redis-fleet.ts'
import type { Drill } from './drill.ts'
import { loseMaster } from './sentinel.ts'

export const clusterKilled: Drill = {
  name: 'cluster',
  title: 'A Cluster failover: one of three masters is killed',
  what: 'SIGKILL of one of three masters, each of which has one replica (`cluster-node-timeout 1000`). While its slots have no master the whole Cluster answers nothing. Later the old master is started again, empty, until it is a replica.',
  processes: 2,
  startFleet: startCluster,
  mayLoseLastWrites: true,
  faults: loseMaster(
    async (node) => node?.signal('SIGKILL'),
    async (node) => node?.restart(),
  ),
}
