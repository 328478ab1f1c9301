// /backtests: one second in the queue, three in progress, then completed or failed
import { accountOf } from './account.ts'
import { buildState, compileOf } from './compiles.ts'
import { type Arguments, type Family, flag, Refusal, stamp, text } from './handler.ts'
import { LEAN_VERSION } from './lean.ts'
import { backtestNodes } from './nodes.ts'
import { NO_RESULTS, results, summary, WEEK } from './performance.ts'
import { projectOf } from './projects.ts'
import { type Backtest, hexId, numberId, type World } from './world.ts'

const QUEUED_MS = 1_000
const RUNNING_MS = 3_000
const BACKTESTS_AT_MOST = 500
const NAME_AT_MOST = 200

const ADJECTIVES = ['Calm', 'Sleepy', 'Brave', 'Quiet', 'Gentle', 'Swift', 'Merry', 'Patient']
const COLORS = ['Orange', 'Green', 'Blue', 'Red', 'Amber', 'Violet', 'White', 'Yellow']
const ANIMALS = ['Jackal', 'Heron', 'Badger', 'Cobra', 'Pelican', 'Lemur', 'Giraffe', 'Otter']
const CHARTS = [
  'Strategy Equity',
  'Capacity',
  'Drawdown',
  'Benchmark',
  'Exposure',
  'Assets Sales Volume',
  'Portfolio Turnover',
  'Portfolio Margin',
]
const SERVER_STATISTICS = {
  'CPU Usage': '12.0%',
  'Used RAM (MB)': '420',
  'Total RAM (MB)': '8000',
  Hostname: 'backtest-17',
  'LEAN Version': `v${LEAN_VERSION}`,
  'Up Time': '0d 00:00:07',
}

export const isRunning = ({ created }: Backtest, now: number): boolean => now - created < QUEUED_MS + RUNNING_MS

function stateOf(backtest: Backtest, now: number): { status: string; progress: number } {
  const running = now - backtest.created - QUEUED_MS
  if (running < 0) return { status: 'In Queue...', progress: 0 }
  const progress = Math.floor((running / RUNNING_MS) * 100) / 100
  if (progress < 1) return { status: 'In Progress...', progress }
  return { status: backtest.failsAt === null ? 'Completed.' : 'Runtime Error', progress: 1 }
}

export function backtestOf(world: World, args: Arguments): Backtest {
  const { projectId } = projectOf(world, args)
  const backtestId = text(args, 'backtestId')
  const backtest = world.backtests.find((candidate) => candidate.backtestId === backtestId)
  if (backtest?.projectId !== projectId) throw new Refusal('Backtest not found')
  return backtest
}

function spareNode(world: World, now: number): string {
  const busy = world.backtests.filter((backtest) => isRunning(backtest, now)).map(({ nodeName }) => nodeName)
  const spare = backtestNodes(world).find(({ name }) => !busy.includes(name))
  if (spare) return spare.name
  throw new Refusal(
    'There are no spare nodes available in your cluster. To launch a new backtest please stop an existing running ' +
      'backtest or add more compute nodes to your organization.',
  )
}

function parameterSet(args: Arguments): Backtest['parameterSet'] {
  const given = args.parameters ?? {}
  // An empty list is how empty objects are written here, so it is read that way too.
  if (Array.isArray(given) && given.length === 0) return {}
  const fine = typeof given === 'object' && !Array.isArray(given)
  if (!fine || !Object.values(given).every((value) => typeof value === 'string' || typeof value === 'number')) {
    throw new Refusal('Invalid argument: parameters')
  }
  return given as Backtest['parameterSet'] // the line above looked at every value
}

/** Names such as Calm Orange Jackal, for backtests that come without one. */
const animalName = (backtestId: string): string =>
  [ADJECTIVES, COLORS, ANIMALS]
    .map((words, at) => words[Number.parseInt(backtestId.slice(at * 2, at * 2 + 2), 16) % words.length])
    .join(' ')

