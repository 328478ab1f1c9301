// One request to /mcp, from its token to its answer: the gate and all bounds, then one of two roads. The straight road answers
// what nearly every request is, a single call of a tool or a look at the list; the SDK answers the rest. What comes before is the same for both.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import type { AuthInfo } from '@modelcontextprotocol/server'
import { isJsonContentType } from '@modelcontextprotocol/server'
import { reference } from '../audit/reference.ts'
import type { Config } from '../config.ts'
import type { Grant } from '../grants/grant-record.ts'
import { publicKeys } from '../key-files/signing-keys.ts'
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
import { instructionsFor } from './instructions.ts'
import type { Passed } from './mcp.ts'
import { createMcp } from './mcp.ts'
import { METADATA_PATHS } from './metadata.ts'
import { createOpenAnswers } from './open-answers.ts'
import { unreadableParams } from './params.ts'
import { createRepeatedRefusals } from './repeated-refusals.ts'
import type { BodyRefusal, HeaderList, PlainReply } from './reply.ts'
import { rejected, slowedDown } from './reply.ts'
import { readBody } from './request-body.ts'
import { createRoads } from './roads.ts'
import { answerStraight, straightRequestIn } from './straight-road.ts'
import { listens } from './subscriptions.ts'

export type EndpointSuppliers = Pick<
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

/**
 * Answers a request whose host and origin were looked at. Gives what it is to be told; undefined when it is answered by then, or
 * when one of the two roads does so, with these headers beside its own. Throws `StoreUnavailable`.
 */
export type Endpoint = (
  req: IncomingMessage,
  res: ServerResponse,
  common?: HeaderList,
) => Promise<PlainReply | undefined>

export function createEndpoint(config: Config, suppliers: EndpointSuppliers): Endpoint {
  const { issuer, resource } = config
  const { log, grants, authorizations, accounts, signingKeys, store, clientAddress } = suppliers
  const verify = createAccessTokenVerifier(issuer, resource, publicKeys(signingKeys))
  const gate = createGate(verify, suppliers, createRepeatedRefusals(store))
  const noteFirstUse = createFirstUse(authorizations)
  const openAnswers = createOpenAnswers(grants)
  const budget = createBudget(store, config.callBudget)
  const { originAs } = ownHost(issuer)
  /** What a request is told leads on by the name that it came by. */
  const placesFor = ({ headers }: IncomingMessage): Places => ({
    issuer,
    metadata: `${originAs(headers.host ?? '')}${METADATA_PATHS[0]}`,
  })
  const mcp = createMcp({ ...suppliers, issuer })
  const roads = createRoads(log)

  const refused = (req: IncomingMessage, failure: GateFailure, ref?: string): PlainReply => {
    log.info({ ...(ref ? { ref } : {}), failure }, 'gate refused')
    if (failure.reason === 'too-many-bad-tokens') return slowedDown(failure.retryAfter)
    const { status, header, body } = challenge(failure, placesFor(req))
    return { status, headers: { 'WWW-Authenticate': header, 'Cache-Control': 'no-store' }, body }
  }

  /** Refuses a request as a whole; each of its calls is one that was refused, under the same reference. */
  const refusedCalls = async (req: IncomingMessage, grant: Grant, body: unknown, failure: MissingScope) => {
    const [at, ref] = [Date.now(), reference()]
    const reply = refused(req, failure, ref)
    const recordOne = ({ tool, args }: RequestedCall) => {
      const words = wordsOf(failure, { tool, grantId: grant.id, places: placesFor(req) })
      const call = { ...callBegun(grant, tool, args, { at, ref }), ms: 0, ...endingBy(words) }
      return recordCall(suppliers, grant.accountId, tool, call)
    }
    await Promise.all(callsIn(body).map(recordOne))
    return reply
  }

  return async (req, res, common = []) => {
    const { headers } = req
    const identity = await gate.identify(headers.authorization ?? '', () => clientAddress({ req }))
    if ('reason' in identity) return refused(req, identity)
    const { grant, claims } = identity
    const unnoted = await noteFirstUse(claims)
    const closed = budget.closedFor(grant)
    if (closed) return slowedDown(closed)
    await accounts.noteUse(grant).catch((error) => log.warn({ err: error, grantId: grant.id }, 'grant not kept'))
    weighAnswer(req, res, (bytes) => budget.noteAnswer(grant, bytes))

    if (req.method === 'POST' && !isJsonContentType(headers['content-type'])) return rejected(NOT_JSON)
    const read = req.method === 'POST' ? await readBody(req) : { body: undefined, bytes: 0 }
    const body = 'body' in read ? read.body : undefined
    if (unnoted && !onlyStops(body)) throw unnoted
    const asked = { messages: messagesIn(body).length, calls: callsIn(body).length, bytes: read.bytes }
    const over = await budget.admit(grant, asked)
    if (typeof over === 'number') return slowedDown(over)
    if ('refused' in read) return rejected(read.refused)
    const form = formFor(headers.accept, listens(body))
    if (!form && messagesIn(body).some(({ id, method }) => id !== undefined && method !== undefined))
      return rejected(NOT_ACCEPTABLE)
    const decision = await gate.decide(identity, body, over)
    if ('reason' in decision) return refusedCalls(req, grant, body, decision)

    const places = placesFor(req)
    const whenAnswered = answeredOf(res)
    const straight = straightRequestIn(req.method, headers, body)
    roads.note(body, straight !== undefined)
    const unreadable = straight ? undefined : unreadableParams(body)
    if (unreadable) return rejected({ status: 400, code: -32602, message: unreadable.message }, unreadable.id)

    const stream = listens(body) ? mcp.newStream() : undefined
    const suspended = openAnswers.watch(identity, res, stream)
    const instructions = () => instructionsFor(grant, identity.credentials, issuer)
    const passed: Passed = { decision, body, form: form ?? 'either', places, instructions, whenAnswered, suspended }
    if (straight) return answerStraight(straight, passed, { res, common }, { ...suppliers, ...places })

    for (let at = 0; at < common.length; at += 2) res.setHeader(common[at] ?? '', common[at + 1] ?? '')
    const extra = { ...passed }
    const auth: AuthInfo = { token: '', clientId: grant.clientId, scopes: [...grant.scopes], extra }
    const answer = stream?.answer ?? mcp.answer
    // Sound: a request that a server received has a method, which Node's type leaves open.
    await answer(Object.assign(req, { auth }) as NodeIncomingMessageLike, res, body)
    return undefined
  }
}

const NOT_JSON: BodyRefusal = { status: 415, code: -32000, message: 'Content-Type must be application/json' }
const NOT_ACCEPTABLE: BodyRefusal = {
  status: 406,
  code: -32000,
  message: 'Not Acceptable: answers are application/json or text/event-stream, and a stream that listens is the latter',
}

/** Tells how much was sent in answer to a request, once it was: of what its connection carried, all that came since. */
function weighAnswer({ socket }: IncomingMessage, res: ServerResponse, tell: (bytes: number) => void): void {
  const before = socket.bytesWritten
  res.once('close', () => tell(socket.bytesWritten - before))
}

/** Does what is asked for once the whole answer of a request was handed to its connection, and nothing when that broke before. */
function answeredOf(res: ServerResponse): (act: () => void) => void {
  const acts: (() => void)[] = []
  res.once('finish', () => {
    for (const act of acts) act()
  })
  return (act) => acts.push(act)
}
