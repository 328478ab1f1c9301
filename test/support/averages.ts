// A strategy with two parameters, for tests that need one: two moving averages of SPY.

/** Its code, with `condition` where it decides to hold. */
export const averagesWith = (condition: string): string => `from AlgorithmImports import *


class Averages(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2022, 1, 1)
        self.set_end_date(2022, 12, 31)
        self.set_cash(100000)
        self._symbol = self.add_equity("SPY", Resolution.DAILY).symbol
        self._fast = self.sma(self._symbol, self.get_parameter("sma_fast", 10))
        self._slow = self.sma(self._symbol, self.get_parameter("sma_slow", 50))

    def on_data(self, data):
        if ${condition}
            self.set_holdings(self._symbol, 1)
        else:
            self.liquidate()
`

/** Its code, which compiles. */
export const AVERAGES = averagesWith('self._fast.current.value > self._slow.current.value:')
