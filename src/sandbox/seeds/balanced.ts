// Sixty percent stocks and forty percent bonds, set right every quarter.

export const BALANCED = `from AlgorithmImports import *


class BalancedPortfolio(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2015, 1, 1)
        self.set_end_date(2022, 12, 30)
        self.set_cash(500_000)

        self.stocks = self.add_equity("SPY", Resolution.MINUTE).symbol
        self.bonds = self.add_equity("IEF", Resolution.MINUTE).symbol
        self.schedule.on(
            self.date_rules.month_start(self.stocks),
            self.time_rules.after_market_open(self.stocks, 1),
            self.rebalance,
        )

    def rebalance(self):
        self.set_holdings(self.stocks, 0.6)
        self.set_holdings(self.bonds, 0.4)
`
