// /live: deploying a project, reading and listing deployments, ending them
import { buildState, compileOf } from '../compiles.ts'
import { ApiError, type Arguments, type Family, integerIn, stamp, textIn } from '../handler.ts'
import { isKnownLean, NEWEST_LEAN } from '../lean.ts'
import { liveNodes } from '../nodes.ts'
import { projectOf } from '../project.ts'
import { readProgram } from '../simulation/program.ts'
import type { Deployment } from '../world/deployment.ts'
import { hash, hexId } from '../world/ids.ts'
import type { World } from '../world/world.ts'
import { brokerageFrom, checkDataProviders } from './brokerages.ts'
import { LIVE_CHARTS } from './charts.ts'
import { aliveIn, deploymentEnd, deploymentOf, deploymentOn, RUNNING_AFTER, statusOf } from './deployment.ts'
import { dollars, equityAt, runtimeStatistics } from './figures.ts'
import { cashFrom, holdingsFrom } from './forms.ts'
import { ledgerOf } from './ledger.ts'
import { securitiesOf, typeName } from './market.ts'

const DEPLOYMENTS_AT_MOST = 20

function nodeOf(world: World, args: Arguments, now: number): string {
  const nodeId = textIn(args, 'nodeId')
  const node = liveNodes(world).find(({ id }) => id === nodeId)
  if (!node) throw new ApiError('Node not found')
  if (deploymentOn(world, node.id, now)) throw new ApiError('Node is already in use')
  return node.id
}

/** The build, by its number. It arrives as text, and from some clients as a number. */
function versionOf({ versionId = '-1' }: Arguments): number {
  if (!isKnownLean(String(versionId))) throw new ApiError('LEAN version not found')
  const number = Number(/(\d+)$/.exec(String(versionId).replace('-1', ''))?.[1])
  return number || NEWEST_LEAN
}

/** Ended deployments give way to new ones, the oldest first; no endpoint removes them. */
function makeRoom(world: World, now: number): void {
  const all = world.deployments ?? []
  const ended = all.filter((deployment) => deploymentEnd(deployment, now))
  const surplus = ended.slice(0, Math.max(0, all.length - DEPLOYMENTS_AT_MOST + 1))
  world.deployments = all.filter((deployment) => !surplus.includes(deployment))
}

function describe(world: World, deployment: Deployment, now: number) {
  const { deployId, projectId, launched, brokerage } = deployment
  const end = deploymentEnd(deployment, now)
  const status = statusOf(deployment, now)
  const types = new Set(securitiesOf(deployment).map(typeName))
  return {
    deployId,
    status,
    cloneId: projectId,
    launched: stamp(launched),
    stopped: end ? stamp(end.at) : null,
    brokerage,
    securityTypes: status === 'LoggingIn' || status === 'Initializing' ? '' : [...types].join(', '),
    datacenter: 'NY7',
    isPublicStreaming: false,
    public: false,
    message: end?.status === 'RuntimeError' ? `Runtime Error in ${deployment.failsAt}` : '',
    description: '',
    projectName: world.projects.find((project) => project.projectId === projectId)?.name ?? '',
  }
}

function describeRow(deployment: Deployment, now: number) {
  const { projectId } = deployment
  const end = deploymentEnd(deployment, now)
  const at = end?.at ?? now
  return {
    projectId,
    deployId: deployment.deployId,
    status: statusOf(deployment, now),
    launched: stamp(deployment.launched),
    stopped: end ? stamp(end.at) : null,
    brokerage: deployment.brokerage,
    subscription: `P${projectId}-${hash(`channel ${projectId}`).slice(0, 32)}`,
    equity: dollars(equityAt(deployment, ledgerOf(deployment, at), at)),
    environment: deployment.environment,
    description: '',
    error: end?.status === 'RuntimeError' ? `Runtime Error in ${deployment.failsAt}` : '',
    leagues: [],
  }
}

function stopAs(world: World, args: Arguments, status: 'Stopped' | 'Liquidated', now: number) {
  const deployment = aliveIn(world, projectOf(world, args).projectId, now)
  if (!deployment) throw new ApiError('No live algorithm is running in this project')
  deployment.ended = { at: now, status }
  return {}
}

export const liveEndpoints: Family = {
  '/live/create': (world, args, now) => {
    const { projectId, files, language } = projectOf(world, args)
    const compile = compileOf(world, args)
    const versionId = versionOf(args)
    const nodeId = nodeOf(world, args, now)
    const { brokerage, environment } = brokerageFrom(args.brokerage)
    const form = args.brokerage as Arguments // the line above looked
    checkDataProviders(args.dataProviders)
    const state = buildState(compile, now)
    if (state !== 'BuildSuccess') throw new ApiError(`Compile is not ready for live trading: its state is ${state}`)
    if (aliveIn(world, projectId, now)) throw new ApiError('This project already runs live; stop it first')
    makeRoom(world, now)
    const deployment: Deployment = {
      deployId: `L-${hexId(world)}`,
      projectId,
      launched: now,
      nodeId,
      versionId,
      brokerage,
      environment,
      files: files.filter(({ name }) => /\.(py|cs)$/i.test(name)).map((file) => ({ ...file })),
      // A compile from before there were simulations lacks it.
      program: compile.program ?? readProgram(language, files),
      failsAt: compile.failsAt,
      cash: cashFrom(form.cash),
      holdings: holdingsFrom(form.holdings),
      commands: [],
      ended: null,
      loads: { chart: 0, orders: 0 },
    }
    world.deployments = [...(world.deployments ?? []), deployment]
    const { projectName, ...shown } = describe(world, deployment, now)
    return { responseCode: '0', source: 'api-v2', deployId: deployment.deployId, versionId, projectId, live: shown }
  },

  '/live/read': (world, args, now) => {
    if (typeof args.projectId === 'object' || typeof args.projectId === 'boolean')
      throw new ApiError('Invalid argument')
    const deployment = deploymentOf(world, args, 'deployId')
    const { projectId, files, launched } = deployment
    const at = deploymentEnd(deployment, now)?.at ?? now
    const started = at - launched >= RUNNING_AFTER
    return {
      ...describe(world, deployment, now),
      files: files.map((file) => ({
        ...file,
        projectId,
        modified: stamp(file.modified),
        open: false,
        isLibrary: false,
      })),
      runtimeStatistics: started ? runtimeStatistics(deployment, ledgerOf(deployment, at), at) : [],
      charts: started ? Object.fromEntries(LIVE_CHARTS.map((name) => [name, { name }])) : [],
    }
  },

  '/live/list': (world, args, now) => {
    const projectId = args.projectId === undefined ? undefined : projectOf(world, args).projectId
    const status = textIn(args, 'status')
    const start = (integerIn(args, 'start') ?? 0) * 1000
    const end = (integerIn(args, 'end') ?? Number.MAX_SAFE_INTEGER) * 1000
    const rows = (world.deployments ?? [])
      .filter((deployment) => projectId === undefined || deployment.projectId === projectId)
      .filter((deployment) => status === undefined || statusOf(deployment, now) === status)
      .filter(({ launched }) => launched >= start && launched <= end)
      .map((deployment) => describeRow(deployment, now))
      .reverse()
    return { live: rows }
  },

  '/live/update/stop': (world, args, now) => stopAs(world, args, 'Stopped', now),
  '/live/update/liquidate': (world, args, now) => stopAs(world, args, 'Liquidated', now),
}