const parameterCount = ({ parameterSet }: Backtest) => Object.keys(parameterSet).length

/** Empty sets are written as lists. */
const parametersShown = (backtest: Backtest) => (parameterCount(backtest) === 0 ? [] : backtest.parameterSet)

function describe(world: World, backtest: Backtest, now: number) {
  const { backtestId, projectId, failsAt } = backtest
  const over = !isRunning(backtest, now)
  const succeeded = over && failsAt === null
  const failed = over && failsAt !== null
  return {
    backtestId,
    projectId,
    organizationId: accountOf(world).organizationId,
    name: backtest.name,
    note: null,
    ...stateOf(backtest, now),
    completed: over,
    created: stamp(backtest.created),
    ...(succeeded ? WEEK : { backtestStart: null, backtestEnd: null, tradeableDates: 0 }),
    optimizationId: null,
    snapshotId: backtest.snapshotId,
    error: failed ? "'NoneType' object has no attribute 'price'" : null,
    stacktrace: failed ? `  at on_data\n    price = data['SPY'].price\n in ${failsAt}` : null,
    hasInitializeError: false,
    charts: succeeded ? Object.fromEntries(CHARTS.map((name) => [name, { name }])) : [],
    parameterSet: parametersShown(backtest),
    ...(succeeded && backtest.seenCompleted ? results(backtestId) : NO_RESULTS),
    nodeName: backtest.nodeName,
    researchGuide: { minutes: 3, backtestCount: backtest.count, parameters: parameterCount(backtest) },
    outOfSampleMaxEndDate: null,
    outOfSampleDays: null,
    ...(succeeded && { serverStatistics: SERVER_STATISTICS, analysis: null }),
  }
}

function describeRow(backtest: Backtest, withStatistics: boolean, now: number) {
  const succeeded = !isRunning(backtest, now) && backtest.failsAt === null
  const numbers = summary(backtest.backtestId)
  const blanks = Object.fromEntries(Object.keys(numbers).map((name) => [name, null]))
  return {
    backtestId: backtest.backtestId,
    ...stateOf(backtest, now),
    name: backtest.name,
    created: stamp(backtest.created),
    optimizationId: null,
    tradeableDates: succeeded ? WEEK.tradeableDates : 0,
    parameterSet: parametersShown(backtest),
    snapshotId: backtest.snapshotId,
    tags: [],
    ...(withStatistics && { parameters: parameterCount(backtest), ...(succeeded ? numbers : blanks) }),
  }
}

export const backtests: Family = {
  '/backtests/create': (world, args, now) => {
    const compile = compileOf(world, args)
    const name = text(args, 'backtestName')
    const parameters = parameterSet(args)
    const state = buildState(compile, now)
    if (state !== 'BuildSuccess') throw new Refusal(`Compile is not ready for a backtest: its state is ${state}`)
    if (name && name.length > NAME_AT_MOST) throw new Refusal(`Backtest name is longer than ${NAME_AT_MOST} characters`)
    if (world.backtests.length >= BACKTESTS_AT_MOST) {
      throw new Refusal(`This sandbox keeps at most ${BACKTESTS_AT_MOST} backtests; delete one first`)
    }
    const { projectId, failsAt } = compile
    const nodeName = spareNode(world, now)
    const backtestId = hexId(world)
    const backtest: Backtest = {
      backtestId,
      projectId,
      name: name || animalName(backtestId),
      created: now,
      snapshotId: numberId(world, 8),
      nodeName,
      parameterSet: parameters,
      count: world.backtests.filter((other) => other.projectId === projectId).length + 1,
      failsAt,
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

  '/backtests/list': (world, args, now) => {
    const { projectId } = projectOf(world, args)
    const rows = world.backtests
      .filter((backtest) => backtest.projectId === projectId)
      .map((backtest) => describeRow(backtest, flag(args, 'includeStatistics'), now))
      .reverse()
    return { backtests: rows, count: rows.length }
  },
}
