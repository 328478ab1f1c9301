// The only part that touches the network: sends every request there is to send and writes down what came back.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { connect, DEFAULT_CIPHERS } from 'node:tls'

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} body
 * @property {number} at this machine's clock, half-way between question and answer
 *
 * @typedef {{ method?: string, headers?: Record<string, string>, body?: string }} Question
 *
 * @typedef {{ error: string }} NoAnswer the code of the error; a request that ran out of time has ETIMEDOUT
 *
 * @typedef {object} Handshake
 * @property {string | null} protocol
 * @property {string | null} untrusted why the chain of certificates is not trusted here
 * @property {import('node:tls').PeerCertificate} certificate
 *
 * @typedef {object} Facts
 * @property {URL} url the origin that was given
 * @property {number} now
 * @property {Handshake | NoAnswer | undefined} handshake
 * @property {Answer | NoAnswer | undefined} plainHttp
 * @property {Answer | NoAnswer} healthz
 * @property {Answer | NoAnswer} readyz
 * @property {Record<string, Answer | NoAnswer>} documents all metadata by path
 * @property {Record<string, Answer | NoAnswer>} spoofed the same, asked for with a false `X-Forwarded-Host`
 * @property {Record<'POST' | 'GET' | 'HEAD', Answer | NoAnswer>} mcp
 * @property {Answer | NoAnswer} token
 * @property {Record<string, Answer | NoAnswer>} preflights those of `PREFLIGHTS`, by path
 * @property {Record<string, Answer | NoAnswer>} mcpPreflights by web origin
 */

const TIMEOUT_MS = 10_000
const LONGEST_BODY = 1_000_000

/** With the resource's path inserted, and at the root: clients try both (RFC 9728 §3.1). */
export const RESOURCE_METADATA = ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource']
/** The authorization server's, under the names of RFC 8414 and of OpenID Connect Discovery. */
export const SERVER_METADATA = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
const METADATA = [...RESOURCE_METADATA, ...SERVER_METADATA]

/** What a client in a web page has to ask leave for: the methods, and the header that is more than a plain one. */
export const PREFLIGHTS = [
  ...METADATA.map((path) => ({ path, method: 'GET', header: 'mcp-protocol-version' })),
  ...['/register', '/token', '/revoke'].map((path) => ({ path, method: 'POST', header: 'content-type' })),
]

/** A web origin that no server has reason to know. */
export const FOREIGN_ORIGIN = 'https://app.example'
/** A host that no proxy has reason to forward. */
export const SPOOFED_HOST = 'evil.example'

// What a strict client would refuse is to be told, each fault once, and not to end the visit. No secret is ever sent.
const TOLERANT = {
  rejectUnauthorized: false,
  minVersion: /** @type {const} */ ('TLSv1'),
  ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0`,
}

// One attempt at an address may take its time: the default of 250 ms calls a far-away server unreachable.
const DIAL = { autoSelectFamilyAttemptTimeout: 2_500 }

/**
 * One request, on a connection of its own, redirects not followed. What came before time ran out counts as the answer.
 * @param {string} address
 * @param {Question} [question]
 * @returns {Promise<Answer | NoAnswer>}
 */
export const ask = (address, { method = 'GET', headers = {}, body = '' } = {}) =>
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
      response.on('data', (chunk) => {
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

const codeOf = (/** @type {Error & { code?: string }} */ error) => error.code ?? error.name

/** @type {(url: URL) => Promise<Handshake | NoAnswer>} */
const shakeHands = ({ hostname, port }) =>
  new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const name = isIP(host) ? {} : { servername: host } // SNI carries names only (RFC 6066 §3)
    const socket = connect({ ...TOLERANT, ...DIAL, ...name, host, port: Number(port || 443) })
    const settle = (/** @type {Handshake | NoAnswer} */ fact) => {
      socket.destroy()
      resolve(fact)
    }
    socket.setTimeout(TIMEOUT_MS, () => settle({ error: 'ETIMEDOUT' }))
    socket.on('error', (error) => settle({ error: codeOf(error) }))
    socket.on('secureConnect', () =>
      settle({
        protocol: socket.getProtocol(),
        // Typed as an Error, and in truth the error's code.
        untrusted: socket.authorized ? null : String(socket.authorizationError),
        certificate: socket.getPeerCertificate(),
      }),
    )
  })

/** @type {(web: string, method: string, header: string) => Question} */
const preflight = (web, method, header) => ({
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

/**
 * Everything at once: a server that lets every request run out of time costs ten seconds, not minutes.
 * @param {URL} url
 * @param {Answer | NoAnswer} healthz
 * @returns {Promise<Facts>}
 */
export async function look(url, healthz) {
  const { origin, protocol, port, hostname } = url
  /** @type {(path: string, question?: Question) => Promise<Answer | NoAnswer>} */
  const at = (path, question) => ask(origin + path, question)
  const preflights = PREFLIGHTS.map(({ path, method, header }) => [
    path,
    at(path, preflight(FOREIGN_ORIGIN, method, header)),
  ])

  return joined({
    url,
    now: Date.now(),
    healthz,
    readyz: at('/readyz'),
    handshake: protocol === 'https:' ? shakeHands(url) : undefined,
    plainHttp: protocol === 'https:' && port === '' ? ask(`http://${hostname}/`) : undefined,
    documents: each(METADATA, (path) => at(path, { headers: FROM_WEB })),
    // Asked under a query of its own: a cache in front that falls for the header must not keep the answer for others.
    spoofed: each(METADATA, (path) => at(`${path}?doctor=${Math.random()}`, { headers: SPOOFED })),
    mcp: joined({ POST: at('/mcp', PING), GET: at('/mcp'), HEAD: at('/mcp', { method: 'HEAD' }) }),
    token: at('/token', EMPTY_FORM),
    preflights: joined(Object.fromEntries(preflights)),
    mcpPreflights: each([origin, FOREIGN_ORIGIN], (from) =>
      at('/mcp', preflight(from, 'POST', 'authorization,content-type')),
    ),
  })
}

/** @type {<T>(names: readonly string[], make: (name: string) => Promise<T>) => Promise<Record<string, T>>} */
const each = (names, make) => joined(Object.fromEntries(names.map((name) => [name, make(name)])))

/** @type {<T extends object>(waiting: T) => Promise<{ [name in keyof T]: Awaited<T[name]> }>} */
async function joined(waiting) {
  const entries = Object.entries(waiting).map(async ([name, value]) => [name, await value])
  return Object.fromEntries(await Promise.all(entries))
}
