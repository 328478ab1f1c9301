// The numbers that sum a simulation up, each from its curve, its benchmark or its trades, as LEAN defines them. A year has
// 252 trading days, and money lent earns nothing.
import type { Simulation } from './simulation.ts'

const DAYS_A_YEAR = 252

export interface Statistics {
  readonly orders: number
  readonly closedTrades: number
  /** Shares of closed trades, 0 when there are none; a trade that ends as it began is lost. */
  readonly winRate: number
  readonly lossRate: number
  /** Mean results of won and lost trades, as shares of the account. The loss is negative. */
  readonly averageWin: number
  readonly averageLoss: number
  readonly profitLossRatio: number
  readonly expectancy: number
  readonly startEquity: number
  readonly endEquity: number
  /** Shares, as are all rates below: 0.1 is ten percent. */
  readonly netProfit: number
  readonly compoundingAnnualReturn: number
  readonly drawdown: number
  /** Days between a peak and the day that reached it again, at most. */
  readonly drawdownRecovery: number
  readonly annualDeviation: number
  readonly annualVariance: number
  readonly sharpeRatio: number
  readonly sortinoRatio: number
  readonly probabilisticSharpeRatio: number
  readonly alpha: number
  readonly beta: number
  readonly informationRatio: number
  readonly trackingError: number
  readonly treynorRatio: number
  readonly fees: number
  /** The mean share of the account that is traded in a day. */
  readonly turnover: number
  /** Dollars with which it could still trade; 0 when it does not. */
  readonly capacity: number
  /** The security that bounds it. */
  readonly lowestCapacityAsset: string
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

function covariance(one: readonly number[], other: readonly number[]): number {
  if (one.length < 2) return 0
  const [meanOfOne, meanOfOther] = [mean(one), mean(other)]
  const sum = one.reduce((total, value, index) => total + (value - meanOfOne) * ((other[index] ?? 0) - meanOfOther), 0)
  return sum / (one.length - 1)
}

const deviation = (values: readonly number[]) => Math.sqrt(covariance(values, values))
const yearly = (daily: number) => Math.max(1 + daily, 0) ** DAYS_A_YEAR - 1
/** Nothing divided by nothing is nothing: what stands still has no ratios. */
const ratio = (value: number, by: number) => (Math.abs(by) < 1e-9 ? 0 : value / by)

export function returnsOf(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => ratio(value, values[index] ?? 0) - ((values[index] ?? 0) === 0 ? 0 : 1))
}

/** The normal distribution (Abramowitz and Stegun, 26.2.17). */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const tail = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
    .map((factor, index) => factor * t ** (index + 1))
    .reduce((sum, term) => sum + term, 0)
  const above = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail
  return z > 0 ? 1 - above : above
}

/** How probable it is that the true Sharpe ratio is above one (Bailey and López de Prado). */
function probabilisticSharpe(returns: readonly number[]): number {
  const spread = deviation(returns)
  if (returns.length < 3 || spread < 1e-9) return 0
  const middle = mean(returns)
  const observed = middle / spread
  const moment = (power: number) => mean(returns.map((value) => ((value - middle) / spread) ** power))
  const error = 1 - moment(3) * observed + ((moment(4) - 1) / 4) * observed ** 2
  const above = observed - 1 / Math.sqrt(DAYS_A_YEAR)
  return normalShare((above * Math.sqrt(returns.length - 1)) / Math.sqrt(Math.max(error, 1e-9)))
}

/** Falls from the highest value so far, as shares. */
export function fallsOf(values: readonly number[]): number[] {
  let peak = 0
  return values.map((value) => {
    peak = Math.max(peak, value)
    return peak > 0 ? Math.max(0, 1 - value / peak) : 0
  })
}

function longestRecovery({ equity }: Simulation): number {
  let [peak, at, longest] = [0, 0, 0]
  let below = false
  for (const { time, close } of equity) {
    if (close < peak) below = true
    else {
      if (below) longest = Math.max(longest, Math.round((time - at) / 86_400))
      below = false
      peak = close
      at = time
    }
  }
  return longest
}

export function simulationStatistics(simulation: Simulation): Statistics {
  const { cash, equity, benchmark, days, orders, trades, fees, start, end, finalEquity } = simulation
  const curve = equity.map(({ close }) => close)
  const returns = returnsOf(curve)
  const market = returnsOf(benchmark.map(({ value }) => value))
  const [annual, annualMarket] = [yearly(mean(returns)), yearly(mean(market))]
  const annualVariance = covariance(returns, returns) * DAYS_A_YEAR
  const annualDeviation = Math.sqrt(annualVariance)
  const below = Math.sqrt(mean(returns.map((value) => Math.min(value, 0) ** 2)) * DAYS_A_YEAR)
  const beta = ratio(covariance(returns, market), covariance(market, market))
  const excess = returns.map((value, index) => value - (market[index] ?? 0))
  const trackingError = deviation(excess) * Math.sqrt(DAYS_A_YEAR)
  const won = trades.filter(({ profitLoss }) => profitLoss > 0)
  const lost = trades.filter(({ profitLoss }) => profitLoss <= 0)
  const share = ({ profitLoss, equity }: { profitLoss: number; equity: number }) => ratio(profitLoss, equity)
  const [averageWin, averageLoss] = [mean(won.map(share)), mean(lost.map(share))]
  const winRate = ratio(won.length, trades.length)
  const profitLossRatio = ratio(averageWin, -averageLoss)
  const growth = ratio(finalEquity, cash)
  const years = Math.max((end - start) / (365 * 86_400), 1 / 365)
  const traded = new Set(orders.map(({ security }) => security))
  const [tightest] = [...traded].sort((one, other) => one.volume - other.volume)
  const turnover = mean(days.map((day, index) => ratio(day.traded, curve[index + 1] ?? 0)))
  return {
    orders: orders.length,
    closedTrades: trades.length,
    winRate,
    lossRate: ratio(lost.length, trades.length),
    averageWin,
    averageLoss,
    profitLossRatio,
    expectancy: trades.length === 0 ? 0 : winRate * profitLossRatio - (1 - winRate),
    startEquity: cash,
    endEquity: finalEquity,
    netProfit: cash === 0 ? 0 : growth - 1,
    compoundingAnnualReturn: cash === 0 ? 0 : Math.max(growth, 0) ** (1 / years) - 1,
    drawdown: Math.max(0, ...fallsOf(curve)),
    drawdownRecovery: longestRecovery(simulation),
    annualDeviation,
    annualVariance,
    sharpeRatio: ratio(annual, annualDeviation),
    sortinoRatio: ratio(annual, below),
    probabilisticSharpeRatio: probabilisticSharpe(returns),
    alpha: orders.length === 0 ? 0 : annual - beta * annualMarket,
    beta,
    informationRatio: ratio(annual - annualMarket, trackingError),
    trackingError,
    treynorRatio: ratio(annual, beta),
    fees,
    turnover,
    capacity: tightest ? Math.round((tightest.volume * 0.002) / Math.max(turnover, 0.02) / 1e5) * 1e5 : 0,
    lowestCapacityAsset: tightest?.id ?? '',
  }
}
