import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { coloursFor } from '../../src/charts/colours.ts'
import { plainText } from '../../src/charts/plain-text.ts'
import { labeller, scaleOf, shortLabel } from '../../src/charts/scale.ts'
import { telling } from '../../src/charts/thin.ts'
import { timeTicks } from '../../src/charts/time-ticks.ts'

const labels = (low: number, high: number, unit: string) => {
  const scale = scaleOf(low, high, 4)
  const count = Math.round((scale.max - scale.min) / scale.interval)
  return Array.from({ length: count + 1 }, (_, i) => labeller(scale, unit)(scale.min + i * scale.interval))
}

describe('values beside the axis', () => {
  it('come in round steps, with the unit where people write it', () => {
    assert.deepEqual(labels(99_700, 101_691, '$'), [
      '$99,500',
      '$100,000',
      '$100,500',
      '$101,000',
      '$101,500',
      '$102,000',
    ])
    assert.deepEqual(labels(-2.2, 0, '%'), ['−3%', '−2%', '−1%', '0%'])
    assert.deepEqual(labels(0, 1, ''), ['0', '0.25', '0.50', '0.75', '1.00'])
    assert.deepEqual(labels(0, 3.9, 'BTC'), ['0 BTC', '1 BTC', '2 BTC', '3 BTC', '4 BTC'])
  })

  it('are shortened from millions on, all alike', () => {
    assert.deepEqual(labels(0, 3_900_000, '$'), ['$0', '$1M', '$2M', '$3M', '$4M'])
    assert.deepEqual(labels(9e8, 1.2e9, '$'), ['$0.9B', '$1.0B', '$1.1B', '$1.2B'])
  })

  it('have room above and below a value that never changes', () => {
    assert.deepEqual(labels(100, 100, '$'), ['$90', '$95', '$100', '$105', '$110'])
    assert.deepEqual(labels(0, 0, '%'), ['−1.0%', '−0.5%', '0%', '0.5%', '1.0%'])
  })

  it('alone have three digits', () => {
    assert.deepEqual(
      [3_412_345, -0.12345, 0, 1e-9].map((value) => shortLabel(value, '$')),
      ['$3.41M', '−$0.123', '$0', '$1E-9'],
    )
  })
})

describe('dates below the axis', () => {
  const at = (...[first, last]: readonly [string, string]) =>
    timeTicks(Date.parse(first), Date.parse(last), 6).map(({ label }) => label)

  it('are UTC, and say the year or the day where it changes', () => {
    assert.deepEqual(at('2013-10-07T00:00Z', '2013-10-11T00:00Z'), [
      '7 Oct\n2013',
      '8 Oct',
      '9 Oct',
      '10 Oct',
      '11 Oct',
    ])
    assert.deepEqual(at('2013-10-20T00:00Z', '2014-03-20T00:00Z'), ['Nov\n2013', 'Dec', 'Jan\n2014', 'Feb', 'Mar'])
    assert.deepEqual(at('2010-06-01T00:00Z', '2015-06-01T00:00Z'), ['2011', '2012', '2013', '2014', '2015'])
    assert.deepEqual(at('2013-10-07T20:30Z', '2013-10-08T04:00Z'), ['21:00\n7 Oct 2013', '00:00\n8 Oct 2013', '03:00'])
  })

  it('are never more than fit, from a second to two centuries', () => {
    for (let span = 1000; span < 7e12; span *= 1.7) {
      const { length } = timeTicks(1e12, 1e12 + span, 8)
      assert.ok(length <= 9, `${length} in ${span}`)
    }
  })
})

describe('names and colours from strangers', () => {
  it('become one line without controls, cut in the middle', () => {
    assert.equal(plainText('a\n\u0000b\u202ec', 20), 'a b c')
    assert.equal(plainText('one name of many, number 17', 15), 'one name …er 17')
    assert.equal(plainText({ toString: () => 'no' }, 9), '')
  })

  it('are used only where they are colours, can be read on white and are nobody else\u2019s', () => {
    const [light, markup, own, again] = coloursFor(['#F5AE29', '"/><script>', '#123456', '#123457'])
    assert.equal(own, '#123456')
    assert.equal(new Set([light, markup, own, again]).size, 4)
    for (const color of [light, markup, again]) assert.match(color ?? '', /^#[0-9a-f]{6}$/)
  })
})

describe('thinning', () => {
  it('keeps the first, the last, every peak and every trough', () => {
    const values = Float64Array.from({ length: 9000 }, (_, i) => (i === 4321 ? 99 : i === 77 ? -99 : Math.sin(i)))
    const kept = telling(values, 100)
    assert.ok(kept.length <= 400)
    for (const position of [0, 77, 4321, 8999]) assert.ok(kept.includes(position), String(position))
    assert.deepEqual(
      kept,
      kept.toSorted((a, b) => a - b),
    )
  })

  it('finds a value between gaps', () => {
    const values = new Float64Array(900).fill(Number.NaN)
    values[450] = 1
    assert.ok(telling(values, 10).includes(450))
  })
})
