// An algorithm that trades often enough to be worth reading: two moving averages of QQQ over three years.

/** Its code. */
export const CROSSING = `from AlgorithmImports import *


class Crossing(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2018, 1, 1)
        self.set_end_date(2020, 12, 31)
        self.set_cash(100_000)
        self.qqq = self.add_equity("QQQ", Resolution.MINUTE).symbol
        self.fast = self.sma(self.qqq, int(self.get_parameter("fast", 2)), Resolution.DAILY)
        self.slow = self.sma(self.qqq, int(self.get_parameter("slow", 5)), Resolution.DAILY)
        self.set_warm_up(20, Resolution.DAILY)
        self.log("Ready to cross")

    def on_data(self, data):
        if self.fast.current.value > self.slow.current.value:
            self.set_holdings(self.qqq, 1)
            self.emit_insights(Insight.price(self.qqq, timedelta(days=10), InsightDirection.UP))
        else:
            self.liquidate()
            self.log("Out")
`
