import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { refused, sandboxClient, useSandbox } from '../support/sandbox-client.ts'

const NO_SPARE_NODE =
  'There are no spare nodes available in your cluster. To launch a new backtest please stop an existing running backtest or add more compute nodes to your organization.'

describe('backtests in the sandbox', () => {
  const sandbox = useSandbox()
  const call = sandboxClient(sandbox)
  let projectId: number
  let now = Date.now()
  beforeEach(async () => {
    now += 60_000 // so that nothing of the test before still runs
    mock.timers.enable({ apis: ['Date'], now })
    projectId = (await call('/projects/create', { name: 'Backtests', language: 'Py' })).projects[0].projectId
  })
  afterEach(() => mock.timers.reset())

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
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`p${i}`, i]))
    assert.deepEqual(await create({ parameters: many }), refused('A backtest has at most 1000 parameters'))
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

  it('the same code and parameters have the same numbers, different ones have not', async () => {
    const content = `from AlgorithmImports import *

class Crossing(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2018, 1, 1)
        self.set_end_date(2020, 12, 31)
        self.spy = self.add_equity("SPY", Resolution.DAILY).symbol
        self.fast = self.sma(self.spy, self.get_parameter("fast", 10))
        self.slow = self.sma(self.spy, self.get_parameter("slow", 50))

    def on_data(self, data):
        if self.fast.current.value > self.slow.current.value:
            self.set_holdings(self.spy, 1)
        else:
            self.liquidate()
`
    await call('/files/update', { projectId, name: 'main.py', content })
    for (const parameters of [{ fast: 10 }, { fast: 10 }, { fast: 20 }]) {
      await create({ parameters })
      mock.timers.tick(4_000)
    }
    const [different, again, first] = await list({ includeStatistics: true })
    assert.equal(first.netProfit, again.netProfit)
    assert.notEqual(first.netProfit, different.netProfit)
    assert.notEqual(first.trades, different.trades)
  })

  it('a backtest belongs to the code as it was built', async () => {
    const { backtestId } = (await create()).backtest
    await call('/files/update', { projectId, name: 'main.py', content: 'nothing = True\n' })
    mock.timers.tick(4_000)
    await read(backtestId)
    assert.equal((await read(backtestId)).statistics['Total Orders'], '1')
    assert.equal((await read(backtestId)).backtestStart, '2013-10-07 00:00:00')
  })

  it('an end before the start is an error of initialize', async () => {
    const content =
      'class A(QCAlgorithm):\n    def initialize(self):\n        self.set_start_date(2020, 1, 2)\n        self.set_end_date(2019, 1, 2)\n'
    await call('/files/update', { projectId, name: 'main.py', content })
    const { backtestId } = (await create()).backtest
    mock.timers.tick(4_000)
    const { status, hasInitializeError, error } = await read(backtestId)
    assert.deepEqual([status, hasInitializeError], ['Runtime Error', true])
    assert.match(error, /start date/)
  })

  it('name and note can be changed', async () => {
    const { backtestId } = (await create()).backtest
    assert.deepEqual(await call('/backtests/update', { projectId, backtestId, name: 'New', note: 'kept' }), {
      success: true,
    })
    await call('/backtests/update', { projectId, backtestId, note: 'changed' })
    const { name, note } = await read(backtestId)
    assert.deepEqual({ name, note }, { name: 'New', note: 'changed' })
    assert.deepEqual((await list())[0].name, 'New')
  })

  it('deleting a running backtest frees its node', async () => {
    const compileId = await built()
    const { backtestId } = (await create({ compileId })).backtest
    await create({ compileId })
    assert.deepEqual(await call('/backtests/delete', { projectId, backtestId }), { success: true })
    assert.equal((await create({ compileId })).success, true)
    assert.deepEqual(await call('/backtests/read', { projectId, backtestId }), refused('Backtest not found'))
  })

  it('the 21st backtest within a minute is too fast, deleted ones included', async () => {
    mock.timers.tick(60_000) // whatever was requested before is a minute old
    const compileId = await built()
    for (let count = 0; count < 20; count += 1) {
      const { backtest } = await call('/backtests/create', { projectId, compileId })
      await call('/backtests/delete', { projectId, backtestId: backtest.backtestId })
    }
    const refusal = refused('Too many backtest requests; please slow down.')
    assert.deepEqual(await call('/backtests/create', { projectId, compileId }), refusal)
    mock.timers.tick(60_000)
    assert.equal((await call('/backtests/create', { projectId, compileId })).success, true)
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
