// Follows the trend of Bitcoin, around the clock.

export const BITCOIN = `from AlgorithmImports import *


class BitcoinTrend(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 1)
        self.set_end_date(2023, 12, 31)
        self.set_cash(50_000)
        self.set_brokerage_model(BrokerageName.COINBASE, AccountType.CASH)

        self._btc = self.add_crypto("BTCUSD", Resolution.DAILY).symbol
        self._fast = self.ema(self._btc, int(self.get_parameter("fast", 12)), Resolution.DAILY)
        self._slow = self.ema(self._btc, int(self.get_parameter("slow", 48)), Resolution.DAILY)
        self.set_warm_up(60, Resolution.DAILY)
        self.log("Following Bitcoin")

    def on_data(self, data: Slice):
        if self.is_warming_up or not self._slow.is_ready:
            return
        invested = self.portfolio[self._btc].invested
        if self._fast.current.value > self._slow.current.value and not invested:
            self.set_holdings(self._btc, 0.8)
        elif self._fast.current.value < self._slow.current.value and invested:
            self.liquidate(self._btc)
`
