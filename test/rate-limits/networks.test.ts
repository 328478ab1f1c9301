// Whoever is stopped uses up nothing of what others around share, however many of their requests are under way.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { countFromNetwork } from '../../src/rate-limits/rate-limits.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import { temporaryFolder } from '../support/folder.ts'

describe('a limit by network', () => {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path)
  after(async () => {
    await store.close()
    folder.remove()
  })
  const many = (limit: { what: string; most: number; seconds: number }, network: string, times: number) =>
    Promise.all(Array.from({ length: times }, () => countFromNetwork(store, limit, network)))

  for (const most of [20, 1_000]) {
    it(`of ${most} lets an address have them all, its neighbours as many, and those around no more`, async () => {
      const limit = { what: `test-${most}`, most, seconds: 60 }
      assert.deepEqual(new Set(await many(limit, '203.0.113.7', most)), new Set([0]))
      assert.deepEqual(new Set(await many(limit, '203.0.113.7', 60)), new Set([60]))
      // All that were refused have been given back by now, so that a neighbour still has as many as the first one had.
      assert.deepEqual(new Set(await many(limit, '203.0.113.99', most)), new Set([0]))
      assert.equal(await countFromNetwork(store, limit, '203.0.113.100'), 60)
      assert.equal(await countFromNetwork(store, limit, '203.0.114.1'), 0)
    })
  }

  it('that is small never counts for others what is refused, also while it is under way', async () => {
    const limit = { what: 'test-small', most: 20, seconds: 60 }
    await many(limit, '198.51.100.7', 20)
    const [, neighbour] = await Promise.all([
      many(limit, '198.51.100.7', 100),
      countFromNetwork(store, limit, '198.51.100.8'),
    ])
    assert.equal(neighbour, 0)
  })
})
