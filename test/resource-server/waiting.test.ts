// Work that takes time: what a caller hears meanwhile, and what happens when it hangs up.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { EVERYTHING, useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { callTool, message, messages, rpc, toolCall } from '../support/mcp-requests.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'
import { until } from '../support/until.ts'

describe('a call that waits', () => {
  const server = useServer({ TEST_SPEED: '10' })
  const connection = useConnection(server, EVERYTHING)
  const sandbox = sandboxOf(server)
  let projectId: number
  before(async () => {
    projectId = (await sandbox('/projects/create', { name: 'Slow', language: 'Py' })).projects[0].projectId
  })

  const built = async () => {
    const { compileId } = await sandbox('/compile/create', { projectId })
    await server.advance(5)
    return compileId
  }
  const withToken = (name: string, args: object, progressToken?: string | number) => {
    const body = toolCall(name, { ...args })
    return rpc(server, connection.token, {
      ...body,
      params: { ...body.params, ...(progressToken !== undefined && { _meta: { progressToken } }) },
    })
  }

  it('reports progress to whoever sent a token, rising each time, before the result', async () => {
    const compileId = await built()
    const args = { projectId, compileId, backtestName: 'Watched', waitSeconds: 50 }
    const all = await messages(await withToken('create_backtest', args, 'my token'))
    const heard = all.filter(({ method }) => method === 'notifications/progress').map(({ params }) => params)
    assert.ok(heard.length > 1)
    assert.ok(heard.every(({ progressToken, total }) => progressToken === 'my token' && total === 100))
    assert.ok(heard.every(({ progress }, at) => progress < 100 && (at === 0 || progress > heard[at - 1].progress)))
    assert.match(heard[0].message, /Watched/)
    assert.equal(all.at(-1).result.structuredContent.backtest.completed, true)
  })

  it('asks again by itself for a chart that is still loading, and says so', async () => {
    const [backtest] = (await sandbox('/backtests/list', { projectId })).backtests
    const args = { projectId, backtestId: backtest.backtestId, name: 'Exposure' }
    const all = await messages(await withToken('read_backtest_chart', args, 7))
    assert.match(all[0].params.message, /gathering/)
    assert.ok(all.at(-1).result.structuredContent.series.length > 0)
    assert.equal(all.at(-1).result.content[1].mimeType, 'image/png')
  })

  it('reports nothing to whoever sent none', async () => {
    const { result } = await message(await withToken('create_compile', { projectId }))
    assert.equal(result.structuredContent.state, 'BuildSuccess')
  })

  it('gives what there is when the time is up, and says what to call then', async () => {
    const compileId = await built()
    const args = { projectId, compileId, backtestName: 'Not awaited', waitSeconds: 1 }
    const { structuredContent } = await callTool(server, connection.token, 'create_backtest', args)
    assert.equal(structuredContent.backtest.completed, false)
    assert.match(
      structuredContent.next,
      /^read_backtest with projectId \d+ and backtestId [0-9a-f]{32} in ten seconds, until completed/,
    )
    const started = await callTool(server, connection.token, 'create_compile', { projectId, waitSeconds: 0 })
    assert.match(started.structuredContent.next, /^read_compile/)
  })

  it('never waits longer than that, though QuantConnect answers slowly', async () => {
    await server.advance(60)
    const compileId = await built()
    await sandbox('/sandbox/trouble', { path: '/backtests/read', kind: 'slow' })
    const args = { projectId, compileId, backtestName: 'Slow to tell', waitSeconds: 2 }
    const { isError, structuredContent } = await callTool(server, connection.token, 'create_backtest', args)
    assert.equal(isError, undefined) // 35 s would be the time-out of a call
    assert.match(structuredContent.next, /^read_backtest/)
  })

  it('is not asked to wait longer than clients do', async () => {
    for (const waitSeconds of [51, -1, 1.5]) {
      const { isError } = await callTool(server, connection.token, 'create_compile', { projectId, waitSeconds })
      assert.equal(isError, true)
    }
  })

  it('ends when the caller hangs up, and the work goes on', async () => {
    await server.advance(60)
    const compileId = await built()
    const hangUp = new AbortController()
    const body = toolCall('create_backtest', { projectId, compileId, backtestName: 'Left alone', waitSeconds: 50 })
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const gone = fetch(server.mcp, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${connection.token}` },
      body: JSON.stringify(body),
      signal: hangUp.signal,
    }).then((response) => response.text())
    const mine = async (): Promise<Json> =>
      (await sandbox('/backtests/list', { projectId })).backtests.find(({ name }: Json) => name === 'Left alone')
    await until('the backtest has started', mine)
    hangUp.abort()
    await assert.rejects(gone)
    await server.advance(60)
    assert.equal((await mine()).progress, 1)
    assert.doesNotMatch(server.output(), /"level":50/)
  })
})
