// Servers that clients connect to: qcgate, and the others as far as they go. All of them have their endpoints where qcgate has its own.
import { ALL_SCOPES } from '../../../src/scopes.ts'
import type { Account } from '../../support/accounts.ts'
import type { Registration, Tokens } from '../../support/raw-client.ts'
import { authorizationRequest, credentialsOf, redemption, register, tokenRequest } from '../../support/raw-client.ts'
import { RawPerson } from '../../support/raw-person.ts'
import type { TestServer } from '../../support/server.ts'
import { forgetAttempts } from '../goals/attempts.ts'
import type { Product } from '../goals/process.ts'
import { startListening, startProduct } from '../goals/process.ts'
import type { Bench } from './rows.ts'

export interface Authorizing {
  readonly name: string
  readonly pid: number
  readonly port: number
  /** What of it a client and a browser look at. */
  readonly server: TestServer
  readonly product?: Product
  /** What its clients say of themselves beyond what all say. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly scope: string
  /** A browser as it is before it is sent there. */
  person(): Promise<RawPerson>
  stop(): unknown
}

/** What redeems the code that a client was given. */
export interface Code {
  readonly client: Registration
  readonly form: Record<string, string>
}

const SCOPE = ALL_SCOPES.join(' ')

/** All of them: qcgate with both stores, and those that are not ours. */
export async function startAuthorizing(bench: Bench): Promise<Authorizing[]> {
  const products = [
    await startQcgate('qcgate, Redis', bench, { REDIS_URL: bench.redis.url }),
    await startQcgate('qcgate, SQLite', bench, {}),
  ]
  return [...products, ...(await startPeers(bench))]
}

async function startQcgate(name: string, { program, env }: Bench, store: Record<string, string>): Promise<Authorizing> {
  const product = await startProduct(program, { ...env, ...store })
  return { ...authorizing(name, product), product }
}

/** Those that are not ours. */
export async function startPeers({ upstream }: Bench): Promise<Authorizing[]> {
  const bare = await startListening('bare-provider', SCOPE, '0', '1', upstream.url)
  const betterAuth = await startListening('../peers/better-auth', upstream.url)
  const first = await startListening('../peers/sdk-v1', upstream.url)
  const signedIn = await signUp(betterAuth.port)
  return [
    authorizing('oidc-provider', bare),
    {
      ...authorizing('better-auth', betterAuth),
      metadata: { application_type: 'native' },
      scope: `${SCOPE} offline_access`,
      person: async () => signedIn,
    },
    authorizing('SDK 1, its example', first),
  ]
}

function authorizing(name: string, one: { pid: number; port: number; stop(): unknown }): Authorizing {
  const origin = `http://localhost:${one.port}`
  const server = { origin, mcp: `${origin}/mcp` } as unknown as TestServer // sound: all that is looked at
  return { ...one, name, server, metadata: {}, scope: SCOPE, person: async () => new RawPerson(server) }
}

/** Somebody who has an account with better-auth, and is signed in. */
async function signUp(port: number): Promise<RawPerson> {
  const origin = `http://localhost:${port}`
  const response = await fetch(`${origin}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ name: 'Somebody', email: 'somebody@example.com', password: 'a password for measuring' }),
  })
  if (!response.ok) throw new Error(`sign-up: ${response.status} ${await response.text()}`)
  const person = new RawPerson({ origin } as unknown as TestServer)
  for (const line of response.headers.getSetCookie()) person.keepCookie(line)
  return person
}

/** A person who was never here connects a client that was never here, as far as its code. */
export async function askForCode(one: Authorizing, index: number): Promise<Code> {
  const { server, scope } = one
  const client = await register(server, one.metadata)
  const request = authorizationRequest(server, client, { scope })
  const person = await one.person()
  const place = await person.allow(request.url, ALL_SCOPES, accountOf(index))
  if (!place.url.searchParams.has('code')) throw new Error(`${one.name}: no code, but ${place.url} ${place.html}`)
  return { client, form: { ...credentialsOf(client), ...redemption(request, place), resource: server.mcp } }
}

/** The codes of many, one after the other. */
export async function askForCodes(one: Authorizing, many: number): Promise<Code[]> {
  const codes: Code[] = []
  for (let index = 0; index < many; index += 1) {
    if (one.product && index % 50 === 0) await forgetAttempts(one.product)
    codes.push(await askForCode(one, index))
  }
  return codes
}

/** What a client gets for its code. */
export async function redeemCode({ server, name }: Authorizing, { form }: Code): Promise<Tokens> {
  const response = await tokenRequest(server, form)
  if (response.status !== 200) throw new Error(`${name}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Tokens
}

/** Somebody whom nobody has seen before. */
export const accountOf = (index: number): Account => ({
  userId: String(500_000 + index),
  apiToken: `a-token-of-somebody-${index}`,
})
