// What is remembered of a call, for how long, and for whom.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { AuditLog } from '../../src/audit/audit-log.ts'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { reference } from '../../src/audit/reference.ts'
import { KEYS } from '../../src/storage/keys.ts'
import type { Store } from '../../src/storage/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openStore } from '../support/stores.ts'
import { recordedCall } from './recorded-call.ts'

const DAY = 24 * 60 * 60 * 1000

for (const name of ['SQLite', 'Redis'] as const) {
  describe(`the activity of an account on ${name}`, () => {
    const folder = temporaryFolder()
    const now = Date.now()
    let store: Store
    let other: Store // a second process that shares the store
    let auditLog: AuditLog
    before(async () => {
      store = await openStore(name, folder.path, 'activity-test:')
      other = await openStore(name, folder.path, 'activity-test:')
      auditLog = createAuditLog(store)
    })
    after(async () => {
      await store?.close()
      await other?.close()
      folder.remove()
    })

    it('is told the newest first, as it was recorded, by every process', async () => {
      const first = recordedCall({ at: now - 2, ref: 'first', ids: { projectId: 1, backtestId: 'b' } })
      const second = recordedCall({ at: now - 1, ref: 'second', outcome: 'refused', why: 'You did not allow this.' })
      await auditLog.record('a', first)
      await auditLog.record('a', second)
      assert.deepEqual(await createAuditLog(other).calls('a'), [second, first])
    })

    it('is told from a time on, that time included', async () => {
      for (const ms of [0, 1, 2]) await auditLog.record('b', recordedCall({ at: now + ms, ms }))
      assert.deepEqual(
        (await auditLog.calls('b', now + 1)).map(({ ms }) => ms),
        [2, 1],
      )
    })

    it('holds nothing of another account', async () => {
      await auditLog.record('c', recordedCall({ at: now, client: 'mine' }))
      await auditLog.record('d', recordedCall({ at: now, client: 'theirs' }))
      assert.deepEqual(
        (await auditLog.calls('c')).map(({ client }) => client),
        ['mine'],
      )
      assert.deepEqual(await auditLog.calls('nobody'), [])
    })

    it('counts two calls of the same moment as two', async () => {
      await auditLog.record('e', recordedCall({ at: now, ref: reference() }))
      await auditLog.record('e', recordedCall({ at: now, ref: reference() }))
      assert.equal((await auditLog.calls('e')).length, 2)
    })

    it('is told of 30 days, whatever time is asked for', async () => {
      await auditLog.record('f', recordedCall({ at: now - 29 * DAY, client: 'young' }))
      await auditLog.record('f', recordedCall({ at: now - 30 * DAY - 1, client: 'old' }))
      for (const since of [undefined, 0, now - 40 * DAY]) {
        assert.deepEqual(
          (await auditLog.calls('f', since)).map(({ client }) => client),
          ['young'],
        )
      }
    })

    it('keeps what had consequences apart, so that no number of other calls pushes it out', async () => {
      const trade = recordedCall({
        at: now,
        tool: 'create_live_algorithm',
        risk: 'trades',
        outcome: 'answered',
        ref: 'trade',
      })
      const others = [
        recordedCall({
          at: now + 1,
          tool: 'create_live_algorithm',
          risk: 'trades',
          outcome: 'refused',
          ref: 'refused',
        }),
        recordedCall({ at: now + 2, risk: 'reads', ref: 'read' }),
      ]
      for (const one of [trade, ...others]) await auditLog.record('deeds', one)
      assert.deepEqual(
        (await auditLog.calls('deeds')).map(({ ref }) => ref),
        ['read', 'refused', 'trade'],
      )
      assert.equal((await store.lines(KEYS.deeds('deeds'))).length, 1)
      await store.clear(KEYS.activity('deeds'))
      assert.deepEqual(await auditLog.calls('deeds'), [trade])
      await auditLog.forget('deeds')
      assert.deepEqual(await auditLog.calls('deeds'), [])
    })

    it('leaves out what it cannot understand', async () => {
      await auditLog.record('g', recordedCall({ at: now }))
      const line = { version: 1, ...recordedCall({ at: now }) }
      for (const strange of [
        'no JSON',
        '[]',
        JSON.stringify({ ...line, version: 2 }),
        JSON.stringify({ ...line, outcome: 'dreamt' }),
        JSON.stringify({ ...line, risk: 'dreams' }),
      ]) {
        await store.append(KEYS.activity('g'), now, strange, { ttl: 60, most: 100 })
      }
      assert.deepEqual(await auditLog.calls('g'), [recordedCall({ at: now })])
    })

    it('is gone once it is forgotten, and nobody else’s is', async () => {
      await auditLog.record('h', recordedCall({ at: now }))
      await auditLog.record('i', recordedCall({ at: now }))
      await auditLog.forget('h')
      assert.deepEqual(await auditLog.calls('h'), [])
      assert.equal((await auditLog.calls('i')).length, 1)
    })
  })
}

describe('the activity of an account that has much', () => {
  // On the quicker kind of store only: that all kinds drop what is beyond a number is said in test/storage.
  it('is told of the last 10,000 calls', async () => {
    const store = await openStore('Redis', '', 'activity-test:')
    const auditLog = createAuditLog(store)
    const before = Date.now() - 60_000
    const fill = Array.from({ length: 10_001 }, (_, ms) => recordedCall({ at: before + ms, ms }))
    await Promise.all(fill.map((one) => auditLog.record('j', one)))
    const told = await auditLog.calls('j')
    await store.close()
    assert.equal(told.length, 10_000)
    assert.deepEqual([told.at(0)?.ms, told.at(-1)?.ms], [10_000, 1])
  })
})
