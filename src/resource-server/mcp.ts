// The MCP side: the SDK speaks both protocol eras, our one dispatcher does the work. A server object is made per request,
// as the SDK wants it, with its handlers; tools and their schemas were built when the process started.
import type { NodeMcpRequestHandler } from '@modelcontextprotocol/node'
import type { McpHttpHandler, McpServerFactory, ServerContext } from '@modelcontextprotocol/server'
import { CLIENT_CAPABILITIES_META_KEY, createMcpHandler } from '@modelcontextprotocol/server'
import { nextPortion } from '../portions.ts'
import { record } from '../quantconnect/fields.ts'
import { VERSION } from '../version.ts'
import { inForm } from './answer-form.ts'
import { visible } from './answers/unseen.ts'
import type { Caller, ToolSuppliers } from './calls/call-tool.ts'
import { callTool } from './calls/call-tool.ts'
import type { Places } from './challenge.ts'
import type { Form } from './content-negotiation.ts'
import type { Decision } from './gate.ts'
import { isDecision, messagesIn } from './gate.ts'
import { ValidatingServer } from './params.ts'
import { getPrompt, PROMPT_LIST } from './prompts/get-prompt.ts'
import { namingAllVersions, SERVED_VERSIONS } from './protocol-versions.ts'
import { listResources } from './resources/list-resources.ts'
import { complete, readResource } from './resources/read-resource.ts'
import { TEMPLATE_LIST } from './resources/templates.ts'
import { ServerOf2025 } from './server-of-2025.ts'
import type { Stream } from './subscriptions.ts'
import { createStream } from './subscriptions.ts'
import { visibleTools } from './tools/visible-tools.ts'

/** What is the same for everyone, and changes only with a release (MCP 2026-07-28, Caching). */
const LISTS = ['resources/templates/list', 'prompts/list'] as const
const FOR_ALL = { ttlMs: 60 * 60 * 1000, cacheScope: 'public' } as const
/** What depends on what a person allows, and may change at any time. */
const FOR_ONE = { ttlMs: 60 * 1000, cacheScope: 'private' } as const
export const CACHE_HINTS = {
  ...Object.fromEntries(LISTS.map((method) => [method, FOR_ALL])),
  'tools/list': FOR_ONE,
  'resources/list': FOR_ONE,
  'server/discover': { ttlMs: 0, cacheScope: 'private' },
} as const
/** What the SDK wants to read in every `Accept` header, literally. What a client takes was looked at before. */
const BOTH_FORMS = 'application/json, text/event-stream'
/** What this server says that it is (MCP, Implementation). */
export const ABOUT = { name: 'qcgate', title: 'QuantConnect', version: VERSION }

/** What this server can do. It tells of changes on streams, which the later protocol has. */
export const capabilitiesOf = (era: 'modern' | 'legacy') => ({
  tools: { listChanged: era === 'modern' },
  resources: {},
  prompts: {},
  completions: {},
})

/** Whether a body opens a conversation, in either era. Only then are instructions sent. */
const greets = (body: unknown): boolean =>
  messagesIn(body).some(({ method }) => method === 'initialize' || method === 'server/discover')

/** What goes along with a request, in `req.auth.extra`. Without the gate's decision no tool runs. */
export interface Passed {
  readonly decision: Decision
  readonly body: unknown
  /** How the client takes the answer. */
  readonly form: Form
  /** What a refusal names. */
  readonly places: Places
  /** What a model is told when it connects. */
  readonly instructions: () => string
  /** Does something once the answer was sent. */
  readonly whenAnswered: (act: () => void) => void
  /** Aborts when the connection is suspended, see `Caller`. */
  readonly suspended: AbortSignal
}

/** The handlers behind the gate. */
export interface Mcp {
  readonly answer: NodeMcpRequestHandler
  /** For one request that listens, see `listens`. */
  newStream(): Stream
}

