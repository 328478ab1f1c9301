// A client and a person without a browser, speaking plain HTTP: for rules that need odd requests, or many of them.
import { createHash, randomBytes } from 'node:crypto'
import { noteAnswer, noteSecrets } from './secrets.ts'
import type { TestServer } from './server.ts'

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly scope: string
  readonly token_type: string
}

export interface Registration {
  readonly client_id: string
  readonly client_secret?: string
  readonly redirect_uris: string[]
  readonly [name: string]: unknown
}

const REDIRECT = 'http://127.0.0.1:4567/callback'

let registered = 0

/**
 * Registers a client (RFC 7591): public, returning to loopback, unless told otherwise. Each has a name of its own, since
 * public clients that say the same are one.
 */
export async function register(server: TestServer, metadata: Record<string, unknown> = {}): Promise<Registration> {
  const response = await fetch(`${server.origin}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: `Raw client ${++registered}`,
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    }),
  })
  await noteAnswer(response)
  if (response.status !== 201) throw new Error(`registration: ${response.status} ${await response.text()}`)
  return (await response.json()) as Registration
}

export interface AuthorizationRequest {
  readonly url: string
  readonly verifier: string
  readonly redirectUri: string
}

/** An authorization request with PKCE. `undefined` among the parameters leaves one of ours out. */
export function authorizationRequest(
  server: TestServer,
  client: Registration,
  parameters: Record<string, string | undefined> = {},
): AuthorizationRequest {
  const verifier = randomBytes(32).toString('base64url')
  const redirectUri = parameters.redirect_uri ?? client.redirect_uris[0] ?? ''
  const all: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state: 'some state',
    resource: server.mcp,
    ...parameters,
  }
  const query = new URLSearchParams(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  return { url: `${server.origin}/authorize?${query}`, verifier, redirectUri }
}

/** Where a visit led: one of our pages, or away to the client. */
export interface Place {
  readonly url: URL
  readonly status: number
  readonly html: string
  readonly headers: Headers
}

/** A person's browser reduced to cookies, redirects and forms. */
export class RawPerson {
  readonly server: TestServer
  /** By name and path, as browsers keep them: two tabs have an interaction each. */
  readonly cookies = new Map<string, { name: string; value: string; path: string }>()

  constructor(server: TestServer) {
    this.server = server
  }

  /** Follows redirects within the server. A redirect to anywhere else is where it ends, unvisited. */
  async open(address: string, form?: URLSearchParams, follow = true): Promise<Place> {
    let url = new URL(address)
    let body = form
    for (;;) {
      const response = await fetch(url, {
        method: body ? 'POST' : 'GET',
        redirect: 'manual',
        headers: { accept: 'text/html', cookie: this.cookiesFor(url) },
        ...(body ? { body } : {}),
      })
      for (const line of response.headers.getSetCookie()) this.#keep(line)
      const location = response.headers.get('location')
      if (!location) return { url, status: response.status, html: await response.text(), headers: response.headers }
      url = new URL(location, url)
      noteSecrets({ 'authorization code': url.searchParams.get('code') })
      body = undefined
      if (!follow || url.origin !== this.server.origin)
        return { url, status: response.status, html: '', headers: response.headers }
    }
  }

  /** Sends the page's form with the hidden fields that every one has, and these. */
  submit({ url, html }: Place, fields: Record<string, string | readonly string[]>, follow = true): Promise<Place> {
    const form = new URLSearchParams()
    for (const [, name = '', value = ''] of html.matchAll(/name="(csrf|rendered)" value="([^"]+)"/g)) {
      if (!(name in fields)) form.set(name, value)
    }
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one)
    return this.open(url.href, form, follow)
  }

  /** Sends a form of a page to another address of the server. */
  submitTo(path: string, place: Place, fields: Record<string, string | readonly string[]> = {}): Promise<Place> {
    return this.submit({ ...place, url: new URL(path, place.url) }, fields)
  }

  /** Opens an authorization request and signs in if asked, up to the consent page or whatever comes instead. */
  async arrive(address: string, as = { userId: '100001', apiToken: 'sandbox-alice' }): Promise<Place> {
    const place = await this.open(address)
    return place.html.includes('name="apiToken"') ? this.submit(place, { ...as, account: 'own' }) : place
  }

  /** Goes all the way and allows what is ticked, or the given scopes; ends at the client's address. */
  async allow(address: string, scopes?: readonly string[], as?: { userId: string; apiToken: string }): Promise<Place> {
    const place = await this.arrive(address, as)
    if (!place.html.includes('name="decision"')) return place
    return this.submit(place, { scope: scopes ?? boxes(place, 'ticked'), decision: 'allow' })
  }

  /** The `cookie` header that a browser would send to an address. */
  cookiesFor({ pathname }: URL): string {
    const fits = (path: string) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/'))
    const sent = [...this.cookies.values()].filter(({ path }) => fits(path))
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    const path = /; path=([^;]+)/i.exec(line)?.[1] ?? '/'
    if (value) this.cookies.set(`${name} ${path}`, { name, value, path })
    else this.cookies.delete(`${name} ${path}`)
  }
}

/** The scopes of a consent page's boxes: those asked for (or allowed already), the ticked ones, or those nobody asked for. */
export function boxes({ html }: Place, which: 'asked' | 'ticked' | 'more' = 'asked'): string[] {
  const [asked = '', more = ''] = html.split('<details>')
  return [
    ...(which === 'more' ? more : asked).matchAll(/<input type="checkbox" name="scope" value="([^"]+)" (checked)?/g),
  ]
    .filter(([, , checked]) => which !== 'ticked' || checked)
    .map(([, scope = '']) => scope)
}

/** A request to the token endpoint, as it is answered. */
export const tokenRequest = async (
  server: Pick<TestServer, 'origin'>,
  parameters: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  noteAnswer(await fetch(`${server.origin}/token`, { method: 'POST', headers, body: new URLSearchParams(parameters) }))

/** What redeems the code at the end of a visit, but for who redeems it. */
export const redemption = ({ verifier, redirectUri }: AuthorizationRequest, { url }: Pick<Place, 'url'>) => ({
  grant_type: 'authorization_code',
  code: url.searchParams.get('code') ?? '',
  code_verifier: verifier,
  redirect_uri: redirectUri,
})

/** Redeems the code at the end of a visit. Throws when it is refused. */
export async function redeem(
  server: TestServer,
  client: Registration,
  request: AuthorizationRequest,
  place: Place,
): Promise<Tokens> {
  const response = await tokenRequest(server, { client_id: client.client_id, ...redemption(request, place) })
  if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`)
  return (await response.json()) as Tokens
}

