// A QuantConnect whose API tokens the test decides, since those of the sandbox never change. It checks signatures as the
// real one does, and knows accounts without projects.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before } from 'node:test'

/** What a test can do with it. */
export interface QuantConnectStandIn {
  /** What makes a server take it for QuantConnect, once it runs. */
  readonly env: () => Record<string, string>
  /** From now on these API tokens are good, and no others. */
  accept(...apiTokens: readonly string[]): void
  /** How often it was asked anything so far. */
  asked(): number
}

/** A stand-in for the tests of one suite. Call it inside `describe`, before the server that is to use it. */
export function useQuantConnectStandIn(): QuantConnectStandIn {
  let accepted: readonly string[] = []
  let asked = 0
  const standIn = createServer((request, response) => {
    asked += 1
    const { authorization = '', timestamp } = request.headers
    const [, given] = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().split(':')
    const good = accepted.some((token) => createHash('sha256').update(`${token}:${timestamp}`).digest('hex') === given)
    const answer = good ? { success: true, projects: [] } : { success: false, errors: ["Hash doesn't match."] }
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  before(() => once(standIn.listen(0, '127.0.0.1'), 'listening'))
  after(() => {
    standIn.close()
    standIn.closeAllConnections()
  })
  return {
    env() {
      const { port } = standIn.address() as AddressInfo // sound: it listens on TCP
      return { QUANTCONNECT_API_URL: `http://127.0.0.1:${port}/api/v2`, SANDBOX: 'off' }
    },
    accept: (...apiTokens) => {
      accepted = apiTokens
    },
    asked: () => asked,
  }
}
