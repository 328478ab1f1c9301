import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { endOf, isLifetime, keptUntil, lifeOf } from '../../src/grants/lifetime.ts'

const NOW = 1_800_000_000
const DAY = 24 * 60 * 60

describe('how long a connection lives', () => {
  for (const [lifetime, endless, seconds] of [
    ['1h', false, 3600],
    ['1d', false, DAY],
    ['30d', false, 30 * DAY],
    ['never', true, 90 * DAY],
  ] as const) {
    it(`is ${seconds} seconds from now for ${lifetime}${endless ? ', and on as long as it is used' : ''}`, () => {
      assert.deepEqual(lifeOf(lifetime, NOW), { endless, expiresAt: NOW + seconds })
    })
  }

  it('is compared by its end: what is endless ends after everything, and when no other endless one does not', () => {
    const [hour, endless] = [lifeOf('1h', NOW), lifeOf('never', NOW)]
    assert.equal(endOf(hour), NOW + 3600)
    assert.ok(endOf(endless) > endOf({ endless: false, expiresAt: Number.MAX_SAFE_INTEGER }))
    assert.equal(endOf(endless), endOf(lifeOf('never', NOW + DAY)))
  })

  it('goes on by being used only where it is endless', () => {
    assert.equal(keptUntil(lifeOf('never', NOW), NOW + DAY), NOW + 91 * DAY)
    assert.equal(keptUntil(lifeOf('30d', NOW), NOW + DAY), undefined)
  })

  it('is one of those on the pages', () => {
    assert.deepEqual(['1h', 'never', 'keep', 'toString', ''].map(isLifetime), [true, true, false, false, false])
  })
})
