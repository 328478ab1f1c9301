// A master that never had a replica is taken at its word: whoever runs one has decided so. One that had is not.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import type { Store } from '../../src/storage/store.ts'
import { FLAG } from '../support/program.ts'
import type { RedisFleet } from '../support/redis-fleet.ts'
import { startCluster } from '../support/redis-fleet.ts'
import { openRedis } from '../support/stores.ts'
import { until } from '../support/until.ts'

/** Leaves the Cluster when two reads have failed: by then all connections of the store have begun to ask for the slots again. */
const LEAVER = `
const { openRedis } = await import(${JSON.stringify(import.meta.resolve('../support/stores.ts'))})
const store = await openRedis(process.argv[1])
console.log('open')
let failures = 0
while (failures < 2) await store.get('k').catch(() => failures++)
await store.close()`

describe('a Cluster of masters without replicas', () => {
  let fleet: RedisFleet
  let store: Store
  before(async () => {
    fleet = await startCluster(0)
    store = await openRedis(fleet.url)
  })
  after(async () => {
    for (const node of fleet?.nodes ?? []) await node.signal('SIGCONT')
    await store?.close()
    await fleet?.stop()
  })
  // The hash slot of this tag is the first master's.
  const step = (value: string) => ({ write: { 'k:{06S}': { value, ttl: 60 } }, outlives: 'machine' as const })

  it('takes what must not be lost', async () => {
    assert.equal(await store.commit(step('alone')), true)
    assert.equal(await store.get('k:{06S}'), 'alone')
  })

  it('takes it no longer when one of them has got a replica, and that is gone', async () => {
    const [master, replica] = fleet.nodes
    const id = String(await master?.ask('CLUSTER', 'MYID'))
    // A master that has slots cannot become a replica, and nobody asks for these.
    const slots = Array.from({ length: 16_384 }, (_, slot) => slot).filter(
      (slot) => Math.floor((slot * 3) / 16_384) === 1,
    )
    await replica?.ask('CLUSTER', 'DELSLOTS', ...slots)
    for (const node of [fleet.nodes[0], fleet.nodes[2]])
      await node?.ask('CONFIG', 'SET', 'cluster-require-full-coverage', 'no')
    await until('it to be a replica', () =>
      replica?.ask('CLUSTER', 'REPLICATE', id).then(
        () => true,
        () => false,
      ),
    )
    await until('it to follow', async () => /connected_slaves:1/.test(String(await master?.ask('INFO', 'replication'))))
    await until('what must not be lost to be taken', () => store.commit(step('followed')).catch(() => false))
    await replica?.signal('SIGSTOP')
    await assert.rejects(store.commit(step('forsaken')), { name: 'StoreUnavailable' })
  })

  it('lets a process end that leaves it while it does not answer', async (t) => {
    await fleet.nodes[1]?.signal('SIGCONT')
    const child = spawn(process.execPath, [FLAG, '--input-type=module', '--eval', LEAVER, fleet.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    for (const node of fleet.nodes) await node.signal('SIGSTOP')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
})
