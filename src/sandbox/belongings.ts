// What goes with a project when it is gone for good.
import type { World } from './world/world.ts'

export function forgetProject(world: World, projectId: number): void {
  const others = (record: { projectId: number }) => record.projectId !== projectId
  world.projects = world.projects.filter(others)
  world.compiles = world.compiles.filter(others)
  world.backtests = world.backtests.filter(others)
  world.collaborations = world.collaborations?.filter(others) ?? []
  world.nodeChoices = world.nodeChoices?.filter(others) ?? []
  world.optimizations = world.optimizations?.filter(others) ?? []
  world.deployments = world.deployments?.filter(others) ?? []
}
