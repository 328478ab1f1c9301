// Trouble on demand, so that a client's handling of it can be tried: POST /sandbox/trouble says what the next calls of
// the account shall meet. Setting it, and beginning again with /sandbox/reset, never meet any themselves.
import { HASH_MISMATCH } from './authenticate.ts'
import { ApiError, type Arguments, type EndpointAnswer, type Family, flagIn, integerIn, textIn } from './handler.ts'
import { ballooned } from './huge.ts'
import { removeObjects } from './object-store/objects.ts'
import { errorReply, type Reply } from './reply.ts'
import { newWorld } from './seeds/seeds.ts'
import { KINDS, type Trouble } from './world/trouble.ts'
import type { World } from './world/world.ts'

const TROUBLES_AT_MOST = 50
const TIMES_AT_MOST = 1_000
const SECONDS_AT_MOST = 600
const SLOW_SECONDS = 35
const HTML = '<!DOCTYPE html><html><body><h1>Something went wrong</h1></body></html>'

const between = (args: Arguments, name: string, least: number, most: number): number | undefined => {
  const value = integerIn(args, name)
  if (value !== undefined && (value < least || value > most)) throw new ApiError(`${name} must be ${least} to ${most}`)
  return value
}

function troubleFrom(args: Arguments): Trouble {
  const path = textIn(args, 'path') ?? ''
  const kind = textIn(args, 'kind') ?? ''
  const seconds = between(args, 'seconds', 0, SECONDS_AT_MOST)
  const reason = textIn(args, 'reason')?.slice(0, 500)
  if (!/^(\*|\/[\w/-]{1,80})$/.test(path)) throw new ApiError('path must be a path below /api/v2, or *')
  if (!Object.hasOwn(KINDS, kind)) throw new ApiError(`kind must be one of: ${Object.keys(KINDS).join(', ')}`)
  return {
    path,
    kind: kind as Trouble['kind'], // the line above looked
    times: between(args, 'times', 1, TIMES_AT_MOST) ?? 1,
    ...(seconds !== undefined && { seconds }),
    ...(reason !== undefined && { reason }),
    ...(flagIn(args, 'after') && { after: true }),
  }
}

export const troubleEndpoints: Family = {
  // Without arguments it only tells what is still to come; with `kind: none` it takes back what was asked for a path.
  '/sandbox/trouble': (world, args) => {
    const asked = world.troubles ?? []
    if (args.kind === 'none') world.troubles = asked.filter(({ path }) => path !== args.path)
    else if (args.kind !== undefined || args.path !== undefined) {
      if (asked.length >= TROUBLES_AT_MOST) throw new ApiError(`At most ${TROUBLES_AT_MOST} troubles can wait`)
      world.troubles = [...asked, troubleFrom(args)]
    }
    return { trouble: world.troubles ?? [] }
  },

  // Back to the beginning. The count of ids goes on, so that an id that someone remembers never means something new.
  '/sandbox/reset': (world, _args, now, { beside }) => {
    removeObjects(world, world.objects ?? [], beside)
    const { userId, serial } = world
    for (const list of Object.keys(world)) delete (world as unknown as Record<string, unknown>)[list]
    Object.assign(world, newWorld(userId, now))
    world.serial = Math.max(serial, world.serial)
    return {}
  },
}

/** The trouble that a call meets, counted off; the oldest first. */
export function takeTrouble(world: World, path: string): Trouble | undefined {
  if (path.startsWith('/sandbox/')) return undefined
  const trouble = world.troubles?.find((candidate) => candidate.path === path || candidate.path === '*')
  if (!trouble) return undefined
  trouble.times -= 1
  world.troubles = world.troubles?.filter(({ times }) => times > 0) ?? []
  return trouble
}

/** Whether the call is carried out, whatever its caller hears of it. */
export const doesWork = ({ kind, after }: Trouble): boolean =>
  after === true || kind === 'slow' || kind === 'without-success' || kind === 'huge'

/** What the caller gets in place of the answer, or the answer made worse. */
export function troubledReply(trouble: Trouble, answer: Reply): Reply {
  const { kind, seconds, reason } = trouble
  const retry = seconds === undefined ? {} : { headers: { 'Retry-After': String(seconds) } }
  switch (kind) {
    case 'unauthorized':
      return errorReply(401, reason ?? 'Unauthorized')
    case 'hash-mismatch':
      return errorReply(200, HASH_MISMATCH)
    case 'http-500':
      return { status: 500 }
    case 'http-500-html':
      return { status: 500, html: HTML }
    case 'http-413':
      return errorReply(413, reason ?? 'Request entity too large')
    case 'http-429':
    case 'http-502':
    case 'http-503':
    case 'http-504':
      return { status: Number(kind.slice('http-'.length)), html: HTML, ...retry }
    case 'slow':
      return { ...answer, afterSeconds: seconds ?? SLOW_SECONDS }
    case 'hang-up':
      return { status: 0, hangUp: true }
    case 'loading':
      return { status: 200, body: { progress: 0.4, status: 'loading', success: true } }
    case 'refuse':
      return errorReply(200, reason ?? 'Refused on demand')
    case 'without-success':
      return { ...answer, body: { ...(answer.body as EndpointAnswer), success: undefined } }
    case 'huge':
      return { ...answer, body: ballooned(answer.body ?? {}) }
  }
}
