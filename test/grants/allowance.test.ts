// What widens an allowance. Beside single rules, random pairs are held against a model that knows nothing of how they are
// compared: it makes the calls, one by one, and looks which go through.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Allowance, allowanceOf, dangerousIn, exceeds, PAPER_TRADING, widens } from '../../src/grants/allowance.ts'
import type { Scope } from '../../src/scopes.ts'
import { ALL_SCOPES, isHarmless, SCOPES } from '../../src/scopes.ts'

const isDangerous = (scope: Scope): boolean => !isHarmless(SCOPES[scope].risk)

describe('a change for which a person proves that they are here', () => {
  const choice = (scopes: readonly Scope[], other: Partial<Allowance> = {}): Allowance => ({
    scopes,
    paperOnly: true,
    brake: true,
    endless: false,
    expiresAt: 1000,
    ...other,
  })

  for (const scope of ALL_SCOPES) {
    it(`${isDangerous(scope) ? 'is' : 'is not'} one that newly allows ${scope}`, () => {
      assert.equal(widens(undefined, choice([scope])), isDangerous(scope))
      assert.equal(widens(choice([]), choice([scope])), isDangerous(scope))
      assert.equal(widens(choice([scope]), choice([scope])), false)
    })
  }

  it('is one that lets danger live longer, and not one that lets it live shorter', () => {
    const danger = ['qc:live:write'] as const
    const lives = (life: Partial<Allowance>) => widens(choice(danger), choice(danger, life))
    const LIVES = [{ expiresAt: 999 }, { expiresAt: 1000 }, { expiresAt: 1001 }, { endless: true, expiresAt: 1 }]
    assert.deepEqual(LIVES.map(lives), [false, false, true, true])
    assert.equal(widens(choice(['qc:ai:read']), choice(['qc:ai:read'], { endless: true })), false)
  })

  it('is not one that leaves danger endless, wherever its end has moved by use', () => {
    const endless = (expiresAt: number) => choice(['qc:live:write'], { endless: true, expiresAt })
    assert.equal(widens(endless(1), endless(2)), false)
  })

  it('is one that turns paper into real money, where there is anything that moves it', () => {
    const [paper, money] = [{ paperOnly: true }, { paperOnly: false }]
    const widened = (scope: Scope, before: Partial<Allowance>) =>
      widens(choice([scope], before), choice([scope], money))
    for (const scope of ['qc:live:write', 'qc:admin:write'] as const) {
      assert.deepEqual([widened(scope, paper), widened(scope, money)], [true, false])
    }
    assert.equal(widened('qc:ai:read', paper), false)
  })

  it('is made of less by signing in alone: trading on paper, for as long as one likes, and nothing beside it', () => {
    for (const scope of ALL_SCOPES) {
      const beyond = (other: Partial<Allowance>) => widens(PAPER_TRADING, choice([scope], other))
      const trades = SCOPES[scope].risk === 'trades'
      assert.equal(beyond({ endless: true }), isDangerous(scope) && !trades, scope)
      assert.equal(beyond({ paperOnly: false }), isDangerous(scope), scope)
    }
  })

  it('is, where it widens nothing dangerous, still news of what is allowed', () => {
    const look = choice(['qc:ai:read'])
    assert.equal(exceeds(undefined, look), true)
    assert.equal(exceeds(look, choice(['qc:ai:read', 'qc:files:read'])), true)
    assert.equal(exceeds(look, choice(['qc:ai:read'], { expiresAt: 1001 })), true)
    assert.equal(exceeds(look, choice([], { endless: true, paperOnly: false })), false)
  })
})

describe('the allowance in a record', () => {
  it('is its members and nothing beside them; what is missing is what was so before there was a choice', () => {
    const record = { scopes: ['qc:live:write'] as const, expiresAt: 7, id: 'g', suspended: true }
    assert.deepEqual(allowanceOf(record), {
      scopes: ['qc:live:write'],
      paperOnly: false,
      brake: true,
      endless: false,
      expiresAt: 7,
    })
  })

  it('is dangerous by what trades, spends, deletes or administers', () => {
    assert.deepEqual(dangerousIn({ scopes: ALL_SCOPES }), ALL_SCOPES.filter(isDangerous))
  })
})

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Random = () => number
const oneOf = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T // sound: below 1

/** A few permissions of each kind, so that pairs often have the same ones. */
const SOME_SCOPES = [
  'qc:files:read',
  'qc:files:write',
  'qc:live:write',
  'qc:live:execute',
  'qc:optimizations:write',
  'qc:files:delete',
  'qc:admin:write',
] as const satisfies readonly Scope[]

/** How each member of an allowance is varied. A member that has no line here is one that nothing below is true of. */
const VARIED: { readonly [Member in keyof Allowance]-?: (random: Random) => Allowance[Member] } = {
  scopes: (random) => {
    const share = random()
    return oneOf(random, [SOME_SCOPES, SOME_SCOPES, ALL_SCOPES]).filter(() => random() < share)
  },
  paperOnly: (random) => random() < 0.5,
  brake: (random) => random() < 0.5,
  endless: (random) => random() < 0.25,
  expiresAt: (random) => 1000 + Math.floor(random() * 5),
}
const MEMBERS = Object.keys(VARIED) as (keyof Allowance)[] // sound: its keys are exactly the members

const anyAllowance = (random: Random): Allowance =>
  allowanceOf(Object.fromEntries(MEMBERS.map((member) => [member, VARIED[member](random)])) as unknown as Allowance)

