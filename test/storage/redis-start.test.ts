// What an operator reads when a Redis cannot be the store, and when it can but is set up badly.
import assert from 'node:assert/strict'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Store } from '../../src/storage/store.ts'
import { add, append, remove } from '../../src/storage/store.ts'
import { startInVain } from '../support/bad-start.ts'
import { temporaryFolder } from '../support/folder.ts'
import type { RedisFleet } from '../support/redis-fleet.ts'
import { startSingle } from '../support/redis-fleet.ts'
import { freePort, startServer } from '../support/server.ts'
import { openRedis, redisUrl } from '../support/stores.ts'

const withOther = (url: string, change: (url: URL) => void): string => {
  const copy = new URL(url)
  change(copy)
  return copy.href
}

const home = temporaryFolder()
after(home.remove)
const startWith = (REDIS_URL: string) =>
  startInVain({ REDIS_URL, DATA_DIR: join(home.path, 'data'), KEYS_DIR: join(home.path, 'keys') })

/** The one message of a server that does not start. */
async function refusal(REDIS_URL: string): Promise<string> {
  const { status, stdout, stderr } = await startWith(REDIS_URL)
  assert.deepEqual([status, stdout], [2, ''])
  const lines = stderr.split('\n').filter(Boolean)
  assert.equal(lines.length, 1, stderr)
  return lines[0] ?? ''
}

describe('a REDIS_URL that cannot be used stops the start with one message', () => {
  const url = redisUrl('single', 'start:')
  const sentinels = redisUrl('sentinel', 'start:')
  const cluster = redisUrl('cluster', 'start:')
  const [, clusterNode = ''] = /\/\/([^,]+)/.exec(cluster) ?? []
  const [, sentinelNode = ''] = /\/\/([^,]+)/.exec(sentinels) ?? []

  it('when nothing listens there', async () => {
    const port = await freePort()
    for (const address of [`redis://127.0.0.1:${port}`, `redis+cluster://127.0.0.1:${port}`]) {
      assert.match(await refusal(address), /cannot start\. REDIS_URL: Redis cannot be reached .*is it running/)
    }
    assert.match(await refusal(`redis+sentinel://127.0.0.1:${port}/m`), /REDIS_URL: Redis cannot be reached/)
  })

  it('when the password is wrong or missing, without showing it', async () => {
    const wrong = await refusal(withOther(url, (one) => (one.password = 'not-the-password')))
    assert.match(wrong, /REDIS_URL: Redis refuses this user name and password$/)
    assert.match(
      await refusal(withOther(url, (one) => (one.password = ''))),
      /Redis wants a password; write it as redis:/,
    )
  })

  it('when it is of another kind, naming the form that fits', async () => {
    assert.match(await refusal(`redis://${clusterNode}`), /part of a Cluster; use redis\+cluster:/)
    assert.match(await refusal(`redis://${sentinelNode}`), /is a Sentinel; use redis\+sentinel:/)
    assert.match(await refusal(url.replace('redis:', 'redis+cluster:').replace('/0', '')), /is no Cluster; use redis:/)
    assert.match(await refusal(`redis+sentinel://${sentinelNode}/other`), /know no master of that name/)
  })

  it('when it cannot be read as an address, naming the variable and not its value', async () => {
    const { stderr } = await startWith('redis://:hidden-password@h:port')
    assert.match(stderr, /REDIS_URL: names a host or port that cannot be/)
    assert.doesNotMatch(stderr, /hidden-password/)
  })
})

describe('a Redis user with the rights that docs/storage.md names', () => {
  let fleet: RedisFleet
  let store: Store
  before(async () => {
    fleet = await startSingle()
    const [, words = ''] =
      /^ACL SETUSER qcgate on >PASSWORD (.*?)^```/ms.exec(readFileSync('docs/storage.md', 'utf8')) ?? []
    await fleet.nodes[0]?.ask('ACL', 'SETUSER', 'qcgate', 'on', '>the-password', ...words.trim().split(/\s+/))
    store = await openRedis(
      withOther(fleet.url, (url) => Object.assign(url, { username: 'qcgate', password: 'the-password' })),
    )
  })
  after(async () => {
    await store?.close()
    await fleet?.stop()
  })

  it('may do all that a store does', async () => {
    assert.equal(await add(store, 'a', 'x', 60), true)
    assert.equal(await store.get('a'), 'x')
    assert.deepEqual(await store.getBoth('a', 'none'), ['x', undefined])
    assert.equal(await remove(store, 'a'), true)
    assert.equal(await store.increment('b', 60), 1)
    for (const at of [1, 100_000]) await append(store, 'c', { at, line: 'line', keep: { ttl: 60, most: 2 } })
    assert.equal((await store.lines('c')).length, 1)
    assert.equal((await store.newest('c', 1)).length, 1)
    assert.equal(await store.lengthOf('c'), 1)
    await store.clear('c')
    await store.join('d', 'member', { group: 'one', at: 1, ttl: 60 }, 2)
    assert.deepEqual(await store.sizes('d', 'one'), { all: 1, own: 1, largest: 1 })
    assert.equal((await store.firstOfLargest('d', 2))?.member, 'member')
    await store.leave('d', 'member')
  })
})

describe('a Redis that may throw keys away', () => {
  let fleet: RedisFleet
  before(async () => {
    fleet = await startSingle(['maxmemory 100mb', 'maxmemory-policy volatile-lru'])
  })
  after(() => fleet?.stop())

  it('is warned about in the log, with the setting that would do', async () => {
    const server = await startServer({ REDIS_URL: fleet.url })
    assert.match(server.output(), /"level":40.*"policy":"volatile-lru".*maxmemory-policy noeviction/)
    await server.stop()
  })
})

describe('the keys of a fleet', () => {
  for (const [store, env] of [
    ['Redis', { REDIS_URL: redisUrl('single', 'fingerprint:') }],
    ['the embedded store', {}],
  ] as const) {
    it(`must be those that ${store} was used with`, async () => {
      const first = await startServer(env)
      const folder = temporaryFolder()
      const second = { ...env, DATA_DIR: join(first.folder, 'data'), KEYS_DIR: join(folder.path, 'keys') }
      const error = await startServer(second).catch((error: Error) => error)
      assert.match(
        String(error),
        /cannot start\. KEYS_DIR=.*: cookies\.jwks\.json, journal\.jwks\.json, signing\.jwks\.json, vault\.jwks\.json hold other keys than the store was used with/,
      )
      assert.match(
        String(error),
        store === 'Redis' ? /delete fingerprint:keys in Redis/ : /DELETE FROM entries WHERE key = 'keys'/,
      )
      cpSync(join(first.folder, 'keys'), second.KEYS_DIR, { recursive: true, force: true })
      await (await startServer(second)).stop()
      await first.stop()
      folder.remove()
    })
  }
})
