// The straight road, for what nearly every request is: one call of a tool, or a look at what there is, whole and in order, that needs
// no stream. The SDK's own classifier says which protocol it speaks; the answer is written as the SDK would write it, without the
// objects that the SDK makes for each request. Whatever is out of the ordinary goes elsewhere, which is to the SDK.
// `straight-and-sdk.test.ts` sends the same requests down both roads.
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server'
import {
  classifyInboundRequest,
  ProtocolErrorCode,
  SERVER_INFO_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server'
import { record } from '../quantconnect/fields.ts'
import { eventOf, STREAM_HEADERS } from './answer-form.ts'
import type { ToolSuppliers } from './calls/call-tool.ts'
import { callTool } from './calls/call-tool.ts'
import type { Form } from './content-negotiation.ts'
import type { Decision } from './gate.ts'
import { isDecision } from './gate.ts'
import type { Passed } from './mcp.ts'
import { ABOUT, CACHE_HINTS, canOpen, capabilitiesOf } from './mcp.ts'
import { isMisfit } from './params.ts'
import { SERVED_VERSIONS } from './protocol-versions.ts'
import type { HeaderList, Pieces } from './reply.ts'
import { writePieces } from './reply.ts'
import { findTool } from './tools/catalog.ts'
import { visibleTools } from './tools/visible-tools.ts'

type Era = 'modern' | 'legacy'
/** A call of a tool, and whether its client can send its person to an address (URL elicitation). */
interface Call {
  readonly method: 'tools/call'
  readonly name: string
  readonly args: unknown
  readonly canOpen: boolean
}
type Asked = Call | { readonly method: 'tools/list' | 'server/discover' }
/** A request that may take this road. */
export type StraightRequest = Asked & { readonly era: Era; readonly id: string | number }

/** An answer that is to be written, and headers that it has in any case. */
interface Answering {
  readonly res: ServerResponse
  readonly common: HeaderList
}

/** Answers a request that takes this road. */
export function answerStraight(
  request: StraightRequest,
  passed: Passed,
  answer: Answering,
  suppliers: ToolSuppliers,
): Promise<undefined> {
  const { era, id } = request
  const pieces = piecesFor(request, passed, answer, suppliers).catch((error) => [errorText(id, error)])
  return isStream(passed.form, era) ? writeStream(answer, pieces) : writeJson(answer, pieces)
}

async function piecesFor(
  request: StraightRequest,
  passed: Passed,
  { res }: Answering,
  suppliers: ToolSuppliers,
): Promise<Pieces> {
  switch (request.method) {
    case 'tools/call': {
      const { name, args, canOpen } = request
      const { decision, suspended, whenAnswered } = passed
      const caller = { decision, suspended, whenAnswered, canOpen, signal: leftOf(res) }
      return [resultText(request, await callTool({ name, args, ...caller }, suppliers))]
    }
    case 'tools/list':
      return listPieces(request, isDecision(passed.decision) ? passed.decision : undefined)
    case 'server/discover':
      return [
        resultText(request, {
          supportedVersions: SERVED_VERSIONS,
          capabilities: capabilitiesOf('modern'),
          instructions: passed.instructions(),
        }),
      ]
  }
}

const PARAMS: Readonly<Record<Asked['method'], readonly string[]>> = {
  'tools/call': ['name', 'arguments', '_meta'],
  'tools/list': ['_meta'],
  'server/discover': ['_meta'],
}
const takesThisRoad = (method: unknown): method is Asked['method'] =>
  typeof method === 'string' && Object.hasOwn(PARAMS, method)

/** What is asked for in a request, if it is something for this road. */
export function straightRequestIn(
  httpMethod: string | undefined,
  headers: IncomingHttpHeaders,
  body: unknown,
): StraightRequest | undefined {
  const { id, method, params } = record(body)
  if (httpMethod !== 'POST' || !takesThisRoad(method) || (typeof id !== 'string' && typeof id !== 'number'))
    return undefined
  const given = record(params)
  if (Object.keys(given).some((one) => !PARAMS[method].includes(one))) return undefined
  const asked = askedIn(method, given)
  const era = asked && eraOf(headers, body, asked)
  if (!era || (era === 'legacy' && method === 'server/discover')) return undefined
  if ('progressToken' in record(given._meta)) return undefined // which takes a stream
  if (isMisfit(method, params)) return undefined
  return { ...asked, era, id }
}

function askedIn(
  method: Asked['method'],
  { name, arguments: args, _meta }: Record<string, unknown>,
): Asked | undefined {
  if (method !== 'tools/call') return { method }
  return typeof name === 'string' && findTool(name)
    ? { method, name, args, canOpen: canOpen(record(_meta)) }
    : undefined
}

/** Which protocol a request speaks, if it does so without a mistake. */
function eraOf(headers: IncomingHttpHeaders, body: unknown, asked: Asked): Era | undefined {
  const version = one(headers['mcp-protocol-version'])
  const mcpMethodHeader = one(headers['mcp-method'])
  const mcpNameHeader = one(headers['mcp-name'])
  const found = classifyInboundRequest({
    httpMethod: 'POST',
    body,
    ...(version === undefined ? {} : { protocolVersionHeader: version }),
    ...(mcpMethodHeader === undefined ? {} : { mcpMethodHeader }),
    ...(mcpNameHeader === undefined ? {} : { mcpNameHeader }),
  })
  if (found.kind === 'legacy') {
    const isServed = version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(version)
    return found.reason === 'no-claim' && isServed ? 'legacy' : undefined
  }
  if (found.kind !== 'modern' || found.messageKind !== 'request') return undefined
  const isServed = found.classification.revision === SERVED_VERSIONS[0] && version === SERVED_VERSIONS[0]
  const name = asked.method === 'tools/call' ? asked.name : undefined
  return isServed && mcpMethodHeader === asked.method && mcpNameHeader === name ? 'modern' : undefined
}

/** A header that comes once, as Node.js gives it. */
const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value

/** What the later protocol adds to a result: of what kind it is, how long it may be kept, and who answers (MCP 2026-07-28, Result). */
function resultText(
  { era, id, method }: StraightRequest,
  result: CallToolResult | InputRequiredResult | Readonly<Record<string, unknown>>,
): string {
  if (era === 'legacy') return JSON.stringify({ result, jsonrpc: '2.0', id })
  const { resultType = 'complete', ...rest } = result
  const hints = method === 'tools/call' ? {} : CACHE_HINTS[method]
  const _meta = { ...record(result._meta), [SERVER_INFO_META_KEY]: ABOUT }
  return JSON.stringify({ result: { ...rest, resultType, ...hints, _meta }, jsonrpc: '2.0', id })
}

const NOTHING = 'null'

/** The list for whoever was let in, of bytes that were made once for all who may do the same. */
function listPieces(request: StraightRequest, decision: Decision | undefined): Pieces {
  const { bytes } = visibleTools(decision?.grant.scopes ?? [])
  const text = resultText(request, { tools: null })
  const at = text.indexOf(NOTHING) // the first, since the result comes before what its client has written (the id)
  return [text.slice(0, at), bytes(), text.slice(at + NOTHING.length)]
}

function errorText(
  id: StraightRequest['id'],
  error: Error & { readonly code?: unknown; readonly data?: unknown },
): string {
  const { message, data } = error
  const code = Number.isSafeInteger(error.code) ? error.code : ProtocolErrorCode.InternalError
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } })
}

