// /backtests: one second in the queue, three in progress, then completed or failed
import { accountOf } from './account.ts'
import {
  backtestOf,
  backtestStatus,
  backtestSummary,
  circumstancesOf,
  hasSucceeded,
  isRunning,
  simulationOf,
} from './backtest.ts'
import { backtestResultEndpoints } from './backtest-results.ts'
import { BACKTEST_CHARTS } from './charts.ts'
import { buildState, compileOf } from './compiles.ts'
import { ApiError, type Arguments, type Family, flagIn, stamp, textIn } from './handler.ts'
import { LEAN_VERSION } from './lean.ts'
import { backtestNodes } from './nodes.ts'
import { NO_RESULTS, periodShown, results } from './performance.ts'
import { projectOf } from './project.ts'
import { periodOf } from './simulation/simulate.ts'
import type { Backtest } from './world/backtest.ts'
import { hexId, numberId } from './world/ids.ts'
import type { World } from './world/world.ts'

const BACKTESTS_AT_MOST = 500
const A_MINUTE_AT_MOST = 20
const NAME_AT_MOST = 200
const NOTE_AT_MOST = 4_000

const ADJECTIVES = ['Calm', 'Sleepy', 'Brave', 'Quiet', 'Gentle', 'Swift', 'Merry', 'Patient']
const COLORS = ['Orange', 'Green', 'Blue', 'Red', 'Amber', 'Violet', 'White', 'Yellow']
const ANIMALS = ['Jackal', 'Heron', 'Badger', 'Cobra', 'Pelican', 'Lemur', 'Giraffe', 'Otter']
const SERVER_STATISTICS = {
  'CPU Usage': '12.0%',
  'Used RAM (MB)': '420',
  'Total RAM (MB)': '8000',
  Hostname: 'backtest-17',
  'LEAN Version': `v${LEAN_VERSION}`,
  'Up Time': '0d 00:00:07',
}
/** Stands where other failures name a file and a line. */
const DATES = 'initialize'

function spareNode(world: World, now: number): string {
  const busy = world.backtests.filter((backtest) => isRunning(backtest, now)).map(({ nodeName }) => nodeName)
  const spare = backtestNodes(world).find(({ name }) => !busy.includes(name))
  if (spare) return spare.name
  throw new ApiError(
    'There are no spare nodes available in your cluster. To launch a new backtest please stop an existing running ' +
      'backtest or add more compute nodes to your organization.',
  )
}

function keepPace(world: World, now: number): void {
  const recent = (world.backtestRequests ?? []).filter((time) => now - time < 60_000)
  if (recent.length >= A_MINUTE_AT_MOST) throw new ApiError('Too many backtest requests; please slow down.')
  world.backtestRequests = [...recent, now]
}

/** More than any algorithm reads. */
const PARAMETERS_AT_MOST = 1_000

function parameterSet(args: Arguments): Backtest['parameterSet'] {
  const given = args.parameters ?? {}
  // An empty list is how empty objects are written here, so it is read that way too.
  if (Array.isArray(given) && given.length === 0) return {}
  const fine = typeof given === 'object' && !Array.isArray(given)
  if (fine && Object.keys(given).length > PARAMETERS_AT_MOST) {
    throw new ApiError(`A backtest has at most ${PARAMETERS_AT_MOST} parameters`)
  }
  if (!fine || !Object.values(given).every((value) => typeof value === 'string' || typeof value === 'number')) {
    throw new ApiError('Invalid argument: parameters')
  }
  return given as Backtest['parameterSet'] // the line above looked at every value
}

function checkName(name: string | undefined): void {
  if (name && name.length > NAME_AT_MOST) throw new ApiError(`Backtest name is longer than ${NAME_AT_MOST} characters`)
}

/** Names such as Calm Orange Jackal, for backtests that come without one. */
export const animalName = (backtestId: string): string =>
  [ADJECTIVES, COLORS, ANIMALS]
    .map((words, at) => words[Number.parseInt(backtestId.slice(at * 2, at * 2 + 2), 16) % words.length])
    .join(' ')

const parameterCount = ({ parameterSet }: Backtest) => Object.keys(parameterSet).length

/** Empty sets are written as lists. */
const parametersShown = (backtest: Backtest) => (parameterCount(backtest) === 0 ? [] : backtest.parameterSet)

function failure({ failsAt }: Backtest) {
  if (failsAt === DATES) {
    const error = 'The start date of the algorithm is not before its end date.'
    return { error, stacktrace: `  at initialize\n${error}`, hasInitializeError: true }
  }
  return {
    error: "'NoneType' object has no attribute 'price'",
    stacktrace: `  at on_data\n    price = data['SPY'].price\n in ${failsAt}`,
    hasInitializeError: false,
  }
}

