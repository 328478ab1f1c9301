// What is said of an optimization that starts: what it costs.
import { backtestsIn, NODES, type Range } from './optimization-grid.ts'

interface Search {
  readonly projectId: number
  readonly parameters: readonly Range[]
  readonly target: string
  readonly targetTo: 'min' | 'max'
  /** US dollars, as its caller gives them. */
  readonly estimatedCost: number
  readonly nodeType: keyof typeof NODES
  readonly parallelNodes: number
}

export function searchWords({ parameters, estimatedCost, nodeType, parallelNodes, ...search }: Search): string {
  const hours = Number((estimatedCost / NODES[nodeType]).toPrecision(2))
  const machines = `${parallelNodes} × ${nodeType}`
  const price = `about ${hours} machine ${hours === 1 ? 'hour' : 'hours'} ($${estimatedCost.toFixed(2)})`
  const goal = `${search.targetTo === 'max' ? 'highest' : 'lowest'} ${statisticWords(search.target)}`
  return `${counted(backtestsIn(parameters))} on ${machines}, ${price}, for the ${goal}, project ${search.projectId}`
}

/** Ranges may make more than there are numbers for. */
function counted(backtests: number): string {
  if (backtests === 1) return '1 backtest'
  return Number.isSafeInteger(backtests) ? `${backtests} backtests` : 'Countless backtests'
}

/** `TotalPerformance.PortfolioStatistics.SharpeRatio` as people write it. */
const statisticWords = (name: string): string =>
  (name.split('.').at(-1) ?? name).replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
