import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { firstAllowance, offer, readAllowance } from '../../../src/authorization-server/permissions/choice.ts'
import type { Allowance } from '../../../src/grants/allowance.ts'
import { widens } from '../../../src/grants/allowance.ts'
import type { Scope } from '../../../src/scopes.ts'
import { ALL_SCOPES, GROUPS, isHarmless, SCOPES } from '../../../src/scopes.ts'

const posted = { preset: '', rendered: '', scope: [] as string[], paper: '', expires: '' }
const read = (fields: Partial<typeof posted>, requested: readonly Scope[] = ['qc:files:read', 'qc:live:write']) =>
  readAllowance(formOf({ ...posted, ...fields }), offer(requested, undefined), 'requested')

const formOf = ({ scope, ...others }: typeof posted) => ({
  one: (name: string) => new Map(Object.entries(others)).get(name) ?? '',
  all: (name: string) => (name === 'scope' ? scope : []),
})

describe('a form of permissions', () => {
  it('is decided by its boxes, in our order, and drops what is no permission', () => {
    const { scopes, unseen } = read({
      preset: 'custom',
      scope: ['qc:live:write', 'nonsense', 'qc:files:read', 'qc:live:write'],
    })
    assert.deepEqual([scopes, unseen], [['qc:files:read', 'qc:live:write'], false])
  })

  it('is decided by its boxes too where the preset is the one that the page had shown', () => {
    const shown = read({ preset: 'trader', rendered: 'trader', scope: ['qc:files:read'] })
    assert.deepEqual([shown.scopes, shown.unseen], [['qc:files:read'], false])
    assert.equal(read({ scope: ['qc:files:read'] }).unseen, false)
  })

  for (const preset of ['readonly', 'research', 'trader', 'admin'] as const) {
    it(`has to be seen first when ${preset} was chosen and another was shown`, () => {
      const answer = read({ preset, rendered: 'requested', scope: ['qc:admin:write'] })
      assert.deepEqual([answer.scopes, answer.unseen, answer.preset], [GROUPS[preset], true, preset])
    })
  }

  it('comes back to what was asked for, without what is dangerous', () => {
    const { scopes, unseen } = read({ preset: 'requested', rendered: 'admin', scope: [...ALL_SCOPES] })
    assert.deepEqual([scopes, unseen], [['qc:files:read'], true])
  })

  it('takes a preset, and a lifetime, that it does not know for none', () => {
    const { preset, unseen, lifetime } = read({ preset: '__proto__', rendered: 'constructor', expires: 'toString' })
    assert.deepEqual([preset, unseen, lifetime], ['requested', false, '30d'])
  })

  it('means real money only when a page of ours had shown the box that was not ticked', () => {
    const paperOf = (fields: Partial<typeof posted>) => read({ scope: ['qc:live:write'], ...fields }).paperOnly
    assert.deepEqual([paperOf({ rendered: 'custom' }), paperOf({ rendered: 'custom', paper: 'on' })], [false, true])
    assert.equal(paperOf({}), true)
  })
})

describe('what a page of permissions shows first', () => {
  const grant = {
    version: 1,
    id: 'g',
    accountId: 'a',
    clientId: 'c',
    redirectHost: '',
    createdAt: 0,
    expiresAt: 1,
  } as const
  const paperOf = (scopes: Scope[], paperOnly?: boolean) =>
    firstAllowance(offer([], { scopes }), { ...grant, scopes, ...(paperOnly === undefined ? {} : { paperOnly }) })
      .paperOnly

  it('is paper, unless the connection trades with real money already', () => {
    assert.equal(firstAllowance(offer(['qc:live:write'], undefined), undefined).paperOnly, true)
    assert.deepEqual([paperOf(['qc:live:write'], true), paperOf(['qc:live:write'], false)], [true, false])
    assert.equal(paperOf(['qc:live:write']), false) // from before there was a choice
    assert.equal(paperOf(['qc:ai:read'], false), true) // it has nothing to trade with yet
  })
})

describe('a choice that asks who is here once more', () => {
  const choice = (scopes: readonly Scope[], paperOnly = true): Allowance => ({ scopes, paperOnly, lifetime: '30d' })

  for (const scope of ALL_SCOPES) {
    const grave = !isHarmless(SCOPES[scope].risk)
    it(`${grave ? 'is' : 'is not'} one that newly allows ${scope}`, () => {
      assert.equal(widens(undefined, choice([scope])), grave)
      assert.equal(widens({ scopes: [] }, choice([scope])), grave)
      assert.equal(widens({ scopes: [scope] }, choice([scope])), false)
    })
  }

  it('is one that lets danger live longer, and not one that lets it live shorter', () => {
    const before = { scopes: ['qc:live:write'] as Scope[], paperOnly: true, lifetime: '1d' } as const
    const lives = (lifetime: Allowance['lifetime']) => widens(before, { ...choice(['qc:live:write']), lifetime })
    assert.deepEqual([lives('1h'), lives('1d'), lives('30d'), lives('never')], [false, false, true, true])
    assert.equal(
      widens({ scopes: ['qc:ai:read'], lifetime: '1h' }, { ...choice(['qc:ai:read']), lifetime: 'never' }),
      false,
    )
  })

  it('is one that turns paper into real money, where there is anything to trade with', () => {
    const trading = { scopes: ['qc:live:write'] as Scope[], paperOnly: true }
    assert.equal(widens(trading, choice(['qc:live:write'], false)), true)
    assert.equal(widens({ ...trading, paperOnly: false }, choice(['qc:live:write'], false)), false)
    assert.equal(widens({ scopes: ['qc:ai:read'], paperOnly: true }, choice(['qc:ai:read'], false)), false)
  })
})
