// /projects/collaboration: who else may see and change a project. An invited person's own world does not change: here
// two people's worlds never meet.
import { ApiError, type Arguments, type Family, flagIn, textIn } from './handler.ts'
import { PEOPLE, type Person } from './people.ts'
import { projectOf } from './project.ts'
import type { Collaboration } from './world/project.ts'
import type { World } from './world/world.ts'

function describe({ uid, publicId, name, email }: Person, { owner, write, liveControl }: Record<string, boolean>) {
  return {
    uid,
    publicId,
    name,
    email,
    bio: '',
    profileImage: `https://cdn.example.org/p/${uid}.png`,
    owner,
    permission: write ? 'write' : 'read',
    liveControl,
  }
}

const sharesOf = (world: World, projectId: number): Collaboration[] =>
  (world.collaborations ?? []).filter((share) => share.projectId === projectId)

/** Everybody with access, the owner first, as every answer about a project shows them. */
export function collaboratorsOf(world: World, projectId: number) {
  const owner = { uid: Number(world.userId), owner: true, write: true, liveControl: true }
  const others = sharesOf(world, projectId).map((share) => ({ ...share, owner: false }))
  return [owner, ...others].flatMap(({ uid, owner, write, liveControl }) =>
    PEOPLE.filter((person) => person.uid === uid).map((person) => describe(person, { owner, write, liveControl })),
  )
}

/** Somebody other than the owner, whose rights are the owner's to keep. */
function personOf(world: World, args: Arguments, name: string): Person {
  const publicId = textIn(args, name)
  const person = PEOPLE.find((candidate) => candidate.publicId === publicId)
  if (!person) throw new ApiError('User not found')
  if (person.uid === Number(world.userId)) throw new ApiError('The owner of a project cannot be its collaborator')
  return person
}

const without = (world: World, projectId: number, uid: number): Collaboration[] =>
  (world.collaborations ?? []).filter((share) => share.projectId !== projectId || share.uid !== uid)

function collaborator(world: World, projectId: number, { uid }: Person): void {
  if (!sharesOf(world, projectId).some((share) => share.uid === uid)) throw new ApiError('User not found')
}

// The same rights have other names in each call, and the person another name in the last.
export const collaborationEndpoints: Family = {
  '/projects/collaboration/create': (world, args) => {
    const { projectId } = projectOf(world, args)
    const person = personOf(world, args, 'collaboratorUserId')
    const rights = { write: flagIn(args, 'collaborationWrite'), liveControl: flagIn(args, 'collaborationLiveControl') }
    world.collaborations = [...without(world, projectId, person.uid), { projectId, uid: person.uid, ...rights }]
    return { collaborators: collaboratorsOf(world, projectId) }
  },

  '/projects/collaboration/read': (world, args) => ({
    collaborators: collaboratorsOf(world, projectOf(world, args).projectId),
    userLiveControl: true,
    userPermissions: 'write',
  }),

  '/projects/collaboration/update': (world, args) => {
    const { projectId } = projectOf(world, args)
    const person = personOf(world, args, 'collaboratorUserId')
    collaborator(world, projectId, person)
    const rights = { write: flagIn(args, 'write'), liveControl: flagIn(args, 'liveControl') }
    world.collaborations = [...without(world, projectId, person.uid), { projectId, uid: person.uid, ...rights }]
    return { collaborators: collaboratorsOf(world, projectId) }
  },

  '/projects/collaboration/delete': (world, args) => {
    const { projectId } = projectOf(world, args)
    const person = personOf(world, args, 'collaboratorId')
    collaborator(world, projectId, person)
    world.collaborations = without(world, projectId, person.uid)
    return { collaborators: collaboratorsOf(world, projectId) }
  },

  // There is nobody else whose editor could hold the lock.
  '/projects/collaboration/lock/acquire': (world, args) => {
    projectOf(world, args)
    if (!textIn(args, 'codeSourceId')) throw new ApiError('Invalid argument: codeSourceId')
    return {}
  },
}
