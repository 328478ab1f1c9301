// /projects: making, reading, renaming, binning
import { accountOf } from './account.ts'
import { forgetProject } from './belongings.ts'
import { collaboratorsOf } from './collaboration.ts'
import { ApiError, type Arguments, type Family, integerIn, stamp, textIn } from './handler.ts'
import { leanVersions, NEWEST_LEAN } from './lean.ts'
import { MAX_FILE_SIZE, projectOf } from './project.ts'
import { starterFiles } from './starter.ts'
import { hash, numberId } from './world/ids.ts'
import type { Project } from './world/project.ts'
import type { World } from './world/world.ts'

const PROJECTS_AT_MOST = 200
const NAME_AT_MOST = 200
const BIN = 'Recycle Bin/'

const taken = (world: World, name: string) => world.projects.some((project) => project.name === name)

/** The name, or with the first number after it that makes it free. */
function freeName(world: World, name: string): string {
  let free = name
  for (let number = 1; taken(world, free); number += 1) free = `${name} ${number}`
  return free
}

function projectName(args: Arguments): string | undefined {
  const name = textIn(args, 'name')?.trim()
  if (name === '') throw new ApiError('Project name is empty')
  if (name && name.length > NAME_AT_MOST) throw new ApiError(`Project name is longer than ${NAME_AT_MOST} characters`)
  return name
}

/** Deleted projects give way to new ones, the longest in the bin first, since nothing else ever empties it. */
function makeRoom(world: World): void {
  if (world.projects.length < PROJECTS_AT_MOST) return
  const [oldest] = world.projects.filter(({ name }) => name.startsWith(BIN)).sort((a, b) => a.modified - b.modified)
  if (!oldest) throw new ApiError(`This sandbox keeps at most ${PROJECTS_AT_MOST} projects; delete one first`)
  forgetProject(world, oldest.projectId)
}

function describe(world: World, project: Project) {
  const { userId, organizationId } = accountOf(world)
  const { projectId } = project
  return {
    projectId,
    organizationId,
    name: project.name,
    description: project.description,
    modified: stamp(project.modified),
    created: stamp(project.created),
    ownerId: Number(userId),
    owner: true,
    language: project.language,
    collaborators: collaboratorsOf(world, projectId),
    leanVersionId: NEWEST_LEAN,
    leanPinnedToMaster: true,
    leanEnvironment: 1,
    channelId: `P${projectId}-${hash(`channel ${projectId}`).slice(0, 32)}`,
    parameters: [],
    libraries: [],
    grid: null,
    liveGrid: null,
    paperEquity: 100_000,
    lastLiveDeployment: null,
    liveForm: null,
    encrypted: false,
    encryptionKey: null,
    codeRunning: false,
    isPinned: false,
    maxFileSize: MAX_FILE_SIZE,
    sharingTokenBacktest: null,
    // A field that no document knows, on every other project: clients have to bear one now and then.
    ...(projectId % 2 === 0 && { sandboxColor: 'teal' }),
  }
}

const listed = (world: World, projects: readonly Project[]) => ({
  projects: projects.map((project) => describe(world, project)),
  versions: leanVersions,
})

export const projectEndpoints: Family = {
  '/projects/create': (world, args, now) => {
    const name = projectName(args)
    const language = textIn(args, 'language')
    const organizationId = textIn(args, 'organizationId') ?? accountOf(world).organizationId
    if (name === undefined) throw new ApiError('Project name is empty')
    if (language !== 'Py' && language !== 'C#') throw new ApiError('Language must be Py or C#')
    if (organizationId !== accountOf(world).organizationId) throw new ApiError('Organization not found')
    makeRoom(world)
    const project: Project = {
      projectId: numberId(world, 8),
      name: freeName(world, name),
      description: '',
      language,
      created: now,
      modified: now,
      files: starterFiles(language).map((file) => ({ id: numberId(world, 9), ...file, modified: now })),
    }
    world.projects.push(project)
    return listed(world, [project])
  },

  '/projects/read': (world, args) => {
    if (integerIn(args, 'projectId') !== undefined) return listed(world, [projectOf(world, args)])
    const start = integerIn(args, 'start') ?? 0
    const end = integerIn(args, 'end') ?? Number.POSITIVE_INFINITY
    if (start < 0 || start >= end) throw new ApiError('Invalid range')
    return listed(world, world.projects.slice(start, end))
  },

  '/projects/update': (world, args, now) => {
    const project = projectOf(world, args)
    const name = projectName(args) ?? project.name
    if (name !== project.name && taken(world, name)) throw new ApiError('Project name already exists')
    project.description = textIn(args, 'description') ?? project.description
    project.name = name
    project.modified = now
    return {}
  },

  '/projects/delete': (world, args, now) => {
    const project = projectOf(world, args)
    if (!project.name.startsWith(BIN)) {
      project.name = freeName(world, BIN + project.name)
      project.modified = now
    }
    return {}
  },
}
