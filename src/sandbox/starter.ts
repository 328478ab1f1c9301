// What a new project holds: a small algorithm and an empty notebook, as on the website.

const PYTHON = `from AlgorithmImports import *


class SandboxAlgorithm(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2013, 10, 7)
        self.set_end_date(2013, 10, 11)
        self.set_cash(100000)
        self._symbol = self.add_equity("SPY", Resolution.MINUTE).symbol

    def on_data(self, data: Slice):
        if not self.portfolio.invested and self._symbol in data:
            self.set_holdings(self._symbol, 1)
            self.debug(f"Bought {self._symbol}")
`

const C_SHARP = `using QuantConnect.Algorithm;
using QuantConnect.Data;

public class SandboxAlgorithm : QCAlgorithm
{
    private Symbol _symbol;

    public override void Initialize()
    {
        SetStartDate(2013, 10, 7);
        SetEndDate(2013, 10, 11);
        SetCash(100000);
        _symbol = AddEquity("SPY", Resolution.Minute).Symbol;
    }

    public override void OnData(Slice data)
    {
        if (!Portfolio.Invested && data.ContainsKey(_symbol)) SetHoldings(_symbol, 1);
    }
}
`

const notebook = (language: string, source: string): string =>
  JSON.stringify({
    cells: [{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source: [source] }],
    metadata: {
      kernelspec: { display_name: language, language: language.toLowerCase(), name: language.toLowerCase() },
    },
    nbformat: 4,
    nbformat_minor: 2,
  })

export const mainFileOf = (language: 'Py' | 'C#'): string => (language === 'Py' ? 'main.py' : 'Main.cs')

export const starterFiles = (language: 'Py' | 'C#'): { name: string; content: string }[] =>
  language === 'Py'
    ? [
        { name: 'main.py', content: PYTHON },
        { name: 'research.ipynb', content: notebook('Python', 'qb = QuantBook()') },
      ]
    : [
        { name: 'Main.cs', content: C_SHARP },
        { name: 'Research.ipynb', content: notebook('CSharp', 'var qb = new QuantBook();') },
      ]
