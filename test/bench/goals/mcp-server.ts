// A process with what the SDK itself offers for the same tools: an `McpServer` for each request, no authorisation, no record, and
// the same QuantConnect behind it. Its address is the first argument.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createSameTools } from './same-tools.ts'

const [upstream = ''] = process.argv.slice(2)
const answer = toNodeHandler(createMcpHandler(createSameTools(upstream)))
const server = createServer((req, res) => void answer(req as NodeIncomingMessageLike, res))
server.listen(0, '127.0.0.1', () => process.send?.(server.address() as AddressInfo))
