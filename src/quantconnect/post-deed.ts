// How what changes something is sent: over connections of its own, which are closed after a second without use. QuantConnect may
// close an idle connection at any moment, and what was just written into it then is neither done nor refused, as far as anybody
// can tell. What only reads is asked again, and keeps its connections longer.
import { once } from 'node:events'
import { Agent, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls, Agent as TlsAgent } from 'node:https'
import { Readable } from 'node:stream'

const IDLE_MS = 1_000
const OPTIONS = { keepAlive: true, timeout: IDLE_MS, scheduling: 'lifo' } as const
const BY_PROTOCOL: Readonly<Record<string, { readonly request: typeof requestPlain; readonly agent: Agent }>> = {
  'http:': { request: requestPlain, agent: new Agent(OPTIONS) },
  'https:': { request: requestTls, agent: new TlsAgent(OPTIONS) },
}

/** Sends a request as `fetch` would, once, and follows nothing. Rejects as `fetch` does, with the system's own error. */
export async function postDeed(url: string, init: RequestInit): Promise<Response> {
  const { method, headers, body } = await encoded(url, init)
  const { protocol } = new URL(url)
  const way = BY_PROTOCOL[protocol]
  if (!way) throw new Error(`${protocol} is no way to QuantConnect`)
  const asked = way.request(url, { method, headers, agent: way.agent, ...(init.signal ? { signal: init.signal } : {}) })
  asked.on('error', () => undefined) // one that comes once the answer has begun, which tells of it itself
  // An answer of 101 hands over the connection, and is neither a response nor an error (RFC 9110 §15.2.2).
  const closed = new AbortController()
  asked.on('close', () => closed.abort())
  const answering = once(asked, 'response', { signal: closed.signal })
  asked.end(body)
  const [answer] = (await answering) as [IncomingMessage]
  return responseOf(answer)
}

/** A request with its body as bytes, since a form has to be written first, and names its own boundary. */
async function encoded(url: string, init: RequestInit) {
  const request = new Request(url, init)
  const body = Buffer.from(await request.arrayBuffer())
  const headers = { ...Object.fromEntries(request.headers), 'content-length': String(body.length) }
  return { method: request.method, headers, body }
}

/** Statuses that have no body (Fetch standard, null body status). */
const WITHOUT_BODY: readonly number[] = [101, 103, 204, 205, 304]

function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 0 } = answer
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  const isEmpty = WITHOUT_BODY.includes(status)
  if (isEmpty) answer.resume()
  return new Response(isEmpty ? null : (Readable.toWeb(answer) as ReadableStream), { status, headers }) // sound: bytes of the body
}
