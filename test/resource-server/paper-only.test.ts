// A connection that may trade on paper only reaches no real money: not by the brokerage it names, not by a deployment that
// runs already, and not when nobody knows.
import assert from 'node:assert/strict'
import { before, beforeEach, describe, it } from 'node:test'
import { isOnPaper } from '../../src/quantconnect/deployments.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { callTool, initialize, message, rpc } from '../support/mcp-requests.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const PAPER = { id: 'QuantConnectBrokerage' }
/** Play money too, but of an account that somebody else keeps. */
const OTHERS_PAPER = {
  id: 'TradierBrokerage',
  'tradier-account-id': 'a',
  'tradier-access-token': 'secret-of-tradier',
  'tradier-environment': 'paper',
}
const REAL = { ...OTHERS_PAPER, 'tradier-environment': 'live' }
const QUIT = { $type: 'QuitCommand' }
/** Seconds after which a deployment hears commands. */
const LISTENS_AFTER = 5 * 60

describe('a connection that may trade on paper only', () => {
  const server = useServer({ TEST_SPEED: '10' }) // what hangs up is asked again, after pauses
  const connection = useConnection(server)
  const sandbox = sandboxOf(server)
  let compileId: string
  let projectId: number
  let nodeIds: string[]
  before(async () => {
    await connection.change({ scopes: ALL_SCOPES, paperOnly: true })
    projectId = (await sandbox('/projects/create', { name: 'Paper', language: 'Py' })).projects[0].projectId
    ;({ compileId } = await sandbox('/compile/create', { projectId }))
    await server.advance(5)
    nodeIds = (await sandbox('/projects/nodes/read', { projectId })).nodes.live.map(({ id }: { id: string }) => id)
  })
  beforeEach(async () => {
    if (['LoggingIn', 'Running'].includes(await status())) await sandbox('/live/update/stop', { projectId })
  })

  const deployments = async (): Promise<Json[]> => (await sandbox('/live/list', { projectId })).live
  const status = async (): Promise<string> => `${(await deployments())[0]?.status}`
  const deploy = (brokerage: object) =>
    sandbox('/live/create', { projectId, compileId, nodeId: nodeIds[0], versionId: '-1', brokerage })
  const create = (brokerage: object) =>
    callTool(server, connection.token, 'create_live_algorithm', { projectId, compileId, nodeId: nodeIds[0], brokerage })

  function assertRefused({ isError, content, structuredContent }: Json) {
    assert.equal(isError, true)
    const [{ text }] = content
    assert.match(text, /may only trade on paper/)
    assert.match(text, /Nothing was done/)
    assert.ok(text.includes(`${server.origin}/account/connections/${connection.grantId}`), text)
    assert.doesNotMatch(text, /unknown whether/)
    return structuredContent
  }
  const onDeployment: [name: string, args: () => object][] = [
    ['stop_live_algorithm', () => ({ projectId })],
    ['liquidate_live_algorithm', () => ({ projectId })],
    ['create_live_command', () => ({ projectId, command: QUIT })],
  ]

  it('starts nothing with another brokerage, not even on its paper account', async () => {
    const before = (await deployments()).length
    for (const brokerage of [REAL, OTHERS_PAPER]) assertRefused(await create(brokerage))
    assert.equal((await deployments()).length, before)
  })

  it('starts an algorithm with QuantConnect’s paper brokerage', async () => {
    const { structuredContent } = await create(PAPER)
    assert.equal(structuredContent.paper, true)
  })

  for (const [name, args] of onDeployment) {
    it(`${name} leaves a deployment of any other brokerage alone`, async () => {
      for (const brokerage of [REAL, OTHERS_PAPER]) {
        await deploy(brokerage)
        await server.advance(LISTENS_AFTER)
        assertRefused(await callTool(server, connection.token, name, args()))
        assert.equal(await status(), 'Running', 'it goes on as if nobody had called')
        await sandbox('/live/update/stop', { projectId })
      }
    })

    it(`${name} reaches a deployment on paper`, async () => {
      await deploy(PAPER)
      await server.advance(LISTENS_AFTER)
      assert.equal((await callTool(server, connection.token, name, args())).isError, undefined)
      await until('it to end', async () => (await status()) !== 'Running')
    })

    it(`${name} does nothing when QuantConnect does not say how the deployment trades`, async () => {
      await deploy(PAPER)
      await sandbox('/sandbox/trouble', { path: '/live/read', kind: 'refuse', reason: 'Try later.', times: 1 })
      const { error } = assertRefused(await callTool(server, connection.token, name, args()))
      assert.match(error, /Try later/)
      await sandbox('/sandbox/trouble', { path: '/live/read', kind: 'hang-up', times: 9 })
      assertRefused(await callTool(server, connection.token, name, args()))
      await sandbox('/sandbox/trouble', { path: '/live/read', kind: 'none' })
      assert.equal(await status(), 'LoggingIn')
    })
  }

  it('sends no command to all algorithms at once', async () => {
    const { organizationId } = await sandbox('/account/read')
    assertRefused(await callTool(server, connection.token, 'broadcast_live_command', { organizationId, command: QUIT }))
  })

  it('is told so when it connects, and only it', async () => {
    const hello = async () => (await message(await rpc(server, connection.token, initialize()))).result
    assert.match((await hello()).instructions, /on paper only/)
    await connection.change({ paperOnly: false })
    assert.doesNotMatch((await hello()).instructions, /paper/)
  })

  it('reaches real money with the very next call once its person allows it', async () => {
    await deploy(REAL)
    assert.equal((await callTool(server, connection.token, 'stop_live_algorithm', { projectId })).isError, undefined)
    assert.equal(await status(), 'Stopped')
  })
})

describe('whether a deployment certainly trades on paper', () => {
  for (const [answer, certainly] of [
    [{ brokerage: 'PaperBrokerage' }, true],
    [{ brokerage: 'QuantConnectBrokerage', environment: 'paper' }, true],
    [{ brokerage: 'PaperBrokerage', environment: null }, true],
    [{ brokerage: 'PaperBrokerage', environment: 'live' }, false],
    [{ brokerage: 'AlpacaBrokerage', environment: 'paper' }, false],
    [{ brokerage: 'OandaBrokerage', environment: 'Practice' }, false],
    [{ brokerage: 'paperbrokerage' }, false],
    [{ brokerage: ['PaperBrokerage'] }, false],
    [{ brokerage: '' }, false],
    [{ environment: 'paper' }, false],
    [{}, false],
  ] as const) {
    it(`is ${certainly ? 'yes' : 'no'} for ${JSON.stringify(answer)}`, () => assert.equal(isOnPaper(answer), certainly))
  }
})