/** Register, sign in, allow, redeem: a connection in one step. */
export async function connect(
  server: TestServer,
  { scope, allow, as }: { scope?: string; allow?: readonly string[]; as?: { userId: string; apiToken: string } } = {},
) {
  const client = await register(server)
  const person = new RawPerson(server)
  const request = authorizationRequest(server, client, { scope })
  const tokens = await redeem(server, client, request, await person.allow(request.url, allow, as))
  return { client, person, tokens }
}

export const refresh = (server: TestServer, client: Registration, token: string, more: Record<string, string> = {}) =>
  tokenRequest(server, { grant_type: 'refresh_token', client_id: client.client_id, refresh_token: token, ...more })

/** The same from another address, for a server that trusts proxies on loopback. */
export const refreshFrom = (address: string, server: TestServer, client: Registration, token: string) =>
  tokenRequest(
    server,
    { grant_type: 'refresh_token', client_id: client.client_id, refresh_token: token },
    { 'x-forwarded-for': address },
  )

/** One JSON-RPC request to the MCP endpoint, 2025 style. */
export const rpc = (
  server: Pick<TestServer, 'mcp'>,
  token: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal: AbortSignal | null = null,
) =>
  fetch(server.mcp, {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

export const toolCall = (name: string, args: Record<string, unknown> = {}, id = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})

/** The parameters of a `WWW-Authenticate: Bearer` header. */
export const challengeOf = (response: Response): Record<string, string> =>
  Object.fromEntries(
    [...(response.headers.get('www-authenticate') ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  )
