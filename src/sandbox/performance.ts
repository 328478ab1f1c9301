// The results of a simulation as QuantConnect writes them: text under the names that people read, numbers in lists, and
// two bulky records about periods and trades.
import { stamp } from './handler.ts'
import { dayOf, monthOf } from './simulation/calendar.ts'
import type { ClosedTrade, Simulation } from './simulation/simulate.ts'
import { fallsOf, type Statistics, simulationStatistics } from './simulation/statistics.ts'
import { describeTrade, timeSpan } from './trades.ts'

const rounded = (value: number, digits = 3) => Number(value.toFixed(digits))
const percent = (value: number, digits = 3) => `${(value * 100).toFixed(digits)}%`
const grouped = (value: number) => value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** The numbers as a list of backtests shows them, by the names that it gives them. */
export function summary(simulation: Simulation) {
  const n = simulationStatistics(simulation)
  return {
    sharpeRatio: rounded(n.sharpeRatio),
    alpha: rounded(n.alpha),
    beta: rounded(n.beta),
    compoundingAnnualReturn: rounded(n.compoundingAnnualReturn * 100),
    drawdown: rounded(n.drawdown * 100),
    lossRate: Math.round(n.lossRate * 100),
    netProfit: rounded(n.netProfit * 100),
    psr: rounded(n.probabilisticSharpeRatio * 100),
    securityTypes: securityTypes(simulation),
    sortinoRatio: rounded(n.sortinoRatio),
    trades: n.orders,
    treynorRatio: rounded(n.treynorRatio),
    winRate: Math.round(n.winRate * 100),
  }
}

const securityTypes = ({ securities }: Simulation): string =>
  [...new Set(securities.map(({ assetClass }) => assetClass.charAt(0).toUpperCase() + assetClass.slice(1)))].join(',')

/** The table that people read, in its order. */
export function statistics(n: Statistics): Record<string, string> {
  return {
    'Total Orders': `${n.orders}`,
    'Average Win': percent(n.averageWin, 2),
    'Average Loss': percent(n.averageLoss, 2),
    'Compounding Annual Return': percent(n.compoundingAnnualReturn),
    Drawdown: percent(n.drawdown),
    Expectancy: `${rounded(n.expectancy)}`,
    'Start Equity': n.startEquity.toFixed(2),
    'End Equity': n.endEquity.toFixed(2),
    'Net Profit': percent(n.netProfit),
    'Sharpe Ratio': `${rounded(n.sharpeRatio)}`,
    'Sortino Ratio': `${rounded(n.sortinoRatio)}`,
    'Probabilistic Sharpe Ratio': percent(n.probabilisticSharpeRatio),
    'Loss Rate': percent(n.lossRate, 0),
    'Win Rate': percent(n.winRate, 0),
    'Profit-Loss Ratio': `${rounded(n.profitLossRatio, 2)}`,
    Alpha: `${rounded(n.alpha)}`,
    Beta: `${rounded(n.beta)}`,
    'Annual Standard Deviation': `${rounded(n.annualDeviation)}`,
    'Annual Variance': `${rounded(n.annualVariance)}`,
    'Information Ratio': `${rounded(n.informationRatio)}`,
    'Tracking Error': `${rounded(n.trackingError)}`,
    'Treynor Ratio': `${rounded(n.treynorRatio)}`,
    'Total Fees': `$${n.fees.toFixed(2)}`,
    'Estimated Strategy Capacity': `$${n.capacity.toFixed(2)}`,
    'Lowest Capacity Asset': n.lowestCapacityAsset,
    'Portfolio Turnover': percent(n.turnover, 2),
    'Drawdown Recovery': `${n.drawdownRecovery}`,
  }
}

