// An exported record that a stranger can verify: what is found, and what the server itself will not sign any more.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { JWK } from 'jose'
import { CompactSign, importJWK } from 'jose'
import { pino } from 'pino'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { hashOf } from '../../src/audit/chain.ts'
import type { Seals } from '../../src/audit/seals.ts'
import { createSeals } from '../../src/audit/seals.ts'
import type { JournalVerdict } from '../../src/audit/verify.ts'
import { verifyJournal } from '../../src/audit/verify.ts'
import { makeSigningKey, publicKeys } from '../../src/key-files/signing-keys.ts'
import { KEYS } from '../../src/storage/keys.ts'
import type { Store } from '../../src/storage/store.ts'
import { append } from '../../src/storage/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import type { StoreName } from '../support/stores.ts'
import { openStore } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { recordedCall } from './recorded-call.ts'

const ISSUER = 'https://qcgate.example.com'
const HOUR = 60 * 60 * 1000
const log = pino({ level: 'silent' })

for (const name of ['SQLite', 'Redis'] as const satisfies readonly StoreName[]) {
  describe(`the sealed record of an account on ${name}`, () => {
    const folder = temporaryFolder()
    let store: Store
    let key: JWK
    let seals: Seals
    before(async () => {
      store = await openStore(name, folder.path, 'seals-test:')
      key = await makeSigningKey()
      seals = sealsBy(key)
    })
    after(async () => {
      await store?.close()
      folder.remove()
    })
    const sealsBy = (...journalKeys: JWK[]) => createSeals({ store, log, journalKeys, issuer: ISSUER, days: 30 })
    const auditLog = () => createAuditLog(store)

    /** Records some calls of an account, at a time. */
    async function record(account: string, count: number, at = Date.now()): Promise<void> {
      for (let i = 0; i < count; i++) {
        const { append: addition } = auditLog().intent(account, recordedCall({ at, ref: `r${i}`, what: `Order ${i}` }))
        const lines = Object.values(addition).flat()
        for (const { line, keep } of lines) await append(store, KEYS.journal(account), { at, line, keep })
      }
    }
    async function exported(account: string, by = seals): Promise<string[]> {
      let file = ''
      for await (const part of by.exportOf(account, 'journal')) file += part
      return file.split(/(?<=\n)/)
    }
    const verify = (lines: readonly string[], keys: readonly JWK[] = publicKeys([key])): Promise<JournalVerdict> =>
      verifyJournal(lines, keys)
    const verdict = async (lines: readonly string[], keys?: readonly JWK[]) => {
      const found = await verify(lines, keys)
      return found.kind === 'broken' ? `broken at ${found.seq}` : found.kind
    }
    const brief = async (account: string, count: number) => {
      await record(account, count)
      return exported(account)
    }

    it('is JSON Lines: a beginning, the records with their chain, and its seal last', async () => {
      const lines = await brief('a', 3)
      const [first, ...rest] = lines.map((line) => JSON.parse(line))
      assert.deepEqual(first, { journal: 1, iss: ISSUER, account: 'a', from: 1, prev: '' })
      const records = rest.slice(0, -1)
      assert.deepEqual(
        records.map(({ seq, kind, connection, client, tool, what }) => [seq, kind, connection, client, tool, what]),
        [0, 1, 2].map((i) => [i + 1, 'intent', 'g1', 'Notebook', 'list_projects', `Order ${i}`]),
      )
      for (const [i, one] of records.entries()) {
        assert.equal(one.prev, records[i - 1]?.hash ?? '')
        assert.equal(one.hash, hashOf(one))
        assert.match(one.at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
        assert.deepEqual([one.version, one.more], [undefined, undefined])
      }
      const found = await verify(lines)
      assert.equal(found.kind, 'whole')
      if (found.kind !== 'whole') return
      const { iss, account, from, to, count, head } = found.seal
      assert.deepEqual([iss, account, from, to, count, head], [ISSUER, 'a', 1, 3, 3, records[2].hash])
    })

    it('verifies also when there is nothing in it', async () => {
      assert.equal(await verdict(await exported('nobody')), 'whole')
    })

    it('shows what was changed, inserted, removed, moved or cut off, and names the first', async () => {
      const lines = await brief('b', 6)
      const at = (seq: number) => lines[seq] ?? ''
      const changed = (seq: number, how: (record: Record<string, unknown>) => object) => {
        const record = JSON.parse(at(seq))
        return JSON.stringify({ ...record, ...how(record) })
      }
      const replaced = (seq: number, ...by: string[]) => [...lines.slice(0, seq), ...by, ...lines.slice(seq + 1)]
      for (const [what, manipulated, found] of [
        ['nothing', lines, 'whole'],
        [
          'a word',
          replaced(
            3,
            changed(3, () => ({ what: 'Order 9' })),
          ),
          'broken at 3',
        ],
        [
          'a member more',
          replaced(
            3,
            changed(3, () => ({ note: 'x' })),
          ),
          'broken at 3',
        ],
        ['a word, and its hash', replaced(3, rehashed(changed(3, () => ({ what: 'Order 9' })))), 'broken at 4'],
        ['the last, and its hash', replaced(6, rehashed(changed(6, () => ({ what: 'Order 9' })))), 'broken at 1'],
        ['one removed', replaced(3), 'broken at 3'],
        ['the first removed', replaced(1), 'broken at 1'],
        ['one inserted', replaced(3, at(3), rehashed(changed(3, () => ({ seq: 4 })))), 'broken at 4'],
        ['one twice', replaced(3, at(3), at(3)), 'broken at 3'],
        ['two in another order', [...lines.slice(0, 3), at(4), at(3), ...lines.slice(5)], 'broken at 3'],
        ['the end cut off', lines.slice(0, 5), 'broken at 5'],
        ['the end cut off, with the seal behind', [...lines.slice(0, 5), at(7)], 'broken at 5'],
        ['the seal alone cut off', lines.slice(0, -1), 'broken at 7'],
        ['half a line', [...lines.slice(0, 5), at(5).slice(0, 40)], 'broken at 5'],
        ['something behind the seal', [...lines, at(6)], 'broken at 7'],
        ['a second seal', [...lines, at(7)], 'broken at 7'],
        ['the beginning', replaced(0, at(0).replace('"prev":""', '"prev":"x"')), 'broken at 1'],
        ['whose it is', replaced(0, at(0).replace('"account":"b"', '"account":"c"')), 'broken at 1'],
        ['from when on', replaced(0, at(0).replace('"from":1', '"from":2')), 'broken at 1'],
        ['no record', ['{"hello":1}'], 'unusable'],
        ['nothing at all', [], 'unusable'],
      ] as const) {
        assert.equal(await verdict(manipulated), found, what)
      }
    })

    it('is not mended by chaining what was changed anew: the seal knows the head', async () => {
      const lines = await brief('c', 4)
      const records = lines.slice(1, -1).map((line) => JSON.parse(line))
      records[1].what = 'Order 9'
      for (const [i, record] of records.entries()) {
        record.prev = records[i - 1]?.hash ?? ''
        record.hash = hashOf(record)
      }
      const forged = [lines[0] ?? '', ...records.map((record) => JSON.stringify(record)), lines.at(-1) ?? '']
      assert.equal(await verdict(forged), 'broken at 1')
    })

    it('takes no seal of another key, of another type, of another record, or of an earlier end', async () => {
      const lines = await brief('d', 3)
      const seal = async (payload: object, typ: string, by = key) => {
        const header = { alg: 'ES256', kid: by.kid ?? '', typ }
        const jws = new CompactSign(Buffer.from(JSON.stringify(payload))).setProtectedHeader(header)
        return [...lines.slice(0, -1), JSON.stringify({ seal: await jws.sign(await importJWK(by, 'ES256')) })]
      }
      const found = await verify(lines)
      assert.ok(found.kind === 'whole')
      const good = found.seal
      const typ = 'qcgate-journal+jws'
      assert.equal(await verdict(await seal(good, typ)), 'whole')
      assert.equal(await verdict(await seal(good, 'qcgate-journal-hour+jws')), 'broken at 1')
      assert.equal(await verdict(await seal(good, 'at+jwt')), 'broken at 1')
      const stranger = await makeSigningKey()
      assert.equal(await verdict(await seal(good, typ, stranger)), 'broken at 1')
      assert.equal(await verdict(await seal(good, typ, { ...stranger, kid: key.kid ?? '' })), 'broken at 1')
      assert.equal(await verdict(await seal({ ...good, account: 'z' }, typ)), 'broken at 1')
      assert.equal(await verdict(await seal({ ...good, iss: 'https://other.example' }, typ)), 'broken at 1')
      assert.equal(await verdict(await seal({ ...good, to: 2, count: 2 }, typ)), 'broken at 3')
      assert.equal(await verdict(await seal({ ...good, count: 2 }, typ)), 'broken at 1')
      assert.equal(await verdict(lines, []), 'broken at 1')
    })

    it('verifies after its key was replaced, and so does what the old key sealed', async () => {
      const old = await brief('e', 3)
      const next = await makeSigningKey()
      const { d: _gone, ...publicHalf } = key
      const after = sealsBy(next, publicHalf)
      await record('e', 2)
      const both = publicKeys([next, publicHalf])
      assert.equal(await verdict(old, both), 'whole')
      assert.equal(await verdict(await exported('e', after), both), 'whole')
    })

    it('begins behind a seal where older records have gone, and follows from there', async () => {
      const now = Date.now()
      await record('f', 5, now - 3 * HOUR)
      seals.sealHour('f', 'journal')
      await until('the seal', async () => (await store.get(KEYS.seal('journal', 'f'))) !== undefined)
      await record('f', 3, now)
      // As after 30 days: what was sealed goes, but for its last two records.
      const gone = { ttl: 60, most: 5 }
      await append(store, KEYS.journal('f'), {
        at: now,
        line: JSON.stringify({ version: 1, kind: 'person', at: now, ref: 'x' }),
        keep: gone,
      })
      const lines = await exported('f')
      const [first] = lines.map((line) => JSON.parse(line))
      assert.equal(first.from, 6)
      assert.notEqual(first.prev, '')
      assert.equal(lines.length, 6)
      assert.equal(await verdict(lines), 'whole')
    })

    it('begins anew where what was not sealed has gone', async () => {
      await record('g', 8)
      const line = JSON.stringify({ version: 1, kind: 'person', at: Date.now(), ref: 'x' })
      await append(store, KEYS.journal('g'), { at: Date.now(), line, keep: { ttl: 60, most: 4 } })
      const lines = await exported('g')
      assert.equal(JSON.parse(lines[0] ?? '').from, 6)
      assert.equal(await verdict(lines), 'whole')
    })

    it('has its hour sealed with the first record of the next, once, up to that hour', async () => {
      const now = Date.now()
      await record('h', 4, now - HOUR)
      await record('h', 2, now)
      await Promise.all(Array.from({ length: 5 }, async () => sealsBy(key).sealHour('h', 'journal')))
      await until('the seal', async () => (await store.lengthOf(KEYS.seals('journal', 'h'))) > 0)
      const [{ line } = { line: '' }] = await store.newest(KEYS.seals('journal', 'h'), 1)
      assert.equal(JSON.parse(line).to, 4)
      assert.equal(await store.lengthOf(KEYS.seals('journal', 'h')), 1)
    })

    it('is not signed any more once the store holds something else than what was sealed', async () => {
      await record('i', 4, Date.now() - HOUR)
      await exported('i')
      const lines = await store.lines(KEYS.journal('i'))
      await store.clear(KEYS.journal('i'))
      for (const { at, line } of lines) {
        await append(store, KEYS.journal('i'), {
          at,
          line: line.replace('Order 2', 'Order 9'),
          keep: { ttl: 60, most: 99 },
        })
      }
      await assert.rejects(exported('i'), { name: 'BrokenJournal', message: /record 4, or one before it, was changed/ })
      // A seal that somebody else puts there is none.
      const [{ line } = { line: '' }] = await store.newest(KEYS.seals('journal', 'i'), 1)
      const forged = JSON.stringify({ ...JSON.parse(line), head: 'x' })
      await store.commit({ write: { [KEYS.seal('journal', 'i')]: { value: forged, ttl: 60 } } })
      await assert.rejects(exported('i'), { name: 'BrokenJournal', message: /seal of record 4 is not ours/ })
    })

    it('keeps the place of a record that this release does not understand', async () => {
      await record('j', 1)
      const at = Date.now()
      await append(store, KEYS.journal('j'), { at, line: '{"version":2}', keep: { ttl: 60, most: 99 } })
      await record('j', 1)
      const lines = await exported('j')
      assert.deepEqual(
        lines.slice(1, -1).map((line) => JSON.parse(line).kind),
        ['intent', 'unknown', 'intent'],
      )
      assert.equal(await verdict(lines), 'whole')
    })
  })
}

/** A record with the hash that it would have. */
function rehashed(line: string): string {
  const record = JSON.parse(line)
  return JSON.stringify({ ...record, hash: hashOf(record) })
}
