// How live deployments are told: positions, money, logs, states.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, DEPLOYMENT, PROJECT } from './run-tool.ts'

const deployment = {
  deployId: DEPLOYMENT,
  status: 'Running',
  cloneId: PROJECT,
  launched: '2026-10-05 14:30:00',
  stopped: null,
  brokerage: 'PaperBrokerage',
  securityTypes: '',
  datacenter: 'NY7',
  public: false,
  message: '',
  description: '',
  projectName: 'Momentum/US equities',
  files: [{ id: 172345678, projectId: PROJECT, name: 'main.py', content: 'x = 1\n', modified: '2026-10-05 14:21:07' }],
  runtimeStatistics: { Equity: '$101,691.92', Fees: '-$3.44', Unrealized: '$1,695.37' },
  charts: { 'Strategy Equity': { name: 'Strategy Equity' } },
  success: true,
}

describe('a live portfolio', () => {
  it('names what QuantConnect writes in single letters: average price, quantity, price, value, profit, percent', async () => {
    const { data, summary } = await answerOf(
      'read_live_portfolio',
      { projectId: PROJECT },
      {
        portfolio: {
          holdings: { 'BTCUSD 2XR': { a: 100000, q: 2, p: 101250.5, v: 202501, u: 2501, up: 1.25 } },
          cash: {
            EUR: {
              securitySymbols: [],
              symbol: 'EUR',
              amount: 500,
              conversionRate: 1.1,
              currencySymbol: '€',
              valueInAccountCurrency: 550,
            },
          },
        },
        success: true,
      },
    )
    assert.deepEqual(data, {
      holdings: [
        {
          symbol: 'BTCUSD 2XR',
          averagePrice: 100000,
          quantity: 2,
          price: 101250.5,
          value: 202501,
          unrealizedProfit: 2501,
          unrealizedPercent: 1.25,
        },
      ],
      cash: [
        {
          currency: 'EUR',
          symbol: 'EUR',
          amount: 500,
          conversionRate: 1.1,
          currencySymbol: '€',
          valueInAccountCurrency: 550,
        },
      ],
    })
    assert.match(summary, /1 position\b/)
    assert.match(summary, /500 EUR/)
  })

  it('that is flat has no positions', async () => {
    const { data, summary } = await answerOf(
      'read_live_portfolio',
      { projectId: PROJECT },
      { portfolio: { holdings: [], cash: [] }, success: true },
    )
    assert.deepEqual(data, { holdings: [], cash: [] })
    assert.match(summary, /no positions/)
  })
})

describe('whose money a deployment trades', () => {
  const kinds: [brokerage: string, environment: string | undefined, paper: boolean][] = [
    ['PaperBrokerage', undefined, true],
    ['PaperBrokerage', 'paper', true],
    ['QuantConnectBrokerage', undefined, true],
    ['AlpacaBrokerage', 'paper', true],
    ['AlpacaBrokerage', 'live', false],
    ['AlpacaBrokerage', undefined, false],
    ['InteractiveBrokersBrokerage', undefined, false],
    ['InteractiveBrokersBrokerage', 'live', false],
    ['OandaBrokerage', 'Trade', false],
    ['OandaBrokerage', 'Practice', true],
    ['TradingTechnologiesBrokerage', 'uat', false],
    ['BinanceBrokerage', 'testnet', false],
    ['TerminalLinkBrokerage', 'Beta', false],
    ['PaperlessBrokerage', undefined, false],
    ['NewBrokerage', 'not-paper', false],
    ['', undefined, false],
  ]
  for (const [brokerage, environment, paper] of kinds) {
    it(`at ${brokerage || 'no brokerage'} in ${environment ?? 'no environment'} is ${paper ? 'paper' : 'real money, as far as is known'}`, async () => {
      const row = { ...deployment, projectId: PROJECT, brokerage, environment, equity: 100000 }
      const list = await answerOf('list_live_algorithms', {}, { live: [row], success: true })
      const { money } = list.data.live[0]
      const { summary } = await answerOf('read_live_algorithm', { projectId: PROJECT }, { ...row })
      assert.match(money, paper ? /^(a )?paper/ : /^real money/)
      assert.equal(money.includes('real money'), !paper)
      assert.ok(summary.includes(`(${money})`), summary)
    })
  }
})

