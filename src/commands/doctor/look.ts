// The only part that touches the network: sends every request there is to send and writes down what came back.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { PeerCertificate } from 'node:tls'
import { connect, DEFAULT_CIPHERS } from 'node:tls'
import type { MaybeAnswer, NoAnswer } from './answer.ts'

/** With the resource's path inserted, and at the root: clients try both (RFC 9728 §3.1). */
export const RESOURCE_METADATA = [
  '/.well-known/oauth-protected-resource/mcp',
  '/.well-known/oauth-protected-resource',
] as const
/** The authorization server's, under the names of RFC 8414 and of OpenID Connect Discovery. */
export const SERVER_METADATA = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'] as const
export const METADATA = [...RESOURCE_METADATA, ...SERVER_METADATA] as const
export type MetadataPath = (typeof METADATA)[number]

/** What a client in a web page has to ask leave for: the methods, and the header that is more than a plain one. */
export const PREFLIGHTS = [
  ...METADATA.map((path) => ({ path, method: 'GET', header: 'mcp-protocol-version' })),
  ...(['/register', '/token', '/revoke'] as const).map((path) => ({ path, method: 'POST', header: 'content-type' })),
]
type PreflightPath = (typeof PREFLIGHTS)[number]['path']

/** A web origin that no server has reason to know. */
export const FOREIGN_ORIGIN = 'https://app.example'
/** A host that no proxy has reason to forward. */
export const SPOOFED_HOST = 'evil.example'

export interface Handshake {
  readonly protocol: string | null
  /** Why the chain of certificates is not trusted here. */
  readonly untrusted: string | undefined
  readonly certificate: PeerCertificate
}

/** All there is to judge. */
export interface Facts {
  /** The origin that was given. */
  readonly url: URL
  readonly now: number
  readonly handshake: Handshake | NoAnswer | undefined
  readonly plainHttp: MaybeAnswer | undefined
  readonly healthz: MaybeAnswer
  readonly readyz: MaybeAnswer
  readonly documents: Readonly<Record<MetadataPath, MaybeAnswer>>
  /** The same, asked for with a false `X-Forwarded-Host`. */
  readonly spoofed: Readonly<Record<MetadataPath, MaybeAnswer>>
  readonly mcp: Readonly<Record<'POST' | 'GET' | 'HEAD', MaybeAnswer>>
  readonly token: MaybeAnswer
  readonly preflights: Readonly<Record<PreflightPath, MaybeAnswer>>
  /** By web origin. */
  readonly mcpPreflights: Readonly<Record<string, MaybeAnswer>>
}

const TIMEOUT_MS = 10_000
const LONGEST_BODY = 1_000_000

// What a strict client would refuse is to be told, each fault once, and not to end the visit. No secret is ever sent.
const TOLERANT = { rejectUnauthorized: false, minVersion: 'TLSv1', ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` } as const

// One attempt at an address may take its time: the default of 250 ms calls a far-away server unreachable.
const DIAL = { autoSelectFamilyAttemptTimeout: 2_500 }

interface HttpQuestion {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One request, on a connection of its own, redirects not followed. What came before time ran out counts as the answer. */
export const ask = (
  address: string,
  { method = 'GET', headers = {}, body = '' }: HttpQuestion = {},
): Promise<MaybeAnswer> =>
  new Promise((resolve) => {
    const began = Date.now()
    const send = address.startsWith('https:') ? httpsRequest : httpRequest
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const options = {
      ...TOLERANT,
      ...DIAL,
      method,
      signal,
      agent: false,
      headers: {
        'user-agent': 'qcgate-doctor',
        accept: 'application/json, text/event-stream, */*',
        'accept-encoding': 'identity', // to leave it out would mean that any encoding will do (RFC 9110 §12.5.3)
        ...headers,
      },
    }
    let answered = false
    const request = send(address, options, (response) => {
      answered = true
      const at = (began + Date.now()) / 2
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > LONGEST_BODY) response.destroy()
      })
      response.on('error', () => {}) // cut short; `close` follows
      response.on('close', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, at }),
      )
    })
    request.on('error', (error) => {
      if (!answered) resolve({ error: signal.aborted ? 'ETIMEDOUT' : codeOf(error) })
    })
    request.end(body)
  })

const codeOf = ({ code, name }: NodeJS.ErrnoException): string => code ?? name

const shakeHands = ({ hostname, port }: URL): Promise<Handshake | NoAnswer> =>
  new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const name = isIP(host) ? {} : { servername: host } // SNI carries names only (RFC 6066 §3)
    const socket = connect({ ...TOLERANT, ...DIAL, ...name, host, port: Number(port || 443) })
    const settle = (fact: Handshake | NoAnswer) => {
      socket.destroy()
      resolve(fact)
    }
    socket.setTimeout(TIMEOUT_MS, () => settle({ error: 'ETIMEDOUT' }))
    socket.on('error', (error) => settle({ error: codeOf(error) }))
    socket.on('secureConnect', () =>
      settle({
        protocol: socket.getProtocol(),
        // Typed as an Error, and in truth the error's code.
        untrusted: socket.authorized ? undefined : String(socket.authorizationError),
        certificate: socket.getPeerCertificate(),
      }),
    )
  })

const preflight = (web: string, method: string, header: string): HttpQuestion => ({
  method: 'OPTIONS',
  headers: { origin: web, 'access-control-request-method': method, 'access-control-request-headers': header },
})

const PING = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
}
const EMPTY_FORM = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
const FROM_WEB = { origin: FOREIGN_ORIGIN }
const SPOOFED = { ...FROM_WEB, 'x-forwarded-host': SPOOFED_HOST }

/** Everything at once: a server that lets every request run out of time costs ten seconds, not minutes. */
export async function look(url: URL, healthz: MaybeAnswer): Promise<Facts> {
  const { origin, protocol, port, hostname } = url
  const at = (path: string, question?: HttpQuestion) => ask(origin + path, question)
  return joined({
    url,
    now: Date.now(),
    healthz,
    readyz: at('/readyz'),
    handshake: protocol === 'https:' ? shakeHands(url) : undefined,
    plainHttp: protocol === 'https:' && port === '' ? ask(`http://${hostname}/`) : undefined,
    documents: byName(METADATA.map((path) => [path, at(path, { headers: FROM_WEB })])),
    // Asked under a query of its own: a cache in front that falls for the header must not keep the answer for others.
    spoofed: byName(METADATA.map((path) => [path, at(`${path}?doctor=${Math.random()}`, { headers: SPOOFED })])),
    mcp: joined({ POST: at('/mcp', PING), GET: at('/mcp'), HEAD: at('/mcp', { method: 'HEAD' }) }),
    token: at('/token', EMPTY_FORM),
    preflights: byName(
      PREFLIGHTS.map(({ path, method, header }) => [path, at(path, preflight(FOREIGN_ORIGIN, method, header))]),
    ),
    mcpPreflights: byName(
      [origin, FOREIGN_ORIGIN].map((web) => [web, at('/mcp', preflight(web, 'POST', 'authorization,content-type'))]),
    ),
  })
}

const byName = <Name extends string, T>(waiting: readonly (readonly [Name, Promise<T>])[]): Promise<Record<Name, T>> =>
  joined(Object.fromEntries(waiting) as Record<Name, Promise<T>>) // sound: its names are those of the entries

async function joined<T extends object>(waiting: T): Promise<{ [name in keyof T]: Awaited<T[name]> }> {
  const entries = Object.entries(waiting).map(async ([name, value]) => [name, await value])
  return Object.fromEntries(await Promise.all(entries)) // the same names, each with what came of its promise
}
