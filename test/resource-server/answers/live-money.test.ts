// Whose money a new deployment trades, for every brokerage and environment there is. What is not known to be paper is real.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toolList } from '../../../src/resource-server/tools/catalog.ts'
import type { Json } from '../../support/json.ts'
import { binance, oanda, paper, schwab, tt } from './brokerage-forms.ts'
import { CREATE, startLive } from './start-live.ts'

const tradier = { id: 'TradierBrokerage', 'tradier-account-id': 'a', 'tradier-access-token': 'tradier token' }
const tradeStation = {
  id: 'TradeStationBrokerage',
  'trade-station-client-id': 'client',
  'trade-station-account-id': 'account',
  'trade-station-refresh-token': 'own refresh token',
}
const alpaca = { id: 'AlpacaBrokerage', 'alpaca-access-token': 'own access token' }
const emsx = {
  id: 'TerminalLinkBrokerage',
  'terminal-link-connection-type': 'SAPI',
  'terminal-link-server-auth-id': 'i',
  'terminal-link-server-host': 'h',
  'terminal-link-server-port': 8194,
  'terminal-link-emsx-broker': 'b',
  'terminal-link-emsx-account': 'a',
  'terminal-link-openfigi-api-key': 'figi key',
}

const kinds: [brokerage: { id: string } & Record<string, unknown>, paper: boolean, environment?: string][] = [
  [paper, true],
  [
    {
      id: 'InteractiveBrokersBrokerage',
      'ib-user-name': 'u',
      'ib-account': 'DU1',
      'ib-password': 'ib password',
      'ib-weekly-restart-utc-time': '22:00:00',
    },
    false,
  ],
  [{ ...tradier, 'tradier-environment': 'live' }, false, 'live'],
  [{ ...tradier, 'tradier-environment': 'paper' }, true, 'paper'],
  [{ id: 'BitfinexBrokerage', 'bitfinex-api-key': 'bf key', 'bitfinex-api-secret': 'bf secret' }, false],
  [{ id: 'CoinbaseBrokerage', 'coinbase-api-name': 'n', 'coinbase-api-private-key': 'cb key' }, false],
  [{ ...binance, 'binance-exchange-name': 'Binance', 'binance-use-testnet': 'paper' }, true, 'paper'],
  [{ ...binance, 'binance-exchange-name': 'Binance', 'binance-use-testnet': 'live' }, false, 'live'],
  [{ ...binance, 'binance-exchange-name': 'Binance-USDM-Futures' }, false],
  [{ ...binance, 'binance-exchange-name': 'Binance-COIN-Futures' }, false],
  [
    {
      id: 'BinanceBrokerage',
      'binance-exchange-name': 'BinanceUS',
      'binanceus-api-key': 'us key',
      'binanceus-api-secret': 'us secret',
    },
    false,
  ],
  [{ ...tt, 'tt-rest-environment': 'live' }, false, 'live'],
  [{ ...tt, 'tt-rest-environment': 'uat' }, false, 'uat'],
  [
    {
      id: 'KrakenBrokerage',
      'kraken-api-key': 'kr key',
      'kraken-api-secret': 'kr secret',
      'kraken-verification-tier': 'Pro',
    },
    false,
  ],
  [
    {
      id: 'BybitBrokerage',
      'bybit-api-key': 'by key',
      'bybit-api-secret': 'by secret',
      'bybit-vip-level': 'VIP0',
    },
    false,
  ],
  [{ ...oanda, 'oanda-environment': 'Practice' }, true, 'Practice'],
  [{ ...oanda, 'oanda-environment': 'Trade' }, false, 'Trade'],
  [{ id: 'WolverineBrokerage', 'wolverine-on-behalf-of-comp-id': 'o', 'wolverine-account': 'a' }, false],
  [schwab, false],
  [{ id: 'RBIBrokerage', 'rbi-on-behalf-of-comp-id': 'o', 'rbi-account': 'a' }, false],
  [{ ...emsx, 'terminal-link-environment': 'Production' }, false, 'Production'],
  [{ ...emsx, 'terminal-link-environment': 'Beta' }, false, 'Beta'],
  [{ ...tradeStation, 'trade-station-environment': 'live' }, false, 'live'],
  [{ ...tradeStation, 'trade-station-environment': 'paper' }, true, 'paper'],
  [{ id: 'TastytradeBrokerage', 'tastytrade-account-number': 5, 'tastytrade-refresh-token': 'own tasty' }, false],
  [{ ...alpaca, 'alpaca-environment': 'live' }, false, 'live'],
  [{ ...alpaca, 'alpaca-environment': 'paper' }, true, 'paper'],
  [
    {
      id: 'WebullBrokerage',
      'webull-app-key': 'wb key',
      'webull-app-secret': 'wb secret',
      'webull-account-id': 'a',
    },
    false,
  ],
  [{ id: 'PublicBrokerage', 'public-secret-key': 'public key', 'public-account-number': 'a' }, false],
  [
    {
      id: 'ClearStreetBrokerage',
      'clearstreet-access-token': 'cs token',
      'clearstreet-account-id': 'a',
    },
    false,
  ],
  [
    {
      id: 'BloombergFixBrokerage',
      'bloomberg-fix-sender-sub-id': 's',
      'bloomberg-fix-on-behalf-of-comp-id': 'o',
      'bloomberg-fix-deliver-to-comp-id': 'd',
      'bloomberg-fix-environment': 'Live',
    },
    false,
    'Live',
  ],
]

describe('whose money a new deployment trades', () => {
  for (const [brokerage, paper, environment] of kinds) {
    const exchange = brokerage['binance-exchange-name'] ?? ''
    it(`with ${brokerage.id} ${exchange} ${environment ?? ''} is ${paper ? 'paper' : 'real'}`, async () => {
      const { data, summary } = await startLive(brokerage, {}, { charlesschwab: { code: 'x' } })
      assert.equal(data.paper, paper)
      assert.equal(data.environment, environment)
      assert.equal(/paper trading/.test(summary), paper)
      assert.equal(/real money/.test(summary), !paper)
    })
  }

  it('is known for every brokerage there is', () => {
    const schema: Json = toolList().find(({ name }) => name === CREATE)?.inputSchema
    const ids = JSON.stringify(schema.properties.brokerage).matchAll(/"enum":\["(\w+Brokerage)"\]/g)
    assert.deepEqual(
      [...new Set([...ids].map(([, id]) => id))].sort(),
      [...new Set(kinds.map(([{ id }]) => id))].sort(),
    )
  })
})
