// A process with what version 1 of the SDK offers for servers with authorisation: its router, the provider of its examples, whose
// memory is the process and whose people allow everything without being asked, and its check of access tokens. Behind it an
// `McpServer` of that version with the same tools. Its argument is the address of QuantConnect. It tells its port.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DemoInMemoryAuthProvider } from '@modelcontextprotocol/sdk/examples/server/demoInMemoryOAuthProvider.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js'
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { TOOLS } from '../../../src/resource-server/tools/catalog.ts'
import { createRun, endpointOf } from '../goals/same-tools.ts'

const [upstream = ''] = process.argv.slice(2)
const run = createRun(upstream)

function createTools(): McpServer {
  const server = new McpServer({ name: 'the-same-tools', version: '1.0.0' })
  for (const tool of TOOLS) {
    const { name, title, description, input: inputSchema, annotations } = tool
    const act = (args: unknown) => run(endpointOf(tool), args)
    server.registerTool<never, never>(
      name,
      { title, description, inputSchema: inputSchema as never, annotations },
      act as never,
    )
  }
  return server
}

const server = createServer().listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  const issuerUrl = new URL(`http://localhost:${port}`)
  const provider = new DemoInMemoryAuthProvider()
  const noLimit = { rateLimit: false } as const
  const app = createMcpExpressApp()
  app.use(
    mcpAuthRouter({
      provider,
      issuerUrl,
      resourceServerUrl: new URL('/mcp', issuerUrl),
      authorizationOptions: noLimit,
      clientRegistrationOptions: noLimit,
      tokenOptions: noLimit,
    }),
  )
  app.post('/mcp', requireBearerAuth({ verifier: provider }), async (req, res) => {
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    const tools = createTools()
    res.on('close', () => void tools.close())
    await tools.connect(transport as Transport) // sound: the SDK's own types disagree under exactOptionalPropertyTypes
    await transport.handleRequest(req, res, req.body)
  })
  server.on('request', app)
  process.send?.({ port })
})
