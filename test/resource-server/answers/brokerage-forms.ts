// Forms of brokerages, filled in as a model would, for the tests of what is sent and what is answered.

/** QuantConnect’s own paper trading. */
export const paper = { id: 'QuantConnectBrokerage' }

/** Trading Technologies, the form with the most secrets. */
export const tt = {
  id: 'TradingTechnologiesBrokerage',
  'tt-user-name': 'u',
  'tt-session-password': 'tt password',
  'tt-account-name': 'n',
  'tt-rest-app-key': 'tt key',
  'tt-rest-app-secret': 'tt secret',
  'tt-order-routing-sender-comp-id': 's',
  cash: [],
}

/** Binance, with a key and its secret. */
export const binance = { id: 'BinanceBrokerage', 'binance-api-key': 'bn key', 'binance-api-secret': 'bn secret' }

/** Oanda, which says paper or live in a word. */
export const oanda = {
  id: 'OandaBrokerage',
  'oanda-account-id': '001-001-1234567-001',
  'oanda-access-token': 'oanda token',
}

/** Charles Schwab, whose login QuantConnect keeps. */
export const schwab = { id: 'CharlesSchwabBrokerage', 'charles-schwab-account-number': '1234' }
