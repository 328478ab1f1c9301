// The only place from which we fetch what a client names. Anyone may name anything, so a host's addresses are checked
// before we knock at any of them, and we knock only at those that were checked: a name that means something else a moment
// later gains nothing (DNS rebinding). So nobody makes us knock at doors of our own network (SSRF).
import type { LookupAddress } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'
import { isPublicAddress, objectionTo } from './public-hosts.ts'

const DEADLINE_MS = 5_000
const MOST_BYTES = 64 * 1024
const MOST_AT_ONCE = 64
/** A name server that never answers for one kind of address leaves time to use the other kind. */
const PATIENCE = { timeout: 600, tries: 2 }

/** Fetches a URL, or throws with the cause for the log. Never follows a redirect; has read a body only when it says 200. */
export type Outbound = (url: string, signal?: AbortSignal | null) => Promise<Response>

/** Why we did not even try. Whoever asks may do so again later; it says nothing about what would be there. */
export class Busy extends Error {
  override readonly message = 'too many fetches are under way'
}

/** `ownHost` is the host that this server answers as. */
export function createOutbound(ownHost: string): Outbound {
  let underWay = 0
  return async (address, signal) => {
    const url = new URL(address)
    const objection = objectionTo(url, ownHost)
    if (objection) throw new Error(objection)
    if (underWay >= MOST_AT_ONCE) throw new Busy()
    underWay += 1
    try {
      const deadline = AbortSignal.timeout(DEADLINE_MS)
      return await get(url, signal ? AbortSignal.any([signal, deadline]) : deadline)
    } finally {
      underWay -= 1
    }
  }
}

async function get(url: URL, signal: AbortSignal): Promise<Response> {
  const addresses = await publicAddressesOf(url.hostname, signal)
  const connection = {
    agent: false, // a connection of its own, which nobody else has opened or will use
    autoSelectFamily: true, // asks `lookup` for all addresses
    lookup: ((_hostname, _options, done) => done(null, addresses)) satisfies LookupFunction,
  } as const
  const headers = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'qcgate' }
  const { request } = await import('node:https') // with all of TLS, which a start can do without
  const asked = request(url, { ...connection, headers, signal })
  asked.on('error', () => undefined) // those that come after the answer has begun, which tells of them itself
  // An answer of 101 hands over the connection, and is neither a response nor an error (RFC 9110 §15.2.2).
  asked.on('upgrade', (_answer, socket) => socket.destroy())
  const aborted = new AbortController()
  asked.on('close', () => aborted.abort(new Error('its host answered nothing that we can read')))
  const [answer] = (await once(asked.end(), 'response', {
    signal: AbortSignal.any([signal, aborted.signal]),
  })) as [IncomingMessage]
  try {
    const { statusCode: status = 0, headers } = answer
    if (status !== 200) return new Response(null, { status })
    // A page that shows JSON is nobody's document (draft-ietf-oauth-client-id-metadata-document-02 §4).
    if (!/^application\/([\w.+-]+\+)?json *(;|$)/i.test(headers['content-type'] ?? '')) throw new Error('it is no JSON')
    const { 'cache-control': cacheControl, expires } = headers
    return new Response(await bodyOf(answer), {
      headers: { ...(cacheControl && { 'cache-control': cacheControl }), ...(expires && { expires }) },
    })
  } finally {
    asked.destroy()
  }
}

/** The length counts as it comes in: what a header says of it is the sender's word. */
async function bodyOf(answer: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    size += chunk.length
    if (size > MOST_BYTES) throw new Error(`it is longer than ${MOST_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * All addresses of a host, provided that all are public. Asks the name servers themselves: that can be called off, while
 * the system's own look-up holds one of four threads until it ends, which a stranger's slow name server would choose; and
 * no search list is applied, which could turn a name into one of our own network.
 */
async function publicAddressesOf(hostname: string, signal: AbortSignal): Promise<LookupAddress[]> {
  const resolver = new Resolver(PATIENCE)
  const cancel = () => resolver.cancel()
  signal.addEventListener('abort', cancel)
  try {
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const addresses = [...found(four, 4), ...found(six, 6)]
    signal.throwIfAborted()
    if (!addresses.length) throw new Error(`its host has no address (${whyNot(four)})`)
    const other = addresses.find(({ address }) => !isPublicAddress(address))
    if (other) throw new Error(`its host leads to ${other.address}, which is not public`)
    return addresses
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

const found = (result: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] =>
  result.status === 'fulfilled' ? result.value.map((address) => ({ address, family })) : []

/** What the name servers said, such as ENOTFOUND, or ECONNREFUSED when there are none. */
const whyNot = (result: PromiseSettledResult<unknown>): string =>
  result.status === 'rejected' ? String(result.reason?.code) : 'it has none'
