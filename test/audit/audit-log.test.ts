// What is remembered of calls and of what a person did, for how long, and for whom.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { AuditLog } from '../../src/audit/audit-log.ts'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import type { CallEnded } from '../../src/audit/records.ts'
import { OPEN_AT_MOST } from '../../src/audit/records.ts'
import { reference } from '../../src/audit/reference.ts'
import { KEYS } from '../../src/storage/keys.ts'
import type { Store } from '../../src/storage/store.ts'
import { append } from '../../src/storage/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openStore } from '../support/stores.ts'
import { recordedCall } from './recorded-call.ts'

const DAY = 24 * 60 * 60 * 1000

for (const name of ['SQLite', 'Redis'] as const) {
  describe(`the record of an account on ${name}`, () => {
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

    const refs = async (accountId: string, log = auditLog) => (await log.activity(accountId)).map(({ ref }) => ref)
    const sent = (ref: string, at = now): CallEnded =>
      recordedCall({ at, ref, tool: 'create_live_algorithm', risk: 'trades', digest: 'd', what: 'Start on paper' })
    const begin = (accountId: string, ref: string, at?: number) =>
      store.commit(auditLog.intent(accountId, withoutEnding(sent(ref, at))))
    const end = (accountId: string, call: CallEnded) => store.commit(auditLog.outcome(accountId, call))

    it('is told the newest first, as it was recorded, by every process', async () => {
      const first = recordedCall({ at: now - 2, ref: 'first', ids: { projectId: 1, backtestId: 'b' } })
      const second = recordedCall({
        at: now - 1,
        ref: 'second',
        outcome: 'blocked',
        why: 'Not allowed.',
        rule: 'scopes',
      })
      await auditLog.recordRead('a', first)
      await auditLog.recordRead('a', second)
      const told = await createAuditLog(other).calls('a')
      assert.deepEqual(
        told.map(({ ref, ids, outcome, why, rule, client, ms, count }) => [
          ref,
          ids,
          outcome,
          why,
          rule,
          client,
          ms,
          count,
        ]),
        [
          ['second', {}, 'blocked', 'Not allowed.', 'scopes', 'Notebook', 12, 1],
          ['first', first.ids, 'done', undefined, undefined, 'Notebook', 12, 1],
        ],
      )
    })

    it('holds nothing of another account', async () => {
      await auditLog.recordRead('c', recordedCall({ at: now, ref: 'mine' }))
      await auditLog.recordRead('d', recordedCall({ at: now, ref: 'theirs' }))
      assert.deepEqual(await refs('c'), ['mine'])
      assert.deepEqual(await refs('nobody'), [])
    })

    it('counts two calls of the same moment as two', async () => {
      await auditLog.recordRead('e', recordedCall({ at: now, ref: reference() }))
      await auditLog.recordRead('e', recordedCall({ at: now, ref: reference() }))
      assert.equal((await auditLog.calls('e')).length, 2)
    })

    it('is told of as many days as it is kept', async () => {
      for (const days of [1, 30, 3650]) {
        const log = createAuditLog(store, { days })
        const account = `days ${days}`
        const keep = { ttl: 4_000 * 24 * 60 * 60, most: 100 }
        for (const [at, ref] of [
          [now - days * DAY - 1_000, 'old'],
          [now - (days - 0.5) * DAY, 'young'],
        ] as const) {
          const line = JSON.stringify({ version: 1, kind: 'read', at, ref, tool: 't', more: {} })
          await append(store, KEYS.reads(account), { at, line, keep })
        }
        assert.deepEqual(await refs(account, log), ['young'])
      }
    })

    it('has of what is sent an intent, and then what became of it, as one call', async () => {
      await begin('k', 'one')
      const [open] = await auditLog.activity('k')
      assert.deepEqual(
        [open?.kind, open?.outcome, open?.what, open?.digest],
        ['sent', undefined, 'Start on paper', 'd'],
      )
      await end('k', { ...sent('one'), why: 'A warning.' })
      const [done, ...rest] = await createAuditLog(other).activity('k')
      assert.deepEqual([done?.outcome, done?.what, done?.why, rest], ['done', 'Start on paper', 'A warning.', []])
    })

    it('takes the last word about what became of a call, in whatever order the lines came', async () => {
      await end('l', sent('one'))
      await begin('l', 'one')
      await end('l', { ...sent('one'), why: 'Another was there.' })
      const told = await auditLog.activity('l')
      assert.deepEqual(
        told.map(({ outcome, what, why }) => [outcome, what, why]),
        [['done', 'Start on paper', 'Another was there.']],
      )
    })

    it('says that nobody knows what became of an intent that is older than its call can last', async () => {
      const old = now - OPEN_AT_MOST - 60_000
      await begin('m', 'old', old)
      await begin('m', 'young')
      const outcomes = async () => (await auditLog.activity('m')).map(({ ref, outcome }) => [ref, outcome])
      assert.deepEqual(await outcomes(), [
        ['young', undefined],
        ['old', 'unknown'],
      ])
      await end('m', sent('old', old))
      assert.deepEqual((await outcomes()).at(-1), ['old', 'done'])
    })

    const refused = (ref: string, changes: Partial<CallEnded> = {}) =>
      recordedCall({
        at: now,
        ref,
        tool: 'delete_project',
        risk: 'deletes',
        outcome: 'blocked',
        rule: 'scopes',
        ...changes,
      })

    it('counts equal refusals of one connection, tool and rule within a minute, and tells of them at once', async () => {
      await Promise.all(Array.from({ length: 50 }, (_, i) => auditLog.recordRefused('n', refused(`r${i}`))))
      await createAuditLog(other).recordRefused('n', refused('of another process'))
      await auditLog.recordRefused('n', refused('another rule', { rule: 'paper' }))
      await auditLog.recordRefused('n', refused('another connection', { connection: 'g2' }))
      await auditLog.recordRefused('n', refused('another tool', { tool: 'delete_file' }))
      const told = async () => (await auditLog.activity('n')).map(({ count }) => count).sort((a, b) => a - b)
      assert.deepEqual(await told(), [1, 1, 1, 51])
      assert.equal(await store.lengthOf(KEYS.journal('n')), 0)
      await auditLog.flush('n')
      await createAuditLog(other).flush('n')
      assert.equal(await store.lengthOf(KEYS.journal('n')), 4)
      assert.deepEqual(await told(), [1, 1, 1, 51])
    })

    it('puts a minute of refusals that is over into the journal with the next one', async () => {
      await auditLog.recordRefused('o', refused('old', { at: now - 61_000 }))
      await auditLog.recordRefused('o', refused('new'))
      assert.equal(await store.lengthOf(KEYS.journal('o')), 1)
      assert.deepEqual((await refs('o')).sort(), ['new', 'old'])
    })

    it('tells failures without a rule apart by their reason', async () => {
      for (const why of ['One.', 'Another.', 'One.']) {
        await auditLog.recordRefused('p', recordedCall({ at: now, tool: 'create_file', outcome: 'failed', why }))
      }
      assert.deepEqual((await auditLog.activity('p')).map(({ count }) => count).sort(), [1, 2])
    })

    it('has what a person did, each act in its own line, in one step with what came of it', async () => {
      const acts = [{ what: 'Signed in' }, { what: 'Allowed a connection', connection: 'g1', client: 'Notebook' }]
      await store.commit({ write: {}, ...auditLog.persons('q', acts) })
      const told = await auditLog.activity('q')
      assert.deepEqual(told.map(({ kind, what, connection }) => [kind, what, connection]).sort(), [
        ['person', 'Allowed a connection', 'g1'],
        ['person', 'Signed in', undefined],
      ])
      assert.deepEqual(await auditLog.calls('q'), [])
      assert.deepEqual(auditLog.persons('q', []), {})
    })

    it('keeps reads apart, so that no number of them pushes anything else out', async () => {
      await end('r', sent('trade'))
      await auditLog.recordRead('r', recordedCall({ at: now, ref: 'read' }))
      assert.deepEqual(
        (await auditLog.activity('r', 'journal')).map(({ ref }) => ref),
        ['trade'],
      )
      assert.deepEqual(
        (await auditLog.activity('r', 'reads')).map(({ ref }) => ref),
        ['read'],
      )
      assert.deepEqual(
        (await auditLog.everything('r', 'journal')).map(({ ref }) => ref),
        ['trade'],
      )
    })

    it('leaves out what it cannot understand', async () => {
      await auditLog.recordRead('g', recordedCall({ at: now, ref: 'sound' }))
      const line = { version: 1, kind: 'read', at: now, ref: 'odd' }
      for (const strange of [
        'no JSON',
        '[]',
        JSON.stringify({ ...line, version: 2 }),
        JSON.stringify({ ...line, outcome: 'dreamt' }),
        JSON.stringify({ ...line, kind: 'dream' }),
        JSON.stringify({ ...line, more: { risk: 'dreams' } }),
        JSON.stringify({ ...line, ref: undefined }),
      ]) {
        await append(store, KEYS.reads('g'), { at: now, line: strange, keep: { ttl: 60, most: 100 } })
      }
      assert.deepEqual(await refs('g'), ['sound'])
    })

    it('is gone once it is forgotten, and nobody else’s is', async () => {
      await auditLog.recordRead('h', recordedCall({ at: now }))
      await end('h', sent('one'))
      await auditLog.recordRefused('h', refused('one'))
      await auditLog.recordRead('i', recordedCall({ at: now }))
      await auditLog.forget('h')
      assert.deepEqual(await refs('h'), [])
      assert.equal((await refs('i')).length, 1)
    })
  })
}

describe('the reads of an account that has many', () => {
  // On the quicker kind of store only: that all kinds drop what is beyond a number is said in test/storage.
  it('are told of up to 10,000, the newest', async () => {
    const store = await openStore('Redis', '', 'activity-test:')
    const auditLog = createAuditLog(store)
    const before = Date.now() - 60_000
    const fill = Array.from({ length: 10_001 }, (_, ms) => recordedCall({ at: before + ms, ms, ref: `${ms}` }))
    for (let i = 0; i < fill.length; i += 500) {
      await Promise.all(fill.slice(i, i + 500).map((one) => auditLog.recordRead('j', one)))
    }
    const told = await auditLog.calls('j')
    await store.close()
    assert.equal(told.length, 10_000)
    assert.deepEqual([told.at(0)?.ms, told.at(-1)?.ms], [10_000, 1])
  })
})

function withoutEnding({ outcome: _outcome, why: _why, rule: _rule, ms: _ms, ...call }: CallEnded) {
  return call
}
