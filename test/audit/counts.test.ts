// What a page says of calls: what they came to, and those that somebody asked to see.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countsOf as countsOfCalls, filtered, hadConsequences, VIEWS } from '../../src/audit/counts.ts'
import { OUTCOMES } from '../../src/audit/records.ts'
import { TOOLS } from '../../src/resource-server/tools/catalog.ts'
import { toldCall } from './recorded-call.ts'

const countsOf = (calls: Parameters<typeof countsOfCalls>[0]) => countsOfCalls(calls, TOOLS)
const sent = (tool: string, changes: Parameters<typeof toldCall>[0] = {}) =>
  toldCall({ kind: 'sent', tool, risk: TOOLS.find(({ name }) => name === tool)?.risk, ...changes })

describe('the summary of calls', () => {
  it('counts nothing where there is nothing', () => {
    assert.deepEqual(countsOf([]), { calls: 0, deeds: [], refused: 0 })
  })

  it('counts every call, whatever became of it, and as many as one stands for', () => {
    assert.equal(countsOf(OUTCOMES.map((outcome) => toldCall({ outcome }))).calls, 4)
    const { calls, refused } = countsOf([toldCall({ kind: 'refused', outcome: 'blocked', count: 10_100 }), toldCall()])
    assert.deepEqual([calls, refused], [10_101, 10_100])
  })

  it('says what was done in a trader’s words: a start, an order and a stop are three things', () => {
    const calls = [
      sent('create_live_algorithm'),
      sent('create_live_command', { isOrder: true }),
      sent('stop_live_algorithm'),
      sent('read_live_portfolio', { kind: 'read' }),
    ]
    assert.deepEqual(countsOf(calls).deeds, ['1 start', '1 order sent', '1 stop'])
  })

  it('counts each kind for itself, with one word for one and another for several', () => {
    const twice = (tool: string) => [sent(tool), sent(tool)]
    assert.deepEqual(countsOf([...twice('create_live_command'), sent('broadcast_live_command')]).deeds, [
      '3 commands sent',
    ])
    assert.deepEqual(countsOf(twice('create_optimization')).deeds, ['2 optimizations'])
    assert.deepEqual(countsOf([sent('delete_file'), sent('liquidate_live_algorithm')]).deeds, [
      '1 liquidation',
      '1 deletion',
    ])
    assert.deepEqual(countsOf(twice('create_project_collaborator')).deeds, ['2 changes of access'])
    assert.deepEqual(countsOf([sent('create_backtest')]).deeds, ['1 backtest'])
  })

  it('counts what may have been done: its outcome is unknown, or not there yet', () => {
    const calls = [
      sent('create_live_algorithm', { outcome: 'unknown' }),
      sent('create_live_algorithm', { outcome: undefined }),
    ]
    assert.deepEqual(countsOf(calls).deeds, ['2 starts'])
    assert.ok(calls.every(hadConsequences))
  })

  it('counts nothing as done that was not: a look, a login, a refusal, a failure, a change', () => {
    const calls = [
      toldCall({ tool: 'read_live_portfolio' }),
      sent('authorize_connection'),
      sent('create_live_algorithm', { kind: 'refused', outcome: 'blocked' }),
      sent('create_live_algorithm', { outcome: 'failed' }),
      sent('broadcast_live_command', { kind: 'refused', outcome: 'blocked' }),
      sent('create_file'),
    ]
    assert.deepEqual(countsOf(calls), { calls: 6, deeds: [], refused: 2 })
  })

  it('counts a trade of a tool that this release does not know', () => {
    assert.deepEqual(countsOf([sent('new_tool', { risk: 'trades' })]).deeds, ['1 command sent'])
  })
})

describe('a filter of what happened', () => {
  const all = [
    toldCall({ ref: '1', connection: 'g1', tool: 'list_projects' }),
    toldCall({ ref: '2', connection: 'g2', tool: 'list_projects', outcome: 'blocked' }),
    toldCall({ ref: '3', connection: 'g1', tool: 'create_file', kind: 'refused', outcome: 'blocked', risk: 'changes' }),
    toldCall({ ref: '4', connection: 'g1', tool: 'create_file', kind: 'sent', risk: 'changes' }),
    toldCall({ ref: '5', connection: 'g1', tool: 'delete_file', kind: 'sent', risk: 'deletes', outcome: 'unknown' }),
    toldCall({ ref: '6', connection: 'g1', tool: 'delete_file', kind: 'sent', risk: 'deletes', outcome: 'failed' }),
    toldCall({ ref: '7', kind: 'person', tool: undefined, connection: undefined, outcome: undefined }),
  ]
  const refs = (filter: Parameters<typeof filtered>[1]) => filtered(all, filter).map(({ ref }) => ref)

  it('leaves everything, in its order, when it says nothing', () => {
    assert.deepEqual(refs({}), ['1', '2', '3', '4', '5', '6', '7'])
    assert.deepEqual(refs({ connection: undefined, tool: undefined, outcome: undefined }), refs({}))
  })

  it('leaves what is all that it says', () => {
    assert.deepEqual(refs({ connection: 'g2' }), ['2'])
    assert.deepEqual(refs({ tool: 'list_projects' }), ['1', '2'])
    assert.deepEqual(refs({ outcome: 'blocked' }), ['2', '3'])
    assert.deepEqual(refs({ connection: 'g1', outcome: 'blocked' }), ['3'])
    assert.deepEqual(refs({ connection: '' }), [])
  })

  it('leaves what had consequences, or may have had; what was sent, refused, read; and what the person did', () => {
    assert.deepEqual(
      Object.fromEntries(Object.keys(VIEWS).map((view) => [view, refs({ view: view as keyof typeof VIEWS })])),
      {
        consequences: ['5'],
        others: ['1', '2', '3', '4', '6', '7'],
        sent: ['4', '5', '6'],
        refused: ['2', '3', '6'],
        person: ['7'],
        reads: ['1', '2'],
        all: refs({}),
      },
    )
  })
})
