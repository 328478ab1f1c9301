// /optimizations: estimating, starting, watching, renaming, ending
import { accountOf } from '../account.ts'
import { hasSucceeded } from '../backtest.ts'
import { buildState, compileOf } from '../compiles.ts'
import { ApiError, type Arguments, type Family, stamp } from '../handler.ts'
import { projectOf } from '../project.ts'
import { readProgram } from '../simulation/simulate.ts'
import { hash, hexId, numberId } from '../world/ids.ts'
import type { Optimization } from '../world/optimization.ts'
import type { World } from '../world/world.ts'
import { criterionFrom, NODE_TYPES, nameFrom, nodesFrom } from './form.ts'
import { BACKTEST_MS, backtestIdOf, grid, optimizationOf, progressOf } from './optimization.ts'
import { bestOf, outcomeOf } from './outcomes.ts'

const OPTIMIZATIONS_AT_MOST = 50

function compiled(world: World, args: Arguments, now: number) {
  const compile = compileOf(world, args)
  const state = buildState(compile, now)
  if (state !== 'BuildSuccess') throw new ApiError(`Compile is not ready for an optimization: its state is ${state}`)
  return compile
}

const criterion = ({ target, extremum, targetValue }: Optimization) => ({ target, extremum, targetValue })

function describeRow(optimization: Optimization, now: number) {
  const { optimizationId, projectId, name, nodeType, parallelNodes, created, parameters } = optimization
  const progress = progressOf(optimization, now)
  return {
    optimizationId,
    projectId,
    name,
    status: progress.status,
    nodeType,
    parallelNodes,
    criterion: criterion(optimization),
    created: stamp(created),
    ...bestOf(optimization, progress.completed),
    cloneId: projectId,
    outOfSampleDays: 0,
    outOfSampleMaxEndDate: null,
    parameters,
  }
}

function clock(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

function runtimeStatistics(optimization: Optimization, now: number) {
  const { failsAt, nodeType, parallelNodes } = optimization
  const { total, completed, running, elapsed, status } = progressOf(optimization, now)
  const hours = (elapsed / 3_600_000) * parallelNodes
  return {
    Completed: `${failsAt === null ? completed : 0}`,
    Failed: `${failsAt === null ? 0 : completed}`,
    Running: `${running}`,
    'In Queue': `${status === 'aborted' ? 0 : total - completed - running}`,
    'Average Length': clock(completed === 0 ? 0 : BACKTEST_MS),
    'Total Runtime': clock(elapsed),
    Total: `${total}`,
    Consumed: (hours * (NODE_TYPES[nodeType]?.price ?? 0)).toFixed(2),
  }
}

function describe(optimization: Optimization, now: number) {
  const { created, constraints, target, snapshotId, extremum, targetValue } = optimization
  const { completed, running } = progressOf(optimization, now)
  const backtests = grid(optimization.parameters)
    .slice(0, completed + running)
    .map((parameterSet, index) => [
      backtestIdOf(optimization, index),
      outcomeOf(optimization, index, parameterSet, index < completed),
    ])
  return {
    ...describeRow(optimization, now),
    snapshotId,
    runtimeStatistics: runtimeStatistics(optimization, now),
    constraints,
    // Empty sets are written as lists.
    backtests: backtests.length === 0 ? [] : Object.fromEntries(backtests),
    strategy: 'QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy',
    requested: stamp(created),
    optimizationTarget: target,
    extremum,
    targetValue,
    gridLayout: [],
  }
}

export const optimizationEndpoints: Family = {
  '/optimizations/estimate': (world, args, now) => {
    const { projectId } = projectOf(world, args)
    criterionFrom(args)
    // An estimate may leave the build out; one that it names has to be there.
    const compileId = args.compileId === undefined ? 'none' : compiled(world, args, now).compileId
    if (!world.backtests.some((backtest) => backtest.projectId === projectId && hasSucceeded(backtest, now))) {
      throw new ApiError('An estimate needs an earlier successful backtest of this project')
    }
    return {
      estimate: {
        estimateId: hash(`estimate ${compileId} ${JSON.stringify(args.parameters)}`).slice(0, 32),
        time: Math.round(BACKTEST_MS / 1000),
        balance: accountOf(world).creditBalance,
      },
    }
  },

  '/optimizations/create': (world, args, now) => {
    const { projectId, language, files } = projectOf(world, args)
    const asked = criterionFrom(args)
    const { failsAt, program } = compiled(world, args, now)
    const nodes = nodesFrom(args)
    const name = nameFrom(args)
    const all = world.optimizations ?? []
    if (all.length >= OPTIMIZATIONS_AT_MOST) {
      throw new ApiError(`This sandbox keeps at most ${OPTIMIZATIONS_AT_MOST} optimizations; delete one first`)
    }
    const optimization: Optimization = {
      optimizationId: `O-${hexId(world)}`,
      projectId,
      name: name || 'Optimization',
      created: now,
      snapshotId: numberId(world, 8),
      ...nodes,
      ...asked,
      // A compile from before there were simulations lacks it.
      program: program ?? readProgram(language, files),
      failsAt,
      aborted: null,
    }
    world.optimizations = [...all, optimization]
    return { optimizations: [describeRow(optimization, now)] }
  },

  '/optimizations/read': (world, args, now) => ({ optimization: describe(optimizationOf(world, args), now) }),

  '/optimizations/list': (world, args, now) => {
    const { projectId } = projectOf(world, args)
    const rows = (world.optimizations ?? [])
      .filter((optimization) => optimization.projectId === projectId)
      .map((optimization) => describeRow(optimization, now))
      .reverse()
    return { optimizations: rows }
  },

  '/optimizations/update': (world, args) => {
    const optimization = optimizationOf(world, args)
    const name = nameFrom(args)
    if (!name) throw new ApiError('Invalid argument: name')
    optimization.name = name
    return {}
  },

  '/optimizations/abort': (world, args, now) => {
    const optimization = optimizationOf(world, args)
    const { status } = progressOf(optimization, now)
    if (status === 'completed') throw new ApiError('Optimization already completed')
    if (status === 'aborted') throw new ApiError('Optimization already aborted')
    optimization.aborted = now
    return {}
  },

  '/optimizations/delete': (world, args) => {
    const gone = optimizationOf(world, args)
    world.optimizations = (world.optimizations ?? []).filter((optimization) => optimization !== gone)
    return {}
  },
}
