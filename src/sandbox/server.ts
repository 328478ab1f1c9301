// An offline double of the QuantConnect REST API. It is reached as the real one is, by HTTP with signed headers, so that
// nothing in front of it needs to know the difference.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from '../storage/store.ts'
import { account } from './account.ts'
import { authenticate } from './authenticate.ts'
import { backtests } from './backtests.ts'
import { compiles } from './compiles.ts'
import { files } from './files.ts'
import { type Arguments, type Family, Refusal } from './handler.ts'
import { misbehaviourFor, SLOW_MS } from './misbehaviour.ts'
import { projects } from './projects.ts'
import { inWorld } from './world.ts'

export { SANDBOX_ACCOUNTS } from './accounts.ts'

export interface SandboxOptions {
  /** Refuse bad credentials with 401 always, as the documents say, instead of mostly with 200, as clients have seen. */
  readonly refuseWith401?: boolean
}

export interface Sandbox {
  /** The base address, up to and including `/api/v2`. */
  readonly url: string
  close(): Promise<void>
}

interface Reply {
  readonly status: number
  /** Nothing for an empty body. */
  readonly body?: object
}

const BASE = '/api/v2'
const BODY_AT_MOST = 8 * 1024 * 1024
const ENDPOINTS: ReadonlyMap<string, Family[string]> = new Map(
  [account, projects, files, compiles, backtests].flatMap((family) => Object.entries(family)),
)
/** Paths that also answer GET, with a query for arguments. */
const READS = /^\/authenticate$|\/(read|list)(\/|$)/

const refusal = (status: number, reason: string): Reply => ({ status, body: { success: false, errors: [reason] } })

/** The body as text, or nothing when it is too large. It is read to its end even then, or the client would not listen. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= BODY_AT_MOST) chunks.push(chunk)
  }
  return size <= BODY_AT_MOST ? Buffer.concat(chunks).toString() : undefined
}

/** JSON or form data; no body means no arguments. */
function parseBody(body: string, contentType = ''): Arguments {
  if (contentType.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(body))
  if (body.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Arguments
  } catch {}
  throw new Refusal('Invalid request body')
}

async function answer(
  request: IncomingMessage,
  store: Store,
  options: SandboxOptions,
  left: AbortSignal,
): Promise<Reply> {
  const caller = authenticate(request.headers, Date.now())
  if ('error' in caller) return refusal(options.refuseWith401 ? 401 : caller.status, caller.error)

  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox')
  const path = pathname.startsWith(`${BASE}/`) ? pathname.slice(BASE.length) : ''
  const handler = ENDPOINTS.get(path)
  if (!handler) return refusal(404, `Endpoint not found: ${pathname}`)

  const isGet = request.method === 'GET'
  if (request.method !== 'POST' && !(isGet && READS.test(path))) return refusal(405, 'Method not allowed')
  const body = await bodyOf(request)
  if (body === undefined) return refusal(413, `Request body is over the limit of ${BODY_AT_MOST} bytes`)
  const args = isGet ? Object.fromEntries(searchParams) : parseBody(body, request.headers['content-type'])

  const result = await inWorld(store, caller.userId, (world) => ({
    body: { success: true, ...handler(world, args, Date.now()) },
    misbehaviour: misbehaviourFor(path, world, args),
  }))
  if (result.misbehaviour === '[http 500]') return { status: 500 }
  if (result.misbehaviour === '[slow]') await delay(SLOW_MS, undefined, { signal: left })
  return { status: 200, body: result.body }
}

async function respond(request: IncomingMessage, response: ServerResponse, store: Store, options: SandboxOptions) {
  const left = new AbortController()
  response.once('close', () => left.abort())
  const reply = await answer(request, store, options, left.signal).catch((error: unknown) =>
    error instanceof Refusal
      ? refusal(200, error.message)
      : refusal(500, `The sandbox itself failed: ${error instanceof Error ? error.message : error}`),
  )
  if (left.signal.aborted) return
  response.writeHead(reply.status, reply.body && { 'Content-Type': 'application/json' })
  response.end(reply.body && JSON.stringify(reply.body))
}

/** Starts it on a free port of this machine. Everything it remembers is in the store, which stays open when it closes. */
export async function startSandbox(store: Store, options: SandboxOptions = {}): Promise<Sandbox> {
  const server = createServer((request, response) => void respond(request, response, store, options))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  return {
    url: `http://127.0.0.1:${port}${BASE}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections() // keep-alive connections would hold it open, and slow answers too
      }),
  }
}
