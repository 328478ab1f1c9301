// The numbers of a backtest: invented, but the same for the same backtest, different for different ones, and in keeping
// with each other where a reader would notice. The simulated week is the one that a new project's algorithm asks for.
import { hash } from './world.ts'

export const WEEK = {
  backtestStart: '2013-10-07 00:00:00',
  backtestEnd: '2013-10-11 23:59:59',
  tradeableDates: 5,
}
const WEEKS_A_YEAR = 252 / WEEK.tradeableDates
const START_EQUITY = 100_000

const rounded = (value: number, digits = 3) => Number(value.toFixed(digits))
const dollars = (value: number) => value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** The numbers as a list of backtests shows them, by the names that it gives them. */
export function summary(backtestId: string) {
  const bytes = Buffer.from(hash(`performance of ${backtestId}`), 'hex')
  const between = (index: number, low: number, high: number) =>
    low + ((high - low) * bytes.readUInt16BE(index * 2)) / 65535
  const netProfit = rounded(between(0, -2.5, 3.5))
  const growth = (1 + netProfit / 100) ** WEEKS_A_YEAR - 1
  const beta = rounded(between(1, 0.4, 1.3))
  const sharpeRatio = rounded(growth / between(2, 0.08, 0.35))
  const winRate = Math.round(between(3, 35, 65))
  return {
    sharpeRatio,
    alpha: rounded(between(4, -0.4, 0.5)),
    beta,
    compoundingAnnualReturn: rounded(growth * 100),
    drawdown: rounded(Math.max(-netProfit, 0) + between(5, 0.2, 2.4), 1),
    lossRate: 100 - winRate,
    netProfit,
    psr: rounded(50 + netProfit * between(6, 9, 13)),
    securityTypes: 'Equity',
    sortinoRatio: rounded(sharpeRatio * between(7, 1.1, 1.6)),
    trades: Math.round(between(8, 1, 40)),
    treynorRatio: rounded(growth / beta),
    winRate,
  }
}

/** The same numbers as a single backtest shows them: text, under the names that people read, and two bulky records. */
export function results(backtestId: string) {
  const n = summary(backtestId)
  const endEquity = START_EQUITY * (1 + n.netProfit / 100)
  const fees = n.trades * 3.44
  const deviation = n.sharpeRatio === 0 ? 0.2 : n.compoundingAnnualReturn / 100 / n.sharpeRatio
  const performance = {
    tradeStatistics: {
      startDateTime: null,
      endDateTime: null,
      totalNumberOfTrades: n.trades,
      winRate: `${n.winRate / 100}`,
    },
    portfolioStatistics: {
      startEquity: `${START_EQUITY}`,
      endEquity: endEquity.toFixed(2),
      sharpeRatio: `${n.sharpeRatio}`,
      drawdown: (n.drawdown / 100).toFixed(3),
      drawdownRecovery: '3',
    },
    closedTrades: [],
  }
  return {
    statistics: {
      'Total Orders': `${n.trades}`,
      'Average Win': `${(0.3 + n.winRate / 200).toFixed(2)}%`,
      'Average Loss': `-${(0.2 + n.lossRate / 250).toFixed(2)}%`,
      'Compounding Annual Return': `${n.compoundingAnnualReturn.toFixed(3)}%`,
      Drawdown: `${n.drawdown.toFixed(3)}%`,
      Expectancy: (n.netProfit / 10).toFixed(3),
      'Start Equity': `${START_EQUITY}`,
      'End Equity': endEquity.toFixed(2),
      'Net Profit': `${n.netProfit.toFixed(3)}%`,
      'Sharpe Ratio': `${n.sharpeRatio}`,
      'Sortino Ratio': `${n.sortinoRatio}`,
      'Probabilistic Sharpe Ratio': `${n.psr.toFixed(3)}%`,
      'Loss Rate': `${n.lossRate}%`,
      'Win Rate': `${n.winRate}%`,
      'Profit-Loss Ratio': (n.winRate / n.lossRate).toFixed(2),
      Alpha: `${n.alpha}`,
      Beta: `${n.beta}`,
      'Annual Standard Deviation': deviation.toFixed(3),
      'Annual Variance': (deviation ** 2).toFixed(3),
      'Information Ratio': (n.alpha * 20).toFixed(3),
      'Tracking Error': (Math.abs(1 - n.beta) * deviation).toFixed(3),
      'Treynor Ratio': `${n.treynorRatio}`,
      'Total Fees': `$${fees.toFixed(2)}`,
      'Estimated Strategy Capacity': '$56000000.00',
      'Lowest Capacity Asset': 'SPY R735QTJ8XC9X',
      'Portfolio Turnover': `${(n.trades * 6.1).toFixed(2)}%`,
      'Drawdown Recovery': '3',
    },
    runtimeStatistics: {
      Equity: `$${dollars(endEquity)}`,
      Fees: `-$${dollars(fees)}`,
      Holdings: '$0.00',
      'Net Profit': `$${dollars(endEquity - START_EQUITY)}`,
      'Probabilistic Sharpe Ratio': `${n.psr.toFixed(3)}%`,
      Return: `${n.netProfit.toFixed(2)} %`,
      Unrealized: '$0.00',
      Volume: `$${dollars(endEquity * n.trades)}`,
    },
    rollingWindow: { M1_20131011: performance },
    totalPerformance: performance,
  }
}

/** What stands in the place of results until there are some. */
export const NO_RESULTS = { statistics: [], runtimeStatistics: [], rollingWindow: null, totalPerformance: null }
