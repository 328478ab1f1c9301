// Buys Apple when it is weak and sells it when it is strong.

export const APPLE = `from AlgorithmImports import *


class AppleDips(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2016, 1, 1)
        self.set_end_date(2021, 12, 31)
        self.set_cash(100_000)

        self.oversold = float(self.get_parameter("oversold", 35))
        self.overbought = float(self.get_parameter("overbought", 65))
        self.apple = self.add_equity("AAPL", Resolution.DAILY).symbol
        self.strength = self.rsi(self.apple, int(self.get_parameter("period", 10)))
        self.warm_up_indicator(self.apple, self.strength)

    def on_data(self, data: Slice):
        if self.apple not in data or not self.strength.is_ready:
            return
        value = self.strength.current.value
        if not self.portfolio.invested and value < self.oversold:
            self.set_holdings(self.apple, 1)
            self.log(f"Bought Apple at an RSI of {value:.1f}")
        elif self.portfolio.invested and value > self.overbought:
            self.liquidate(self.apple)
`
