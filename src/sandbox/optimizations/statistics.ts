// The 21 numbers of a backtest in an optimization, which an answer gives by position only: LEAN sorts them by name.
import type { Simulation } from '../simulation/simulate.ts'
import { simulationStatistics } from '../simulation/statistics.ts'

export const POSITIONS: Readonly<Record<string, number>> = {
  CompoundingAnnualReturn: 6,
  Drawdown: 7,
  ProbabilisticSharpeRatio: 13,
  SharpeRatio: 15,
  TotalOrders: 17,
}

const rounded = (value: number): number => Number(value.toFixed(3))

export function numbersOf(simulation: Simulation): number[] {
  const n = simulationStatistics(simulation)
  return [
    n.alpha,
    n.annualDeviation,
    n.annualVariance,
    n.averageLoss * 100,
    n.averageWin * 100,
    n.beta,
    n.compoundingAnnualReturn * 100,
    n.drawdown * 100,
    n.capacity,
    n.expectancy,
    n.informationRatio,
    n.lossRate * 100,
    n.netProfit * 100,
    n.probabilisticSharpeRatio * 100,
    n.profitLossRatio,
    n.sharpeRatio,
    n.fees,
    n.orders,
    n.trackingError,
    n.treynorRatio,
    n.winRate * 100,
  ].map(rounded)
}
