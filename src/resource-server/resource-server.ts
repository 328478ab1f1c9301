// /mcp, and the metadata that leads a client to it: the gate in front, the MCP handler behind.
import cors from '@koa/cors'
import Router from '@koa/router'
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import type { AuthInfo } from '@modelcontextprotocol/server'
import { isJsonContentType } from '@modelcontextprotocol/server'
import type { Context, Middleware, Next } from 'koa'
import compose from 'koa-compose'
import { reference } from '../audit/reference.ts'
import { cacheable } from '../cacheable.ts'
import type { Config } from '../config.ts'
import { isLoopback } from '../config.ts'
import { anyOrigin, CORS_HEADERS } from '../cors.ts'
import type { Grant } from '../grants/grants.ts'
import { publicKeys } from '../key-files/signing-keys.ts'
import { answerOutages, reportOutage } from '../outage.ts'
import { ownHost } from '../own-host.ts'
import type { Suppliers } from '../suppliers.ts'
import { createAccessTokenVerifier } from './access-token.ts'
import { createBudget } from './call-budget.ts'
import { callBegun, endingBy, recordCall } from './calls/record-call.ts'
import { wordsOf } from './calls/refusals.ts'
import type { GateFailure, MissingScope, Places } from './challenge.ts'
import { challenge } from './challenge.ts'
import { formFor } from './content-negotiation.ts'
import { createFirstUse } from './first-use.ts'
import type { RequestedCall } from './gate.ts'
import { callsIn, createGate, messagesIn, onlyStops } from './gate.ts'
import type { Passed } from './mcp.ts'
import { createMcp } from './mcp.ts'
import { METADATA_PATHS, protectedResourceMetadata } from './metadata.ts'
import { createOpenAnswers } from './open-answers.ts'
import { unreadableParams } from './params.ts'
import { createRepeatedRefusals } from './repeated-refusals.ts'
import type { BodyRefusal } from './request-body.ts'
import { readBody } from './request-body.ts'
import { listens } from './subscriptions.ts'

type ResourceServerSuppliers = Pick<
  Suppliers,
  | 'log'
  | 'store'
  | 'grants'
  | 'authorizations'
  | 'accounts'
  | 'auditLog'
  | 'callsUnderWay'
  | 'vault'
  | 'quantConnect'
  | 'signingKeys'
  | 'cookieKeys'
  | 'clientAddress'
>

export function resourceServer(config: Config, suppliers: ResourceServerSuppliers): Middleware {
  const { issuer, resource } = config
  const { log, grants, authorizations, accounts, vault, signingKeys, store, clientAddress } = suppliers
  const verify = createAccessTokenVerifier(issuer, resource, publicKeys(signingKeys))
  const gate = createGate(verify, grants, vault, createRepeatedRefusals(store))
  const noteFirstUse = createFirstUse(authorizations)
  const openAnswers = createOpenAnswers(grants)
  const budget = createBudget(store, config.callBudget)
  const { originAs } = ownHost(issuer)
  /** What a request is told leads on by the name that it came by. */
  const placesFor = (ctx: Context): Places => ({ issuer, metadata: `${originAs(ctx.get('Host'))}${METADATA_PATHS[0]}` })
  const mcp = createMcp({ ...suppliers, issuer })

  const refuse = (ctx: Context, failure: GateFailure, ref?: string) => {
    log.info({ ...(ref ? { ref } : {}), failure }, 'gate refused')
    if (failure.reason === 'too-many-bad-tokens') return slowDown(ctx, failure.retryAfter)
    const { status, header, body } = challenge(failure, placesFor(ctx))
    ctx.set('WWW-Authenticate', header)
    ctx.set('Cache-Control', 'no-store')
    ctx.status = status
    ctx.body = body
  }

  /** Refuses a request as a whole; each of its calls is one that was refused, under the same reference. */
  const refuseCalls = async (ctx: Context, grant: Grant, body: unknown, failure: MissingScope) => {
    const [at, ref] = [Date.now(), reference()]
    refuse(ctx, failure, ref)
    const recordOne = ({ tool, args }: RequestedCall) => {
      const words = wordsOf(failure, { tool, grantId: grant.id, places: placesFor(ctx) })
      const call = { ...callBegun(grant, tool, args, { at, ref }), ms: 0, ...endingBy(words) }
      return recordCall(suppliers, grant.accountId, tool, call)
    }
    await Promise.all(callsIn(body).map(recordOne))
  }

  const endpoint = async (ctx: Context) => {
    const identity = await gate.identify(ctx.get('Authorization'), clientAddress(ctx))
    if ('reason' in identity) return refuse(ctx, identity)
    const { grant, claims } = identity
    const unnoted = await noteFirstUse(claims)
    const closed = budget.closedFor(grant)
    if (closed) return slowDown(ctx, closed)
    await accounts.noteUse(grant).catch((error) => log.warn({ err: error, grantId: grant.id }, 'grant not kept'))
    weighAnswer(ctx, (bytes) => budget.noteAnswer(grant, bytes))

    if (ctx.method === 'POST' && !isJsonContentType(ctx.get('Content-Type')))
      return reject(ctx, { status: 415, code: -32000, message: 'Content-Type must be application/json' })
    const read = ctx.method === 'POST' ? await readBody(ctx) : { body: undefined }
    const body = 'body' in read ? read.body : undefined
    if (unnoted && !onlyStops(body)) throw unnoted
    const over = await budget.admit(grant, {
      messages: messagesIn(body).length,
      calls: callsIn(body).length,
      bytes: bytesOf(ctx),
    })
    if (typeof over === 'number') return slowDown(ctx, over)
    if ('refused' in read) return reject(ctx, read.refused)
    const form = formFor(ctx.req.headers.accept, listens(body))
    if (!form && messagesIn(body).some(({ id, method }) => id !== undefined && method !== undefined))
      return reject(ctx, NOT_ACCEPTABLE)
    const decision = await gate.decide(grant, body, over)
    if ('reason' in decision) return refuseCalls(ctx, grant, body, decision)

    const unreadable = unreadableParams(body)
    if (unreadable) return reject(ctx, { status: 400, code: -32602, message: unreadable.message }, unreadable.id)

    const places = placesFor(ctx)
    const whenAnswered = answeredOf(ctx)
    const stream = listens(body) ? mcp.newStream() : undefined
    const suspended = openAnswers.watch(identity, ctx.res, stream)
    const passed: Passed = { decision, body, form: form ?? 'either', places, whenAnswered, suspended }
    const extra = { ...passed }
    const auth: AuthInfo = { token: '', clientId: grant.clientId, scopes: [...grant.scopes], extra }
    ctx.respond = false
    const answer = stream?.answer ?? mcp.answer
    // Sound: a request that a server received has a method, which Node's type leaves open.
    return answer(Object.assign(ctx.req, { auth }) as NodeIncomingMessageLike, ctx.res, body)
  }

  const router = new Router()
  for (const path of METADATA_PATHS) {
    router.options(path, anyOrigin)
    router.get(path, anyOrigin, cacheable, (ctx) => {
      ctx.body = protectedResourceMetadata(issuer, `${originAs(ctx.get('Host'))}/mcp`, config.operator)
    })
  }
  router.all(
    '/mcp',
    answerOutages({ report: reportOutage }), // never a page: whoever calls here is a program
    (ctx, next) => guardOrigin(config, ctx as Context, next),
    CORS,
    (ctx) => endpoint(ctx as Context),
  )
  return compose([router.routes()] as Middleware[])
}

