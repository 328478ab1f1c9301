// What is sent to QuantConnect to start live trading, and how the new deployment is told.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { binance, oanda, schwab, tt } from './forms.ts'
import { CREATE, create, DEPLOYMENT, PAPER, PROJECT, START, sent, takes } from './telling.ts'

describe('what is sent to start a deployment', () => {
  it('is what was asked for, once, with the newest LEAN and QuantConnect’s own feed unless told otherwise', async () => {
    const { asked } = await create(PAPER)
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
    const paper = await create({ ...PAPER, cash, holdings })
    assert.deepEqual(sent(paper.asked).args.brokerage, { ...PAPER, cash, holdings })
    const other = { ...oanda, 'oanda-environment': 'Trade' }
    assert.deepEqual(sent((await create(other)).asked).args.brokerage, other)
  })

  it('has the data providers in the order given, which is that of their precedence', async () => {
    const { id: _id, ...keys } = binance
    const providers = {
      OandaBrokerage: { ...oanda, 'oanda-environment': 'Practice' },
      BinanceBrokerage: { id: 'BinanceBrokerage', ...keys, 'binance-exchange-name': 'Binance-COIN-Futures' },
      QuantConnectBrokerage: PAPER,
      PolygonDataFeed: { id: 'Polygon', 'polygon-api-key': 'polygon key' },
    }
    for (const names of [Object.keys(providers), Object.keys(providers).reverse()]) {
      const dataProviders = Object.fromEntries(names.map((name) => [name, providers[name as keyof typeof providers]]))
      const { args } = sent((await create(PAPER, { dataProviders })).asked)
      assert.deepEqual(Object.keys(args.dataProviders), names)
      assert.deepEqual(args.dataProviders, dataProviders)
    }
  })

  it('hides the secrets of the arguments from the answer', async () => {
    const dataProviders = { PolygonDataFeed: { id: 'Polygon', 'polygon-api-key': 'polygon key' } }
    const { asked } = await create({ ...tt, 'tt-rest-environment': 'uat' }, { dataProviders })
    assert.deepEqual(sent(asked).options.secrets.toSorted(), ['polygon key', 'tt key', 'tt password', 'tt secret'])
  })

  it('is told with id, state, brokerage and times of the new deployment', async () => {
    const { data, next } = await create(PAPER)
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
