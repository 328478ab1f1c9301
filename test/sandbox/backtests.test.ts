import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it, mock } from 'node:test'
import { client, openSandbox, refused } from './client.ts'

const NO_SPARE_NODE =
  'There are no spare nodes available in your cluster. To launch a new backtest please stop an existing running backtest or add more compute nodes to your organization.'

describe('backtests in the sandbox', () => {
  let sandbox: Awaited<ReturnType<typeof openSandbox>>
  let call: ReturnType<typeof client>
  let projectId: number
  let now = Date.now()
  before(async () => {
    sandbox = await openSandbox()
    call = client(sandbox.url)
  })
  beforeEach(async () => {
    now += 60_000 // so that nothing of the test before still runs
    mock.timers.enable({ apis: ['Date'], now })
    projectId = (await call('/projects/create', { name: 'Backtests', language: 'Py' })).projects[0].projectId
  })
  afterEach(() => mock.timers.reset())
  after(() => sandbox.close())

  async function built(): Promise<string> {
    const { compileId } = await call('/compile/create', { projectId })
    mock.timers.tick(1_000)
    return compileId
  }
  const create = async (args: object = {}) =>
    call('/backtests/create', { projectId, compileId: await built(), backtestName: 'Test', ...args })
  const read = async (backtestId: string) => (await call('/backtests/read', { projectId, backtestId })).backtest
  const list = async (args: object = {}) => (await call('/backtests/list', { projectId, ...args })).backtests

  it('a new backtest waits in the queue, with lists where objects will be', async () => {
    const { backtest, debugging, success } = await create()
    assert.deepEqual({ debugging, success }, { debugging: false, success: true })
    assert.match(backtest.backtestId, /^[0-9a-f]{32}$/)
    assert.deepEqual([backtest.status, backtest.progress, backtest.completed], ['In Queue...', 0, false])
    const { charts, parameterSet, statistics, runtimeStatistics } = backtest
    assert.deepEqual([charts, parameterSet, statistics, runtimeStatistics], [[], [], [], []])
    assert.deepEqual(await read(backtest.backtestId), backtest)
  })

  it('progress rises until it completes', async () => {
    const { backtestId } = (await create()).backtest
    const seen = []
    for (let second = 0; second <= 4; second += 1) {
      const { status, progress, completed } = await read(backtestId)
      seen.push([status, progress, completed])
      mock.timers.tick(1_000)
    }
    assert.deepEqual(seen, [
      ['In Queue...', 0, false],
      ['In Progress...', 0, false],
      ['In Progress...', 0.33, false],
      ['In Progress...', 0.66, false],
      ['Completed.', 1, true],
    ])
  })

  it('statistics appear one read after the first that shows it completed', async () => {
    const { backtestId } = (await create()).backtest
    mock.timers.tick(4_000)
    const first = await read(backtestId)
    assert.deepEqual([first.completed, first.statistics, Object.keys(first.charts).length], [true, [], 8])
    const second = await read(backtestId)
    assert.match(second.statistics['Sharpe Ratio'], /^-?\d+(\.\d+)?$/)
    assert.deepEqual(await read(backtestId), second)
  })

  it('a main file with RUNTIME ERROR makes it fail, while the request succeeds', async () => {
    await call('/files/update', { projectId, name: 'main.py', content: 'a = 1\n# RUNTIME ERROR\n' })
    const { backtestId } = (await create()).backtest
    mock.timers.tick(4_000)
    const { backtest, success } = await call('/backtests/read', { projectId, backtestId })
    assert.equal(success, true)
    assert.deepEqual([backtest.status, backtest.completed, backtest.statistics], ['Runtime Error', true, []])
    assert.match(backtest.error, /NoneType/)
    assert.match(backtest.stacktrace, /in main\.py: line 2$/)
  })

  it('a third backtest finds no spare node until one has ended', async () => {
    const compileId = await built()
    const first = await create({ compileId })
    const second = await create({ compileId })
    assert.notEqual(first.backtest.nodeName, second.backtest.nodeName)
    assert.deepEqual(await call('/backtests/create', { projectId, compileId }), refused(NO_SPARE_NODE))
    mock.timers.tick(4_000)
    assert.equal((await create({ compileId })).success, true)
  })

  it('given parameters come back as sent', async () => {
    const { backtest } = await create({ parameters: { fast: 10, slow: '200' } })
    assert.deepEqual(backtest.parameterSet, { fast: 10, slow: '200' })
    assert.deepEqual(await create({ parameters: { fast: [10] } }), refused('Invalid argument: parameters'))
  })

  it('a backtest without a name gets one', async () => {
    const { backtest } = await create({ backtestName: undefined })
    assert.match(backtest.name, /^[A-Z][a-z]+ [A-Z][a-z]+ [A-Z][a-z]+$/)
  })

  it('the list is newest first, and has numbers when asked', async () => {
    assert.deepEqual(await list(), [])
    const older = (await create({ backtestName: 'older' })).backtest
    const newer = (await create({ backtestName: 'newer' })).backtest
    const [row, last] = await list()
    assert.deepEqual([row.backtestId, last.backtestId], [newer.backtestId, older.backtestId])
    assert.equal('sharpeRatio' in row, false)
    assert.equal((await list({ includeStatistics: true }))[0].sharpeRatio, null)
    mock.timers.tick(4_000)
    const [done] = await list({ includeStatistics: true })
    assert.equal(typeof done.sharpeRatio, 'number')
    await read(newer.backtestId)
    assert.equal((await read(newer.backtestId)).statistics['Sharpe Ratio'], String(done.sharpeRatio))
  })

  it('different backtests have different numbers', async () => {
    await create()
    await create()
    mock.timers.tick(4_000)
    const [one, other] = await list({ includeStatistics: true })
    assert.notEqual(one.netProfit, other.netProfit)
  })

  it('only a successful build can be tested', async () => {
    const { compileId } = await call('/compile/create', { projectId })
    assert.match((await call('/backtests/create', { projectId, compileId })).errors[0], /its state is InQueue/)
    await call('/files/update', { projectId, name: 'main.py', content: 'SYNTAX ERROR' })
    assert.match((await create()).errors[0], /its state is BuildError/)
    assert.deepEqual(await create({ compileId: '' }), refused('Compile id not found'))
  })

  it('an unknown or blank backtest is refused', async () => {
    for (const backtestId of ['', 'nothing']) {
      const answer = await call('/backtests/read', { projectId, backtestId })
      assert.deepEqual(answer, refused('Backtest not found'))
    }
    assert.deepEqual(await call('/backtests/list', { projectId: -1 }), refused('Project not found'))
  })
})
