// What a page says of calls: the four numbers at its top, and the calls that somebody asked to see.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { OUTCOMES } from '../../src/audit/audit-log.ts'
import { countsOf as countsOfCalls, filtered } from '../../src/audit/counts.ts'
import { TOOLS } from '../../src/resource-server/tools/catalog.ts'
import { recordedCall } from './recorded-call.ts'

const countsOf = (calls: Parameters<typeof countsOfCalls>[0]) => countsOfCalls(calls, TOOLS)

describe('the summary of calls', () => {
  it('counts nothing where there is nothing', () => {
    assert.deepEqual(countsOf([]), { calls: 0, backtests: 0, trades: 0, refused: 0 })
  })

  it('counts every call, whatever became of it', () => {
    assert.equal(countsOf(OUTCOMES.map((outcome) => recordedCall({ outcome }))).calls, 4)
  })

  it('counts a backtest when it was created, and not when it was read, refused or failed', () => {
    const created = OUTCOMES.map((outcome) => recordedCall({ tool: 'create_backtest', risk: 'changes', outcome }))
    assert.equal(countsOf([...created, recordedCall({ tool: 'read_backtest' })]).backtests, 1)
  })

  it('counts as a trade what was done to live algorithms: start, command, stop, liquidate, broadcast', () => {
    const trading = ['create_live_algorithm', 'create_live_command', 'stop_live_algorithm', 'liquidate_live_algorithm']
    const calls = trading.map((tool) => recordedCall({ tool, risk: 'trades' }))
    assert.equal(countsOf([...calls, recordedCall({ tool: 'broadcast_live_command', risk: 'administers' })]).trades, 5)
  })

  it('counts no trade where nothing was traded: a look, an authorization, a refusal, a failure', () => {
    const calls = [
      recordedCall({ tool: 'read_live_portfolio' }),
      recordedCall({ tool: 'authorize_connection', risk: 'trades' }),
      recordedCall({ tool: 'create_live_algorithm', risk: 'trades', outcome: 'blocked' }),
      recordedCall({ tool: 'create_live_algorithm', risk: 'trades', outcome: 'failed' }),
      recordedCall({ tool: 'broadcast_live_command', risk: 'administers', outcome: 'blocked' }),
      recordedCall({ tool: 'create_project_collaborator', risk: 'administers' }),
    ]
    assert.deepEqual(countsOf(calls), { calls: 6, backtests: 0, trades: 0, refused: 2 })
  })
})

describe('a filter of calls', () => {
  const calls = [
    recordedCall({ ref: '1', grantId: 'g1', tool: 'list_projects' }),
    recordedCall({ ref: '2', grantId: 'g2', tool: 'list_projects', outcome: 'blocked' }),
    recordedCall({ ref: '3', grantId: 'g1', tool: 'read_account', outcome: 'blocked' }),
  ]
  const refs = (filter: Parameters<typeof filtered>[1]) => filtered(calls, filter).map(({ ref }) => ref)

  it('leaves everything, in its order, when it says nothing', () => {
    assert.deepEqual(refs({}), ['1', '2', '3'])
    assert.deepEqual(refs({ grantId: undefined, tool: undefined, outcome: undefined }), ['1', '2', '3'])
  })

  it('leaves what is all that it says', () => {
    assert.deepEqual(refs({ grantId: 'g1' }), ['1', '3'])
    assert.deepEqual(refs({ tool: 'list_projects' }), ['1', '2'])
    assert.deepEqual(refs({ outcome: 'blocked' }), ['2', '3'])
    assert.deepEqual(refs({ grantId: 'g1', outcome: 'blocked' }), ['3'])
    assert.deepEqual(refs({ grantId: '' }), [])
  })
})
