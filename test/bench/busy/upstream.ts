// A QuantConnect that takes every API token and gives the same long answer to whatever else it is asked.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** `answer` is what it says, as JSON. Returns its address, and how to end it. */
export async function startUpstream(answer: string) {
  const long = Buffer.from(answer)
  const server = createServer((request, response) => {
    const body = request.url?.endsWith('/authenticate') ? '{"success":true}' : long
    request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(body))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // sound: it listens on TCP
  return {
    url: `http://127.0.0.1:${port}/api/v2`,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
