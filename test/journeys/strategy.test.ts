// A strategy from the first line of code to paper trading and back, as a model would go about it: over HTTP, with the real
// SDK client, on a sandbox whose clock the test pushes.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { AVERAGES, averagesWith } from '../support/averages.ts'
import { connect } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { useServer } from '../support/server.ts'
import { journeyStores } from '../support/stores.ts'
import { assertTextAndStructureAgree } from '../support/text-and-structure.ts'

const BROKEN = averagesWith('self._fast.current.value > self._slow.current.value')
const OPTIMIZATION = {
  name: 'Averages',
  target: 'TotalPerformance.PortfolioStatistics.SharpeRatio',
  targetTo: 'max',
  parameters: [
    { name: 'sma_fast', min: 5, max: 15, step: 5 },
    { name: 'sma_slow', min: 40, max: 60, step: 20 },
  ],
}

for (const store of journeyStores('strategy')) {
  describe(`a strategy, on ${store.name}`, () => {
    const server = useServer({ ...store.env, TEST_SPEED: '4' })

    it('is written, corrected, backtested, looked into, optimized, traded on paper, commanded and stopped', async () => {
      const { tokens } = await connect(server, { scope: ALL_SCOPES.join(' '), allow: ALL_SCOPES })
      const client = new Client({ name: 'Strategy', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
      const headers = { authorization: `Bearer ${tokens.access_token}` }
      await client.connect(new StreamableHTTPClientTransport(new URL(server.mcp), { requestInit: { headers } }))
      await client.listTools()

      async function call(name: string, args: object = {}, onprogress?: (update: Json) => unknown): Promise<Json> {
        const result: Json = await client.callTool(
          { name, arguments: { ...args } },
          onprogress ? { onprogress } : undefined,
        )
        assert.equal(result.isError, undefined, JSON.stringify(result.structuredContent))
        assertTextAndStructureAgree(result, name)
        return { ...result.structuredContent, text: result.content[0].text, pictures: result.content.slice(1) }
      }

      const { projects } = await call('create_project', { name: 'Cross over', language: 'Py' })
      const { projectId } = projects[0]
      await call('update_file_contents', { projectId, name: 'main.py', content: BROKEN })

      // The outcome of a build comes with the call that starts it, and names the line.
      const passTime = () => server.advance(1)
      const broken = await call('create_compile', { projectId }, passTime)
      assert.equal(broken.state, 'BuildError')
      assert.match(broken.text, /main\.py.*[Ll]ine 14/)
      assert.match(broken.next, /create_compile again/)

      await call('update_file_contents', { projectId, name: 'main.py', content: AVERAGES })
      const { state, compileId } = await call('create_compile', { projectId }, passTime)
      assert.equal(state, 'BuildSuccess')

      // A backtest that is waited for says how far it is.
      const heard: Json[] = []
      const { backtest, text } = await call(
        'create_backtest',
        { projectId, compileId, backtestName: 'First try', waitSeconds: 30 },
        async (update) => {
          heard.push(update)
          await server.advance(1)
        },
      )
      assert.equal(backtest.completed, true)
      assert.match(text, /^Backtest "First try" is completed\. Net Profit .*Sharpe Ratio/)
      assert.match(backtest.url, new RegExp(`^https://www.quantconnect.com/project/${projectId}/`))
      assert.match(backtest.created, /UTC$/)
      assert.ok(heard.length > 1, `${heard.length} notifications`)
      assert.ok(heard.every(({ progress }, at) => at === 0 || progress > heard[at - 1].progress))
      assert.match(heard.map(({ message }) => message).join('\n'), /is running/)

      const { backtestId } = backtest
      const which = { projectId, backtestId }
      const chart = await call('read_backtest_chart', { ...which, name: 'Strategy Equity' })
      const [picture] = chart.pictures
      assert.equal(picture.mimeType, 'image/png')
      const png = Buffer.from(picture.data, 'base64')
      assert.equal(png.readUInt32BE(16), 1440) // twice the width at which it is read
      if (process.env.PICTURES) writeFileSync(`${process.env.PICTURES}/strategy-equity.png`, png)
      const [equity] = chart.series
      assert.equal(equity.first, 100_000)
      assert.equal(String(equity.last), String(Number(backtest.statistics['End Equity'])))

      const { orders, length } = await call('read_backtest_orders', which)
      assert.equal(String(length), backtest.statistics['Total Orders'])
      assert.equal(orders[0].symbol, 'SPY')
      assert.equal(orders[0].direction, 'buy')
      const { trades } = await call('read_backtest_trades', which)
      assert.ok(trades.length > 0)
      const { logs } = await call('read_backtest_logs', which)
      assert.match(logs, /\S/)

      const estimate = await call('estimate_optimization_time', { projectId, compileId, ...OPTIMIZATION })
      assert.match(estimate.text, /6 backtests/)
      const { optimizationId } = await call('create_optimization', {
        ...OPTIMIZATION,
        projectId,
        compileId,
        estimatedCost: 0.1,
        nodeType: 'O2-8',
        parallelNodes: 2,
      })
      await server.advance(10 * 60)
      const optimization = await call('read_optimization', { optimizationId })
      assert.equal(optimization.status, 'completed')
      assert.equal(optimization.backtests.length, 6)
      const sharpes = optimization.backtests.map((one: Json) => one['Sharpe Ratio'])
      assert.deepEqual(
        sharpes,
        sharpes.toSorted((a: number, b: number) => b - a),
      )

      const { nodes } = await call('read_project_nodes', { projectId })
      const nodeId = nodes.live.find(({ busy }: Json) => !busy).id
      const brokerage = { id: 'QuantConnectBrokerage' }
      const deployed = await call('create_live_algorithm', { projectId, compileId, nodeId, versionId: '-1', brokerage })
      assert.match(deployed.text, /paper trading/)
      await server.advance(20 * 60)
      const live = await call('read_live_algorithm', { projectId })
      assert.equal(live.status, 'Running')
      await call('create_live_command', { projectId, command: { $type: 'AlgorithmStatusCommand' } })
      await server.advance(10 * 60)
      const lines = await call('read_live_logs', { projectId, algorithmId: live.deployId, startLine: 0, endLine: 200 })
      assert.match(lines.logs, /AlgorithmStatusCommand|[Cc]ommand/)
      await call('stop_live_algorithm', { projectId })
      await server.advance(60)
      const stopped = await call('read_live_algorithm', { projectId })
      assert.equal(stopped.status, 'Stopped')
      assert.match(stopped.stopped, /UTC$/)
      const { holdings } = await call('read_live_portfolio', { projectId })
      assert.ok(Array.isArray(holdings))
      await client.close()
    })
  })
}