const NOT_ACCEPTABLE: BodyRefusal = {
  status: 406,
  code: -32000,
  message: 'Not Acceptable: answers are application/json or text/event-stream, and a stream that listens is the latter',
}

/** Answers with a JSON-RPC error; it belongs to no request unless it says to which. */
function reject(ctx: Context, { status, code, message }: BodyRefusal, id: string | number | null = null): void {
  ctx.status = status
  ctx.body = { jsonrpc: '2.0', error: { code, message }, id }
}

/** How long the body of a request is, unpacked; one that is too long is not read. */
const bytesOf = ({ request }: Context): number =>
  Math.max(request.length ?? 0, Buffer.byteLength(request.rawBody ?? ''))

/** Tells how much was sent in answer to a request, once it was: of what its connection carried, all that came since. */
function weighAnswer({ req, res }: Context, tell: (bytes: number) => void): void {
  const { socket } = req
  const before = socket.bytesWritten
  res.once('close', () => tell(socket.bytesWritten - before))
}

/** Does what is asked for once the whole answer of a request was handed to its connection, and nothing when that broke before. */
function answeredOf({ res }: Context): (act: () => void) => void {
  const acts: (() => void)[] = []
  res.once('finish', () => {
    for (const act of acts) act()
  })
  return (act) => acts.push(act)
}

/** Too many (RFC 6585 §4): says when to come again. No challenge, since signing in anew would help nobody. */
function slowDown(ctx: Context, retryAfter: number): void {
  ctx.set('Retry-After', String(retryAfter))
  ctx.set('Cache-Control', 'no-store')
  reject(ctx, { status: 429, code: -32000, message: `Too many requests; try again in ${retryAfter} s` })
}

const CORS = cors({
  ...CORS_HEADERS,
  origin: (ctx) => ctx.get('Origin'), // guardOrigin has looked at it already
  allowMethods: 'GET,HEAD,POST,DELETE',
})

/** A web page may call only from an allowed origin; a page that was rebound to our address is not one (MCP, Transports). */
async function guardOrigin(config: Config, ctx: Context, next: Next): Promise<void> {
  const origin = ctx.get('Origin')
  if (origin && !isAllowedOrigin(config, origin)) {
    reject(ctx, { status: 403, code: -32000, message: `Origin not allowed: ${origin.slice(0, 200)}` })
    return
  }
  await next()
}

export function isAllowedOrigin({ allowedOrigins, allowLoopbackOrigins }: Config, origin: string): boolean {
  if (allowedOrigins.includes('*') || allowedOrigins.includes(origin)) return true
  const url = URL.parse(origin)
  return url !== null && allowLoopbackOrigins && /^https?:$/.test(url.protocol) && isLoopback(url.hostname)
}
