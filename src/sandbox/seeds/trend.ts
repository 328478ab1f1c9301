// Follows the trend of the Nasdaq, in C#.

export const TREND = `using System;
using QuantConnect.Algorithm;
using QuantConnect.Data;
using QuantConnect.Indicators;

namespace QuantConnect.Algorithm.CSharp
{
    /// <summary>Holds QQQ while its fast average is above the slow one, and cash otherwise.</summary>
    public class TrendFollowing : QCAlgorithm
    {
        private const decimal Tolerance = 0.001m;
        private Symbol _qqq;
        private SimpleMovingAverage _fast;
        private SimpleMovingAverage _slow;

        public override void Initialize()
        {
            SetStartDate(2016, 1, 1);
            SetEndDate(2023, 12, 29);
            SetCash(100000);
            SetBenchmark("SPY");

            var fastPeriod = GetParameter("fast", 20);
            var slowPeriod = GetParameter("slow", 100);

            _qqq = AddEquity("QQQ", Resolution.Daily).Symbol;
            _fast = SMA(_qqq, fastPeriod, Resolution.Daily);
            _slow = SMA(_qqq, slowPeriod, Resolution.Daily);
            SetWarmUp(slowPeriod, Resolution.Daily);
        }

        public override void OnData(Slice data)
        {
            if (IsWarmingUp || !_slow.IsReady) return;

            var holdings = Portfolio[_qqq].Quantity;
            if (holdings <= 0 && _fast > _slow * (1 + Tolerance))
            {
                SetHoldings(_qqq, 1.0);
                Log($"Bought {_qqq.Value} at {Securities[_qqq].Price}");
            }
            else if (holdings > 0 && _fast < _slow)
            {
                Liquidate(_qqq);
            }
        }
    }
}
`
