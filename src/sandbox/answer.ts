// From a request to a reply: who asks, for what, with which arguments, one step in their world, and the trouble they
// asked for.
import type { IncomingMessage } from 'node:http'
import type { Store } from '../storage/store.ts'
import { authenticate } from './authenticate.ts'
import { argumentsOf, BODY_AT_MOST, bodyOf } from './body.ts'
import { ENDPOINTS, READS } from './endpoints.ts'
import { ApiError, type Arguments, type EndpointAnswer, type Handler, Redirect, type Surroundings } from './handler.ts'
import { inWorld } from './in-world.ts'
import { openPage } from './pages.ts'
import { errorReply, type Reply } from './reply.ts'
import { doesWork, takeTrouble, troubledReply } from './trouble.ts'
import type { World } from './world/world.ts'

export const BASE = '/api/v2'

export interface Setting {
  readonly store: Store
  /** Where a browser reaches this sandbox, without a path. */
  readonly origin: string
  readonly refuseWith401: boolean
}

const replyOf = (answer: EndpointAnswer | Redirect, origin: string): Reply =>
  answer instanceof Redirect
    ? { status: 302, headers: { Location: origin + answer.path } }
    : { status: 200, body: { success: true, ...answer } }

/** The reply to one call, and the world as the call leaves it. */
function step(handler: Handler, path: string, world: World, args: Arguments, around: Surroundings): Reply {
  const now = Date.now()
  const trouble = takeTrouble(world, path)
  if (!trouble) return replyOf(handler(world, args, now, around), around.origin)
  if (!doesWork(trouble)) return troubledReply(trouble, { status: 200 })
  // The trouble counts as met even when the work is refused, and a refusal must leave nothing half done.
  const trial = structuredClone(world)
  try {
    const reply = replyOf(handler(trial, args, now, around), around.origin)
    Object.assign(world, trial)
    return troubledReply(trouble, reply)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return troubledReply(trouble, errorReply(error.status, error.message))
  }
}

export async function answer(request: IncomingMessage, { store, origin, refuseWith401 }: Setting): Promise<Reply> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox')
  if (!pathname.startsWith(`${BASE}/`)) {
    const page = await openPage(pathname, request.method ?? 'GET', store)
    if (page) return page
  }

  const caller = authenticate(request.headers, Date.now())
  if ('error' in caller) return errorReply(refuseWith401 ? 401 : caller.status, caller.error)

  const path = pathname.startsWith(`${BASE}/`) ? pathname.slice(BASE.length) : ''
  const handler = ENDPOINTS.get(path)
  if (!handler) return errorReply(404, `Endpoint not found: ${pathname}`)

  const isGet = request.method === 'GET'
  if (request.method !== 'POST' && !(isGet && READS.test(path))) return errorReply(405, 'Method not allowed')
  const body = await bodyOf(request)
  if (body === undefined) return errorReply(413, `Request body is over the limit of ${BODY_AT_MOST} bytes`)
  const args = isGet ? Object.fromEntries(searchParams) : await argumentsOf(body, request.headers['content-type'])
  return inWorld(store, caller.userId, (world, beside) => step(handler, path, world, args, { origin, beside }))
}
