// Buys what fell too far: an alpha model of its own inside the algorithm framework.

export const DIPS = `from AlgorithmImports import *


class DipAlphaModel(AlphaModel):
    """Expects a rise while the RSI is low, and nothing once it is high."""

    def __init__(self, period=14, low=30, high=70):
        self.period = period
        self.low = low
        self.high = high
        self.indicators = {}
        self.rising = set()

    def update(self, algorithm, data):
        insights = []
        for symbol, rsi in self.indicators.items():
            if not rsi.is_ready:
                continue
            if rsi.current.value < 30 and symbol not in self.rising:
                self.rising.add(symbol)
                insights.append(Insight.price(symbol, timedelta(days=20), InsightDirection.UP))
            elif rsi.current.value > 70 and symbol in self.rising:
                self.rising.discard(symbol)
                insights.append(Insight.price(symbol, timedelta(days=20), InsightDirection.FLAT))
        return insights

    def on_securities_changed(self, algorithm, changes):
        for security in changes.added_securities:
            symbol = security.symbol
            self.indicators[symbol] = algorithm.rsi(symbol, self.period, MovingAverageType.WILDERS, Resolution.DAILY)
            algorithm.warm_up_indicator(symbol, self.indicators[symbol], Resolution.DAILY)
        for security in changes.removed_securities:
            self.indicators.pop(security.symbol, None)


class DipBuyer(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2017, 1, 1)
        self.set_end_date(2022, 12, 30)
        self.set_cash(100_000)
        self.universe_settings.resolution = Resolution.DAILY

        for ticker in ["AAPL", "MSFT", "JPM", "XOM"]:
            self.add_equity(ticker, Resolution.DAILY)

        self.set_alpha(DipAlphaModel())
        self.set_portfolio_construction(EqualWeightingPortfolioConstructionModel())
        self.set_execution(ImmediateExecutionModel())
        self.set_risk_management(MaximumDrawdownPercentPerSecurity(0.15))
`
