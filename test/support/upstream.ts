// A QuantConnect that does as it is told, for everything that the sandbox is too well-behaved for.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request, as it arrived. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The body as it came, for what is no text. */
  readonly bytes: Buffer
  /** Fulfilled when the connection ends before it was answered. */
  readonly hungUp: Promise<unknown>
}

/** What is done about a request. */
export type Reply = (response: ServerResponse) => void

/** Answers with JSON. */
export const json = (status: number, body: unknown): Reply => text(status, JSON.stringify(body))
/** Answers with text. */
export const text =
  (status: number, body: string, headers: Record<string, string> = {}): Reply =>
  (response) =>
    response.writeHead(status, headers).end(body)
/** Closes the connection without a word. */
export const cut: Reply = (response) => response.destroy()
/** Never answers. */
export const never: Reply = () => {}
/** For the look at a project that comes before a start, whose name stands in the record. */
export const NO_NAME: Reply = json(200, { success: true, projects: [] })
/** Answers when told to. */
export function held(reply: Reply): { reply: Reply; release(): void } {
  const released = Promise.withResolvers<void>()
  return { reply: (response) => void released.promise.then(() => reply(response)), release: released.resolve }
}

/** One that runs. */
export interface Upstream {
  /** The address to give as `QUANTCONNECT_API_URL`. */
  readonly url: string
  readonly requests: Received[]
  /** What the next requests get, in turn; afterwards `{ success: true, projects: [] }`. */
  readonly replies: Reply[]
  /** What the next requests to `/authenticate` get, in turn; afterwards `{ success: true }`. */
  readonly verdicts: Reply[]
  /** The next request, when it has arrived. */
  next(): Promise<Received>
  close(): Promise<void>
}

/** Starts one on a free port, or on this one. */
export async function startUpstream(port = 0): Promise<Upstream> {
  const requests: Received[] = []
  const replies: Reply[] = []
  const verdicts: Reply[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    const hungUp = new Promise<void>((resolve) => {
      response.once('close', () => response.writableFinished || resolve())
    })
    const { method = '', url: path = '', headers } = request
    const received: Received = { method, path, headers, body: bytes.toString(), bytes, hungUp }
    requests.push(received)
    server.emit('received', received)
    const reply = path.endsWith('/authenticate')
      ? (verdicts.shift() ?? json(200, { success: true }))
      : (replies.shift() ?? json(200, { success: true, projects: [] }))
    reply(response)
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2`,
    requests,
    replies,
    verdicts,
    next: async () => (await once(server, 'received'))[0] as Received,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
