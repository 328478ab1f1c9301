// Forms of brokerages, filled in as a model would, for the tests of what is sent and what is told.

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

export const binance = { id: 'BinanceBrokerage', 'binance-api-key': 'bn key', 'binance-api-secret': 'bn secret' }

export const oanda = {
  id: 'OandaBrokerage',
  'oanda-account-id': '001-001-1234567-001',
  'oanda-access-token': 'oanda token',
}

export const schwab = { id: 'CharlesSchwabBrokerage', 'charles-schwab-account-number': '1234' }