export function createMcp(same: Omit<ToolSuppliers, 'metadata'>): Mcp {
  const { log } = same

  const newServer: McpServerFactory = async ({ authInfo, era }) => {
    const { body, instructions } = (authInfo?.extra ?? {}) as Partial<Passed> // sound: the endpoint puts it there
    const about = greets(body) ? instructions?.() : undefined
    // Sound: resource-server.ts puts them there, for every request that it lets come so far.
    const suppliers: ToolSuppliers = { ...same, ...(authInfo?.extra?.places as Places) }
    const server = new (era === 'legacy' ? ServerOf2025 : ValidatingServer)(ABOUT, {
      capabilities: capabilitiesOf(era),
      supportedProtocolVersions: [...SERVED_VERSIONS],
      cacheHints: CACHE_HINTS,
      ...(about ? { instructions: about } : {}),
    })
    server.setRequestHandler('tools/list', (_request, context) => {
      const { decision } = callerIn(context)
      return { tools: [...visibleTools(isDecision(decision) ? decision.grant.scopes : []).tools] }
    })
    server.setRequestHandler('tools/call', async ({ params: { name, arguments: args } }, context) => {
      // The calls of a batch begin one after the other, with everyone's turn between them.
      if (Array.isArray(authInfo?.extra?.body)) await nextPortion()
      return callTool({ name, args, ...callerIn(context) }, suppliers)
    })
    server.setRequestHandler('resources/list', (_request, context) => listResources(callerIn(context), suppliers))
    server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...TEMPLATE_LIST] }))
    server.setRequestHandler('resources/read', ({ params: { uri } }, context) =>
      readResource(uri, callerIn(context), suppliers),
    )
    server.setRequestHandler('completion/complete', ({ params }, context) =>
      complete(params, callerIn(context), suppliers),
    )
    server.setRequestHandler('prompts/list', () => ({ prompts: [...PROMPT_LIST] }))
    server.setRequestHandler('prompts/get', ({ params }) => getPrompt(params.name, params.arguments))
    return server
  }
  const newHandler = () =>
    createMcpHandler(newServer, { onerror: (error) => log.debug({ err: error }, 'MCP request refused') })
  const toAnswer = (handler: McpHttpHandler): NodeMcpRequestHandler => {
    const fetch: McpHttpHandler['fetch'] = async (request, { authInfo } = {}) => {
      const { body: parsedBody, form } = (authInfo?.extra ?? {}) as Partial<Passed> // sound: the resource server puts it there
      request.headers.set('accept', BOTH_FORMS)
      const answer = await handler.fetch(request, { ...(authInfo ? { authInfo } : {}), parsedBody })
      answer.headers.delete('connection') // which Node.js answers for (RFC 9110 §7.6.1)
      return inForm(form ?? 'either', await namingAllVersions(answer), Array.isArray(parsedBody))
    }
    let answer: NodeMcpRequestHandler | undefined
    return async (req, res, body) => {
      // It brings all that belongs to `fetch`, which takes a tenth of a start, and which the straight road never asks for.
      const { toNodeHandler } = await import('@modelcontextprotocol/node')
      answer ??= toNodeHandler({ fetch }, { onerror: (error) => log.error({ err: error }, 'MCP handler failed') })
      // Of what it is given the adapter makes text again, which nobody reads: a copy of every upload.
      return answer(req, res, body === undefined ? undefined : {})
    }
  }

  return {
    answer: toAnswer(newHandler()),
    newStream: () => createStream(newHandler(), toAnswer),
  }
}

const passedIn = ({ http }: ServerContext): Partial<Passed> => (http?.authInfo?.extra ?? {}) as Partial<Passed> // sound: see `toAnswer`

/** What the dispatcher needs to know of who asks, and the gate's word about it. */
const callerIn = (context: ServerContext): Caller => ({
  decision: context.http?.authInfo?.extra?.decision,
  signal: context.mcpReq.signal,
  responses: context.mcpReq.inputResponses,
  whenAnswered: passedIn(context).whenAnswered,
  suspended: passedIn(context).suspended,
  report: context.http?.authInfo?.extra?.form === 'json' ? undefined : reporter(context),
  canOpen: canOpen(context.mcpReq.envelope ?? {}),
})

/** Sends progress to a caller who asked for it with a token (MCP, Progress); absent for everyone else. */
function reporter({ mcpReq }: ServerContext): ((progress: number, message?: string) => Promise<void>) | undefined {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return undefined
  return (progress, message) =>
    mcpReq.notify({
      method: 'notifications/progress',
      params: { progressToken, progress, total: 100, ...(message ? { message: visible(message) } : {}) },
    })
}

/** Whether the client said with this request that it can send its person to an address. Clients of 2025 never can here. */
export const canOpen = (envelope: Readonly<Record<string, unknown>>): boolean =>
  record(record(envelope[CLIENT_CAPABILITIES_META_KEY]).elicitation).url !== undefined
