// One project: the one that a call means, and how large its files may become.
import { ApiError, type Arguments, integerIn } from './handler.ts'
import type { Project } from './world/project.ts'
import type { World } from './world/world.ts'

/** Bytes; the quota of the tier that this sandbox plays. */
export const MAX_FILE_SIZE = 65_536

export function projectOf(world: World, args: Arguments): Project {
  const projectId = integerIn(args, 'projectId')
  const project = world.projects.find((candidate) => candidate.projectId === projectId)
  if (!project) throw new ApiError('Project not found')
  return project
}
