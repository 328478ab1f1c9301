import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Weight } from '../../../src/authorization-server/permissions/weight.ts'
import { BUTTONS, pressedTooMild, weightOf } from '../../../src/authorization-server/permissions/weight.ts'
import type { Risk, Scope } from '../../../src/scopes.ts'
import { ALL_SCOPES, SCOPES } from '../../../src/scopes.ts'

/** From the mildest to the gravest, as docs/decisions/0020 has them. */
const ORDER: readonly Weight[] = ['look', 'build', 'spend', 'delete', 'paper', 'real', 'administer']

const choice = (scopes: readonly Scope[], paperOnly: boolean) => ({ scopes, paperOnly })
/** For each weight a choice that has it. */
const CHOICES: Readonly<Record<Weight, ReturnType<typeof choice>>> = {
  look: choice(['qc:files:read'], true),
  build: choice(['qc:backtests:write'], true),
  spend: choice(['qc:optimizations:write'], true),
  delete: choice(['qc:projects:delete'], true),
  paper: choice(['qc:live:write'], true),
  real: choice(['qc:live:write'], false),
  administer: choice(['qc:admin:write'], true),
}

describe('how grave a choice is', () => {
  /** With paper only, and with real money. */
  const BY_RISK: Readonly<Record<Risk, readonly [Weight, Weight]>> = {
    reads: ['look', 'look'],
    changes: ['build', 'build'],
    spends: ['spend', 'spend'],
    deletes: ['delete', 'delete'],
    trades: ['paper', 'real'],
    administers: ['administer', 'administer'],
  }
  const alone = (scope: Scope, paperOnly: boolean): Weight => BY_RISK[SCOPES[scope].risk][paperOnly ? 0 : 1]
  const graver = (one: Weight, other: Weight) => (ORDER.indexOf(one) > ORDER.indexOf(other) ? one : other)

  for (const scope of ALL_SCOPES) {
    const [paper, real] = BY_RISK[SCOPES[scope].risk]
    it(`is ${paper === real ? paper : `${paper}, or ${real} with real money,`} for ${scope} alone`, () => {
      assert.deepEqual([weightOf(choice([scope], true)), weightOf(choice([scope], false))], [paper, real])
    })
  }

  it('is that of the gravest permission, whichever stands first', () => {
    for (const one of ALL_SCOPES) {
      for (const other of ALL_SCOPES) {
        for (const paperOnly of [true, false]) {
          const expected = graver(alone(one, paperOnly), alone(other, paperOnly))
          assert.equal(weightOf(choice([one, other], paperOnly)), expected, `${one} ${other} ${paperOnly}`)
        }
      }
    }
  })

  it('is look where nothing is allowed, with whichever money', () => {
    assert.deepEqual([weightOf(choice([], true)), weightOf(choice([], false))], ['look', 'look'])
  })

  it('is administer for everything', () => {
    for (const paperOnly of [true, false]) assert.equal(weightOf(choice(ALL_SCOPES, paperOnly)), 'administer')
  })

  it('has seven steps, and a button for each that says something else', () => {
    assert.deepEqual(Object.keys(BUTTONS), ORDER)
    assert.equal(new Set(Object.values(BUTTONS)).size, ORDER.length)
    for (const says of Object.values(BUTTONS)) assert.match(says, /^Allow /)
  })
})

describe('a button that was pressed', () => {
  it('is told where it said less than what is chosen, and only there', () => {
    for (const chosen of ORDER) {
      for (const shown of ORDER) {
        const expected = ORDER.indexOf(shown) < ORDER.indexOf(chosen) ? shown : undefined
        assert.equal(pressedTooMild(shown, CHOICES[chosen]), expected, `${shown}, then ${chosen}`)
      }
    }
  })

  it('is not compared where the form tells of none', () => {
    for (const chosen of ORDER) assert.equal(pressedTooMild('', CHOICES[chosen]), undefined, chosen)
  })

  for (const word of ['nonsense', 'LOOK', ' real', 'real,real', '__proto__', 'constructor', 'toString', '\u0000']) {
    it(`said the least where the form tells of ${JSON.stringify(word)}, which is none of ours`, () => {
      for (const chosen of ORDER) {
        assert.equal(pressedTooMild(word, CHOICES[chosen]), chosen === 'look' ? undefined : 'look', chosen)
      }
    })
  }
})
