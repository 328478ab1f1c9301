// Holds what rose most: a rotation among funds, in two files.

export const MOMENTUM = `from AlgorithmImports import *
from ranking import strongest


class MomentumRotation(QCAlgorithm):
    """Each month, holds the funds that rose most over the lookback."""

    def initialize(self):
        self.set_start_date(2018, 1, 1)
        self.set_end_date(2023, 12, 29)
        self.set_cash(100_000)
        self.settings.seed_initial_prices = True

        self._lookback = int(self.get_parameter("lookback", 126))
        self._top = int(self.get_parameter("top", 2))

        tickers = ["SPY", "QQQ", "IWM", "EFA", "TLT", "GLD"]
        self._momentum = {}
        for ticker in tickers:
            symbol = self.add_equity(ticker, Resolution.DAILY).symbol
            self._momentum[symbol] = self.momp(symbol, self._lookback, Resolution.DAILY)

        self.set_warm_up(timedelta(days=300))
        self.set_benchmark("SPY")
        self.schedule.on(
            self.date_rules.month_start("SPY"),
            self.time_rules.after_market_open("SPY", 1),
            self._rebalance,
        )

    def _rebalance(self):
        if self.is_warming_up:
            return
        chosen = strongest(self._momentum, self._top)
        if not chosen:
            return
        for symbol in self._momentum:
            if symbol not in chosen and self.portfolio[symbol].invested:
                self.liquidate(symbol)
        for symbol in chosen:
            self.set_holdings(symbol, 1 / self._top)
        self.log(f"Holding {', '.join(symbol.value for symbol in chosen)}")
`

export const RANKING = `def strongest(momentum, top):
    """The symbols with the highest momentum, best first. Only those whose indicator is ready."""
    ready = {symbol: indicator for symbol, indicator in momentum.items() if indicator.is_ready}
    ranked = sorted(
        ready.items(),
        key=lambda item: item[1].current.value,
        reverse=True,
    )
    return [symbol for symbol, _ in ranked[:top]]
`
