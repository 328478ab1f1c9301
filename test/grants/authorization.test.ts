import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Authorization } from '../../src/grants/authorization.ts'
import { afterRefresh, beginAuthorization, refreshStanding, refreshWait } from '../../src/grants/authorization.ts'

const START = 1_790_000_000
const [HERE, ELSEWHERE] = ['here', 'elsewhere']
const begun = beginAuthorization({ grantId: 'g', from: HERE }, START)

/** The record after rotations at these times, in seconds from the start. */
const rotatedAt = (...times: number[]): Authorization =>
  times.reduce((before, at) => afterRefresh(before, 'newest', HERE, START + at), begun)
/** How the tokens of the generations stand at a time, the first one first. */
const standings = (authorization: Authorization, at: number) =>
  Array.from({ length: authorization.generation + 2 }, (_, n) => refreshStanding(authorization, n, HERE, START + at))

describe('a refresh token of an authorization', () => {
  it('is the newest until it is used, however long that takes', () => {
    assert.deepEqual(standings(begun, 80 * 24 * 3600), ['newest', undefined])
  })

  it('is good for a repetition for 30 seconds after it was used, and not for longer', () => {
    const used = { ...rotatedAt(0, 10), used: true }
    assert.deepEqual(standings(used, 30), ['repeated', 'repeated', 'newest', undefined])
    assert.deepEqual(standings(used, 31), ['stale', 'repeated', 'newest', undefined])
    assert.deepEqual(standings(used, 41), ['stale', 'stale', 'newest', undefined])
  })

  it('is good for a lost answer for a day, if it is the one before the newest and nothing of that was used', () => {
    const day = 24 * 3600
    assert.deepEqual(standings(rotatedAt(0, 100), 100 + day), ['stale', 'lost', 'newest', undefined])
    assert.deepEqual(standings(rotatedAt(0, 100), 101 + day), ['stale', 'stale', 'newest', undefined])
    assert.deepEqual(standings({ ...rotatedAt(0, 100), used: true }, 131), ['stale', 'stale', 'newest', undefined])
  })

  it('is good for a lost answer at its own address only, after one that was given at two', () => {
    const taken = afterRefresh(rotatedAt(0), 'lost', ELSEWHERE, START + 40)
    const next = afterRefresh(taken, 'newest', ELSEWHERE, START + 100)
    assert.equal(refreshStanding(next, 1, HERE, START + 131), 'stale')
    assert.equal(refreshStanding(next, 1, ELSEWHERE, START + 131), 'lost')
    const later = afterRefresh(next, 'newest', ELSEWHERE, START + 200)
    assert.equal(refreshStanding(later, 2, HERE, START + 231), 'lost')
  })

  it('that there has not been yet is none, though our key has made it', () => {
    assert.equal(refreshStanding(begun, 1, HERE, START), undefined)
    assert.equal(refreshStanding(begun, 10 ** 9, HERE, START), undefined)
  })
})

describe('the record of an authorization', () => {
  it('moves its address with a rotation, and never with a repetition', () => {
    const rotated = rotatedAt(0)
    for (const standing of ['repeated', 'lost'] as const) {
      const after = afterRefresh(rotated, standing, ELSEWHERE, START + 40)
      assert.deepEqual([after.from, after.generation, after.usedUpAt], [HERE, 1, rotated.usedUpAt])
    }
    assert.equal(afterRefresh(rotated, 'newest', ELSEWHERE, START + 40).from, ELSEWHERE)
  })

  it('remembers that a lost answer was taken elsewhere, until the next rotation', () => {
    const taken = afterRefresh(rotatedAt(0), 'lost', ELSEWHERE, START + 40)
    assert.equal(taken.takenElsewhere, true)
    assert.equal(afterRefresh(taken, 'lost', HERE, START + 50).takenElsewhere, true)
    assert.ok(!afterRefresh(taken, 'newest', HERE, START + 60).takenElsewhere)
    assert.ok(!afterRefresh(rotatedAt(0), 'repeated', ELSEWHERE, START + 10).takenElsewhere)
  })

  it('keeps when the generations of the last 30 seconds were used, and no others but the last', () => {
    assert.deepEqual(rotatedAt(0, 10, 20, 45).usedUpAt, [START + 20, START + 45])
    assert.deepEqual(rotatedAt(0, 1000).usedUpAt, [START + 1000])
    assert.deepEqual(rotatedAt(50, 0, 60).usedUpAt, [START + 50, START, START + 60]) // clocks that differ mix up no generations
  })

  it('counts 600 refreshes in ten minutes, repetitions too, and begins anew after that', () => {
    const busy = { ...begun, refreshes: { since: START, count: 599 } }
    assert.equal(refreshWait(busy, START + 100), 0)
    const full = afterRefresh(afterRefresh(busy, 'newest', HERE, START + 100), 'repeated', HERE, START + 101)
    assert.equal(refreshWait(full, START + 101), 499)
    assert.equal(refreshWait(full, START + 600), 0)
    assert.deepEqual(afterRefresh(full, 'newest', HERE, START + 600).refreshes, { since: START + 600, count: 1 })
  })
})
