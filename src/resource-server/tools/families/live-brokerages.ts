// The forms of QuantConnect's brokerages and live data providers: what each needs, and which of it is secret. Each is spelled
// out wherever it may stand, since an object without fields is one that some providers refuse and others leave empty. So
// sentences are short, and recur: a model reads all of them with every list of tools.
import * as z from 'zod'
import { secret } from '../secrets.ts'

const line = (description: string) => z.string().refine(isFilled, 'Must not be empty.').describe(description)
const isFilled = (value: string): boolean => value !== ''

const key = secret('API key.')
const apiSecret = secret('API secret.')
const token = secret('Access token.')
/** Part of a login that QuantConnect keeps: left out, the server reads it there, and no model sees it. */
const kept = secret('Leave out: the stored login is used.').optional()
const account = line('Account number.')
const environment = z.enum(['live', 'paper']).describe('live is real money.')
const onBehalfOf = line('On-behalf-of comp id.')

const holdings = z
  .array(
    z.strictObject({
      symbolId: z.string().optional().describe('Security id.'),
      symbol: z.string().optional().describe('Ticker.'),
      quantity: z.number().optional().describe('Units.'),
      averagePrice: z.number().optional().describe('Price paid.'),
    }),
  )
  .describe('Positions to start with.')
const cash = z
  .array(z.strictObject({ amount: z.number().describe('Amount.'), currency: line('As USD.') }))
  .describe('Cash to start with.')
const start = { cash: cash.optional(), holdings: holdings.optional() }
const held = { holdings: holdings.optional() }

const form = <Id extends string, Fields extends z.ZodRawShape>(id: Id, name: string, fields: Fields) =>
  z.strictObject({ id: z.literal(id).describe(name), ...fields })

/** The four exchanges of Binance, told apart by name. `more` is what a brokerage has beyond a data provider. */
const binance = <More extends z.ZodRawShape>(more: More) => {
  const exchange = <Name extends string, Fields extends z.ZodRawShape>(name: Name, fields: Fields) =>
    form('BinanceBrokerage', 'Binance.', {
      'binance-exchange-name': z.literal(name).describe('Exchange.'),
      ...fields,
      ...more,
    })
  const keys = { 'binance-api-key': key, 'binance-api-secret': apiSecret }
  return z.discriminatedUnion('binance-exchange-name', [
    exchange('Binance', { ...keys, 'binance-use-testnet': environment }),
    exchange('BinanceUS', { 'binanceus-api-key': key, 'binanceus-api-secret': apiSecret }),
    exchange('Binance-USDM-Futures', keys),
    exchange('Binance-COIN-Futures', keys),
  ])
}

const interactiveBrokers = form('InteractiveBrokersBrokerage', 'Interactive Brokers.', {
  'ib-user-name': line('User name.'),
  'ib-account': account,
  'ib-password': secret('Password.'),
  'ib-weekly-restart-utc-time': z
    .string()
    .refine((time) => /^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$/.test(time), 'Write it as hh:mm:ss.')
    .describe('Sunday restart in UTC as hh:mm:ss; a two-factor prompt follows.'),
  'ib-financial-advisors-group-filter': z.string().optional().describe('Advisor group.'),
})
const tradier = form('TradierBrokerage', 'Tradier.', {
  'tradier-account-id': account,
  'tradier-access-token': token,
  'tradier-environment': environment.describe('live is real money; paper gives no data.'),
})
const bitfinex = form('BitfinexBrokerage', 'Bitfinex.', {
  'bitfinex-api-key': key,
  'bitfinex-api-secret': apiSecret,
})
const coinbase = form('CoinbaseBrokerage', 'Coinbase.', {
  'coinbase-api-name': line('API key name.'),
  'coinbase-api-private-key': secret('Private key.'),
})
const kraken = form('KrakenBrokerage', 'Kraken.', {
  'kraken-api-key': key,
  'kraken-api-secret': apiSecret,
  'kraken-verification-tier': z.enum(['Starter', 'Intermediate', 'Pro']).describe('Tier.'),
})
const BYBIT_LEVELS = [
  'VIP0',
  'VIP1',
  'VIP2',
  'VIP3',
  'VIP4',
  'VIP5',
  'SupremeVIP',
  'Pro1',
  'Pro2',
  'Pro3',
  'Pro4',
  'Pro5',
]
const bybit = form('BybitBrokerage', 'Bybit.', {
  'bybit-api-key': key,
  'bybit-api-secret': apiSecret,
  'bybit-vip-level': z.enum(BYBIT_LEVELS).describe('VIP level.'),
})
const oanda = form('OandaBrokerage', 'OANDA.', {
  'oanda-account-id': line('Written as ###-###-######-###.'),
  'oanda-access-token': token,
  'oanda-environment': z.enum(['Practice', 'Trade']).describe('Trade is real money.'),
})
const charlesSchwab = form('CharlesSchwabBrokerage', 'Charles Schwab.', { 'charles-schwab-account-number': account })
const tradeStation = form('TradeStationBrokerage', 'TradeStation.', {
  'trade-station-client-id': line('Client id.'),
  'trade-station-account-id': account,
  'trade-station-refresh-token': kept,
  'trade-station-environment': environment,
})
const tastytrade = form('TastytradeBrokerage', 'tastytrade.', {
  'tastytrade-account-number': z.int().describe('Account number.'),
  'tastytrade-refresh-token': kept,
})

