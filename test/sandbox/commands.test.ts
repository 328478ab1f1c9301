import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '../support/json.ts'
import { refused } from '../support/sandbox-client.ts'
import { ALICE_ORGANIZATION, deploying } from './deploying.ts'
import { useFrozenSandbox } from './frozen.ts'

const IDLE = 'from AlgorithmImports import *\n\nclass A(QCAlgorithm):\n    pass\n'
const ORDER = { $type: 'OrderCommand', symbol: { ticker: 'AAPL' }, order_type: 'market', quantity: 10, tag: 'by hand' }

describe('commands to live algorithms in the sandbox', () => {
  const sandbox = useFrozenSandbox()
  const { call, tick } = sandbox
  const { deploy, running, loaded } = deploying(sandbox)
  const send = (projectId: number, command: object) => call('/live/commands/create', { projectId, command })
  const logs = async (projectId: number) =>
    (await call('/live/logs/read', { projectId, startLine: 0, endLine: 250 })).logs as string[]
  const orders = async (projectId: number) =>
    (await loaded('/live/orders/read', { projectId, start: 0, end: 100 })).orders as Json[]
  const holdings = async (projectId: number) => (await call('/live/portfolio/read', { projectId })).portfolio.holdings

  it('a command before the first log lines is lost, and success all the same', async () => {
    const { projectId } = await deploy({}, IDLE)
    tick(60)
    assert.deepEqual(await send(projectId, { hello: 'early' }), { success: true })
    tick(600)
    assert.deepEqual(await send(projectId, { hello: 'late' }), { success: true })
    tick(600)
    const lines = (await logs(projectId)).join('\n')
    assert.doesNotMatch(lines, /early/)
    assert.match(lines, /on_command: \{"hello":"late"\}/)
  })

  it('an OrderCommand trades, and a LiquidateCommand sells', async () => {
    const { projectId } = await running({}, IDLE)
    await send(projectId, ORDER)
    tick(600)
    const [order] = await orders(projectId)
    assert.deepEqual([order.symbol.value, order.quantity, order.status, order.tag], ['AAPL', 10, 3, 'by hand'])
    assert.equal((await holdings(projectId))[order.symbol.id].q, 10)
    await send(projectId, { $type: 'LiquidateCommand' })
    tick(600)
    assert.deepEqual(await holdings(projectId), [])
    assert.equal((await orders(projectId)).length, 2)
    assert.match((await logs(projectId)).join('\n'), /Command OrderCommand: .*\n.*Order 1: bought 10 AAPL at \d/)
  })

  it('a limit order waits, and can be changed and canceled', async () => {
    const { projectId } = await running({}, IDLE)
    await send(projectId, { ...ORDER, order_type: 'limit', limit_price: 1 })
    await send(projectId, { $type: 'UpdateOrderCommand', order_id: 1, quantity: 7 })
    tick(600)
    const [waiting] = await orders(projectId)
    assert.deepEqual([waiting.status, waiting.quantity, waiting.limitPrice, waiting.type], [1, 7, 1, 1])
    await send(projectId, { $type: 'CancelOrderCommand', order_id: 1 })
    tick(600)
    const [canceled] = await orders(projectId)
    assert.equal(canceled.status, 5)
    assert.equal(typeof canceled.canceledTime, 'string')
    assert.deepEqual(await holdings(projectId), [])
  })

  it('a command that makes no sense says so in the log', async () => {
    const { projectId } = await running({}, IDLE)
    await send(projectId, { $type: 'OrderCommand', quantity: 1 })
    await send(projectId, { $type: 'CancelOrderCommand', order_id: 99 })
    await send(projectId, { $type: 'OwnCommand', x: 1 })
    tick(600)
    const lines = (await logs(projectId)).join('\n')
    assert.match(lines, /OrderCommand failed: symbol and quantity are required/)
    assert.match(lines, /CancelOrderCommand failed: no open order has that id/)
    assert.match(lines, /Command OwnCommand: /)
  })

  it('a QuitCommand ends the deployment', async () => {
    const { projectId } = await running({}, IDLE)
    await send(projectId, { $type: 'QuitCommand' })
    assert.equal((await call('/live/read', { projectId })).status, 'Stopped')
  })

  it('a broadcast reaches every running algorithm but the spared one', async () => {
    const [one, other] = [await running({}, IDLE), await running({}, IDLE)]
    const broadcast = (args: object) =>
      call('/live/commands/broadcast', { organizationId: ALICE_ORGANIZATION, ...args })
    assert.deepEqual(await broadcast({ command: ORDER, excludeProjectId: other.projectId }), { success: true })
    tick(600)
    assert.equal((await orders(one.projectId)).length, 1)
    assert.equal((await orders(other.projectId)).length, 0)
    for (const organizationId of ['', undefined]) {
      assert.deepEqual(await broadcast({ organizationId, command: ORDER }), refused('Organization not found'))
    }
  })

  it('without a running algorithm, a project or a command it is refused', async () => {
    const projectId = await sandbox.project()
    const idle = refused('No live algorithm is running in this project')
    assert.deepEqual(await send(projectId, ORDER), idle)
    assert.deepEqual(await send(-1, ORDER), refused('Project not found'))
    const deployed = await running({}, IDLE)
    const answer = await call('/live/commands/create', { projectId: deployed.projectId, command: 'buy' })
    assert.deepEqual(answer, refused('Invalid argument: command'))
  })
})