/** One member of an allowance is another's. */
const withMemberOf = (allowance: Allowance, other: Allowance, member: keyof Allowance): Allowance => ({
  ...allowance,
  [member]: other[member],
})

/** A pair of allowances. Half of them differ in one member at most, since it is there that a comparison goes wrong. */
function anyPair(seed: number): { before: Allowance | undefined; after: Allowance; random: Random } {
  const random = mulberry32(seed)
  const [before, other] = [anyAllowance(random), anyAllowance(random)]
  if (random() < 0.05) return { before: undefined, after: other, random }
  return { before, after: random() < 0.5 ? other : withMemberOf(before, other, oneOf(random, MEMBERS)), random }
}

/** A call, as far as an allowance has to do with it. */
interface Call {
  readonly scope: Scope
  readonly realMoney: boolean
  /** Whether it is the sixth of its kind within a minute. */
  readonly repeats: boolean
  readonly at: number
}

/** The model of what is allowed: whether one call goes through. */
function passes(allowance: Allowance | undefined, { scope, realMoney, repeats, at }: Call): boolean {
  if (!allowance?.scopes.includes(scope)) return false
  if (repeats && allowance.brake) return false
  return !(realMoney && allowance.paperOnly) && (allowance.endless || at < allowance.expiresAt)
}

const STAKES = [
  { realMoney: false, repeats: false },
  { realMoney: true, repeats: false },
  { realMoney: false, repeats: true },
  { realMoney: true, repeats: true },
]
/** Every call that could tell two allowances apart. What is harmless moves no money, and may repeat itself. */
function callsFor(...allowances: readonly (Allowance | undefined)[]): Call[] {
  const ends = allowances.flatMap((allowance) => allowance?.expiresAt ?? [])
  const moments = [...new Set([...ends.flatMap((end) => [end - 1, end, end + 1]), 10 ** 12])]
  return ALL_SCOPES.flatMap((scope) =>
    (isDangerous(scope) ? STAKES : STAKES.slice(0, 1)).flatMap((stake) =>
      moments.map((at) => ({ scope, ...stake, at })),
    ),
  )
}

const allowsMore = (before: Allowance | undefined, after: Allowance): boolean =>
  callsFor(before, after).some((call) => passes(after, call) && !passes(before, call))
const allowsMoreDanger = (before: Allowance | undefined, after: Allowance): boolean =>
  callsFor(before, after).some((call) => isDangerous(call.scope) && passes(after, call) && !passes(before, call))

/** Holds a rule against thousands of pairs; a failure names the seed of its pair. */
function forManyPairs(holds: (before: Allowance | undefined, after: Allowance, random: Random) => void): void {
  for (let seed = 1; seed <= 5000; seed++) {
    const { before, after, random } = anyPair(seed)
    try {
      holds(before, after, random)
    } catch (error) {
      const pair = JSON.stringify({ before, after })
      throw new assert.AssertionError({ message: `seed ${seed}, ${pair}: ${(error as Error).message}` })
    }
  }
}

/** An allowance of which one thing or another was taken away. */
function narrowed(allowance: Allowance, random: Random): Allowance {
  const { scopes, paperOnly, brake, endless, expiresAt } = allowance
  return {
    ...allowance,
    scopes: scopes.filter(() => random() < 0.7),
    paperOnly: paperOnly || random() < 0.3,
    brake: brake || random() < 0.3,
    endless: endless && random() < 0.7,
    expiresAt: expiresAt - Math.floor(random() * 3),
  }
}

describe('what is allowed before and after a change', () => {
  it('is compared in all its members, and each of them decides', () => {
    assert.deepEqual(MEMBERS.toSorted(), Object.keys(Allowance.shape).toSorted())
    const deciding = new Set<string>()
    for (let seed = 1; seed <= 500; seed++) {
      const random = mulberry32(seed)
      const [before, other] = [anyAllowance(random), anyAllowance(random)]
      for (const member of MEMBERS) {
        if (allowsMoreDanger(before, withMemberOf(before, other, member))) deciding.add(member)
      }
    }
    assert.deepEqual([...deciding].toSorted(), MEMBERS.toSorted(), 'the model heeds each member')
  })

  it('is wider exactly when a dangerous call goes through that did not before', () => {
    let wider = 0
    forManyPairs((before, after) => {
      const expected = allowsMoreDanger(before, after)
      wider += Number(expected)
      assert.equal(widens(before, after), expected)
    })
    assert.ok(wider > 1000 && wider < 4000, `of 5000 pairs ${wider} are wider`)
  })

  it('is more exactly when any call goes through that did not before', () => {
    forManyPairs((before, after) => assert.equal(exceeds(before, after), allowsMore(before, after)))
  })

  it('is never wider than itself', () => {
    forManyPairs((_, after) => assert.deepEqual([widens(after, after), exceeds(after, after)], [false, false]))
  })

  it('is never wider when it was narrowed', () => {
    forManyPairs((_, after, random) => {
      const less = narrowed(after, random)
      assert.deepEqual([widens(after, less), exceeds(after, less)], [false, false], JSON.stringify(less))
    })
  })

  it('is not wider than what it was, if neither of two changes widened it, nor wider than anything that it is part of', () => {
    forManyPairs((before, after, random) => {
      const last = oneOf(random, [anyAllowance(random), narrowed(after, random)])
      if (!widens(before, after) && !widens(after, last))
        assert.equal(widens(before, last), false, JSON.stringify(last))
      if (!allowsMore(before, after)) assert.equal(widens(before, after), false)
    })
  })
})
