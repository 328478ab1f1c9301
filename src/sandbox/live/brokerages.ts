// The forms of /live/create: which fields each brokerage needs, and where a form tells real money from play money.
// Nothing of a form is kept but the brokerage's name and that difference.
import { ApiError } from '../handler.ts'
import type { Deployment } from '../world/deployment.ts'

interface Form {
  readonly needs: readonly string[]
  /** The field that chooses the environment, and the choice that means real money. */
  readonly environment?: readonly [field: string, live: string]
}

type Fields = Readonly<Record<string, unknown>>

const FORMS: Readonly<Record<string, Form>> = {
  QuantConnectBrokerage: { needs: [] },
  InteractiveBrokersBrokerage: { needs: ['ib-user-name', 'ib-account', 'ib-password', 'ib-weekly-restart-utc-time'] },
  TradierBrokerage: {
    needs: ['tradier-account-id', 'tradier-access-token', 'tradier-environment'],
    environment: ['tradier-environment', 'live'],
  },
  BitfinexBrokerage: { needs: ['bitfinex-api-key', 'bitfinex-api-secret'] },
  CoinbaseBrokerage: { needs: ['coinbase-api-name', 'coinbase-api-private-key'] },
  TradingTechnologiesBrokerage: {
    needs: [
      'tt-user-name',
      'tt-session-password',
      'tt-account-name',
      'tt-rest-app-key',
      'tt-rest-app-secret',
      'tt-rest-environment',
      'tt-order-routing-sender-comp-id',
      'cash',
    ],
    environment: ['tt-rest-environment', 'live'],
  },
  KrakenBrokerage: { needs: ['kraken-api-key', 'kraken-api-secret', 'kraken-verification-tier'] },
  BybitBrokerage: { needs: ['bybit-api-key', 'bybit-api-secret', 'bybit-vip-level'] },
  OandaBrokerage: {
    needs: ['oanda-account-id', 'oanda-access-token', 'oanda-environment'],
    environment: ['oanda-environment', 'Trade'],
  },
  WolverineBrokerage: { needs: ['wolverine-on-behalf-of-comp-id', 'wolverine-account'] },
  CharlesSchwabBrokerage: { needs: ['charles-schwab-account-number'] },
  RBIBrokerage: { needs: ['rbi-on-behalf-of-comp-id', 'rbi-account'] },
  TerminalLinkBrokerage: {
    needs: [
      'terminal-link-connection-type',
      'terminal-link-server-auth-id',
      'terminal-link-environment',
      'terminal-link-server-host',
      'terminal-link-server-port',
      'terminal-link-emsx-broker',
      'terminal-link-emsx-account',
      'terminal-link-openfigi-api-key',
    ],
    environment: ['terminal-link-environment', 'Production'],
  },
  TradeStationBrokerage: {
    needs: [
      'trade-station-client-id',
      'trade-station-account-id',
      'trade-station-refresh-token',
      'trade-station-environment',
    ],
    environment: ['trade-station-environment', 'live'],
  },
  TastytradeBrokerage: { needs: ['tastytrade-account-number', 'tastytrade-refresh-token'] },
  AlpacaBrokerage: {
    needs: ['alpaca-access-token', 'alpaca-environment'],
    environment: ['alpaca-environment', 'live'],
  },
  WebullBrokerage: { needs: ['webull-app-key', 'webull-app-secret', 'webull-account-id'] },
  PublicBrokerage: { needs: ['public-secret-key', 'public-account-number'] },
  ClearStreetBrokerage: { needs: ['clearstreet-access-token', 'clearstreet-account-id'] },
  BloombergFixBrokerage: {
    needs: [
      'bloomberg-fix-sender-sub-id',
      'bloomberg-fix-on-behalf-of-comp-id',
      'bloomberg-fix-deliver-to-comp-id',
      'bloomberg-fix-environment',
    ],
  },
}

/** One id, four exchanges, each with a form of its own. */
const BINANCE: Readonly<Record<string, Form>> = {
  Binance: {
    needs: ['binance-api-key', 'binance-api-secret', 'binance-use-testnet'],
    environment: ['binance-use-testnet', 'live'],
  },
  BinanceUS: { needs: ['binanceus-api-key', 'binanceus-api-secret'] },
  'Binance-USDM-Futures': { needs: ['binance-api-key', 'binance-api-secret'] },
  'Binance-COIN-Futures': { needs: ['binance-api-key', 'binance-api-secret'] },
}

function formOf(fields: Fields): Form {
  const [forms, name] =
    fields.id === 'BinanceBrokerage' ? [BINANCE, fields['binance-exchange-name']] : [FORMS, fields.id]
  const form = typeof name === 'string' && Object.hasOwn(forms, name) ? forms[name] : undefined
  if (!form) throw new ApiError('Brokerage not found')
  return form
}

/** What a deployment shows of its brokerage. */
export function brokerageFrom(value: unknown): Pick<Deployment, 'brokerage' | 'environment'> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ApiError('Brokerage not found')
  const fields = value as Fields
  const { needs, environment } = formOf(fields)
  const missing = needs.filter((name) => fields[name] === undefined || fields[name] === null || fields[name] === '')
  if (missing.length > 0) throw new ApiError(`Brokerage settings are missing: ${missing.join(', ')}`)
  if (fields.id === 'QuantConnectBrokerage') return { brokerage: 'PaperBrokerage', environment: 'paper' }
  const isLive = !environment || fields[environment[0]] === environment[1]
  return { brokerage: String(fields.id), environment: isLive ? 'live' : 'paper' }
}

/** Data providers are only looked at for the one rule that people run into. */
export function checkDataProviders(value: unknown): void {
  const providers = typeof value === 'object' && value !== null ? (value as Record<string, Fields>) : {}
  for (const provider of Object.values(providers)) {
    if (provider?.id === 'TradierBrokerage' && provider['tradier-environment'] === 'paper') {
      throw new ApiError('Tradier in paper mode cannot be a data provider')
    }
  }
}
