// Trouble on demand, so that a client's handling of it can be tried. It hangs on the name of a project, and strikes only
// `/projects/read` with that project's id, so that lists and everything else keep working:
//
//   [http 500]  the answer is HTTP 500 with an empty body
//   [slow]      the answer takes 35 seconds, longer than the 30 that clients usually wait
import { type Arguments, integer } from './handler.ts'
import type { World } from './world.ts'

export const SLOW_MS = 35_000

export type Misbehaviour = '[http 500]' | '[slow]'

export function misbehaviourFor(path: string, world: World, args: Arguments): Misbehaviour | undefined {
  if (path !== '/projects/read') return undefined
  const projectId = integer(args, 'projectId')
  const name = world.projects.find((project) => project.projectId === projectId)?.name
  return (['[http 500]', '[slow]'] as const).find((mark) => name?.includes(mark))
}
