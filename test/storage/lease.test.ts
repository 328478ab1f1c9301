// A lease, on every kind of store: one holder, all keys or none, and nobody gives back what is somebody else's.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { KEYS } from '../../src/storage/keys.ts'
import type { Lease } from '../../src/storage/lease.ts'
import { takeLease } from '../../src/storage/lease.ts'
import type { Store } from '../../src/storage/store.ts'
import { put } from '../../src/storage/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openStore, STORE_NAMES } from '../support/stores.ts'

const [A, B, C] = ['a', 'b', 'c'].map((what) => KEYS.lease(what, 'somebody')) as [string, string, string]

for (const name of STORE_NAMES) {
  describe(`a lease in ${name}`, () => {
    const folder = temporaryFolder()
    let one: Store
    let two: Store
    before(async () => {
      one = await openStore(name, folder.path, 'lease:')
      two = await openStore(name, folder.path, 'lease:')
    })
    after(async () => {
      await two?.close()
      await one?.close()
      folder.remove()
    })

    const take = async (store: Store, ...keys: string[]): Promise<Lease> => {
      const lease = await takeLease(store, keys, AbortSignal.timeout(5_000))
      assert.ok(lease)
      return lease
    }
    /** Tries once, and leaves instead of waiting. */
    const assertTaken = (store: Store, ...keys: string[]) =>
      assert.rejects(takeLease(store, keys, AbortSignal.abort()), { name: 'AbortError' })

    it('has one holder, until that one gives it back', async () => {
      const lease = await take(one, A)
      await assertTaken(two, A)
      assert.equal(await one.commit(lease.renewal), true)
      await assertTaken(two, A)
      await lease.release()
      await (await take(two, A)).release()
    })

    it('is of all its keys or of none', async () => {
      const lease = await take(one, A, B)
      await assertTaken(two, B, C)
      const other = await take(two, C)
      await other.release()
      await lease.release()
      await (await take(two, A, B, C)).release()
    })

    it('is waited for', async () => {
      const lease = await take(one, A)
      const waiting = take(two, A)
      await lease.release()
      await (await waiting).release()
    })

    it('that ran out is neither renewed nor given back by who had it', async () => {
      const lease = await take(one, A)
      await put(two, A, 'somebody else', 60)
      assert.equal(await one.commit(lease.renewal), false)
      await lease.release()
      assert.equal(await two.get(A), 'somebody else')
    })
  })
}
