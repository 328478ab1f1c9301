// What travels on /mcp, as plain JSON-RPC: requests and answers of both protocol eras.
import type { Json } from './json.ts'
import type { TestServer } from './server.ts'

/** One JSON-RPC request to the MCP endpoint, 2025 style. */
export const rpc = (
  server: Pick<TestServer, 'mcp'>,
  token: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal: AbortSignal | null = null,
) =>
  fetch(server.mcp, {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

/** A call of a tool, 2025 style. */
export const toolCall = (name: string, args: Record<string, unknown> = {}, id = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})

/** The request that opens a conversation, 2025 style, as an SDK or one of its kin sends it. */
export const initialize = (protocolVersion = '2025-11-25') => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'Real client', version: '1.0.0' } },
})

/** A request as a 2026-07-28 client sends it (basic/transports/streamable-http, Request Metadata). */
export const modern = (method: string, params: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params: {
    ...params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'Raw client', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
})

/** The headers that mirror such a request. */
export const mirror = (method: string, name?: string): Record<string, string> => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
  ...(name === undefined ? {} : { 'mcp-name': name }),
})

/** The JSON-RPC messages of an answer, which arrives as JSON or as an event stream. */
export async function messages(response: Response): Promise<Json[]> {
  const text = await response.text()
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return [JSON.parse(text)].flat()
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)))
}

/** The one message of an answer. */
export async function message(response: Response): Promise<Json> {
  const [first, ...rest] = await messages(response)
  if (!first || rest.length) throw new Error(`${rest.length + (first ? 1 : 0)} messages where one was expected`)
  return first
}

/** Calls a tool and gives its result. */
export async function callTool(server: TestServer, token: string, name: string, args: object = {}): Promise<Json> {
  const { result, error } = await message(await rpc(server, token, toolCall(name, { ...args })))
  if (!result) throw new Error(`${name}: ${JSON.stringify(error)}`)
  return result
}

/** The parameters of a `WWW-Authenticate: Bearer` header. */
export const challengeOf = (response: Response): Record<string, string> =>
  Object.fromEntries(
    [...(response.headers.get('www-authenticate') ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  )
