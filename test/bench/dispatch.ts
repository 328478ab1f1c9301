// How many calls one process serves when the SDK's server object is made per request, in two ways: with one dispatcher
// over a list that was built once (ours), and with every tool registered anew (the SDK's high-level way).
// Run with `npm run bench -- dispatch`. The same request goes through the same SDK handler; the tools do nothing.
import { createMcpHandler, McpServer, Server } from '@modelcontextprotocol/server'
import { z } from 'zod'

const TOOLS = 65
const CALLS = 3_000
const names = Array.from({ length: TOOLS }, (_, i) => `tool_${i}`)
const input = z.strictObject({ projectId: z.int(), name: z.string() })
const list = names.map((name) => ({ name, inputSchema: { type: 'object' as const, ...z.toJSONSchema(input) } }))
const answer = { content: [{ type: 'text' as const, text: 'done' }] }

const ways = {
  'one dispatcher, list built once': createMcpHandler(() => {
    const server = new Server({ name: 'bench', version: '1' }, { capabilities: { tools: {} } })
    server.setRequestHandler('tools/list', () => ({ tools: list }) as never)
    server.setRequestHandler('tools/call', ({ params }) => {
      input.parse(params.arguments)
      return answer
    })
    return server
  }),
  [`McpServer, ${TOOLS} tools registered per request`]: createMcpHandler(() => {
    const server = new McpServer({ name: 'bench', version: '1' })
    for (const name of names) server.registerTool(name, { inputSchema: input }, () => answer)
    return server
  }),
}

const body = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'tool_7', arguments: { projectId: 1, name: 'x' } },
}
const call = async (handler: { fetch: (request: Request, options: { parsedBody: unknown }) => Promise<Response> }) => {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const request = new Request('http://localhost/mcp', { method: 'POST', headers, body: '{}' })
  const text = await (await handler.fetch(request, { parsedBody: body })).text()
  if (!text.includes('done')) throw new Error(text)
}

for (const [name, handler] of Object.entries(ways)) {
  for (let i = 0; i < CALLS / 10; i++) await call(handler) // warm up
  const began = performance.now()
  for (let i = 0; i < CALLS; i++) await call(handler)
  const perSecond = Math.round((CALLS / (performance.now() - began)) * 1000)
  console.log(`${String(perSecond).padStart(7)} calls/s  ${name}`)
}
