// The same tools as qcgate's, as the SDK itself offers them: an `McpServer` for each request, and the same QuantConnect behind it.
import { McpServer } from '@modelcontextprotocol/server'
import { signedHeaders } from '../../../src/quantconnect/authentication.ts'
import { TOOLS } from '../../../src/resource-server/tools/catalog.ts'
import { unixTime } from '../../../src/unix-time.ts'

/** Asks QuantConnect at this address what a tool is asked. */
export const createRun = (upstream: string) => async (endpoint: string, args: unknown) => {
  const response = await fetch(upstream + endpoint, {
    method: 'POST',
    headers: { ...signedHeaders('123456', 'a-token-for-measuring', unixTime()), 'content-type': 'application/json' },
    body: JSON.stringify(args),
  })
  const structuredContent = (await response.json()) as Record<string, unknown>
  return { content: [{ type: 'text' as const, text: JSON.stringify(structuredContent) }], structuredContent }
}

/** Where a tool asks QuantConnect; those with more to do than to ask are never called here. */
export const endpointOf = ({ endpoint = '/projects/read' }: { readonly endpoint?: string | undefined }) => endpoint

export function createSameTools(upstream: string): () => McpServer {
  const run = createRun(upstream)
  return () => {
    const server = new McpServer({ name: 'the-same-tools', version: '1.0.0' })
    for (const tool of TOOLS) {
      const { name, title, description, input: inputSchema, annotations } = tool
      server.registerTool(name, { title, description, inputSchema, annotations }, (args) => run(endpointOf(tool), args))
    }
    return server
  }
}
