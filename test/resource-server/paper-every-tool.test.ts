// Every tool of the catalogue, called on a connection that may trade on paper only and is allowed everything else: where an
// algorithm runs with real money nothing that it stands on changes, and where none runs the same calls do their work.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { findTool, toolList } from '../../src/resource-server/tools/catalog.ts'
import type { Tool } from '../../src/resource-server/tools/tool.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { callTool } from '../support/mcp-requests.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'
import type { ArgumentValues } from './tool-arguments.ts'
import { argumentsFor, createOneOfEach, inCallOrder, keepIds } from './tool-arguments.ts'

const REAL = {
  id: 'TradierBrokerage',
  'tradier-account-id': 'a',
  'tradier-access-token': 'secret-of-tradier',
  'tradier-environment': 'live',
}
/** What a call would do if its optional arguments were used for harm. */
const HARMFUL: Readonly<Record<string, (values: ArgumentValues) => object>> = {
  update_project: () => ({ name: 'Recycle Bin/Gone by another way' }),
  update_project_nodes: ({ nodes }) => ({ nodes }),
}
/** What no connection for paper does anywhere. */
const NOWHERE = ['authorize_connection', 'broadcast_live_command']

const toolOf = (name: string): Tool => findTool(name) ?? assert.fail(name)

describe('a connection that may trade on paper only, and everything else', () => {
  const server = useServer({ TEST_SPEED: '10' }) // what takes QuantConnect some time is waited for
  const connection = useConnection(server)
  const sandbox = sandboxOf(server)
  let world: ArgumentValues
  before(async () => {
    await connection.change({ scopes: ALL_SCOPES, paperOnly: true })
    world = await createOneOfEach(server, sandbox)
    const { projectId, compileId, nodeId, organizationId, collaboratorUserId } = world
    await sandbox('/live/update/stop', { projectId })
    await sandbox('/live/create', { projectId, compileId, nodeId, versionId: '-1', brokerage: REAL })
    await server.advance(20 * 60)
    await sandbox('/object/set', { organizationId, key: 'weights.json', objectData: '[1]' })
    const rights = { collaborationWrite: true, collaborationLiveControl: true }
    await sandbox('/projects/collaboration/create', { projectId, collaboratorUserId, ...rights })
    world.key = 'weights.json'
    world.nodeId = (await liveNodes()).find(({ busy }: Json) => !busy)?.id
  })

  const liveNodes = async (): Promise<Json[]> =>
    (await sandbox('/projects/nodes/read', { projectId: world.projectId })).nodes.live
  const call = (name: string, args: object): Promise<Json> => callTool(server, connection.token, name, args)

  /** The deployment, and what it stands on: its project, who controls it, its nodes, and what it may read. */
  async function whatRealMoneyStandsOn() {
    const { projectId, organizationId } = world
    const { deployId, status, files } = await sandbox('/live/read', { projectId })
    const { live } = await sandbox('/live/list', { projectId })
    const { name } = (await sandbox('/projects/read', { projectId })).projects[0]
    const { collaborators } = await sandbox('/projects/collaboration/read', { projectId })
    const { nodes, autoSelectNode } = await sandbox('/projects/nodes/read', { projectId })
    const { orders } = await sandbox('/live/orders/read', { projectId, start: 0, end: 100 })
    const { metadata } = await sandbox('/object/properties', { organizationId, key: 'weights.json' })
    const active = nodes.live.map((node: Json) => [node.id, node.active, node.projectName])
    const rows = live.map(({ equity: _, ...row }: Json) => row)
    return { deployId, status, files, rows, name, collaborators, active, autoSelectNode, orders, metadata }
  }

  describe('where real money trades', () => {
    for (const tool of inCallOrder(toolList())) {
      const { money = 'none' } = toolOf(tool.name)

      it(`${tool.name} ${money === 'none' ? 'works, and leaves it' : 'is refused, and leaves it'} as it is`, async () => {
        const { readOnlyHint } = toolOf(tool.name).annotations
        const before = readOnlyHint ? undefined : await whatRealMoneyStandsOn()
        const result = await call(tool.name, { ...argumentsFor(tool, world), ...HARMFUL[tool.name]?.(world) })
        if (before) assert.deepEqual(await whatRealMoneyStandsOn(), before)
        const { rule, error, next } = result.structuredContent
        if (money === 'none') {
          assert.equal(result.isError, undefined, error)
          return keepIds(world, tool.name, result)
        }
        assert.deepEqual([result.isError, rule], [true, 'paper'], error)
        assert.match(error, /may only trade on paper.*Nothing was done/)
        assert.ok(next.includes(`${server.origin}/account/connections/${connection.grantId}`), next)
      })
    }

    it('counts from the moment it was started', async () => {
      const { projectId, compileId } = world
      const { deployId } = await sandbox('/live/read', { projectId })
      await sandbox('/live/update/stop', { projectId })
      const [node] = await liveNodes()
      await sandbox('/live/create', { projectId, compileId, nodeId: node?.id, versionId: '-1', brokerage: REAL })
      const { status, deployId: started } = await sandbox('/live/read', { projectId })
      assert.deepEqual([status, started === deployId], ['LoggingIn', false])
      const { structuredContent } = await call('delete_project', { projectId })
      assert.equal(structuredContent.rule, 'paper')
    })
  })

  describe('where none does', () => {
    before(async () => {
      await sandbox('/live/update/stop', { projectId: world.projectId })
    })

    /** Unless something runs there. */
    async function startOnPaper() {
      const { projectId, compileId, nodeId } = world
      const paper = { projectId, compileId, nodeId, versionId: '-1', brokerage: { id: 'QuantConnectBrokerage' } }
      if ((await sandbox('/live/read', { projectId })).status === 'Stopped') await sandbox('/live/create', paper)
    }

    for (const { name } of toolList().filter(({ name }) => toolOf(name).money === 'for-others')) {
      it(`${name} gives nobody live control, not even there`, async () => {
        const { projectId, collaboratorUserId } = world
        const rights = { collaborationLiveControl: true, collaborationWrite: true }
        const others = name.startsWith('update') ? { liveControl: true, write: true } : rights
        const { structuredContent } = await call(name, { projectId, collaboratorUserId, ...others })
        assert.equal(structuredContent.rule, 'paper')
        assert.match(structuredContent.error, /somebody else/)
      })
    }

    const reaching = toolList().filter(({ name }) => (toolOf(name).money ?? 'none') !== 'none')
    for (const tool of inCallOrder(reaching).filter(({ name }) => !NOWHERE.includes(name))) {
      it(`${tool.name} works`, async () => {
        if (toolOf(tool.name).money === 'by-deployment') await startOnPaper()
        const { isError, structuredContent } = await call(tool.name, argumentsFor(tool, world))
        assert.equal(isError, undefined, structuredContent.error)
        assert.equal(structuredContent.warning, undefined)
      })
    }

    for (const tool of toolList().filter(({ name }) => NOWHERE.includes(name))) {
      it(`${tool.name} is refused all the same`, async () => {
        const { structuredContent } = await call(tool.name, argumentsFor(tool, world))
        assert.equal(structuredContent.rule, 'paper')
      })
    }
  })
})
