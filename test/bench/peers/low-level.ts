// A process with the SDK's low-level `Server`: it is told the list of tools as it stands, passes on what is called, checks no
// argument and authorises nobody. Its argument is the address of QuantConnect. It tells its port.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { TOOLS, toolList } from '../../../src/resource-server/tools/catalog.ts'
import { createRun, endpointOf } from '../goals/same-tools.ts'

const [upstream = ''] = process.argv.slice(2)
const run = createRun(upstream)
const endpoints = new Map(TOOLS.map((tool) => [tool.name, endpointOf(tool)]))

const handler = createMcpHandler(() => {
  const server = new Server({ name: 'the-same-tools', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', () => ({ tools: [...toolList()] }))
  server.setRequestHandler('tools/call', ({ params }) => run(endpoints.get(params.name) ?? '', params.arguments ?? {}))
  return server
})
const answer = toNodeHandler(handler)
const server = createServer((req, res) => void answer(req as NodeIncomingMessageLike, res))
server.listen(0, '127.0.0.1', () => process.send?.(server.address() as AddressInfo))