/** Aborts when the caller leaves before the answer. */
function leftOf(res: ServerResponse): AbortSignal {
  const left = new AbortController()
  res.once('close', () => {
    if (!res.writableEnded) left.abort()
  })
  if (res.destroyed) left.abort()
  return left.signal
}

/** Clients of 2025 are given streams, where they take them. */
const isStream = (form: Form, era: Era): boolean => form === 'stream' || (form === 'either' && era === 'legacy')

async function writeJson({ res, common }: Answering, pieces: Promise<Pieces>): Promise<undefined> {
  const json = await pieces
  if (!res.destroyed) writePieces(res, 200, [...common, 'Content-Type', 'application/json'], json)
}

const STREAM: HeaderList = Object.entries(STREAM_HEADERS).flat()
/** An answer that takes longer, in milliseconds, begins with its headers: proxies and clients wait less patiently for those. */
const OPENS_AFTER = 1_000
/** Milliseconds between two comments that keep a silent stream from being taken for dead. */
const KEEP_ALIVE = 15_000

/** The answer as the one event of a stream. */
async function writeStream({ res, common }: Answering, pieces: Promise<Pieces>): Promise<undefined> {
  const headers = [...common, ...STREAM]
  let keepAlive: NodeJS.Timeout | undefined
  const opening = setTimeout(() => {
    if (res.destroyed) return
    res.writeHead(200, headers).flushHeaders()
    keepAlive = setInterval(() => res.write(': keepalive\n\n'), KEEP_ALIVE)
  }, OPENS_AFTER)
  try {
    const event = eventOf(await pieces)
    if (res.destroyed) return
    if (!res.headersSent) return void writePieces(res, 200, headers, event)
    for (const piece of event) res.write(piece)
    res.end()
  } finally {
    clearTimeout(opening)
    clearInterval(keepAlive)
  }
}
