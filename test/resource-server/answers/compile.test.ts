// How a build is told: its mistakes first, and a next step that fits its state.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, PROJECT } from './run-tool.ts'

const COMPILE = 'b4c1f0d29e7a3856c0d1e2f3a4b5c6d7-8e9fa0b1c2d3e4f5061728394a5b6c7d'
const queued = { compileId: COMPILE, state: 'InQueue', projectId: PROJECT, parameters: [], success: true }
const built = { compileId: COMPILE, state: 'BuildSuccess', logs: ['Build Request Successful'], success: true }
const mistakes = Array.from({ length: 7 }, (_, at) => `Build Error File: main.py Line ${at + 1} Column 12 - mistake`)
const broken = { compileId: COMPILE, state: 'BuildError', logs: mistakes, success: true }
const which = { projectId: PROJECT, compileId: COMPILE }

describe('a build', () => {
  it('that is done leads to a backtest with its id', async () => {
    const { data, next } = await answerOf('read_compile', which, built)
    assert.match(next, new RegExp(`^create_backtest.*${COMPILE}`))
    assert.deepEqual(data, { compileId: COMPILE, state: 'BuildSuccess', logs: ['Build Request Successful'] })
  })

  it('that failed leads with its first mistakes, has all of them, and leads to the code, not to a backtest', async () => {
    const { summary, next, data, text } = await answerOf('read_compile', which, broken)
    const [first, ...lines] = summary.split('\n')
    assert.match(first ?? '', /does not compile.*7/)
    assert.deepEqual(lines, mistakes.slice(0, 5))
    assert.ok(text.startsWith(summary))
    assert.deepEqual([data.state, data.logs], ['BuildError', mistakes])
    assert.match(next, /create_compile/)
    assert.doesNotMatch(next, /create_backtest/)
  })

  it('that is waiting is read again by its id, and leads to no backtest', async () => {
    const { summary, next, data } = await answerOf('read_compile', which, queued)
    assert.match(summary, /InQueue/)
    assert.equal(data.state, 'InQueue')
    assert.match(next, new RegExp(`^read_compile.*${COMPILE}`))
  })
})

describe('create_compile', () => {
  it('is sent once; only the reading that follows may be repeated', async () => {
    const { asked, data } = await answerOf('create_compile', { projectId: PROJECT }, [queued, queued, broken])
    assert.deepEqual(
      asked.map(({ endpoint, args, options }) => [endpoint, args, options.retry]),
      [
        ['/compile/create', { projectId: PROJECT }, false],
        ['/compile/read', which, true],
        ['/compile/read', which, true],
      ],
    )
    assert.deepEqual([data.state, data.projectId, data.logs], ['BuildError', PROJECT, mistakes])
  })

  it('returns at once with waitSeconds 0', async () => {
    const { asked, data } = await answerOf('create_compile', { projectId: PROJECT, waitSeconds: 0 }, [queued, built])
    assert.equal(asked.length, 1)
    assert.deepEqual([data.compileId, data.state], [COMPILE, 'InQueue'])
  })
})