function describe(world: World, backtest: Backtest, now: number) {
  const { backtestId, projectId, failsAt } = backtest
  const over = !isRunning(backtest, now)
  const simulation = hasSucceeded(backtest, now) ? simulationOf(backtest) : undefined
  return {
    backtestId,
    projectId,
    organizationId: accountOf(world).organizationId,
    name: backtest.name,
    note: backtest.note ?? null,
    ...backtestStatus(backtest, now),
    completed: over,
    created: stamp(backtest.created),
    ...(simulation ? periodShown(simulation) : { backtestStart: null, backtestEnd: null, tradeableDates: 0 }),
    optimizationId: backtest.optimizationId ?? null,
    snapshotId: backtest.snapshotId,
    ...(over && failsAt !== null ? failure(backtest) : { error: null, stacktrace: null, hasInitializeError: false }),
    charts: simulation ? Object.fromEntries(BACKTEST_CHARTS.map((name) => [name, { name }])) : [],
    parameterSet: parametersShown(backtest),
    ...(simulation && backtest.seenCompleted ? results(simulation) : NO_RESULTS),
    nodeName: backtest.nodeName,
    researchGuide: { minutes: 3, backtestCount: backtest.count, parameters: parameterCount(backtest) },
    outOfSampleMaxEndDate: null,
    outOfSampleDays: null,
    ...(simulation && { serverStatistics: SERVER_STATISTICS, analysis: null }),
    // A field that no document knows, on every other backtest: clients have to bear one now and then.
    ...(backtest.snapshotId % 2 === 0 && { sandboxWeather: 'fair' }),
  }
}

function describeRow(backtest: Backtest, withStatistics: boolean, now: number) {
  const succeeded = hasSucceeded(backtest, now)
  const { tradeableDates, ...numbers } = succeeded ? backtestSummary(backtest) : NO_NUMBERS
  return {
    backtestId: backtest.backtestId,
    ...backtestStatus(backtest, now),
    name: backtest.name,
    created: stamp(backtest.created),
    optimizationId: backtest.optimizationId ?? null,
    tradeableDates,
    parameterSet: parametersShown(backtest),
    snapshotId: backtest.snapshotId,
    tags: [],
    ...(withStatistics && { parameters: parameterCount(backtest), ...numbers }),
  }
}

const NO_NUMBERS = {
  sharpeRatio: null,
  alpha: null,
  beta: null,
  compoundingAnnualReturn: null,
  drawdown: null,
  lossRate: null,
  netProfit: null,
  psr: null,
  securityTypes: null,
  sortinoRatio: null,
  trades: null,
  treynorRatio: null,
  winRate: null,
  tradeableDates: 0,
}

export const backtestEndpoints: Family = {
  ...backtestResultEndpoints,

  '/backtests/create': (world, args, now) => {
    const compile = compileOf(world, args)
    const name = textIn(args, 'backtestName')
    const parameters = parameterSet(args)
    const state = buildState(compile, now)
    if (state !== 'BuildSuccess') throw new ApiError(`Compile is not ready for a backtest: its state is ${state}`)
    checkName(name)
    if (world.backtests.length >= BACKTESTS_AT_MOST) {
      throw new ApiError(`This sandbox keeps at most ${BACKTESTS_AT_MOST} backtests; delete one first`)
    }
    keepPace(world, now)
    const { projectId, program } = compile
    const nodeName = spareNode(world, now)
    const backtestId = hexId(world)
    const period = program && periodOf(program, circumstancesOf({ parameterSet: parameters, created: now }))
    const backtest: Backtest = {
      backtestId,
      projectId,
      name: name || animalName(backtestId),
      created: now,
      snapshotId: numberId(world, 8),
      nodeName,
      parameterSet: parameters,
      count: world.backtests.filter((other) => other.projectId === projectId).length + 1,
      failsAt: period && period.first > period.last ? DATES : compile.failsAt,
      ...(program && { program }),
      seenCompleted: false,
    }
    world.backtests.push(backtest)
    return { backtest: describe(world, backtest, now), debugging: false }
  },

  '/backtests/read': (world, args, now) => {
    const backtest = backtestOf(world, args)
    const answer = { backtest: describe(world, backtest, now), debugging: false }
    backtest.seenCompleted = !isRunning(backtest, now)
    return answer
  },

  '/backtests/update': (world, args) => {
    const backtest = backtestOf(world, args)
    const name = textIn(args, 'name')?.trim()
    const note = textIn(args, 'note')
    if (name === '') throw new ApiError('Backtest name is empty')
    checkName(name)
    if (note && note.length > NOTE_AT_MOST) throw new ApiError(`Note is longer than ${NOTE_AT_MOST} characters`)
    if (name !== undefined) backtest.name = name
    if (note !== undefined) backtest.note = note
    return {}
  },

  '/backtests/delete': (world, args) => {
    const backtest = backtestOf(world, args)
    world.backtests = world.backtests.filter((other) => other !== backtest)
    return {}
  },

  '/backtests/list': (world, args, now) => {
    const { projectId } = projectOf(world, args)
    const rows = world.backtests
      .filter((backtest) => backtest.projectId === projectId)
      .map((backtest) => describeRow(backtest, flagIn(args, 'includeStatistics'), now))
      .reverse()
    return { backtests: rows, count: rows.length }
  },
}
