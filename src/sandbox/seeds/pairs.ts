// Two drinks that should cost alike: a pair traded on the distance of their ratio from its mean.

export const PAIRS = `from AlgorithmImports import *
import numpy as np


class PairsTrading(QCAlgorithm):
    """Sells the dear one and buys the cheap one when the ratio is far from its mean."""

    def initialize(self):
        self.set_start_date(2019, 1, 1)
        self.set_end_date(2023, 6, 30)
        self.set_cash(250_000)

        self.lookback = int(self.get_parameter("lookback", 60))
        self.entry = float(self.get_parameter("entry", 2.0))
        self.exit = float(self.get_parameter("exit", 0.5))

        self.first = self.add_equity("KO", Resolution.DAILY).symbol
        self.second = self.add_equity("PEP", Resolution.DAILY).symbol
        self.ratios = RollingWindow[float](self.lookback)

    def on_data(self, data: Slice):
        if not (data.bars.contains_key(self.first) and data.bars.contains_key(self.second)):
            return
        ratio = np.log(data.bars[self.first].close / data.bars[self.second].close)
        self.ratios.add(float(ratio))
        if not self.ratios.is_ready:
            return

        window = np.array(list(self.ratios))
        deviation = window.std()
        if deviation == 0:
            return
        zscore = (ratio - window.mean()) / deviation

        if zscore > self.entry:
            self.set_holdings([PortfolioTarget(self.first, -0.45), PortfolioTarget(self.second, 0.45)])
        elif zscore < -self.entry:
            self.set_holdings([PortfolioTarget(self.first, 0.45), PortfolioTarget(self.second, -0.45)])
        elif abs(zscore) < self.exit and self.portfolio.invested:
            self.liquidate()
            self.debug(f"Closed the pair at {zscore:.2f}")
`
