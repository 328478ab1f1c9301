import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BOB } from '../support/accounts.ts'
import type { Json } from '../support/json.ts'
import { refused, sandboxClient } from '../support/sandbox-client.ts'
import { deploying } from './deploying.ts'
import { useFrozenSandbox } from './frozen.ts'

describe('live trading in the sandbox', () => {
  const sandbox = useFrozenSandbox()
  const { call, tick } = sandbox
  const { form, deploy, running, loaded } = deploying(sandbox)
  const read = (projectId: number) => call('/live/read', { projectId })
  const portfolio = async (projectId: number) => (await call('/live/portfolio/read', { projectId })).portfolio
  const logs = (projectId: number, algorithmId: string) =>
    call('/live/logs/read', { format: 'json', projectId, algorithmId, startLine: 0, endLine: 250 })

  it('a paper deployment starts as one at QuantConnect does', async () => {
    const { responseCode, source, deployId, versionId, live } = await deploy()
    assert.deepEqual([responseCode, source, versionId], ['0', 'api-v2', 17369])
    assert.match(deployId, /^L-[0-9a-f]{32}$/)
    assert.deepEqual(
      [live.deployId, live.status, live.brokerage, live.stopped],
      [deployId, 'LoggingIn', 'PaperBrokerage', null],
    )
  })

  it('it runs after a while, and its node is busy', async () => {
    const { projectId, deployId } = await deploy()
    const seen = []
    for (const seconds of [0, 10, 15, 15]) {
      tick(seconds)
      seen.push((await read(projectId)).status)
    }
    assert.deepEqual(seen, ['LoggingIn', 'Initializing', 'History', 'Running'])
    const { nodes } = await call('/projects/nodes/read', { projectId })
    assert.deepEqual(
      nodes.live.map((node: Json) => [node.busy, node.projectId]),
      [
        [true, projectId],
        [false, null],
      ],
    )
    const { deployId: id, files, projectName } = await read(projectId)
    assert.deepEqual([id, projectName, files[0].name], [deployId, 'Live', 'main.py'])
  })

  it('prices move, and equity with them', async () => {
    const { projectId } = await running()
    const { runtimeStatistics, charts } = await read(projectId)
    assert.equal(Object.keys(charts).length, 7)
    assert.equal('Capacity' in charts, false)
    tick(300)
    assert.notEqual((await read(projectId)).runtimeStatistics.Equity, runtimeStatistics.Equity)
  })

  it('portfolio, orders and cash agree, and are renewed every ten minutes', async () => {
    const { projectId, deployId } = await deploy()
    tick(540)
    assert.deepEqual((await portfolio(projectId)).holdings, [])
    tick(60)
    const { holdings, cash } = await portfolio(projectId)
    const [order] = (await loaded('/live/orders/read', { projectId, start: 0, end: 100 })).orders
    const held = holdings[order.symbol.id]
    assert.deepEqual([held.q, held.a], [order.quantity, order.price])
    assert.equal(cash.USD.amount, Number((100_000 - order.value - 1).toFixed(2)))
    assert.ok(order.events.every((event: Json) => event.algorithmId === deployId))
    assert.match(order.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    tick(540)
    assert.deepEqual(await portfolio(projectId), { holdings, cash })
    tick(60)
    assert.notEqual((await portfolio(projectId)).holdings[order.symbol.id].p, held.p)
  })

  it('log lines are copied over every five minutes', async () => {
    const { projectId, deployId } = await deploy()
    tick(290)
    assert.deepEqual((await logs(projectId, deployId)).logs, [])
    tick(10)
    const { logs: lines, length, deploymentOffset } = await logs(projectId, deployId)
    assert.deepEqual([lines.length, deploymentOffset], [length, 0])
    assert.match(
      lines[0],
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Launching analysis for L-\w+ with LEAN Engine v2\.5\.0\.0\.17369$/,
    )
  })

  it('a stop shows at once, with all that happened until then, and frees the node', async () => {
    const { projectId, deployId } = await deploy()
    tick(120)
    assert.deepEqual(await call('/live/update/stop', { projectId }), { success: true })
    const { status, stopped } = await read(projectId)
    assert.equal(status, 'Stopped')
    assert.match(stopped, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    assert.match((await logs(projectId, deployId)).logs.at(-1), /Stopped$/)
    assert.equal(Object.keys((await portfolio(projectId)).holdings).length, 1)
    const { nodes } = await call('/projects/nodes/read', { projectId })
    assert.equal(nodes.live[0].busy, false)
    assert.equal((await call('/live/update/stop', { projectId })).success, false)
  })

  it('a liquidation sells everything first', async () => {
    const { projectId } = await running()
    assert.deepEqual(await call('/live/update/liquidate', { projectId }), { success: true })
    assert.equal((await read(projectId)).status, 'Liquidated')
    const { holdings, cash } = await portfolio(projectId)
    assert.deepEqual(holdings, [])
    assert.ok(cash.USD.amount > 50_000)
    const { orders } = await loaded('/live/orders/read', { projectId, start: 0, end: 100 })
    assert.equal(
      orders.reduce((sum: number, { quantity }: Json) => sum + quantity, 0),
      0,
    )
    const { trades } = await call('/live/trades/read', { projectId, start: 0, end: 1000 })
    assert.equal(trades.length, 1)
    assert.equal(trades[0].orders.length, 2)
  })

  it('starting holdings and cash come back', async () => {
    const brokerage = {
      id: 'QuantConnectBrokerage',
      holdings: [{ symbolId: 'BTCUSD 2XR', symbol: 'BTCUSD', quantity: 1, averagePrice: 30_000 }],
      cash: [{ amount: 5_000, currency: 'EUR' }],
    }
    const { projectId } = await deploy({ brokerage }, 'from AlgorithmImports import *\n')
    const { holdings, cash } = await portfolio(projectId)
    assert.deepEqual([holdings['BTCUSD 2XR'].a, holdings['BTCUSD 2XR'].q], [30_000, 1])
    assert.equal(cash.EUR.amount, 5_000)
    assert.ok(cash.EUR.valueInAccountCurrency > 5_000)
  })

  it('a chart loads first, and then has values', async () => {
    const { projectId } = await running()
    const args = { projectId, name: 'Strategy Equity', count: 10, start: 0, end: 4_000_000_000 }
    const notices = [await call('/live/chart/read', args), await call('/live/chart/read', args)]
    assert.deepEqual(
      notices.map(({ status }) => status),
      ['loading', 'loading'],
    )
    assert.ok(notices[0].progress < notices[1].progress)
    const { chart } = await call('/live/chart/read', args)
    assert.equal(chart.name, 'Strategy Equity')
    const { values } = chart.series.Equity
    assert.ok(values.length > 2 && values.length <= 11)
    assert.ok(values.every((value: number[]) => value.length === 5))
  })

  it('unknown charts, reversed dates and wide windows are refused', async () => {
    const { projectId } = await running()
    const chart = (args: object) => call('/live/chart/read', { projectId, count: 10, start: 0, end: 1, ...args })
    for (const name of ['', 'Capacity']) assert.deepEqual(await chart({ name }), refused('Chart not found'))
    assert.deepEqual(await chart({ name: 'Drawdown', start: 2 }), refused('Invalid date range'))
    for (const what of ['orders', 'insights']) {
      const answer = await call(`/live/${what}/read`, { projectId, start: 0, end: 200 })
      assert.deepEqual(answer, refused('Maximum range is 100'))
    }
    const lines = await call('/live/logs/read', { projectId, startLine: 0, endLine: 251 })
    assert.deepEqual(lines, refused('Maximum range is 250'))
  })

  it('code with RUNTIME ERROR fails a minute after the launch', async () => {
    const { projectId, deployId } = await deploy({}, 'a = 1\n# RUNTIME ERROR\n')
    tick(59)
    assert.equal((await read(projectId)).status, 'Running')
    tick(1)
    const { status, stopped, message } = await read(projectId)
    assert.deepEqual([status, typeof stopped], ['RuntimeError', 'string'])
    assert.match(message, /main\.py: line 2/)
    assert.match((await logs(projectId, deployId)).logs.at(-1), /Runtime Error/)
  })

  it('code without insights has none, and code with insights has some', async () => {
    const insights = async (main?: string) => {
      const { projectId } = await running({}, main)
      const answer = await call('/live/insights/read', { projectId, start: 0, end: 100 })
      await call('/live/update/stop', { projectId })
      return answer
    }
    assert.deepEqual(await insights(), { insights: [], length: 0, success: true })
    const main = `from AlgorithmImports import *

class A(QCAlgorithm):
    def initialize(self):
        self._symbol = self.add_equity("SPY").symbol

    def on_data(self, data):
        self.emit_insights(Insight.price(self._symbol, timedelta(days=5), InsightDirection.UP))
        self.set_holdings(self._symbol, 1)
`
    const [insight] = (await insights(main)).insights
    assert.deepEqual([insight.ticker, insight.type], ['SPY', 'price'])
    assert.match(insight.id, /^[0-9a-f]{32}$/)
  })

  it('the list filters by project and by status', async () => {
    assert.deepEqual((await call('/live/list')).live, [])
    const one = await running()
    const other = await running()
    await call('/live/update/stop', { projectId: one.projectId })
    const list = async (args: object) => (await call('/live/list', args)).live.map(({ deployId }: Json) => deployId)
    assert.deepEqual(await list({}), [other.deployId, one.deployId])
    assert.deepEqual(await list({ status: 'Running' }), [other.deployId])
    assert.deepEqual(await list({ projectId: one.projectId }), [one.deployId])
    assert.deepEqual(await list({ projectId: one.projectId, status: 'Running' }), [])
    const [row] = (await call('/live/list', { status: 'Running' })).live
    assert.deepEqual([row.brokerage, row.environment, row.leagues, row.error], ['PaperBrokerage', 'paper', [], ''])
    assert.ok(row.equity > 0)
    assert.match(row.subscription, /^P\d+-[0-9a-f]{32}$/)
  })

  it('a second deployment of a project goes on in its log', async () => {
    const args = await form()
    const first = await call('/live/create', args)
    tick(400)
    await call('/live/update/stop', { projectId: args.projectId })
    const { length } = await logs(args.projectId, first.deployId)
    const second = await call('/live/create', args)
    tick(400)
    const answer = await logs(args.projectId, second.deployId)
    assert.equal(answer.deploymentOffset, length)
    assert.ok(answer.length > length)
  })

  it('what does not exist is refused, and so is what is in use', async () => {
    const args = await form()
    for (const [change, reason] of [
      [{ projectId: -1 }, 'Project not found'],
      [{ compileId: '' }, 'Compile id not found'],
      [{ nodeId: '' }, 'Node not found'],
      [{ versionId: '1' }, 'LEAN version not found'],
      [{ brokerage: { id: 'NoBrokerage' } }, 'Brokerage not found'],
      [
        { brokerage: { id: 'KrakenBrokerage', 'kraken-api-key': 'k' } },
        'Brokerage settings are missing: kraken-api-secret, kraken-verification-tier',
      ],
    ] as const) {
      assert.deepEqual(await call('/live/create', { ...args, ...change }), refused(reason))
    }
    await call('/live/create', args)
    const other = await form()
    assert.deepEqual(await call('/live/create', { ...other, nodeId: args.nodeId }), refused('Node is already in use'))
    assert.match((await call('/live/create', { ...args, nodeId: other.nodeId })).errors[0], /already runs live/)
  })

  it('a project that was never deployed has nothing to read', async () => {
    const projectId = await sandbox.project()
    for (const what of ['read', 'portfolio/read', 'orders/read', 'insights/read', 'logs/read']) {
      const answer = await call(`/live/${what}`, { projectId, start: 0, end: 1, startLine: 0, endLine: 1 })
      assert.deepEqual(answer, refused('Live algorithm not found'), what)
    }
    assert.deepEqual(await call('/live/read', { projectId: [1] }), refused('Invalid argument'))
  })

  it('another brokerage shows under its own name, and nothing of its form is kept', async () => {
    const brokerage = { id: 'AlpacaBrokerage', 'alpaca-access-token': 'very-secret', 'alpaca-environment': 'live' }
    const { live, projectId } = await deploy({ brokerage })
    assert.equal(live.brokerage, 'AlpacaBrokerage')
    const rows = (await call('/live/list', { projectId })).live
    assert.equal(rows[0].environment, 'live')
    assert.doesNotMatch(JSON.stringify([rows, await read(projectId)]), /very-secret/)
  })

  it("another person's deployments are not found", async () => {
    const { projectId } = await running()
    const bob = sandboxClient(sandbox, BOB)
    assert.deepEqual((await bob('/live/list')).live, [])
    assert.deepEqual(await bob('/live/update/liquidate', { projectId }), refused('Project not found'))
  })
})
