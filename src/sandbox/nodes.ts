// The machines of an organization, and /projects/nodes: which of them a project may use. A node runs one thing at a time.
import { isRunning } from './backtest.ts'
import { ApiError, type Arguments, type Family } from './handler.ts'
import { deploymentOn } from './live/deployment.ts'
import { projectOf } from './project.ts'
import { hash } from './world/ids.ts'
import type { World } from './world/world.ts'

export interface Node {
  readonly id: string
  readonly name: string
}

const NODES_AT_MOST = 20

const SKUS = {
  backtest: { sku: 'B-MICRO', description: '2 cores, 8 GB', cpu: 2, ram: 8, count: 2, price: 24 },
  research: { sku: 'R1-4', description: '1 cores, 4 GB', cpu: 1, ram: 4, count: 1, price: 14 },
  live: { sku: 'L-MICRO', description: '1 cores, 0.5 GB', cpu: 1, ram: 0.5, count: 2, price: 24 },
} as const

type Kind = keyof typeof SKUS

function nodesOf({ userId }: World, kind: Kind): Node[] {
  const { sku, count } = SKUS[kind]
  return Array.from({ length: count }, (_, index) => {
    const seed = hash(`${kind} node ${index + 1} of ${userId}`)
    const id = kind === 'live' ? `LN-${seed.slice(0, 32)}` : seed.slice(0, 16)
    return { id, name: `${sku} node ${seed.slice(32, 40)}` }
  })
}

export const backtestNodes = (world: World): Node[] => nodesOf(world, 'backtest')
export const liveNodes = (world: World): Node[] => nodesOf(world, 'live')

/** The project that a node works for right now. */
function userOf(world: World, kind: Kind, node: Node, now: number): number | undefined {
  if (kind === 'live') return deploymentOn(world, node.id, now)?.projectId
  if (kind === 'research') return undefined
  return world.backtests.find((backtest) => backtest.nodeName === node.name && isRunning(backtest, now))?.projectId
}

function describe(world: World, kind: Kind, active: readonly string[], now: number) {
  const { sku, description, cpu, ram, price } = SKUS[kind]
  return nodesOf(world, kind).map((node) => {
    const projectId = userOf(world, kind, node, now) ?? null
    const project = world.projects.find((candidate) => candidate.projectId === projectId)
    return {
      ...node,
      sku,
      description,
      speed: 3,
      cpu,
      ram,
      hasGpu: 0,
      assets: 10,
      price: { monthly: price, yearly: price * 10 },
      busy: projectId !== null,
      usedBy: projectId === null ? '' : (project?.name ?? ''),
      userProfile: '',
      projectId,
      projectName: project?.name ?? '',
      host: null,
      active: active.includes(node.id),
    }
  })
}

function shown(world: World, projectId: number, now: number) {
  const choice = world.nodeChoices?.find((candidate) => candidate.projectId === projectId)
  const active = choice?.nodes ?? []
  return {
    nodes: {
      backtest: describe(world, 'backtest', active, now),
      research: describe(world, 'research', active, now),
      live: describe(world, 'live', active, now),
    },
    autoSelectNode: choice === undefined,
  }
}

function wanted({ nodes }: Arguments): string[] {
  const given = nodes ?? []
  if (!Array.isArray(given) || given.length > NODES_AT_MOST || !given.every((id) => typeof id === 'string')) {
    throw new ApiError('Invalid argument: nodes')
  }
  return given as string[] // the line above looked at every id
}

export const nodeEndpoints: Family = {
  '/projects/nodes/read': (world, args, now) => shown(world, projectOf(world, args).projectId, now),

  // Unknown nodes are passed over without a word, as the real service does.
  '/projects/nodes/update': (world, args, now) => {
    const { projectId } = projectOf(world, args)
    const ids = wanted(args)
    const known = (['backtest', 'research', 'live'] as const).flatMap((kind) => nodesOf(world, kind))
    const chosen = known.map(({ id }) => id).filter((id) => ids.includes(id))
    const others = (world.nodeChoices ?? []).filter((choice) => choice.projectId !== projectId)
    world.nodeChoices = ids.length === 0 ? others : [...others, { projectId, nodes: chosen }]
    return shown(world, projectId, now)
  },
}
