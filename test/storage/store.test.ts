// What every store promises. A new store is added to the list and held to the same sentences.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Store } from '../../src/storage/store.ts'
import { add, append, put, remove, update } from '../../src/storage/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openStore, STORE_NAMES } from '../support/stores.ts'
import { until } from '../support/until.ts'

for (const name of STORE_NAMES) {
  describe(`a store on ${name}`, () => {
    const folder = temporaryFolder()
    const openOne = () => openStore(name, folder.path, 'store-test:')
    let store: Store
    let other: Store // a second process that shares the store
    before(async () => {
      store = await openOne()
      other = await openOne()
    })
    after(async () => {
      await store?.close()
      await other?.close()
      folder.remove()
    })

    it('gives back what was put, to everyone who shares it', async () => {
      await put(store, 'a:{1}', 'x', 60)
      assert.equal(await other.get('a:{1}'), 'x')
      await remove(other, 'a:{1}')
      assert.equal(await store.get('a:{1}'), undefined)
    })

    it('keeps values as they are: empty, long, of any characters', async () => {
      for (const value of ['', '-', '*', '=', 'a\0b', '{"ö":"😀"}', 'x'.repeat(300_000)]) {
        await put(store, 'any:{1}', value, 60)
        assert.equal(await other.get('any:{1}'), value)
        const step = { expect: { 'any:{1}': value }, write: { 'any:{1}': { value: 'swapped', ttl: 60 } } }
        assert.equal(await other.commit(step), true)
      }
    })

    it('answers many reads and steps at once, each with its own value', async () => {
      const keys = Array.from({ length: 300 }, (_, i) => `many:{${i}}`)
      await Promise.all(keys.map((key, i) => put(i % 2 ? store : other, key, `value of ${key}`, 60)))
      const values = await Promise.all(keys.map((key) => store.get(key)))
      assert.deepEqual(
        values,
        keys.map((key) => `value of ${key}`),
      )
      const counts = await Promise.all(keys.map((key) => other.increment(`count-${key}`, 60)))
      assert.deepEqual(new Set(counts), new Set([1]))
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
      assert.equal(
        await store.commit({ expect: { 'e:{1}': undefined, 'd:{1}': 'made' }, write: { 'c:{1}': undefined } }),
        true,
      )
      assert.equal(await store.get('c:{1}'), undefined)
    })

    it('loses no update when many change one value at once', async () => {
      const plusOne = (current = '0') => ({ value: String(Number(current) + 1), ttl: 60 })
      await Promise.all(Array.from({ length: 40 }, (_, i) => update(i % 2 ? store : other, 'f:{1}', plusOne)))
      assert.equal(await store.get('f:{1}'), '40')
    })

    it('counts within a window that begins with the first count, and ends however often it is counted', async () => {
      assert.deepEqual([await store.increment('g:{1}', 60), await other.increment('g:{1}', 60)], [1, 2])
      const counts = [await store.increment('h:{1}', 0.3)]
      await until('a new window', async () => counts.push(await store.increment('h:{1}', 0.3)) && counts.at(-1) === 1)
      assert.deepEqual(
        counts.slice(0, -1),
        counts.slice(0, -1).map((_, i) => i + 1),
      )
    })

    it('takes one from a counter, down to zero, and leaves its window as it is', async () => {
      await store.decrement('counter:{1}')
      assert.equal(await store.increment('counter:{1}', 60), 1)
      for (let i = 0; i < 3; i++) await other.increment('counter:{1}', 60)
      await store.decrement('counter:{1}')
      assert.equal(await other.increment('counter:{1}', 60), 4)
      for (let i = 0; i < 9; i++) await other.decrement('counter:{1}')
      assert.equal(await store.increment('counter:{1}', 60), 1)
      const counts = [await store.increment('brief:{1}', 0.3)]
      await until('a new window', async () => {
        await store.decrement('brief:{1}')
        counts.push(await store.increment('brief:{1}', 0.3), await store.increment('brief:{1}', 0.3))
        return counts.at(-1) === 2
      })
    })

    it('forgets a value when its time is over, and lets the key be added again', async () => {
      await put(store, 'i:{1}', 'x', 60)
      assert.equal(await add(other, 'i:{1}', 'y', 60), false)
      await put(store, 'i:{1}', 'x', 0.1)
      await until('the value to be gone', async () => (await other.get('i:{1}')) === undefined)
      assert.equal(await add(store, 'i:{1}', 'y', 60), true)
    })

    const keep = { ttl: 60, most: 100 }
    const NOON = 1_800_000_000_000
    const addLine = (to: Store, key: string, line: string, at = NOON, kept = keep) =>
      append(to, key, { at, line, keep: kept })
    const linesOf = async (from: Store, key: string) => (await from.lines(key)).map(({ line }) => line)

    it('keeps a journal: its lines have positions in the order in which they came, whoever added them and when they are of', async () => {
      assert.deepEqual(await store.lines('k:{1}'), [])
      await addLine(store, 'k:{1}', 'second', NOON + 1)
      await addLine(other, 'k:{1}', 'first', NOON)
      await addLine(store, 'k:{1}', 'third', NOON + 2)
      await addLine(store, 'another:{1}', 'of another journal')
      assert.deepEqual(await other.lines('k:{1}'), [
        { position: 1, at: NOON + 1, line: 'second' },
        { position: 2, at: NOON, line: 'first' },
        { position: 3, at: NOON + 2, line: 'third' },
      ])
      assert.deepEqual(await other.lines('another:{1}'), [{ position: 1, at: NOON, line: 'of another journal' }])
    })

    it('gives some lines of a journal: those behind a position, the newest, and says how many there are', async () => {
      assert.deepEqual([await store.lengthOf('kk:{1}'), await store.newest('kk:{1}', 5)], [0, []])
      for (let i = 1; i <= 12; i++) await addLine(store, 'kk:{1}', `${i}`, NOON, { ttl: 60, most: 10 })
      const words = async (lines: ReturnType<Store['lines']>) => (await lines).map(({ line }) => line)
      assert.deepEqual(await words(other.lines('kk:{1}', 9)), ['10', '11', '12'])
      assert.deepEqual(await words(other.lines('kk:{1}', 0, 2)), ['3', '4'])
      assert.deepEqual(await words(other.lines('kk:{1}', 12)), [])
      assert.deepEqual(await words(other.newest('kk:{1}', 2)), ['12', '11'])
      assert.equal((await other.newest('kk:{1}', 50)).length, 10)
      assert.equal(await other.lengthOf('kk:{1}'), 10)
    })

    it('keeps every line, the same words at the same time twice', async () => {
      for (let i = 0; i < 12; i++) await addLine(store, 'l:{1}', 'the same')
      const lines = await other.lines('l:{1}')
      assert.deepEqual(
        lines.map(({ position }) => position),
        Array.from({ length: 12 }, (_, i) => i + 1),
      )
      assert.ok(lines.every(({ line }) => line === 'the same'))
    })

    it('keeps lines as they are: empty, long, of any characters', async () => {
      const lines = ['', ' ', '1 2', 'a\0b\n', '{"ö":"😀"}', 'x'.repeat(300_000)]
      for (const line of lines) await addLine(store, 'm:{1}', line)
      assert.deepEqual(await linesOf(other, 'm:{1}'), lines)
    })

    it('drops from a journal what is too old when a line comes, counted from the time of that line', async () => {
      await addLine(store, 'n:{1}', 'too old soon')
      await addLine(store, 'n:{1}', 'just not too old', NOON + 1)
      await addLine(store, 'n:{1}', 'new', NOON + 60_001)
      assert.deepEqual(await linesOf(other, 'n:{1}'), ['just not too old', 'new'])
    })

    it('drops nothing from the middle of a journal: what is old behind what is not stays until its turn', async () => {
      await addLine(store, 'n:{2}', 'young', NOON + 30_000)
      await addLine(store, 'n:{2}', 'old, from a clock that was behind', NOON - 60_000)
      await addLine(store, 'n:{2}', 'new', NOON + 50_000)
      assert.deepEqual(await linesOf(other, 'n:{2}'), ['young', 'old, from a clock that was behind', 'new'])
      await addLine(store, 'n:{2}', 'newer', NOON + 90_001)
      assert.deepEqual(await linesOf(other, 'n:{2}'), ['new', 'newer'])
    })

    it('keeps a line that is older than all that it keeps, and goes on with the next position', async () => {
      await addLine(store, 'n:{3}', 'new')
      await addLine(store, 'n:{3}', 'from a year ago', NOON - 365 * 86_400_000)
      assert.deepEqual(await linesOf(other, 'n:{3}'), ['new', 'from a year ago'])
      await addLine(store, 'n:{3}', 'from next year', NOON + 365 * 86_400_000)
      assert.deepEqual(await other.lines('n:{3}'), [
        { position: 3, at: NOON + 365 * 86_400_000, line: 'from next year' },
      ])
    })

    it('drops all but the newest lines of a journal that is full', async () => {
      for (const i of [1, 2, 3, 4, 5]) await addLine(store, 'o:{1}', `${i}`, NOON, { ttl: 60, most: 3 })
      assert.deepEqual(
        (await other.lines('o:{1}')).map(({ position, line }) => [position, line]),
        [
          [3, '3'],
          [4, '4'],
          [5, '5'],
        ],
      )
    })

    it('loses no line, and gives no position twice, when many are added to one journal at once', async () => {
      const lines = Array.from({ length: 60 }, (_, i) => `line ${i}`)
      await Promise.all(lines.map((line, i) => addLine(i % 2 ? store : other, 'p:{1}', line)))
      const kept = await store.lines('p:{1}')
      assert.deepEqual(kept.map(({ line }) => line).sort(), lines.sort())
      assert.deepEqual(
        kept.map(({ position }) => position),
        lines.map((_, i) => i + 1),
      )
    })

    it('forgets a journal when the time of its last line is over, and then begins it anew', async () => {
      await addLine(store, 'q:{1}', 'x', NOON, { ttl: 0.1, most: 3 })
      await until('the journal to be gone', async () => (await other.lines('q:{1}')).length === 0)
      await addLine(store, 'q:{1}', 'y')
      assert.deepEqual(await other.lines('q:{1}'), [{ position: 1, at: NOON, line: 'y' }])
    })

    it('removes a journal whole when it is asked to, and begins it anew with the next line', async () => {
      await addLine(store, 's:{1}', 'x')
      await addLine(store, 'another:{1}', 'stays')
      await other.clear('s:{1}')
      await other.clear('s:{1}')
      assert.deepEqual(await store.lines('s:{1}'), [])
      assert.ok((await linesOf(store, 'another:{1}')).includes('stays'))
      await addLine(store, 's:{1}', 'y')
      assert.deepEqual(await other.lines('s:{1}'), [{ position: 1, at: NOON, line: 'y' }])
    })

    it('takes a step whole or not at all also where it adds to journals', async () => {
      await put(store, 'r:{1}', 'old', 60)
      const step = {
        write: { 'r:{1}': { value: 'new', ttl: 60 }, 'made:{1}': { value: 'made', ttl: 60 } },
        append: {
          'ra:{1}': [
            { at: NOON, line: 'a', keep },
            { at: NOON, line: 'c', keep },
          ],
          'rb:{1}': [{ at: NOON + 1, line: 'b', keep }],
        },
        outlives: 'machine',
      } as const
      assert.equal(await store.commit({ ...step, expect: { 'r:{1}': 'old', 'made:{1}': 'there' } }), false)
      assert.deepEqual([await other.get('r:{1}'), await other.lines('ra:{1}')], ['old', []])
      assert.equal(await store.commit({ ...step, expect: { 'r:{1}': 'old', 'made:{1}': undefined } }), true)
      assert.deepEqual([await other.get('r:{1}'), await other.get('made:{1}')], ['new', 'made'])
      assert.deepEqual([await linesOf(other, 'ra:{1}'), await linesOf(other, 'rb:{1}')], [['a', 'c'], ['b']])
    })

    it('lets only one of many take the same step, and adds one line for it', async () => {
      const taken = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          (i % 2 ? store : other).commit({
            expect: { 't:{2}': undefined },
            write: { 't:{2}': { value: `${i}`, ttl: 60 } },
            append: { 'ta:{2}': [{ at: NOON, line: `${i}`, keep }] },
          }),
        ),
      )
      assert.equal(taken.filter(Boolean).length, 1)
      assert.deepEqual(await linesOf(other, 'ta:{2}'), [`${taken.indexOf(true)}`])
    })

    const ANY_NUMBER = Infinity

    it('keeps a roster: how many are in it, in a group, and in the largest, whoever joined or left where', async () => {
      const sizes = (group: string) => other.sizes('u:{1}', group)
      assert.deepEqual(await sizes('small'), { all: 0, own: 0, largest: 0 })
      const members = [
        ['a', 'large'],
        ['b', 'large'],
        ['c', 'small'],
      ] as const
      for (const [member, group] of members) {
        assert.equal(await store.join('u:{1}', member, { group, at: NOON, ttl: 60 }, ANY_NUMBER), true)
      }
      await other.join('another:{1}', 'd', { group: 'small', at: NOON, ttl: 60 }, ANY_NUMBER)
      assert.deepEqual(await sizes('small'), { all: 3, own: 1, largest: 2 })
      assert.deepEqual(await sizes('nobody’s'), { all: 3, own: 0, largest: 2 })
      await store.leave('u:{1}', 'a')
      await other.leave('u:{1}', 'b')
      assert.deepEqual(await sizes('large'), { all: 1, own: 0, largest: 1 })
    })

    it('gives the oldest member of the largest group that has one from before a time', async () => {
      const first = (before: number) => other.firstOfLargest('v:{1}', NOON + before)
      const join = (member: string, group: string, at: number) =>
        store.join('v:{1}', member, { group, at: NOON + at, ttl: 60 }, ANY_NUMBER)
      await join('youngest', 'large', 9)
      await join('older', 'large', 6)
      await join('young', 'large', 8)
      await join('oldest of all', 'small', 1)
      await join('late', 'middle', 7)
      await join('early', 'middle', 5)
      assert.deepEqual(await first(10), { member: 'older', group: 'large', size: 3 })
      assert.deepEqual(await first(6), { member: 'early', group: 'middle', size: 2 })
      assert.deepEqual(await first(5), { member: 'oldest of all', group: 'small', size: 1 })
      assert.equal(await first(1), undefined)
      await store.leave('v:{1}', 'older')
      await store.leave('v:{1}', 'youngest')
      assert.deepEqual(await first(10), { member: 'early', group: 'middle', size: 2 })
    })

    it('gives the oldest member of all where a great many larger groups have none from before a time', async () => {
      const groups = Array.from({ length: 65 }, (_, i) => `group ${i}`)
      const membership = (group: string, at: number) => ({ group, at: NOON + at, ttl: 60 })
      const young = groups.flatMap((group) => [`one of ${group}`, `other of ${group}`].map((one) => ({ one, group })))
      await Promise.all(young.map(({ one, group }) => store.join('w:{1}', one, membership(group, 5), ANY_NUMBER)))
      await store.join('w:{1}', 'old', membership('small', 0), ANY_NUMBER)
      assert.deepEqual(await store.firstOfLargest('w:{1}', NOON + 5), { member: 'old', group: 'small', size: 1 })
    })

    it('leaves a member that joins a roster again in its group and at its time', async () => {
      await store.join('x:{1}', 'a', { group: 'first', at: NOON, ttl: 60 }, ANY_NUMBER)
      await other.join('x:{1}', 'a', { group: 'second', at: NOON + 5, ttl: 60 }, ANY_NUMBER)
      assert.deepEqual(await store.sizes('x:{1}', 'second'), { all: 1, own: 0, largest: 1 })
      assert.deepEqual(await store.firstOfLargest('x:{1}', NOON + 1), { member: 'a', group: 'first', size: 1 })
    })

    it('ends each member of a roster at a time of its own, which moves when it joins again', async () => {
      const join = (member: string, ttl: number) =>
        store.join('y:{1}', member, { group: 'one', at: NOON, ttl }, ANY_NUMBER)
      const size = async () => (await other.sizes('y:{1}', 'one')).own
      await join('a', 0.1)
      await join('b', 60)
      await join('c', 60)
      await join('c', 0.1)
      await join('d', 0.1)
      await join('d', 60)
      await until('two to have ended', async () => (await size()) === 2)
      await store.leave('y:{1}', 'a')
      assert.equal((await store.firstOfLargest('y:{1}', NOON + 1))?.member, 'b')
      await join('b', 0.1)
      await join('d', 0.1)
      await until('the roster to be gone', async () => (await size()) === 0)
      assert.equal(await store.firstOfLargest('y:{1}', NOON + 1), undefined)
      await store.join('y:{1}', 'a', { group: 'two', at: NOON + 5, ttl: 60 }, ANY_NUMBER)
      assert.deepEqual(await other.sizes('y:{1}', 'two'), { all: 1, own: 1, largest: 1 })
    })

    it('lets as many join a roster as it has room for, when more come at once, and those who are in it again', async () => {
      const comers = Array.from({ length: 30 }, (_, i) => `comer ${i}`)
      const joinAll = (most: number) =>
        Promise.all(
          comers.map((one, i) =>
            (i % 2 ? store : other).join('z:{1}', one, { group: `${i % 3}`, at: NOON + i, ttl: 60 }, most),
          ),
        )
      const joined = await joinAll(20)
      assert.equal(joined.filter(Boolean).length, 20)
      assert.equal((await store.sizes('z:{1}', '0')).all, 20)
      assert.deepEqual(await joinAll(5), joined)
    })

    it('keeps members and groups of a roster as they are: of any characters', async () => {
      const names = ['-', '1:a', 'a', 'a0', 'a\0b', '{"ö":"😀"}', ' ', '%s', 'x'.repeat(3_000)]
      for (const name of names) await store.join('z:{2}', name, { group: name, at: NOON, ttl: 60 }, ANY_NUMBER)
      const found = new Set<string>()
      for (let first = await other.firstOfLargest('z:{2}', NOON + 1); first; ) {
        assert.deepEqual(first, { member: first.member, group: first.member, size: 1 })
        await store.leave('z:{2}', first.member)
        found.add(first.member)
        first = await other.firstOfLargest('z:{2}', NOON + 1)
      }
      assert.deepEqual(found, new Set(names))
    })

    it('keeps what it acknowledged when everyone has closed it', async () => {
      await put(store, 'j:{1}', 'kept', 60)
      await addLine(store, 't:{1}', 'kept')
      await store.join('z:{3}', 'kept', { group: 'one', at: NOON, ttl: 60 }, ANY_NUMBER)
      await Promise.all([store.close(), other.close()])
      store = await openOne()
      other = await openOne()
      assert.equal(await store.get('j:{1}'), 'kept')
      assert.deepEqual(await linesOf(store, 't:{1}'), ['kept'])
      assert.equal((await store.firstOfLargest('z:{3}', NOON + 1))?.member, 'kept')
    })
  })
}
