// The MCP side: the SDK speaks both protocol eras, our one dispatcher does the work. A server object is made per request,
// as the SDK wants it, and costs two map entries; tools and their schemas were built when the process started.
import type { NodeMcpRequestHandler } from '@modelcontextprotocol/node'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { VERSION } from '../version.ts'
import { isDecision, messagesIn } from './gate.ts'
import { instructionsFor } from './instructions.ts'
import type { ToolSuppliers } from './tools/call-tool.ts'
import { callTool } from './tools/call-tool.ts'
import { TOOL_LIST } from './tools/catalog.ts'

const ABOUT = { name: 'qcgate', title: 'QuantConnect', version: VERSION }

/** Whether a body opens a conversation, in either era. Only then are instructions sent, and worth opening the vault for. */
const greets = (body: unknown): boolean =>
  messagesIn(body).some(({ method }) => method === 'initialize' || method === 'server/discover')

/**
 * The handler behind the gate. It expects the gate's decision and the parsed body in `req.auth.extra`; without the
 * decision no tool runs.
 */
export function createMcp(suppliers: ToolSuppliers): NodeMcpRequestHandler {
  const { log, vault, issuer } = suppliers

  async function instructions({ decision, body }: Record<string, unknown>): Promise<string | undefined> {
    if (!isDecision(decision) || !greets(body)) return undefined
    const credentials = await vault.open(decision.grant.accountId)
    return credentials && instructionsFor(decision.grant, credentials, issuer)
  }

  const handler = createMcpHandler(
    async ({ authInfo }) => {
      const about = await instructions(authInfo?.extra ?? {}).catch((error) => {
        log.error({ err: error }, 'MCP request failed')
        throw error
      })
      const server = new Server(ABOUT, { capabilities: { tools: {} }, ...(about ? { instructions: about } : {}) })
      server.setRequestHandler('tools/list', () => ({ tools: [...TOOL_LIST] }))
      server.setRequestHandler('tools/call', ({ params: { name, arguments: args } }, { http, mcpReq }) =>
        callTool({ name, args, decision: http?.authInfo?.extra?.decision, signal: mcpReq.signal }, suppliers),
      )
      return server
    },
    { onerror: (error) => log.debug({ err: error }, 'MCP request refused') },
  )
  return toNodeHandler(handler, { onerror: (error) => log.error({ err: error }, 'MCP handler failed') })
}
