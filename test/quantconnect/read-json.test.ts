// An answer that is read in pieces is what JSON.parse would have read in one, or is refused as it would refuse it.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { entriesSent, readPieces } from '../../src/quantconnect/read-json.ts'

function read(text: string, piece?: number): unknown {
  const work = readPieces(text, piece)
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}
/** The value, or that it is none. */
function outcome(reads: () => unknown): string {
  try {
    return JSON.stringify(reads())
  } catch (error) {
    assert.ok(error instanceof SyntaxError, String(error))
    return 'refused'
  }
}

const VALUES = [
  {
    rows: [
      { id: 1, name: 'a"b\\' },
      { id: 2, name: '[{,:]}' },
    ],
    empty: [],
    none: {},
    deep: [[[[1, [2]], 3]]],
  },
  [[], [[]], {}, { a: {} }, 1, 'x', null, true, -1.5e3, 'é世😀'],
  { 'a"': { b: { c: [1, 2, { d: 'e' }], f: 'g' }, h: [{}, [], {}] }, 2: 'two', 1: 'one' },
  [{ a: [{ b: [{ c: 1 }, { c: 2 }] }, 7], z: 'z' }, 'long text '.repeat(5)],
]

describe('an answer that is read in pieces', () => {
  it('is the same, wherever the pieces end', () => {
    for (const value of VALUES) {
      for (const blanks of [undefined, 1, '\t']) {
        const text = ` ${JSON.stringify(value, null, blanks)}\n`
        for (let piece = 0; piece < 40; piece += 1) assert.deepEqual(read(text, piece), value, text)
      }
    }
    for (const text of ['1', '"a"', 'null', ' [1] ', '{}', '[]']) assert.deepEqual(read(text, 0), JSON.parse(text))
  })

  it('is refused where JSON.parse would refuse it, with a sign too many or too few anywhere', () => {
    for (const value of VALUES) {
      const text = JSON.stringify(value)
      for (let at = 0; at <= text.length; at += 1) {
        const wrong = [...',]}[{":x 1'].map((sign) => text.slice(0, at) + sign + text.slice(at))
        for (const one of [...wrong, text.slice(0, at) + text.slice(at + 1), text.slice(0, at)]) {
          const whole = outcome(() => JSON.parse(one))
          for (const piece of [0, 7])
            assert.equal(
              outcome(() => read(one, piece)),
              whole,
              `${piece}: ${one}`,
            )
        }
      }
    }
  })

  it('pauses often, so that nobody waits for the rest', () => {
    const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, name: `row ${id}` }))
    for (const text of [JSON.stringify({ rows }), JSON.stringify('x'.repeat(4_000_000)), ' '.repeat(4_000_000)]) {
      let pauses = 0
      try {
        for (const work = readPieces(text); !work.next().done; ) pauses += 1
      } catch {} // blanks are no JSON
      assert.ok(pauses >= 7, `${pauses}`)
    }
  })

  it('keeps of a list the first 100,000 entries, of an object 20,000, and knows how many there were', () => {
    const list = Array.from({ length: 250_000 }, (_, i) => i)
    const object = Object.fromEntries(list.slice(0, 60_000).map((i) => [`a${i}`, i]))
    const [first, second] = read(JSON.stringify([list, object])) as [number[], Record<string, number>]
    assert.deepEqual([first.length, first.at(-1), entriesSent(first)], [100_000, 99_999, 250_000])
    assert.deepEqual([Object.keys(second).length, entriesSent(second)], [20_000, 60_000])
    assert.equal(entriesSent(read('[1,2]') as object), undefined)
  })

  it('is refused when it is nested deeper than 64 levels, and keeps no member that is a trap', () => {
    const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    assert.deepEqual(read(lists(64)), JSON.parse(lists(64)))
    for (const levels of [65, 5_000, 300_000])
      assert.equal(
        outcome(() => read(lists(levels))),
        'refused',
      )
    const trap = read('{"a":1,"__proto__":{"b":2},"c":3}', 0) as Record<string, unknown>
    assert.deepEqual([Object.keys(trap), trap.b], [['a', 'c'], undefined])
  })
})
