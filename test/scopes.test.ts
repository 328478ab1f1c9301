import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALL_SCOPES, GROUPS, parseScopes, SCOPES } from '../src/scopes.ts'

describe('scopes', () => {
  it('are 28, each with a sentence of its own', () => {
    assert.equal(ALL_SCOPES.length, 28)
    assert.equal(new Set(ALL_SCOPES.map((scope) => SCOPES[scope].says)).size, 28)
  })

  it('form groups that grow from reading to everything, except that a trader sees no collaborators', () => {
    const { readonly, research, trader, admin } = GROUPS
    assert.ok(readonly.every((scope) => research.includes(scope)))
    assert.deepEqual(
      research.filter((scope) => !trader.includes(scope)),
      ['qc:collaboration:read'],
    )
    assert.deepEqual(admin, ALL_SCOPES)
    assert.deepEqual(
      [readonly, research, trader, admin].map((group) => group.length),
      [9, 14, 17, 28],
    )
  })

  it('of the groups that nobody has to choose do nothing that trades, spends, deletes or administers', () => {
    assert.deepEqual(new Set(GROUPS.research.map((scope) => SCOPES[scope].risk)), new Set(['reads', 'changes']))
    assert.deepEqual(new Set(GROUPS.readonly.map((scope) => SCOPES[scope].risk)), new Set(['reads']))
  })

  it('are read from a list in our order, without doubles and without what we do not know', () => {
    assert.deepEqual(parseScopes('openid qc:files:read qc:account:read qc:files:read qc:nonsense:read'), [
      'qc:account:read',
      'qc:files:read',
    ])
    assert.deepEqual(parseScopes(undefined), [])
  })
})
