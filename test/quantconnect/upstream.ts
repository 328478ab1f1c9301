// A QuantConnect that does as it is told, for everything that the sandbox is too well-behaved for.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Fulfilled when the connection ends before it was answered. */
  readonly hungUp: Promise<unknown>
}

export type Reply = (response: ServerResponse) => void

export const json = (status: number, body: unknown): Reply => text(status, JSON.stringify(body))
export const text =
  (status: number, body: string, headers: Record<string, string> = {}): Reply =>
  (response) =>
    response.writeHead(status, headers).end(body)
/** Closes the connection without a word. */
export const cut: Reply = (response) => response.destroy()
export const never: Reply = () => {}

export interface Upstream {
  /** The address to give as `QUANTCONNECT_API_URL`. */
  readonly url: string
  readonly requests: Received[]
  /** What the next requests get, in turn; afterwards `{ success: true, projects: [] }`. */
  readonly replies: Reply[]
  /** The next request, when it has arrived. */
  next(): Promise<Received>
  close(): Promise<void>
}

export async function startUpstream(): Promise<Upstream> {
  const requests: Received[] = []
  const replies: Reply[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const hungUp = new Promise<void>((resolve) => {
      response.once('close', () => response.writableFinished || resolve())
    })
    const received = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body, hungUp }
    requests.push(received)
    server.emit('received', received)
    const reply = received.path.endsWith('/authenticate') ? json(200, { success: true }) : replies.shift()
    ;(reply ?? json(200, { success: true, projects: [] }))(response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2`,
    requests,
    replies,
    next: async () => (await once(server, 'received'))[0] as Received,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