describe('a live deployment', () => {
  it('is told with its state, its numbers, the names of its charts and files, and nothing that is empty', async () => {
    const { data, cut } = await answerOf('read_live_algorithm', { projectId: PROJECT }, deployment)
    assert.deepEqual(data, {
      deployId: DEPLOYMENT,
      projectId: PROJECT,
      status: 'Running',
      brokerage: 'PaperBrokerage',
      launched: '2026-10-05 14:30:00 UTC',
      projectName: 'Momentum/US equities',
      runtimeStatistics: { Equity: '$101,691.92', Fees: '-$3.44', Unrealized: '$1,695.37' },
      url: `https://www.quantconnect.com/project/${PROJECT}/live`,
      cloneId: PROJECT,
      datacenter: 'NY7',
      public: false,
      charts: ['Strategy Equity'],
      files: [{ name: 'main.py', characters: 6, modified: '2026-10-05 14:21:07 UTC' }],
    })
    assert.equal(cut.length, 1)
  })

  const told = async (changed: object) =>
    answerOf('read_live_algorithm', { projectId: PROJECT }, { ...deployment, ...changed })

  it('says when it was launched and when it was stopped, in this order', async () => {
    const { summary } = await told({ status: 'Stopped', stopped: '2026-10-06 09:00:00' })
    assert.match(summary, /Launched 2026-10-05 14:30:00 UTC.*stopped 2026-10-06 09:00:00 UTC/)
  })

  for (const status of ['InQueue', 'LoggingIn', 'Initializing', 'History']) {
    it(`in state ${status} is read again`, async () =>
      assert.match((await told({ status })).next, /read_live_algorithm/))
  }

  for (const status of ['DeployError', 'RuntimeError', 'Invalid']) {
    it(`in state ${status} leads to its log, and to the positions that may still be open`, async () => {
      const { next } = await told({ status })
      assert.match(next, new RegExp(`read_live_logs.*${DEPLOYMENT}`))
      assert.match(next, /open/)
    })
  }

  it('that runs leads to its portfolio, one that has ended to what it earned', async () => {
    assert.match((await told({})).next, /read_live_portfolio/)
    assert.match((await told({ status: 'Stopped' })).next, /read_live_trades/)
  })

  it('in a list is a row with equity, times and error, and each state is counted', async () => {
    const row = {
      projectId: PROJECT,
      deployId: DEPLOYMENT,
      status: 'RuntimeError',
      launched: '2026-10-05 14:30:00',
      stopped: '2026-10-05 15:30:00',
      brokerage: 'PaperBrokerage',
      subscription: 'P24681357-0a2c4e6f8b1d3f5072941638ac5ebd7f',
      equity: 98765.4,
      environment: 'paper',
      description: '',
      error: 'division by zero',
      leagues: [],
    }
    const running = { ...row, status: 'Running', stopped: null, error: '' }
    const { data, summary } = await answerOf(
      'list_live_algorithms',
      {},
      { live: [row, running, running], success: true },
    )
    assert.equal(data.count, 3)
    const { money: _money, ...rest } = data.live[0]
    assert.deepEqual(rest, {
      projectId: PROJECT,
      deployId: DEPLOYMENT,
      status: 'RuntimeError',
      brokerage: 'PaperBrokerage',
      environment: 'paper',
      equity: 98765.4,
      launched: '2026-10-05 14:30:00 UTC',
      stopped: '2026-10-05 15:30:00 UTC',
      error: 'division by zero',
    })
    assert.match(summary, /1 RuntimeError/)
    assert.match(summary, /2 Running/)
  })
})

describe('a window of a live log', () => {
  const read = (startLine: number, logs: readonly string[], length?: number, more: object = {}) =>
    answerOf(
      'read_live_logs',
      { projectId: PROJECT, algorithmId: DEPLOYMENT, startLine, endLine: startLine + 250 },
      { logs, ...(length === undefined ? {} : { length }), ...more, success: true },
    )
  const startIn = (next: string) => Number(/startLine (\d+)/.exec(next)?.[1])

  it('gives the lines as they are, and the line at which this deployment begins', async () => {
    const lines = ['2026-10-05 14:31:12 Launching', '2026-10-05 14:31:20 Hello']
    const { data, summary } = await read(40, lines, 42, { deploymentOffset: 40 })
    assert.deepEqual(data, { length: 42, deploymentOffset: 40, logs: lines.join('\n') })
    assert.match(summary, /40 to 42 of 42/)
    assert.match(summary, /begins at line 40/)
  })

  const ends: [name: string, startLine: number, lines: number, length: number | undefined, then: number][] = [
    ['with all there is goes on behind the last line', 0, 2, 2, 2],
    ['with more to come goes on behind what was shown', 3, 4, 10, 7],
    ['at the end goes on behind the last line', 7, 3, 10, 10],
    ['behind the end goes back to the end', 12, 0, 10, 10],
    ['without a total goes on behind what was shown', 5, 4, undefined, 9],
  ]
  for (const [name, startLine, lines, length, then] of ends) {
    it(name, async () => {
      const { next } = await read(startLine, Array(lines).fill('a line'), length)
      assert.equal(startIn(next), then)
    })
  }

  it('whose lines are too long for one answer stops at a whole line, and goes on with the one left out', async () => {
    const lines = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(90_000))
    const { data, next, summary } = await read(10, lines, 14)
    assert.equal(data.logs, `${lines[0]}\n${lines[1]}`)
    assert.match(summary, /10 to 12 of 14/)
    assert.equal(startIn(next), 12)
  })

  it('of a backtest that is too long stops at a whole line too', async () => {
    const lines = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(90_000))
    const { data, next, summary } = await answerOf(
      'read_backtest_logs',
      { projectId: PROJECT, backtestId: 'b', start: 10, end: 14 },
      { logs: lines, length: 14, success: true },
    )
    assert.equal(data.logs, `${lines[0]}\n${lines[1]}`)
    assert.match(summary, /10 to 12 of 14/)
    assert.match(next, /start 12\b/)
  })
})
