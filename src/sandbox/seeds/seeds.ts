// What an account begins with: projects that somebody might have, and backtests that were run in the past.
import { build } from '../build.ts'
import { backtestNodes } from '../nodes.ts'
import { starterFiles } from '../starter.ts'
import type { Backtest } from '../world/backtest.ts'
import { hexId, numberId } from '../world/ids.ts'
import type { Project } from '../world/project.ts'
import { emptyWorld, type World } from '../world/world.ts'
import { APPLE } from './apple.ts'
import { BALANCED } from './balanced.ts'
import { BITCOIN } from './bitcoin.ts'
import { DIPS } from './dips.ts'
import { GOLD } from './gold.ts'
import { MOMENTUM, RANKING } from './momentum.ts'
import { PAIRS } from './pairs.ts'
import { TREND } from './trend.ts'

interface Run {
  readonly name: string
  readonly parameters: Backtest['parameterSet']
  readonly daysAgo: number
}

interface Seed {
  readonly name: string
  readonly description: string
  readonly language: 'Py' | 'C#'
  readonly daysAgo: number
  /** The file that is run. */
  readonly main: string
  /** Further files, beside that one and the notebook. */
  readonly more?: Readonly<Record<string, string>>
  readonly runs: readonly Run[]
}

const DAY_MS = 86_400_000

const ALICE: readonly Seed[] = [
  {
    name: 'Momentum/US equities',
    description: 'Rotates monthly into the strongest of six funds.',
    language: 'Py',
    daysAgo: 61,
    main: MOMENTUM,
    more: { 'ranking.py': RANKING },
    runs: [
      { name: 'Half a year of lookback', parameters: {}, daysAgo: 58 },
      { name: 'A quarter of lookback', parameters: { lookback: 63, top: 3 }, daysAgo: 57 },
    ],
  },
  {
    name: 'Pairs/KO and PEP',
    description: 'Trades the ratio of two drink makers back to its mean.',
    language: 'Py',
    daysAgo: 40,
    main: PAIRS,
    runs: [{ name: 'First try', parameters: {}, daysAgo: 39 }],
  },
  {
    name: 'Trend/QQQ averages',
    description: 'Two moving averages of QQQ, in C#.',
    language: 'C#',
    daysAgo: 26,
    main: TREND,
    runs: [{ name: 'Calm Green Otter', parameters: { fast: 20, slow: 100 }, daysAgo: 25 }],
  },
  {
    name: 'Framework/Buy the dip',
    description: 'An alpha model on the RSI of four stocks.',
    language: 'Py',
    daysAgo: 9,
    main: DIPS,
    runs: [{ name: 'Patient Blue Heron', parameters: {}, daysAgo: 8 }],
  },
]

const BOB: readonly Seed[] = [
  {
    name: 'Crypto/Bitcoin trend',
    description: 'Exponential averages of Bitcoin.',
    language: 'Py',
    daysAgo: 33,
    main: BITCOIN,
    runs: [
      { name: 'Default', parameters: {}, daysAgo: 32 },
      { name: 'Slower', parameters: { fast: 20, slow: 80 }, daysAgo: 31 },
    ],
  },
  {
    name: 'Mean reversion/Gold bands',
    description: 'Bollinger bands on GLD, in C#.',
    language: 'C#',
    daysAgo: 21,
    main: GOLD,
    runs: [{ name: 'Swift Amber Badger', parameters: {}, daysAgo: 20 }],
  },
  {
    name: 'Mean reversion/Apple',
    description: 'Buys Apple when its RSI is low.',
    language: 'Py',
    daysAgo: 12,
    main: APPLE,
    runs: [],
  },
  {
    name: 'Ideas/Balanced portfolio',
    description: '',
    language: 'Py',
    daysAgo: 5,
    main: BALANCED,
    runs: [{ name: 'Sixty forty', parameters: {}, daysAgo: 4 }],
  },
]

const SEEDS: Readonly<Record<string, readonly Seed[]>> = { '100001': ALICE, '100002': BOB }

function plant(world: World, seed: Seed, now: number): void {
  const created = now - seed.daysAgo * DAY_MS
  const [main, notebook] = starterFiles(seed.language)
  if (!main || !notebook) throw new Error('a new project has two files')
  const more = Object.entries(seed.more ?? {}).map(([name, content]) => ({ name, content }))
  const files = [{ name: main.name, content: seed.main }, ...more, notebook]
  const project: Project = {
    projectId: numberId(world, 8),
    name: seed.name,
    description: seed.description,
    language: seed.language,
    created,
    modified: created,
    files: files.map((file) => ({ id: numberId(world, 9), ...file, modified: created })),
  }
  world.projects.push(project)
  const { program } = build(project)
  for (const [index, { name, parameters, daysAgo }] of seed.runs.entries()) {
    world.backtests.push({
      backtestId: hexId(world),
      projectId: project.projectId,
      name,
      created: now - daysAgo * DAY_MS,
      snapshotId: numberId(world, 8),
      nodeName: backtestNodes(world)[0]?.name ?? '',
      parameterSet: parameters,
      count: index + 1,
      failsAt: null,
      ...(program && { program }),
      seenCompleted: true,
    })
  }
}

/**
 * The world of an account that is seen for the first time. Its ids depend on the account alone, its times on `now`. An
 * account that begins again goes on counting its ids from `serial`.
 */
export function newWorld(userId: string, now: number, serial = 0): World {
  const world: World = { ...emptyWorld(userId), serial }
  for (const seed of SEEDS[userId] ?? []) plant(world, seed, now)
  return world
}
