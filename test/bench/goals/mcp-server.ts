// A process with what the SDK itself offers for the same tools: an `McpServer` for each request, no authorisation, no record, and
// the same QuantConnect behind it. Its address is the first argument.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { signedHeaders } from '../../../src/quantconnect/authentication.ts'
import { TOOLS } from '../../../src/resource-server/tools/catalog.ts'
import { unixTime } from '../../../src/unix-time.ts'

const [upstream = ''] = process.argv.slice(2)

async function run(endpoint: string, args: object) {
  const response = await fetch(upstream + endpoint, {
    method: 'POST',
    headers: { ...signedHeaders('123456', 'a-token-for-measuring', unixTime()), 'content-type': 'application/json' },
    body: JSON.stringify(args),
  })
  const structuredContent = (await response.json()) as Record<string, unknown>
  return { content: [{ type: 'text' as const, text: JSON.stringify(structuredContent) }], structuredContent }
}

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'the-same-tools', version: '1.0.0' })
  for (const { name, title, description, input: inputSchema, annotations, endpoint = '/projects/read' } of TOOLS)
    server.registerTool(name, { title, description, inputSchema, annotations }, (args) => run(endpoint, args))
  return server
})

const answer = toNodeHandler(handler)
const server = createServer((req, res) => void answer(req as NodeIncomingMessageLike, res))
server.listen(0, '127.0.0.1', () => process.send?.(server.address() as AddressInfo))
