import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { summarize } from '../../../src/authorization-server/permissions/summary.ts'
import type { Scope } from '../../../src/scopes.ts'
import { ALL_SCOPES, GROUPS, isHarmless, SCOPES } from '../../../src/scopes.ts'

const LIFE = { brake: true, endless: false, expiresAt: 1_800_000_000 }
const says = (scopes: readonly Scope[], paperOnly = true) =>
  summarize('Claude', { scopes, paperOnly, ...LIFE }, []).sentence

describe('the sentence that sums permissions up', () => {
  it('says what can be done, and what cannot', () => {
    assert.equal(
      says(['qc:projects:read', 'qc:backtests:read', 'qc:backtests:write']),
      'Claude will be able to look at projects and backtests and run backtests; it will not be able to trade, spend credit, delete or manage people or organizations.',
    )
    assert.match(
      says(GROUPS.readonly),
      /look at everything but server versions; it will not be able to build or test anything, trade,/,
    )
    assert.equal(
      says(ALL_SCOPES, false),
      'Claude will be able to look at everything, change projects, write code, compile, run backtests, get help with code, trade with real money, spend your QuantConnect credit, delete for good, upload or overwrite files and manage people or organizations.',
    )
  })

  it('tells paper from real money, in the sentence and beside it', () => {
    const [paper, real] = [true, false].map((paperOnly) =>
      summarize('It', { scopes: ['qc:live:write'], paperOnly, ...LIFE }, []),
    )
    assert.match(paper?.sentence ?? '', /able to trade on paper; .*not be able to .*trade with real money/)
    assert.match(real?.sentence ?? '', /able to trade with real money; it will not be able to (?!.*real money)/)
    assert.deepEqual([paper?.realMoney, real?.realMoney], [false, true])
  })

  it('says so when nothing is left', () => {
    assert.match(says([]), /^Claude will be able to do nothing; it will not be able to look at anything, build/)
  })

  for (const scope of ALL_SCOPES.filter((one) => !isHarmless(SCOPES[one].risk))) {
    it(`is another sentence with ${scope}`, () => assert.notEqual(says([scope]), says([])))
  }

  it('lists the tools whose permissions are all there', () => {
    const tools = [
      { name: 'one', title: 'One', countsAs: 'reads' as const, scopes: ['qc:files:read'] as const },
      { name: 'two', title: 'Two', countsAs: 'access' as const, scopes: ['qc:files:read', 'qc:admin:write'] as const },
    ]
    assert.deepEqual(summarize('It', { scopes: ['qc:files:read'], paperOnly: true, ...LIFE }, tools).tools, ['One'])
  })
})
