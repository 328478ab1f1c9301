// Buckets that several processes share, by values: how much is let through, and how seldom the store is asked.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it, mock } from 'node:test'
import { createTokenBuckets } from '../../src/rate-limits/token-buckets.ts'
import type { Store } from '../../src/storage/store.ts'
import { StoreUnavailable } from '../../src/storage/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openStore, STORE_NAMES } from '../support/stores.ts'
import { until } from '../support/until.ts'

const BUCKETS = {
  calls: { most: 60, perSecond: 10, slice: 20 },
  bytes: { most: 6_000, perSecond: 100, slice: 500 },
}

for (const name of STORE_NAMES) {
  describe(`a bucket that processes share, on ${name}`, () => {
    const folder = temporaryFolder()
    const stores: Store[] = []
    let asked = 0
    let away = false
    let holder = ''
    let holders = 0
    before(async () => {
      for (let i = 0; i < 3; i++) stores.push(await openStore(name, folder.path, 'buckets:'))
    })
    after(async () => {
      mock.timers.reset()
      await Promise.all(stores.map((store) => store.close()))
      folder.remove()
    })
    beforeEach(() => {
      mock.timers.reset()
      mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 })
      asked = 0
      holder = `holder-${holders++}`
    })

    /** One process: buckets of its own over the shared store, which counts how often it is asked. */
    const newProcess = (index = 0) => {
      const store = stores[index] as Store
      const get: Store['get'] = async (key) => {
        asked += 1
        if (away) throw new StoreUnavailable('away')
        return store.get(key)
      }
      return createTokenBuckets({ ...store, get }, (id) => `bucket:{${id}}`, BUCKETS)
    }
    type Process = ReturnType<typeof newProcess>
    /** What the store says that is left. */
    const levels = async () => JSON.parse((await stores[2]?.get(`bucket:{${holder}}`)) ?? '{}').levels
    /** How many of so many takes are let through. */
    async function taken(count: number, ...processes: readonly Process[]): Promise<number> {
      const takes = Array.from({ length: count }, (_, i) => processes[i % processes.length]?.take(holder, { calls: 1 }))
      return (await Promise.all(takes)).filter((shortage) => !shortage).length
    }

    it('lets through what is in it, however many processes ask at once, and no more', async () => {
      assert.equal(await taken(400, newProcess(0), newProcess(1), newProcess(2)), 60)
    })

    it('leaves little where nobody needs it: sixty at once are let through, however they are spread', async () => {
      for (const spread of [
        [0, 1],
        [0, 0, 0, 1],
        [0, 1, 2],
      ]) {
        holder = `${holder}-${spread.length}`
        const processes = [newProcess(0), newProcess(1), newProcess(2)] as const
        const through = await taken(60, ...spread.map((index) => processes[index] ?? processes[0]))
        assert.ok(through >= 55, `${through}`)
      }
    })

    it('fills at its pace, up to its brim', async () => {
      const [one, two] = [newProcess(0), newProcess(1)]
      await taken(60, one)
      mock.timers.tick(1_000)
      assert.equal(await taken(30, one, two), 10)
      mock.timers.tick(2_500)
      assert.equal(await taken(50, two), 25)
      mock.timers.tick(3_600_000)
      assert.equal(await taken(200, two, one), 60)
    })

    it('says how long to wait, in whole seconds', async () => {
      const one = newProcess()
      await taken(60, one)
      assert.deepEqual(await one.take(holder, { calls: 1 }), { bucket: 'calls', retryAfter: 1 })
      assert.deepEqual(await one.take(holder, { calls: 31 }), { bucket: 'calls', retryAfter: 4 })
      assert.deepEqual(one.lacks(holder, { calls: 1 }), { bucket: 'calls', retryAfter: 1 })
      mock.timers.tick(1_000)
      assert.equal(one.lacks(holder, { calls: 1 }), undefined)
      assert.equal(await one.take(holder, { calls: 10 }), undefined)
    })

    it('asks the store for some at a time, and not at all before it refuses what cannot be there', async () => {
      const one = newProcess()
      for (let i = 0; i < 15; i++) await one.take(holder, { calls: 1 })
      assert.equal(asked, 1)
      for (let i = 0; i < 45; i++) await one.take(holder, { calls: 1 })
      const before = asked
      assert.ok(before < 40, `${before} for 60`)
      for (let i = 0; i < 500; i++) assert.ok(await one.take(holder, { calls: 1 }))
      assert.equal(asked, before)
      mock.timers.tick(3_600_000)
      for (let i = 0; i < 200; i++) {
        assert.equal(await one.take(holder, { calls: 1 }), undefined)
        mock.timers.tick(100)
      }
      assert.ok(asked - before < 30, `${asked - before} for 200`)
    })

    it('asks the store before it refuses what may be there', async () => {
      const [one, two] = [newProcess(0), newProcess(1)]
      await two.take(holder, { calls: 1 })
      assert.equal(await taken(60, one), 45)
      mock.timers.tick(61_000)
      await two.take(holder, { calls: 1 })
      assert.equal(await taken(60, one), 45)
    })

    it('gives a slice for a minute; what was not spent by then is no second helping', async () => {
      const [one, two] = [newProcess(0), newProcess(1)]
      await one.take(holder, { calls: 1 })
      assert.equal(await taken(60, two), 45)
      mock.timers.tick(1_000)
      assert.equal(await taken(60, two), 10)
      mock.timers.tick(61_000)
      assert.equal(await taken(200, one, two), 60)
    })

    it('gives nothing back that somebody spends at this very moment', async () => {
      const [one, two, three] = [newProcess(0), newProcess(1), newProcess(2)]
      let through = (await taken(1, one)) + (await taken(20, two))
      const tooMany = one.take(holder, { calls: 55 })
      through += await taken(14, one)
      assert.ok(await tooMany)
      through += await taken(120, two, three)
      assert.equal(through, 60)
    })

    it('takes all that is asked for or nothing', async () => {
      const one = newProcess()
      assert.equal(await one.take(holder, { calls: 60 }), undefined)
      assert.equal((await one.take(holder, { calls: 1, bytes: 6_000 }))?.bucket, 'calls')
      assert.equal(await one.take(holder, { bytes: 6_000 }), undefined)
    })

    it('lets through more than it can hold when it is full, and is owed the rest', async () => {
      const one = newProcess()
      assert.equal(await one.take(holder, { calls: 100 }), undefined)
      assert.deepEqual(await one.take(holder, { calls: 1 }), { bucket: 'calls', retryAfter: 5 })
      mock.timers.tick(5_000)
      assert.equal(await taken(30, one, newProcess(1)), 10)
      assert.equal((await newProcess(2).take(holder, { calls: 100 }))?.bucket, 'calls')
    })

    it('is told what was used already, at every process, and owes no more than it holds', async () => {
      const [one, two] = [newProcess(0), newProcess(1)]
      await one.take(holder, { bytes: 0 })
      one.spend(holder, { bytes: 9_000 })
      await until('the store to be told', async () => (await levels()).bytes === -3_000)
      assert.equal((await two.take(holder, { bytes: 0 }))?.bucket, 'bytes')
      mock.timers.tick(31_000)
      assert.equal(await two.take(holder, { bytes: 0 }), undefined)
      one.spend(holder, { bytes: 1_000_000 })
      await until('the store to be told', async () => (await levels()).bytes === -6_000)
      mock.timers.tick(61_000)
      assert.equal(await two.take(holder, { bytes: 0 }), undefined)
    })

    it('needs something in it where nothing is taken', async () => {
      const one = newProcess()
      await one.take(holder, { bytes: 6_000 })
      assert.equal((await one.take(holder, { bytes: 0 }))?.bucket, 'bytes')
    })

    it('is one holder’s: nobody else has less for it', async () => {
      const one = newProcess()
      await taken(60, one)
      holder = `${holder}-other`
      assert.equal(await taken(60, one), 60)
    })

    it('refuses nothing and lets nothing through that it cannot ask about, and goes on from there', async () => {
      const one = newProcess()
      away = true
      await assert.rejects(one.take(holder, { calls: 1 }), StoreUnavailable)
      one.spend(holder, { bytes: 100 })
      await assert.rejects(one.take(holder, { bytes: 1 }), StoreUnavailable)
      away = false
      assert.equal(await taken(100, one), 60)
    })
  })
}
