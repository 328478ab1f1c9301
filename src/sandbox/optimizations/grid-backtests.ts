// The backtests of a grid, in the form of any other backtest, so that they can be read like one. They are not kept: all of
// a backtest follows from its optimization and its place in the grid.
import type { Backtest } from '../world/backtest.ts'
import type { Optimization } from '../world/optimization.ts'
import type { World } from '../world/world.ts'
import { BACKTEST_MS, backtestIdOf, grid, NEW_MS } from './optimization.ts'

/** As many begin together as there are nodes. */
const begins = ({ created, parallelNodes }: Optimization, index: number): number =>
  created + NEW_MS + Math.floor(index / parallelNodes) * BACKTEST_MS

export function gridBacktest(
  optimization: Optimization,
  index: number,
  parameterSet: Readonly<Record<string, string>>,
): Backtest {
  const { optimizationId, projectId, name, snapshotId, nodeType, failsAt, program } = optimization
  const backtestId = backtestIdOf(optimization, index)
  return {
    backtestId,
    projectId,
    name: `${name} ${index + 1}`,
    created: begins(optimization, index),
    snapshotId,
    nodeName: `${nodeType} node`,
    parameterSet,
    count: 1,
    failsAt,
    program,
    optimizationId,
    seenCompleted: true,
    get asked() {
      return optimization.asked?.[backtestId] ?? {}
    },
    set asked(counts) {
      optimization.asked = { ...optimization.asked, [backtestId]: counts }
    },
  }
}

/** A backtest of some grid of the project, unless its optimization was aborted before it began. */
export function findGridBacktest(world: World, projectId: number, backtestId: string): Backtest | undefined {
  for (const optimization of world.optimizations ?? []) {
    if (optimization.projectId !== projectId) continue
    for (const [index, parameterSet] of grid(optimization.parameters).entries()) {
      if (backtestIdOf(optimization, index) !== backtestId) continue
      const never = optimization.aborted !== null && begins(optimization, index) > optimization.aborted
      return never ? undefined : gridBacktest(optimization, index, parameterSet)
    }
  }
  return undefined
}
