// Trades gold back to its mean, in C#.

export const GOLD = `using QuantConnect.Algorithm;
using QuantConnect.Data;
using QuantConnect.Data.Market;
using QuantConnect.Indicators;

public class GoldBands : QCAlgorithm
{
    [Parameter("period")]
    public int Period = 20;

    private Symbol _gold;
    private BollingerBands _bands;

    public override void Initialize()
    {
        SetStartDate(2017, 1, 1);
        SetEndDate(2023, 6, 30);
        SetCash(75000);

        _gold = AddEquity("GLD", Resolution.Daily).Symbol;
        _bands = BB(_gold, Period, 2m);
        WarmUpIndicator(_gold, _bands);
    }

    public override void OnData(Slice data)
    {
        if (!_bands.IsReady || !data.Bars.TryGetValue(_gold, out TradeBar bar))
        {
            return;
        }

        if (!Portfolio.Invested && bar.Close < _bands.LowerBand)
        {
            SetHoldings(_gold, 0.95);
        }
        else if (Portfolio.Invested && bar.Close > _bands.MiddleBand)
        {
            Liquidate(_gold, "Back at the mean");
        }
    }
}
`
