// An offline double (a mock server) of the QuantConnect REST API. It is reached as the real one is, by HTTP with signed
// headers, so that nothing in front of it needs to know the difference.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from '../storage/store.ts'
import { answer, BASE, type Setting } from './answer.ts'
import { ApiError } from './handler.ts'
import { errorReply, type Reply } from './reply.ts'

export { SANDBOX_ACCOUNTS } from './accounts.ts'

export interface SandboxOptions {
  /** Refuse bad credentials with 401 always, as the documents say, instead of mostly with 200, as clients have seen. */
  readonly refuseWith401?: boolean
  /** A port of this machine; a free one when left out. */
  readonly port?: number
  /** Where browsers reach this sandbox, when that is not where it listens: scheme, host and port. */
  readonly origin?: string
}

export interface Sandbox {
  /** The base address, up to and including `/api/v2`. */
  readonly url: string
  close(): Promise<void>
}

function contentOf({ body, html, zip }: Reply): { type: string; content: string | Buffer } | undefined {
  if (body) return { type: 'application/json', content: JSON.stringify(body) }
  if (html !== undefined) return { type: 'text/html; charset=utf-8', content: html }
  if (zip) return { type: 'application/zip', content: zip }
  return undefined
}

async function respond(request: IncomingMessage, response: ServerResponse, setting: Setting): Promise<void> {
  const left = new AbortController()
  response.once('close', () => left.abort())
  const reply = await answer(request, setting).catch((error: unknown) =>
    error instanceof ApiError
      ? errorReply(error.status, error.message)
      : errorReply(500, `The sandbox itself failed: ${error instanceof Error ? error.message : error}`),
  )
  // Whoever hangs up meanwhile ends the waiting.
  if (reply.afterSeconds) await delay(reply.afterSeconds * 1000, undefined, { signal: left.signal }).catch(() => {})
  if (left.signal.aborted) return
  if (reply.hangUp) {
    response.destroy()
    return
  }
  const content = contentOf(reply)
  response.writeHead(reply.status, { ...(content && { 'Content-Type': content.type }), ...reply.headers })
  response.end(content?.content)
}

/** Starts it on this machine. Everything it remembers is in the store, which stays open when it closes. */
export async function startSandbox(store: Store, options: SandboxOptions = {}): Promise<Sandbox> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  const address = `http://127.0.0.1:${port}`
  const setting = { store, origin: options.origin ?? address, refuseWith401: options.refuseWith401 ?? false }
  server.on('request', (request, response) => void respond(request, response, setting))
  return {
    url: address + BASE,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections() // keep-alive connections would hold it open, and slow answers too
      }),
  }
}
