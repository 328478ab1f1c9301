// Whether the params of a request are what its method takes. The SDK knows the shapes and answers a misfit with a server's
// error and its validator's notes; it is the caller's error, and one sentence says what to correct (JSON-RPC 2.0 §5.1, -32602).
import type { JSONRPCRequest, Result, ServerContext } from '@modelcontextprotocol/server'
import { ProtocolError, ProtocolErrorCode, Server, specTypeSchemas } from '@modelcontextprotocol/server'
import { record } from '../quantconnect/fields.ts'
import { clip } from './answers/reading.ts'
import { visible } from './answers/unseen.ts'
import { SERVED_VERSIONS } from './protocol-versions.ts'

/** The requests that are answered here, in either era. */
const REQUESTS = {
  initialize: specTypeSchemas.InitializeRequest,
  ping: specTypeSchemas.PingRequest,
  'server/discover': specTypeSchemas.Request,
  'tools/list': specTypeSchemas.ListToolsRequest,
  'tools/call': specTypeSchemas.CallToolRequest,
  'resources/list': specTypeSchemas.ListResourcesRequest,
  'resources/templates/list': specTypeSchemas.ListResourceTemplatesRequest,
  'resources/read': specTypeSchemas.ReadResourceRequest,
  'prompts/list': specTypeSchemas.ListPromptsRequest,
  'prompts/get': specTypeSchemas.GetPromptRequest,
  'completion/complete': specTypeSchemas.CompleteRequest,
  'subscriptions/listen': specTypeSchemas.Request, // the SDK looks at the rest, and says so in a sentence
} as const

const isAnswered = (method: unknown): method is keyof typeof REQUESTS =>
  typeof method === 'string' && Object.hasOwn(REQUESTS, method)

type Schema = (typeof REQUESTS)[keyof typeof REQUESTS] | typeof specTypeSchemas.Request

/** What does not fit, in a sentence; undefined when all does. A tool's own arguments are for the tool to look at. */
function misfitOf(schema: Schema, method: string, params: unknown): string | undefined {
  const [issue] = schema['~standard'].validate({ method, params }).issues ?? []
  if (!issue) return undefined
  const path = (issue.path ?? []).slice(1).map((step) => String(typeof step === 'object' ? step.key : step))
  const what =
    issue.message.replace(/^Invalid input(: )?/, '').replace('expected record', 'expected object') ||
    'none of the forms that it may have'
  return visible(clip(`The params of ${method} do not fit${path.length ? ` at ${path.join('.')}` : ''}: ${what}.`))
}

/** Whether the params of a request are not what its method takes. */
export const isMisfit = (method: keyof typeof REQUESTS, params: unknown): boolean =>
  misfitOf(REQUESTS[method], method, params) !== undefined

/**
 * What makes the params of a single request unreadable for any method: they are no object, or its `_meta` is none. The SDK
 * would take it for no JSON-RPC at all, and not say whose answer that is.
 */
export function unreadableParams(body: unknown): { id: string | number; message: string } | undefined {
  const { id, method, params } = record(body)
  if (!isAnswered(method) || params === undefined || (typeof id !== 'string' && !Number.isInteger(id))) return undefined
  const message = misfitOf(specTypeSchemas.Request, method, params)
  return message === undefined ? undefined : { id: id as string | number, message } // sound: the line above looked
}

type Handler = (request: JSONRPCRequest, context: ServerContext) => Promise<Result>

/** A server that looks at the params of each request before its handler does. */
export class ValidatingServer extends Server {
  protected override _wrapHandler(method: string, handler: Handler): Handler {
    const answer = super._wrapHandler(method, handler)
    return async (request, context) => {
      const misfit = isAnswered(method) ? misfitOf(REQUESTS[method], method, request.params) : undefined
      if (misfit) throw new ProtocolError(ProtocolErrorCode.InvalidParams, misfit)
      const result = await answer(request, context)
      return method === 'server/discover' ? { ...result, supportedVersions: SERVED_VERSIONS } : result
    }
  }
}
