// What every store promises. A new store is added to the list and held to the same sentences.
import assert from 'node:assert/strict'
import { after, describe, it, mock } from 'node:test'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import type { Store } from '../../src/storage/store.ts'
import { add, put, remove, update } from '../../src/storage/store.ts'
import { temporaryFolder } from '../support/folder.ts'

const STORES: Record<string, (folder: string) => Store> = { sqlite: openSqliteStore }

for (const [name, open] of Object.entries(STORES)) {
  describe(`store: ${name}`, () => {
    const folder = temporaryFolder()
    const store = open(folder.path)
    const other = open(folder.path) // a second process that shares the store
    after(async () => {
      await store.close()
      await other.close()
      folder.remove()
    })

    it('gives back what was put, to everyone who shares it', async () => {
      await put(store, 'a:{1}', 'x', 60)
      assert.equal(await other.get('a:{1}'), 'x')
      await remove(other, 'a:{1}')
      assert.equal(await store.get('a:{1}'), undefined)
    })

    it('lets only one of many add the same key', async () => {
      const winners = await Promise.all(
        Array.from({ length: 50 }, (_, i) => add(i % 2 ? store : other, 'b:{1}', `${i}`, 60)),
      )
      assert.equal(winners.filter(Boolean).length, 1)
      assert.equal(await store.get('b:{1}'), `${winners.indexOf(true)}`)
    })

    it('takes a step whole or not at all', async () => {
      await put(store, 'c:{1}', 'old', 60)
      const step = { write: { 'c:{1}': { value: 'new', ttl: 60 }, 'd:{1}': { value: 'made', ttl: 60 } } }
      assert.equal(await store.commit({ ...step, expect: { 'c:{1}': 'other' } }), false)
      assert.deepEqual([await store.get('c:{1}'), await store.get('d:{1}')], ['old', undefined])
      assert.equal(await store.commit({ ...step, expect: { 'c:{1}': 'old', 'd:{1}': undefined } }), true)
      assert.deepEqual([await store.get('c:{1}'), await store.get('d:{1}')], ['new', 'made'])
    })

    it('loses no update when many change one value at once', async () => {
      const plusOne = (current = '0') => ({ value: String(Number(current) + 1), ttl: 60 })
      await Promise.all(Array.from({ length: 40 }, (_, i) => update(i % 2 ? store : other, 'e:{1}', plusOne)))
      assert.equal(await store.get('e:{1}'), '40')
    })

    it('counts within a window that begins with the first count', async () => {
      mock.timers.enable({ apis: ['Date'], now: Date.now() })
      try {
        assert.deepEqual([await store.increment('f:{1}', 10), await other.increment('f:{1}', 10)], [1, 2])
        mock.timers.tick(9_000)
        assert.equal(await store.increment('f:{1}', 10), 3)
        mock.timers.tick(1_000)
        assert.equal(await store.increment('f:{1}', 10), 1)
      } finally {
        mock.timers.reset()
      }
    })

    it('forgets a value when its time is over, and lets the key be added again', async () => {
      mock.timers.enable({ apis: ['Date'], now: Date.now() })
      try {
        await put(store, 'g:{1}', 'x', 5)
        mock.timers.tick(4_999)
        assert.equal(await store.get('g:{1}'), 'x')
        mock.timers.tick(1)
        assert.equal(await store.get('g:{1}'), undefined)
        assert.equal(await add(store, 'g:{1}', 'y', 5), true)
      } finally {
        mock.timers.reset()
      }
    })

    it('keeps what it acknowledged across closing and opening', async () => {
      await put(store, 'h:{1}', 'kept', 60)
      const again = open(folder.path)
      assert.equal(await again.get('h:{1}'), 'kept')
      await again.close()
    })
  })
}