/** The banner above the chart. */
function runtimeStatistics(simulation: Simulation): Record<string, string> {
  const { holdings, fees, finalEquity, cash, volume } = simulation
  const n = simulationStatistics(simulation)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const unrealized = sum(holdings.map((holding) => holding.unrealized))
  return {
    Equity: `$${grouped(finalEquity)}`,
    Fees: `-$${grouped(fees)}`,
    Holdings: `$${grouped(sum(holdings.map(({ value }) => Math.abs(value))))}`,
    // What trading has earned so far: everything except what is still open.
    'Net Profit': `$${grouped(finalEquity - cash - unrealized)}`,
    'Probabilistic Sharpe Ratio': percent(n.probabilisticSharpeRatio),
    Return: `${(n.netProfit * 100).toFixed(2)} %`,
    Unrealized: `$${grouped(unrealized)}`,
    Volume: `$${grouped(volume)}`,
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? 0

/** The longest row of trades that match. */
function row(trades: readonly ClosedTrade[], matches: (trade: ClosedTrade) => boolean): number {
  let [length, longest] = [0, 0]
  for (const trade of trades) {
    length = matches(trade) ? length + 1 : 0
    longest = Math.max(longest, length)
  }
  return longest
}

function tradeStatistics(trades: readonly ClosedTrade[]) {
  const won = trades.filter(({ profitLoss }) => profitLoss > 0)
  const lost = trades.filter(({ profitLoss }) => profitLoss <= 0)
  const results = (some: readonly ClosedTrade[]) => some.map(({ profitLoss }) => profitLoss)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const mean = (values: readonly number[]) => (values.length === 0 ? 0 : sum(values) / values.length)
  const lengths = (some: readonly ClosedTrade[]) => some.map(({ entryTime, exitTime }) => exitTime - entryTime)
  const money = (value: number) => `${rounded(value, 2)}`
  const share = (count: number) => `${trades.length === 0 ? 0 : rounded(count / trades.length, 4)}`
  const [averageProfit, averageLoss] = [mean(results(won)), mean(results(lost))]
  const first = trades[0]?.entryTime
  const last = trades.at(-1)?.exitTime
  return {
    startDateTime: first === undefined ? null : stamp(first * 1000),
    endDateTime: last === undefined ? null : stamp(last * 1000),
    totalNumberOfTrades: trades.length,
    numberOfWinningTrades: won.length,
    numberOfLosingTrades: lost.length,
    totalProfitLoss: money(sum(results(trades))),
    totalProfit: money(sum(results(won))),
    totalLoss: money(sum(results(lost))),
    largestProfit: money(Math.max(0, ...results(won))),
    largestLoss: money(Math.min(0, ...results(lost))),
    averageProfitLoss: money(mean(results(trades))),
    averageProfit: money(averageProfit),
    averageLoss: money(averageLoss),
    averageTradeDuration: timeSpan(mean(lengths(trades))),
    averageWinningTradeDuration: timeSpan(mean(lengths(won))),
    averageLosingTradeDuration: timeSpan(mean(lengths(lost))),
    medianTradeDuration: timeSpan(median(lengths(trades))),
    medianWinningTradeDuration: timeSpan(median(lengths(won))),
    medianLosingTradeDuration: timeSpan(median(lengths(lost))),
    maxConsecutiveWinningTrades: row(trades, ({ profitLoss }) => profitLoss > 0),
    maxConsecutiveLosingTrades: row(trades, ({ profitLoss }) => profitLoss <= 0),
    profitLossRatio: money(averageLoss === 0 ? 0 : averageProfit / -averageLoss),
    winLossRatio: money(lost.length === 0 ? 0 : won.length / lost.length),
    winRate: share(won.length),
    lossRate: share(lost.length),
    averageMAE: money(mean(trades.map(({ mae }) => mae))),
    averageMFE: money(mean(trades.map(({ mfe }) => mfe))),
    largestMAE: money(Math.min(0, ...trades.map(({ mae }) => mae))),
    largestMFE: money(Math.max(0, ...trades.map(({ mfe }) => mfe))),
    totalFees: money(sum(trades.map(({ fees }) => fees))),
  }
}

function portfolioStatistics(n: Statistics) {
  const text = (value: number) => `${rounded(value, 4)}`
  return {
    averageWinRate: text(n.averageWin),
    averageLossRate: text(n.averageLoss),
    profitLossRatio: text(n.profitLossRatio),
    winRate: text(n.winRate),
    lossRate: text(n.lossRate),
    expectancy: text(n.expectancy),
    startEquity: text(n.startEquity),
    endEquity: text(n.endEquity),
    compoundingAnnualReturn: text(n.compoundingAnnualReturn),
    drawdown: text(n.drawdown),
    totalNetProfit: text(n.netProfit),
    sharpeRatio: text(n.sharpeRatio),
    probabilisticSharpeRatio: text(n.probabilisticSharpeRatio),
    sortinoRatio: text(n.sortinoRatio),
    alpha: text(n.alpha),
    beta: text(n.beta),
    annualStandardDeviation: text(n.annualDeviation),
    annualVariance: text(n.annualVariance),
    informationRatio: text(n.informationRatio),
    trackingError: text(n.trackingError),
    treynorRatio: text(n.treynorRatio),
    portfolioTurnover: text(n.turnover),
    drawdownRecovery: `${n.drawdownRecovery}`,
  }
}

/** A part of a simulation as if it stood alone: the days after `from`, up to and with `to`, by their place. */
function slice(simulation: Simulation, from: number, to: number): Simulation {
  const equity = simulation.equity.slice(from, to + 1)
  const [start, end] = [equity[0]?.time ?? simulation.start, equity.at(-1)?.time ?? simulation.end]
  const within = ({ time }: { time: number }) => time > start && time <= end
  const orders = simulation.orders.filter(within)
  return {
    ...simulation,
    start,
    end,
    cash: equity[0]?.close ?? simulation.cash,
    finalEquity: equity.at(-1)?.close ?? simulation.finalEquity,
    equity,
    benchmark: simulation.benchmark.slice(from, to + 1),
    days: simulation.days.slice(from, to),
    orders,
    fees: orders.reduce((sum, { fee }) => sum + fee, 0),
    trades: simulation.trades.filter(({ exitTime }) => within({ time: exitTime })),
    tradeableDays: to - from,
  }
}

/** Two and a half years of months: what a client drops first is what makes an answer long. */
const MONTHS_AT_MOST = 30

/** For every month the performance of it, and of the three and the twelve that end with it. */
function rollingWindow(simulation: Simulation) {
  const { equity } = simulation
  const months = equity.map(({ time }) => monthOf(dayOf(time)))
  const ends = equity.flatMap((_, at) => (at > 0 && months[at] !== months[at + 1] ? [at] : []))
  const windows = ends.slice(-MONTHS_AT_MOST).flatMap((to) =>
    [1, 3, 12].flatMap((length) => {
      const from = equity.findIndex((_, at) => (months[at] ?? 0) > (months[to] ?? 0) - length)
      const whole = (months[to] ?? 0) - (months[0] ?? 0) + 1 >= length
      if (!whole) return []
      const part = slice(simulation, Math.max(from - 1, 0), to)
      const name = `M${length}_${new Date((equity[to]?.time ?? 0) * 1000).toISOString().slice(0, 10).replaceAll('-', '')}`
      return [[name, performance(part, length === 1)] as const]
    }),
  )
  return Object.fromEntries(windows)
}

/** Trades in the one record that holds them all, at most. */
const TRADES_AT_MOST = 1_000

const performance = (simulation: Simulation, withTrades: boolean) => ({
  tradeStatistics: tradeStatistics(simulation.trades),
  portfolioStatistics: portfolioStatistics(simulationStatistics(simulation)),
  closedTrades: withTrades ? simulation.trades.slice(0, TRADES_AT_MOST).map((trade) => describeTrade(trade)) : [],
})

/** Written once, since clients ask again and again, and months are many. */
const written = new WeakMap<Simulation, ReturnType<typeof write>>()

const write = (simulation: Simulation) => ({
  statistics: statistics(simulationStatistics(simulation)),
  runtimeStatistics: runtimeStatistics(simulation),
  rollingWindow: simulation.tradeableDays === 0 ? null : rollingWindow(simulation),
  totalPerformance: performance(simulation, true),
})

/** The part of a finished backtest that a simulation fills. */
export function results(simulation: Simulation): ReturnType<typeof write> {
  const known = written.get(simulation) ?? write(simulation)
  written.set(simulation, known)
  return known
}

/** First and last second, as a backtest shows them. */
export const periodShown = ({ start, end, tradeableDays }: Simulation) => ({
  backtestStart: stamp(start * 1000),
  backtestEnd: stamp(end * 1000),
  tradeableDates: tradeableDays,
})

/** The fall from the highest value so far on each day, as shares. */
export const drawdowns = ({ equity }: Simulation): number[] => fallsOf(equity.map(({ close }) => close))

/** What stands in the place of results until there are some. */
export const NO_RESULTS = { statistics: [], runtimeStatistics: [], rollingWindow: null, totalPerformance: null }