/** What trades: one form per brokerage. */
export const Brokerage = z
  .discriminatedUnion('id', [
    form('QuantConnectBrokerage', 'Paper trading.', start),
    interactiveBrokers,
    tradier,
    bitfinex,
    coinbase.extend(held),
    binance(held),
    form('TradingTechnologiesBrokerage', 'Trading Technologies.', {
      'tt-user-name': line('User name.'),
      'tt-session-password': secret('Password.'),
      'tt-account-name': line('Account name.'),
      'tt-rest-app-key': key,
      'tt-rest-app-secret': apiSecret,
      'tt-rest-environment': z.enum(['live', 'uat']).describe('live is real money.'),
      'tt-order-routing-sender-comp-id': line('Sender comp id.'),
      cash,
    }),
    kraken,
    bybit.extend(held),
    oanda,
    form('WolverineBrokerage', 'Wolverine.', {
      'wolverine-on-behalf-of-comp-id': onBehalfOf,
      'wolverine-account': account,
      ...start,
    }),
    charlesSchwab,
    form('RBIBrokerage', 'RBI.', { 'rbi-on-behalf-of-comp-id': onBehalfOf, 'rbi-account': account, ...start }),
    form('TerminalLinkBrokerage', 'Bloomberg EMSX.', {
      'terminal-link-connection-type': z.enum(['SAPI']).describe('Connection.'),
      'terminal-link-server-auth-id': line('Server auth id.'),
      'terminal-link-environment': z.enum(['Production', 'Beta']).describe('Production is real money.'),
      'terminal-link-server-host': line('Host.'),
      'terminal-link-server-port': z.int().min(1).max(65_535).describe('As 8194.'),
      'terminal-link-emsx-broker': line('EMSX broker.'),
      'terminal-link-emsx-account': line('EMSX account.'),
      'terminal-link-openfigi-api-key': key,
      'terminal-link-emsx-team': z.string().optional().describe('EMSX team.'),
      ...start,
    }),
    tradeStation,
    tastytrade,
    form('AlpacaBrokerage', 'Alpaca.', { 'alpaca-access-token': kept, 'alpaca-environment': environment }),
    form('WebullBrokerage', 'Webull.', {
      'webull-app-key': key,
      'webull-app-secret': apiSecret,
      'webull-account-id': account,
      'webull-use-2fa': z.boolean().optional().describe('Two-factor login.'),
    }),
    form('PublicBrokerage', 'Public.', { 'public-secret-key': key, 'public-account-number': account }),
    form('ClearStreetBrokerage', 'Clear Street.', {
      'clearstreet-access-token': token,
      'clearstreet-account-id': account,
    }),
    form('BloombergFixBrokerage', 'Bloomberg FIX.', {
      'bloomberg-fix-sender-sub-id': line('Sender sub id.'),
      'bloomberg-fix-on-behalf-of-comp-id': onBehalfOf,
      'bloomberg-fix-deliver-to-comp-id': line('Deliver-to comp id.'),
      'bloomberg-fix-environment': z.enum(['Live']).describe('Real money.'),
      ...start,
    }),
  ])
  .describe('Brokerage to trade with, by id. All but QuantConnectBrokerage can trade real money.')

interface Named {
  readonly shape: { readonly id: z.ZodLiteral<string> }
}

/** What people call the brokerages, by the ids of their forms. */
export const BROKERAGE_NAMES: ReadonlyMap<string, string> = new Map(
  Brokerage.options
    .flatMap((form): readonly Named[] => ('options' in form ? form.options : [form]))
    .map(({ shape: { id } }) => [id.value, (id.description ?? id.value).replace(/\.$/, '')]),
)

const feed = (form: z.ZodType, name: string) => form.optional().describe(`${name} feed.`)

const Providers = z.strictObject({
  QuantConnectBrokerage: feed(form('QuantConnectBrokerage', 'QuantConnect.', {}), 'QuantConnect’s'),
  InteractiveBrokersBrokerage: feed(interactiveBrokers, 'Interactive Brokers’'),
  TradierBrokerage: feed(tradier, 'Tradier’s live'),
  BitfinexBrokerage: feed(bitfinex, 'Bitfinex’s'),
  CoinbaseBrokerage: feed(coinbase, 'Coinbase’s'),
  BinanceBrokerage: feed(binance({}), 'Binance’s'),
  KrakenBrokerage: feed(kraken, 'Kraken’s'),
  PolygonDataFeed: feed(form('Polygon', 'Polygon.', { 'polygon-api-key': key }), 'Polygon’s'),
  BybitBrokerage: feed(bybit, 'Bybit’s'),
  OandaBrokerage: feed(oanda, 'OANDA’s'),
  CharlesSchwabBrokerage: feed(charlesSchwab, 'Charles Schwab’s'),
  TradeStationBrokerage: feed(tradeStation, 'TradeStation’s'),
  TastytradeBrokerage: feed(tastytrade, 'tastytrade’s'),
  AlpacaBrokerage: feed(
    form('AlpacaBrokerage', 'Alpaca.', { 'alpaca-api-key': key, 'alpaca-api-secret': apiSecret }),
    'Alpaca’s',
  ),
})

/** Data providers in the order given, which is that of their precedence; the schema would give its own. */
function inOrderGiven<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>) {
  let order: string[] = [] // one parse at a time: parsing never waits
  const remember = (given: unknown) => {
    order = typeof given === 'object' && given !== null ? Object.keys(given) : []
    return given
  }
  return z
    .preprocess(remember, schema)
    .transform(
      (parsed): Record<string, unknown> =>
        Object.fromEntries(order.map((name) => [name, (parsed as Record<string, unknown>)[name]])),
    )
}

export const DataProviders = inOrderGiven(Providers)
  .optional()
  .describe('Live data providers by name, in order of precedence; QuantConnect’s own feed when left out.')
