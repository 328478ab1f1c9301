// The straight road, for what nearly every request is: one call of a tool, whole and in order, that needs no stream. The SDK's own
// classifier says which protocol it speaks; the dispatcher answers it, and the answer is written as the SDK would write it, without
// the objects that the SDK makes for each request. Whatever is out of the ordinary goes elsewhere, which is to the SDK.
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
import type { Passed } from './mcp.ts'
import { ABOUT, canOpen } from './mcp.ts'
import { isMisfit } from './params.ts'
import { SERVED_VERSIONS } from './protocol-versions.ts'
import type { HeaderList } from './reply.ts'
import { writeText } from './reply.ts'
import { findTool } from './tools/catalog.ts'

/** A call that may take this road. */
export interface StraightCall {
  readonly era: 'modern' | 'legacy'
  readonly id: string | number
  readonly name: string
  readonly args: unknown
  /** Whether the client can send its person to an address (URL elicitation). */
  readonly canOpen: boolean
}

/** An answer that is to be written, and headers that it has in any case. */
interface Answering {
  readonly res: ServerResponse
  readonly common: HeaderList
}

/** Answers a call that takes this road. */
export function answerStraight(
  call: StraightCall,
  { decision, form, suspended, whenAnswered }: Passed,
  answer: Answering,
  suppliers: ToolSuppliers,
): Promise<undefined> {
  const { era, name, args, canOpen } = call
  const text = callTool(
    { name, args, decision, signal: leftOf(answer.res), suspended, whenAnswered, canOpen },
    suppliers,
  ).then(
    (result) => resultText(call, result),
    (error) => errorText(call, error),
  )
  return isStream(form, era) ? writeStream(answer, text) : writeJson(answer, text)
}

const PARAMS: readonly string[] = ['name', 'arguments', '_meta']

/** The call in a request, if it is one for this road. */
export function straightCallIn(
  method: string | undefined,
  headers: IncomingHttpHeaders,
  body: unknown,
): StraightCall | undefined {
  const { id, method: asked, params } = record(body)
  if (method !== 'POST' || asked !== 'tools/call' || (typeof id !== 'string' && typeof id !== 'number'))
    return undefined
  const given = record(params)
  const { name, arguments: args, _meta } = given
  if (typeof name !== 'string' || !findTool(name) || Object.keys(given).some((one) => !PARAMS.includes(one)))
    return undefined
  const era = eraOf(method, headers, body, name)
  if (!era) return undefined
  const meta = record(_meta)
  if ('progressToken' in meta) return undefined // which takes a stream
  if (isMisfit('tools/call', params)) return undefined
  return { era, id, name, args, canOpen: canOpen(meta) }
}

/** Which protocol a request speaks, if it does so without a mistake. */
function eraOf(
  httpMethod: string,
  headers: IncomingHttpHeaders,
  body: unknown,
  name: string,
): StraightCall['era'] | undefined {
  const version = one(headers['mcp-protocol-version'])
  const mcpMethodHeader = one(headers['mcp-method'])
  const mcpNameHeader = one(headers['mcp-name'])
  const found = classifyInboundRequest({
    httpMethod,
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
  return isServed && mcpMethodHeader === 'tools/call' && mcpNameHeader === name ? 'modern' : undefined
}

/** A header that comes once, as Node.js gives it. */
const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value

/** A result as it travels: the later protocol says of what kind it is, and who answers (MCP 2026-07-28, Result). */
function resultText({ era, id }: StraightCall, result: CallToolResult | InputRequiredResult): string {
  const { resultType = 'complete', ...rest } = result
  const _meta = { ...result._meta, [SERVER_INFO_META_KEY]: ABOUT }
  const told = era === 'legacy' ? result : { ...rest, resultType, _meta }
  return JSON.stringify({ result: told, jsonrpc: '2.0', id })
}

function errorText({ id }: StraightCall, error: Error & { readonly code?: unknown; readonly data?: unknown }): string {
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
const isStream = (form: Form, era: StraightCall['era']): boolean =>
  form === 'stream' || (form === 'either' && era === 'legacy')

async function writeJson({ res, common }: Answering, text: Promise<string>): Promise<undefined> {
  const json = await text
  if (!res.destroyed) writeText(res, 200, [...common, 'Content-Type', 'application/json'], json)
}

const STREAM: HeaderList = Object.entries(STREAM_HEADERS).flat()
/** An answer that takes longer, in milliseconds, begins with its headers: proxies and clients wait less patiently for those. */
const OPENS_AFTER = 1_000
/** Milliseconds between two comments that keep a silent stream from being taken for dead. */
const KEEP_ALIVE = 15_000

/** The answer as the one event of a stream. */
async function writeStream({ res, common }: Answering, text: Promise<string>): Promise<undefined> {
  const headers = [...common, ...STREAM]
  let keepAlive: NodeJS.Timeout | undefined
  const opening = setTimeout(() => {
    if (res.destroyed) return
    res.writeHead(200, headers).flushHeaders()
    keepAlive = setInterval(() => res.write(': keepalive\n\n'), KEEP_ALIVE)
  }, OPENS_AFTER)
  try {
    const event = eventOf(await text)
    if (res.destroyed) return
    if (res.headersSent) res.end(event)
    else writeText(res, 200, headers, event)
  } finally {
    clearTimeout(opening)
    clearInterval(keepAlive)
  }
}
