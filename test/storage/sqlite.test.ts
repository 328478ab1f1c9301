// What is special about the embedded store: it shares a file with other processes, and a disk with everybody.
import assert from 'node:assert/strict'
import fs, { statSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import type { Step, Store } from '../../src/storage/store.ts'
import { put, StoreUnavailable } from '../../src/storage/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/until.ts'

describe('the embedded store', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let store: Store
  let file: string
  const { fdatasync } = fs
  beforeEach(() => {
    folder = temporaryFolder()
    file = join(folder.path, 'qcgate.sqlite')
    store = openSqliteStore(folder.path)
  })
  afterEach(async () => {
    setSync(fdatasync)
    await store.close()
    folder.remove()
  })
  /** Puts another disk under it. */
  function setSync(other: unknown): void {
    Object.assign(fs, { fdatasync: other })
    syncBuiltinESMExports()
  }
  const write = (key: string, value: string): Step => ({ write: { [key]: { value, ttl: 60 } } })

  it('serves everybody while another process is writing, and writes when that has ended', async () => {
    await put(store, 'a', 'before', 60)
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    let isTaken = false
    const taken = store.commit(write('a', 'after')).then((answer) => {
      isTaken = answer
    })
    const counted = store.increment('n', 60)
    for (let turns = 0; turns < 10; turns += 1) {
      await turn()
      assert.deepEqual([await store.get('a'), isTaken], ['before', false])
    }
    other.exec('COMMIT')
    await taken
    assert.deepEqual([await counted, await store.get('a'), isTaken], [1, 'after', true])
    other.close()
  })

  it('takes steps that come at once each by its own condition', async () => {
    const first = { expect: { a: undefined } }
    const answers = await Promise.all([
      store.commit({ ...first, ...write('a', '1') }),
      store.commit({ ...first, ...write('a', '2') }),
      store.commit({ expect: { a: '1' }, ...write('a', '3') }),
      store.commit({ expect: { b: 'none' }, ...write('c', '4') }),
    ])
    assert.deepEqual(answers, [true, false, true, false])
    assert.deepEqual(await store.getBoth('a', 'c'), ['3', undefined])
  })

  it('fails what cannot be written, and nothing that came with it', async () => {
    const unwritable = { toString: () => 'no text' } as unknown as string
    const answers = await Promise.allSettled([
      store.commit(write('a', '1')),
      store.commit({ write: { a: { value: '2', ttl: 60 }, b: { value: unwritable, ttl: 60 } } }),
      store.commit({ expect: { a: '1' }, ...write('c', '3') }),
    ])
    assert.deepEqual(
      answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.name)),
      [true, 'StoreUnavailable', true],
    )
    assert.deepEqual(await store.getBoth('a', 'b'), ['1', undefined])
    assert.equal(await store.get('c'), '3')
  })

  it('waits for the disk once for many, and not at all for what need not outlive a power cut', async () => {
    const asked: ((error: Error | null) => void)[] = []
    setSync((_log: number, done: (error: Error | null) => void) => asked.push(done))
    const early = store.commit(write('a', '1'))
    await until('the disk to be asked', () => asked.length === 1)
    const later = Array.from({ length: 50 }, (_, i) => store.commit(write(`b${i}`, '2')))
    assert.equal(await store.commit({ ...write('c', '3'), outlives: 'process' }), true)
    assert.equal(asked.length, 1)
    asked[0]?.(null)
    assert.equal(await early, true)
    await until('the disk to be asked again', () => asked.length === 2)
    asked[1]?.(null)
    assert.deepEqual(new Set(await Promise.all(later)), new Set([true]))
    assert.equal(asked.length, 2)
    setSync(fdatasync)
  })

  it('acknowledges nothing that the disk does not take', async () => {
    setSync((_log: number, done: (error: Error | null) => void) => setImmediate(done, new Error('EIO: i/o error')))
    await assert.rejects(store.commit(write('a', '1')), StoreUnavailable)
    await assert.rejects(store.clear('n'), StoreUnavailable)
    assert.equal(await store.increment('n', 60), 1) // what is counted does not wait for it
    setSync(fdatasync)
    assert.equal(await store.commit(write('a', '2')), true)
  })

  it('takes along the journals of a file from before', async () => {
    await store.close()
    const old = new DatabaseSync(file)
    old.exec(`
      CREATE TABLE journals (key TEXT PRIMARY KEY, last INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE lines (key TEXT NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL, line TEXT NOT NULL,
        PRIMARY KEY (key, position)) WITHOUT ROWID;
      INSERT INTO journals VALUES ('j', 8, ${Date.now() + 60_000});
      INSERT INTO lines VALUES ('j', 7, 1, 'seven'), ('j', 8, 2, 'eight');`)
    old.close()
    store = openSqliteStore(folder.path)
    const keep = { ttl: 60, most: 10 }
    assert.equal(await store.commit({ append: { j: [{ at: 3, line: 'nine', keep: { ...keep, ttl: 600 } }] } }), true)
    assert.deepEqual(
      (await store.lines('j')).map(({ position, line }) => `${position} ${line}`),
      ['7 seven', '8 eight', '9 nine'],
    )
  })

  it('carries its log over into the database while others write', async () => {
    const before = statSync(file).size
    const value = 'x'.repeat(1_000)
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => store.commit({ ...write(`${round} ${i}`, value), outlives: 'process' })),
      )
    }
    await until('the log to be carried over', () => statSync(file).size > before + 500_000)
    assert.equal(await store.get('19 99'), value)
  })
})
