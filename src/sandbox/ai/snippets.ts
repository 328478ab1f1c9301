// What the offline search finds: short notes of our own on LEAN, by the source that a search asks for.

export type Source = 'Stubs' | 'Forum' | 'Docs' | 'Examples'

export interface Snippet {
  readonly page: string
  readonly content: string
}

const DOCS: readonly Snippet[] = [
  { page: 'initialization', content: 'initialize runs once. Set dates, cash and securities there.' },
  { page: 'event-handlers', content: 'on_data receives a slice with the newest data of every subscription.' },
  { page: 'warm-up', content: 'set_warm_up feeds past data to indicators before the first trading day.' },
  {
    page: 'indicators',
    content: 'Indicators such as sma, ema and rsi update by themselves; look at is_ready before use.',
  },
  { page: 'scheduled-events', content: 'schedule.on takes a date rule, a time rule and a function to call.' },
  {
    page: 'universes',
    content: 'add_universe picks securities by fundamentals every day; changes reach on_securities_changed.',
  },
  { page: 'orders', content: 'market_order fills at the next price, limit_order waits for a better one.' },
  { page: 'set-holdings', content: 'set_holdings brings a position to a share of the portfolio value.' },
  { page: 'history', content: 'history returns past bars as a data frame, indexed by symbol and time.' },
  { page: 'parameters', content: 'get_parameter reads a value that a backtest or an optimization sets from outside.' },
  { page: 'optimization', content: 'An optimization runs a backtest for every combination of the given ranges.' },
  { page: 'alpha-models', content: 'An alpha model emits insights: a direction, a period and how sure it is.' },
  { page: 'portfolio-construction', content: 'A portfolio construction model turns insights into target weights.' },
  { page: 'risk', content: 'A risk model may cut targets, for example when a drawdown is too deep.' },
  { page: 'object-store', content: 'object_store.save and read keep text or bytes between runs of an algorithm.' },
  { page: 'live-trading', content: 'Paper trading uses real-time data and fills orders at modelled prices.' },
  { page: 'commands', content: 'on_command receives what is sent to a running algorithm from outside.' },
  { page: 'logging', content: 'log writes to the log of a backtest, debug shows a line while it runs.' },
  { page: 'charting', content: 'plot adds a point to a series; a chart with that name is made when needed.' },
  { page: 'fees', content: 'A fee model belongs to a security; the brokerage model chooses a default.' },
  { page: 'resolution', content: 'Resolution.MINUTE is the default; daily data arrives at the close.' },
  { page: 'options', content: 'option_chain lists the contracts of an underlying on a day.' },
  { page: 'futures', content: 'A continuous future maps to the contract that is traded most.' },
  { page: 'splits', content: 'Adjusted prices contain splits and dividends; raw prices do not.' },
]

const EXAMPLES: readonly Snippet[] = [
  {
    page: 'moving-average-cross',
    content: 'if self._fast.current.value > self._slow.current.value: self.set_holdings("SPY", 1)',
  },
  { page: 'buy-and-hold', content: 'if not self.portfolio.invested: self.set_holdings("SPY", 1)' },
  { page: 'rsi', content: 'if self._rsi.current.value < 30: self.set_holdings(self._symbol, 1)' },
  {
    page: 'monthly-rebalance',
    content:
      'self.schedule.on(self.date_rules.month_start("SPY"), self.time_rules.after_market_open("SPY", 30), self._rebalance)',
  },
  { page: 'stop-loss', content: 'self.stop_market_order(self._symbol, -quantity, price * 0.95)' },
  { page: 'momentum', content: 'self._momentum = {symbol: self.momp(symbol, 60) for symbol in self._symbols}' },
  { page: 'pairs', content: 'spread = self.securities["KO"].price - self._ratio * self.securities["PEP"].price' },
  { page: 'history-request', content: 'bars = self.history(self._symbol, 30, Resolution.DAILY)' },
]

const STUBS: readonly Snippet[] = [
  {
    page: 'add_equity',
    content: 'def add_equity(self, ticker: str, resolution: Resolution = None, market: str = None) -> Equity',
  },
  {
    page: 'set_holdings',
    content:
      'def set_holdings(self, symbol: Symbol, percentage: float, liquidate_existing_holdings: bool = False) -> List[OrderTicket]',
  },
  {
    page: 'market_order',
    content:
      'def market_order(self, symbol: Symbol, quantity: float, asynchronous: bool = False, tag: str = "") -> OrderTicket',
  },
  {
    page: 'sma',
    content: 'def sma(self, symbol: Symbol, period: int, resolution: Resolution = None) -> SimpleMovingAverage',
  },
  {
    page: 'ema',
    content: 'def ema(self, symbol: Symbol, period: int, resolution: Resolution = None) -> ExponentialMovingAverage',
  },
  {
    page: 'history',
    content: 'def history(self, symbol: Symbol, periods: int, resolution: Resolution = None) -> DataFrame',
  },
  { page: 'get_parameter', content: 'def get_parameter(self, name: str, default_value: str | int | float = None)' },
  {
    page: 'liquidate',
    content: 'def liquidate(self, symbol: Symbol = None, asynchronous: bool = False, tag: str = "Liquidated")',
  },
]

const FORUM: readonly Snippet[] = [
  { page: 'no-trades', content: 'My backtest placed no orders until I waited for is_ready of the slow average.' },
  { page: 'key-error', content: 'A symbol is absent from a slice when it did not trade; test for it before use.' },
  { page: 'slow-backtest', content: 'Daily resolution made my backtest many times faster than minute resolution.' },
  { page: 'paper-first', content: 'I run every change on a paper account for two weeks before it trades money.' },
  { page: 'overfitting', content: 'If one parameter value is good and its neighbours are bad, it is luck.' },
  { page: 'buying-power', content: 'Insufficient buying power went away when I left two percent in cash.' },
]

export const SNIPPETS: Readonly<Record<Source, readonly Snippet[]>> = {
  Stubs: STUBS,
  Forum: FORUM,
  Docs: DOCS,
  Examples: EXAMPLES,
}

/** The sources in the order of their numbers in an answer. */
export const SOURCES = Object.keys(SNIPPETS) as readonly Source[]
