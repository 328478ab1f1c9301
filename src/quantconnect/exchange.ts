// One POST over HTTP/1.1 and its answer. Connections are kept, one request at a time on each: over HTTP/2 a server that goes away
// (GOAWAY) would leave many deeds at once of which nobody knows whether they were done. QuantConnect may close an idle connection
// at any moment, and what was just written into it then is neither done nor refused, as far as anybody can tell. So what changes
// something has connections of its own, which are closed after a second without use. What only reads is asked again, and keeps
// its connections longer.
import {
  Agent,
  type AgentOptions,
  globalAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestPlain,
} from 'node:http'
import type { Readable } from 'node:stream'
import { unpacked } from '../bodies.ts'

/** Milliseconds that a connection stays without use. */
const IDLE_MS = { reads: 4_000, deeds: 1_000 }
/** Proxies of the environment, where Node.js was told to honour them (NODE_USE_ENV_PROXY). */
const { proxyEnv } = (globalAgent as Agent & { readonly options: AgentOptions }).options // sound: documented as such
const proxies = proxyEnv ? { proxyEnv } : {}
/** Of free connections the one that was used last goes first, so that the others can end. */
const optionsOf = (timeout: number): AgentOptions => ({
  keepAlive: true,
  timeout,
  scheduling: 'lifo',
  ...proxies,
})
/** How requests of a scheme go out. */
const wayBy = (request: typeof requestPlain, Kind: typeof Agent) => ({
  request,
  reads: new Kind(optionsOf(IDLE_MS.reads)),
  deeds: new Kind(optionsOf(IDLE_MS.deeds)),
})
const plain = wayBy(requestPlain, Agent)
/** It comes with all of TLS, so it is loaded when it is first asked for. */
let secure: Promise<ReturnType<typeof wayBy>> | undefined
const wayOver = (protocol: 'http:' | 'https:') => {
  if (protocol === 'http:') return plain
  secure ??= import('node:https').then((https) => wayBy(https.request, https.Agent))
  return secure
}

/** What is posted. */
export interface Posted {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | FormData
  /** Any of them ends it. */
  readonly signals: readonly AbortSignal[]
  /** Whether it changes nothing. */
  readonly reads: boolean
}

/** The head of an answer, and what follows it. */
export interface Exchange {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Unpacked; absent where the status has none. */
  readonly body: Readable | undefined
}

/**
 * Posts once, and follows nothing. Rejects with the system's own error, with a signal's reason, or because the answer is none of
 * HTTP.
 */
export async function exchange({ url, headers, body, signals, reads }: Posted): Promise<Exchange> {
  const { protocol, hostname, port, pathname, search } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`${protocol} is no way to QuantConnect`)
  const { request, ...agents } = await wayOver(protocol)
  const { type, bytes } = await encoded(body)
  const options = {
    method: 'POST',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    path: pathname + search,
    headers: {
      ...headers,
      ...type,
      ...(reads ? { 'accept-encoding': 'gzip, deflate, br' } : {}),
      'content-length': String(Buffer.byteLength(bytes)),
    },
    agent: agents[reads ? 'reads' : 'deeds'],
  }
  for (const signal of signals) signal.throwIfAborted()
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(options)
    asked.on('response', resolve).on('error', reject) // one that comes once the answer has begun, the answer tells of itself
    // An answer of 101 hands over the connection, and is neither a response nor an error (RFC 9110 §15.2.2).
    asked.on('close', () => {
      for (const signal of signals) signal.removeEventListener('abort', end)
      reject(new Error('the connection ended without an answer'))
    })
    const end = () => void asked.destroy(signals.find(({ aborted }) => aborted)?.reason)
    for (const signal of signals) signal.addEventListener('abort', end)
    asked.end(bytes)
  })
  const { statusCode: status = 0 } = answer
  if (status > 599) {
    answer.destroy()
    throw new RangeError(`${status} is no status of HTTP`)
  }
  if (WITHOUT_BODY.includes(status)) {
    answer.resume()
    return { status, headers: answer.headers, body: undefined }
  }
  const held = unpacked(answer)
  if (held !== answer) held.on('close', () => answer.destroy()) // what is not read to its end takes its connection with it
  return { status, headers: answer.headers, body: held }
}

/** Statuses that have no body (Fetch standard, null body status). */
const WITHOUT_BODY: readonly number[] = [101, 103, 204, 205, 304]

/** A body as bytes; a form has to be written first, and names its own boundary. */
async function encoded(body: string | FormData): Promise<{ type: Record<string, string>; bytes: Buffer | string }> {
  if (typeof body === 'string') return { type: {}, bytes: body }
  const written = new Response(body)
  const type = written.headers.get('content-type') ?? ''
  return { type: { 'content-type': type }, bytes: Buffer.from(await written.arrayBuffer()) }
}
