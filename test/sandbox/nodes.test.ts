import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '../support/json.ts'
import { refused } from '../support/sandbox-client.ts'
import { useFrozenSandbox } from './frozen.ts'

describe('nodes in the sandbox', () => {
  const { call, project, built, tick } = useFrozenSandbox()
  const read = (projectId: number) => call('/projects/nodes/read', { projectId })
  const active = ({ nodes }: Json) =>
    [...nodes.backtest, ...nodes.research, ...nodes.live].filter((node: Json) => node.active).map(({ id }: Json) => id)

  it('a new project chooses automatically and has no active node', async () => {
    const answer = await read(await project())
    assert.equal(answer.autoSelectNode, true)
    assert.deepEqual(active(answer), [])
    assert.match(answer.nodes.live[0].id, /^LN-[0-9a-f]{32}$/)
    assert.deepEqual([answer.nodes.backtest.length, answer.nodes.research.length, answer.nodes.live.length], [2, 1, 2])
  })

  it('a list marks its nodes and passes over unknown ones, and none or [] restores the choice', async () => {
    const projectId = await project()
    const [node] = (await read(projectId)).nodes.backtest
    for (const nodes of [undefined, []]) {
      const chosen = await call('/projects/nodes/update', { projectId, nodes: [node.id, 'unknown'] })
      assert.deepEqual([chosen.autoSelectNode, active(chosen)], [false, [node.id]])
      assert.deepEqual(active(await read(projectId)), [node.id])
      const restored = await call('/projects/nodes/update', { projectId, nodes })
      assert.deepEqual([restored.autoSelectNode, active(restored)], [true, []])
    }
  })

  it('a node that runs a backtest is busy', async () => {
    const projectId = await project('Busy')
    const { backtest } = await call('/backtests/create', { projectId, compileId: await built(projectId) })
    const busy = async () => (await read(projectId)).nodes.backtest.filter((node: Json) => node.busy)
    const [node, ...others] = await busy()
    assert.deepEqual([node.name, node.projectId, node.projectName, others], [backtest.nodeName, projectId, 'Busy', []])
    tick(600)
    assert.deepEqual(await busy(), [])
  })

  it('an unknown project is refused', async () => {
    assert.deepEqual(await read(-1), refused('Project not found'))
    assert.deepEqual(await call('/projects/nodes/update', { projectId: -1 }), refused('Project not found'))
  })
})
