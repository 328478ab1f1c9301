// What is sent to QuantConnect to start live trading, and how the new deployment is told.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { binance, oanda, paper, schwab, tt } from './brokerage-forms.ts'
import { DEPLOYMENT, PROJECT, takes } from './run-tool.ts'
import { CREATE, START, startCall, startLive } from './start-live.ts'

describe('what is sent to start a deployment', () => {
  it('is what was asked for, once, with the newest LEAN and QuantConnect’s own feed unless told otherwise', async () => {
    const { asked } = await startLive(paper)
    assert.deepEqual(asked, [
      {
        endpoint: '/live/create',
        args: {
          ...START,
          versionId: '-1',
          brokerage: { id: 'QuantConnectBrokerage', cash: [], holdings: [] },
          dataProviders: { QuantConnectBrokerage: { id: 'QuantConnectBrokerage' } },
        },
        options: { retry: false, form: false, secrets: [] },
      },
    ])
  })

  it('has cash and holdings as given for paper, and not a word of them for others', async () => {
    const cash = [{ amount: 5000, currency: 'EUR' }]
    const holdings = [{ symbol: 'SPY', quantity: 3, averagePrice: 100.5 }]
    const started = await startLive({ ...paper, cash, holdings })
    assert.deepEqual(startCall(started.asked).args.brokerage, { ...paper, cash, holdings })
    const other = { ...oanda, 'oanda-environment': 'Trade' }
    assert.deepEqual(startCall((await startLive(other)).asked).args.brokerage, other)
  })

  it('has the data providers in the order given, which is that of their precedence', async () => {
    const { id: _id, ...keys } = binance
    const providers = {
      OandaBrokerage: { ...oanda, 'oanda-environment': 'Practice' },
      BinanceBrokerage: { id: 'BinanceBrokerage', ...keys, 'binance-exchange-name': 'Binance-COIN-Futures' },
      QuantConnectBrokerage: paper,
      PolygonDataFeed: { id: 'Polygon', 'polygon-api-key': 'polygon key' },
    }
    for (const names of [Object.keys(providers), Object.keys(providers).reverse()]) {
      const dataProviders = Object.fromEntries(names.map((name) => [name, providers[name as keyof typeof providers]]))
      const { args } = startCall((await startLive(paper, { dataProviders })).asked)
      assert.deepEqual(Object.keys(args.dataProviders), names)
      assert.deepEqual(args.dataProviders, dataProviders)
    }
  })

  it('hides the secrets of the arguments from the answer', async () => {
    const dataProviders = { PolygonDataFeed: { id: 'Polygon', 'polygon-api-key': 'polygon key' } }
    const { asked } = await startLive({ ...tt, 'tt-rest-environment': 'uat' }, { dataProviders })
    assert.deepEqual(startCall(asked).options.secrets.toSorted(), ['polygon key', 'tt key', 'tt password', 'tt secret'])
  })

  it('is told with id, state, brokerage and times of the new deployment', async () => {
    const { data, next } = await startLive(paper)
    assert.deepEqual(data, {
      deployId: DEPLOYMENT,
      projectId: PROJECT,
      status: 'LoggingIn',
      brokerage: 'QuantConnectBrokerage',
      paper: true,
      url: `https://www.quantconnect.com/project/${PROJECT}/live`,
      versionId: 17369,
      launched: '2026-10-05 14:30:00 UTC',
      datacenter: 'NY7',
    })
    assert.match(next, new RegExp(`read_live_algorithm.*${PROJECT}`))
  })

  it('names no brokerage that is not known, and no field that it has not', () => {
    assert.ok(takes(CREATE, { ...START, brokerage: schwab }))
    assert.ok(!takes(CREATE, { ...START, brokerage: { id: 'PaperBrokerage' } }))
    assert.ok(!takes(CREATE, { ...START, brokerage: { ...schwab, jwt: 'x' } }))
  })
})
