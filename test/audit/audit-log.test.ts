// What is remembered of a call, for how long, and for whom.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { AuditLog } from '../../src/audit/audit-log.ts'
import { createAuditLog, noteIntent, noteOutcome, OPEN_AT_MOST } from '../../src/audit/audit-log.ts'
import { reference } from '../../src/audit/reference.ts'
import { KEYS } from '../../src/storage/keys.ts'
import type { Store } from '../../src/storage/store.ts'
import { append } from '../../src/storage/store.ts'
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
      const second = recordedCall({ at: now - 1, ref: 'second', outcome: 'blocked', why: 'You did not allow this.' })
      await auditLog.record('a', 'read', first)
      await auditLog.record('a', 'read', second)
      assert.deepEqual(await createAuditLog(other).calls('a'), [second, first])
    })

    it('holds nothing of another account', async () => {
      await auditLog.record('c', 'read', recordedCall({ at: now, client: 'mine' }))
      await auditLog.record('d', 'read', recordedCall({ at: now, client: 'theirs' }))
      assert.deepEqual(
        (await auditLog.calls('c')).map(({ client }) => client),
        ['mine'],
      )
      assert.deepEqual(await auditLog.calls('nobody'), [])
    })

    it('counts two calls of the same moment as two', async () => {
      await auditLog.record('e', 'read', recordedCall({ at: now, ref: reference() }))
      await auditLog.record('e', 'read', recordedCall({ at: now, ref: reference() }))
      assert.equal((await auditLog.calls('e')).length, 2)
    })

    it('is told of 30 days', async () => {
      const old = { ...recordedCall({ client: 'old' }), version: 1, kind: 'read' }
      for (const [at, client] of [
        [now - 30 * DAY - 1, 'old'],
        [now - 29 * DAY, 'young'],
      ] as const) {
        const line = JSON.stringify({ ...old, ref: client, client })
        await append(store, KEYS.activity('f'), { at, line, keep: { ttl: 31 * 24 * 60 * 60, most: 100 } })
      }
      assert.deepEqual(
        (await auditLog.calls('f')).map(({ client }) => client),
        ['young'],
      )
    })

    const sent = (ref: string, at = now) =>
      recordedCall({ at, ref, tool: 'create_live_algorithm', risk: 'trades', digest: 'd' })
    const begun = (ref: string, at?: number) => {
      const { outcome: _outcome, ms: _ms, ...call } = sent(ref, at)
      return call
    }

    it('has of what is sent an intent, and then what became of it, as one call', async () => {
      await store.commit(noteIntent('k', begun('one')))
      assert.deepEqual(await auditLog.calls('k'), [begun('one')])
      await store.commit(noteOutcome('k', sent('one')))
      assert.deepEqual(await createAuditLog(other).calls('k'), [sent('one')])
    })

    it('takes the last word about what became of a call, in whatever order the lines came', async () => {
      await store.commit(noteOutcome('l', sent('one')))
      await store.commit(noteIntent('l', begun('one')))
      const warned = { ...sent('one'), why: 'Another was there.' }
      await store.commit(noteOutcome('l', warned))
      assert.deepEqual(await auditLog.calls('l'), [warned])
    })

    it('says that nobody knows what became of an intent that is older than its call can last', async () => {
      await store.commit(noteIntent('m', begun('old', now - OPEN_AT_MOST - 60_000)))
      await store.commit(noteIntent('m', begun('young', now)))
      assert.deepEqual(
        (await auditLog.calls('m')).map(({ ref, outcome }) => [ref, outcome]),
        [
          ['young', undefined],
          ['old', 'unknown'],
        ],
      )
      await store.commit(noteOutcome('m', sent('old', now - OPEN_AT_MOST - 60_000)))
      assert.deepEqual((await auditLog.calls('m')).at(-1)?.outcome, 'done')
    })

    it('keeps what was sent apart, so that no number of other calls pushes it out', async () => {
      await store.commit(noteOutcome('sent', sent('trade')))
      await auditLog.record('sent', 'refused', { ...sent('refused', now + 1), outcome: 'blocked' })
      await auditLog.record('sent', 'read', recordedCall({ at: now + 2, ref: 'read' }))
      assert.deepEqual(
        (await auditLog.calls('sent')).map(({ ref }) => ref),
        ['read', 'refused', 'trade'],
      )
      await store.clear(KEYS.activity('sent'))
      assert.deepEqual(await auditLog.calls('sent'), [sent('trade')])
      await auditLog.forget('sent')
      assert.deepEqual(await auditLog.calls('sent'), [])
    })

    it('leaves out what it cannot understand', async () => {
      await auditLog.record('g', 'read', recordedCall({ at: now }))
      const line = { version: 1, kind: 'read', ...recordedCall({ at: now }) }
      for (const strange of [
        'no JSON',
        '[]',
        JSON.stringify({ ...line, version: 2 }),
        JSON.stringify({ ...line, outcome: 'dreamt' }),
        JSON.stringify({ ...line, risk: 'dreams' }),
        JSON.stringify({ ...line, kind: 'dream' }),
        JSON.stringify({ ...line, kind: 'outcome', outcome: undefined }),
      ]) {
        await append(store, KEYS.activity('g'), { at: now, line: strange, keep: { ttl: 60, most: 100 } })
      }
      assert.deepEqual(await auditLog.calls('g'), [recordedCall({ at: now })])
    })

    it('is gone once it is forgotten, and nobody else’s is', async () => {
      await auditLog.record('h', 'read', recordedCall({ at: now }))
      await auditLog.record('i', 'read', recordedCall({ at: now }))
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
    const fill = Array.from({ length: 10_001 }, (_, ms) => recordedCall({ at: before + ms, ms, ref: `${ms}` }))
    await Promise.all(fill.map((one) => auditLog.record('j', 'read', one)))
    const told = await auditLog.calls('j')
    await store.close()
    assert.equal(told.length, 10_000)
    assert.deepEqual([told.at(0)?.ms, told.at(-1)?.ms], [10_000, 1])
  })
})
