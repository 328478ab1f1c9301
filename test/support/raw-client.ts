// A client that speaks plain HTTP to the authorization server: for rules that need odd requests, or many of them.
import { createHash, randomBytes } from 'node:crypto'
import type { Place } from './raw-person.ts'
import { noteAnswer } from './secrets.ts'
import type { TestServer } from './server.ts'

/** What the token endpoint answers (RFC 6749 §5.1). */
export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly scope: string
  readonly token_type: string
}

/** What the registration endpoint answers (RFC 7591 §3.2.1). */
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

/** A client like a hosted assistant: it returns to an https host. */
export const registerHosted = (server: TestServer, metadata: Record<string, unknown> = {}) =>
  register(server, { redirect_uris: ['https://client.example/cb'], ...metadata })

/** The address to send a person to, and what redeems the code that comes back. */
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

/** The parameters by which a client says who it is, with its secret where it has one. */
export const credentialsOf = ({ client_id, client_secret }: Registration) => ({
  client_id,
  ...(client_secret ? { client_secret } : {}),
})

/** Redeems the code at the end of a visit. Throws when it is refused. */
export async function redeem(
  server: TestServer,
  client: Registration,
  request: AuthorizationRequest,
  place: Place,
): Promise<Tokens> {
  const response = await tokenRequest(server, { ...credentialsOf(client), ...redemption(request, place) })
  if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`)
  return (await response.json()) as Tokens
}

/** Refreshes with a refresh token, as it is answered. */
export const refresh = (server: TestServer, client: Registration, token: string, more: Record<string, string> = {}) =>
  tokenRequest(server, { grant_type: 'refresh_token', client_id: client.client_id, refresh_token: token, ...more })

/** The same from another address, for a server that trusts proxies on loopback. */
export const refreshFrom = (address: string, server: TestServer, client: Registration, token: string) =>
  tokenRequest(
    server,
    { grant_type: 'refresh_token', client_id: client.client_id, refresh_token: token },
    { 'x-forwarded-for': address },
  )

/** What an OAuth endpoint refused with: status and error code. */
export async function refusal(response: Response): Promise<string> {
  const body = (await response.json()) as { error?: string; access_token?: string; refresh_token?: string }
  const leak = body.access_token || body.refresh_token ? ' and tokens' : ''
  return `${response.status} ${body.error}${leak}`
}
