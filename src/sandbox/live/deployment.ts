// What a deployment is doing at a given moment: it starts by the clock, and runs until it is stopped.
import { ApiError, type Arguments, textIn } from '../handler.ts'
import { projectOf } from '../project.ts'
import type { Deployment } from '../world/deployment.ts'
import type { World } from '../world/world.ts'

const STARTING: readonly (readonly [until: number, status: string])[] = [
  [10_000, 'LoggingIn'],
  [25_000, 'Initializing'],
  [40_000, 'History'],
]
/** From its launch until it runs. */
export const RUNNING_AFTER = 40_000
const FAILS_AFTER = 60_000

const LOGS_EVERY = 5 * 60_000
const SNAPSHOT_EVERY = 10 * 60_000

/** When and how it ended, or nothing while it is alive. */
export function deploymentEnd(deployment: Deployment, now: number): { at: number; status: string } | null {
  const { ended, failsAt, launched } = deployment
  const failure = failsAt === null ? Number.POSITIVE_INFINITY : launched + FAILS_AFTER
  if (failure <= now && (!ended || failure <= ended.at)) return { at: failure, status: 'RuntimeError' }
  return ended
}

export function statusOf(deployment: Deployment, now: number): string {
  const age = now - deployment.launched
  return deploymentEnd(deployment, now)?.status ?? STARTING.find(([until]) => age < until)?.[1] ?? 'Running'
}

/** Until when logs, or the rest, were copied over for readers. The end copies everything at once. */
const copied = (deployment: Deployment, every: number, now: number): number =>
  deploymentEnd(deployment, now)?.at ??
  deployment.launched + Math.floor(Math.max(now - deployment.launched, 0) / every) * every

export const logsUntil = (deployment: Deployment, now: number): number => copied(deployment, LOGS_EVERY, now)
export const snapshotUntil = (deployment: Deployment, now: number): number => copied(deployment, SNAPSHOT_EVERY, now)

/** Whether it has written its first lines. Commands that come earlier are lost. */
export const hearsCommands = (deployment: Deployment, now: number): boolean =>
  logsUntil(deployment, now) > deployment.launched

/** What occupies a live node. */
export const deploymentOn = (world: World, nodeId: string, now: number): Deployment | undefined =>
  world.deployments?.find((deployment) => deployment.nodeId === nodeId && deploymentEnd(deployment, now) === null)

/** What runs in a project. */
export const aliveIn = (world: World, projectId: number, now: number): Deployment | undefined =>
  world.deployments?.find((deployment) => deployment.projectId === projectId && deploymentEnd(deployment, now) === null)

/** The deployment that a call means: the named one, or the latest of the project. */
export function deploymentOf(world: World, args: Arguments, idName: 'deployId' | 'algorithmId'): Deployment {
  const { projectId } = projectOf(world, args)
  const deployId = textIn(args, idName)
  const deployment = world.deployments?.findLast(
    (candidate) => candidate.projectId === projectId && (deployId === undefined || candidate.deployId === deployId),
  )
  if (!deployment) throw new ApiError('Live algorithm not found')
  return deployment
}
