// What travels on /mcp, as plain JSON-RPC: requests of the 2026-07-28 era, and answers of both.

import { rpc, toolCall } from '../support/raw-client.ts'
import { added } from '../support/sandbox.ts'
import type { TestServer } from '../support/server.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are read as loosely as a client without types would
export type Json = any

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
export async function call(server: TestServer, token: string, name: string, args: object = {}): Promise<Json> {
  const { result, error } = await message(await rpc(server, token, toolCall(name, { ...args })))
  if (!result) throw new Error(`${name}: ${JSON.stringify(error)}`)
  return result
}

/** Names of the projects that a connection sees. */
export async function projectNames(server: TestServer, token: string): Promise<string[]> {
  const { structuredContent } = await call(server, token, 'list_projects')
  return added(structuredContent.projects)
}

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
