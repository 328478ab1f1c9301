// A client that a person has connected, in one step or for the tests of a suite, and whether it still is.
import { before } from 'node:test'
import type { Grant } from '../../src/grants/grant-record.ts'
import type { GrantChange } from '../../src/grants/grants.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { grantIdOf } from './access-token.ts'
import type { Account } from './accounts.ts'
import { rpc } from './mcp-requests.ts'
import type { Registration, Tokens } from './raw-client.ts'
import { authorizationRequest, redeem, refresh, refusal, register } from './raw-client.ts'
import { RawPerson } from './raw-person.ts'
import { type TestServer, useServer } from './server.ts'
import { changeGrant, grantOf } from './stored.ts'
import { whileRunning } from './while-running.ts'

/** What a client asks for, what of it its person allows, and who that is: Alice, and all of it, unless told otherwise. */
export interface Wish {
  readonly scope?: string
  readonly allow?: readonly string[]
  readonly as?: Account
  /** What its client calls itself. */
  readonly client_name?: string
}

/** The wish of a client that may do everything. */
export const EVERYTHING: Wish = { scope: ALL_SCOPES.join(' '), allow: ALL_SCOPES }

/** Register, sign in, allow, redeem: a connection in one step. */
export async function connect(server: TestServer, { scope, allow, as, client_name }: Wish = {}) {
  const client = await register(server, client_name ? { client_name } : {})
  const person = new RawPerson(server)
  const request = authorizationRequest(server, client, { scope })
  const tokens = await redeem(server, client, request, await person.allow(request.url, allow, as))
  return { client, person, tokens }
}

/** A client, its person, and what it got. */
export interface Connection {
  readonly client: Registration
  readonly person: RawPerson
  readonly tokens: Tokens
  /** The access token. */
  readonly token: string
  readonly grantId: string
  /** The grant behind it, as it stands. */
  grant(): Promise<Grant | undefined>
  /** Changes the grant, as the account page would. */
  change(changes: GrantChange): Promise<Grant | undefined>
}

/**
 * A connection for the tests of one suite, made before the first; what it is allowed later may touch real money, as often as it
 * likes. Call it
 * inside `describe`, after its server.
 */
export function useConnection(server: TestServer, wish: Wish = {}): Connection {
  let connection: Connection | undefined
  before(async () => {
    const { client, person, tokens } = await connect(server, wish)
    const token = tokens.access_token
    const grant = () => grantOf(server, token)
    const change = (changes: GrantChange) => changeGrant(server, token, changes)
    await change({ paperOnly: false, brake: false })
    connection = { client, person, tokens, token, grantId: grantIdOf(token), grant, change }
  })
  return whileRunning('connection', () => connection)
}

/**
 * A server whose QuantConnect is the stand-in at this address, and a connection of a real account there that may do everything,
 * as often as it likes: tests take fewer seconds than a model would. Call it inside `describe`.
 */
export function useConnectionTo(quantConnectUrl: string) {
  const server = useServer({
    QUANTCONNECT_API_URL: quantConnectUrl,
    SANDBOX: 'off',
    CALL_BUDGET: '9000,9000,9000,9000',
  })
  const as = { userId: '123456', apiToken: 'a-token-for-tests' }
  return { server, connection: useConnection(server, { ...EVERYTHING, as }) }
}

/** A person who is signed in already, so that a file that connects often stays below the limit of sign-ins. */
export async function signedIn(server: TestServer, as?: Account): Promise<RawPerson> {
  const person = new RawPerson(server)
  await person.arrive(authorizationRequest(server, await register(server)).url, as)
  return person
}

/** The same for the tests of one suite, signed in before the first. Call it inside `describe`, after its server. */
export function useSignedIn(server: TestServer, as?: Account): RawPerson {
  let person: RawPerson | undefined
  before(async () => {
    person = await signedIn(server, as)
  })
  return whileRunning('person', () => person)
}

/** Which client a person connects (a new one unless named), with which parameters, and what of it they allow. */
interface WishOf {
  readonly client?: Registration
  readonly parameters?: Record<string, string | undefined>
  readonly allow?: readonly string[]
}

/** Connects a client of a person who has a browser already. */
export async function connectAs(person: RawPerson, { client, parameters, allow }: WishOf = {}) {
  const { server } = person
  const known = client ?? (await register(server))
  const request = authorizationRequest(server, known, parameters)
  const place = await person.allow(request.url, allow)
  return { client: known, tokens: await redeem(server, known, request, place) }
}

/** Whether a connection lives: what a call and a refresh of its client are answered. */
export async function connectionState(
  server: TestServer,
  client: Registration,
  { refresh_token, access_token }: Tokens,
) {
  const call = await rpc(server, access_token, { jsonrpc: '2.0', id: 1, method: 'tools/list' })
  const refreshed = await refresh(server, client, refresh_token)
  return { call: call.status, refresh: refreshed.status === 200 ? '200' : await refusal(refreshed) }
}
/** A connection that lives. */
export const ALIVE = { call: 200, refresh: '200' }
/** A connection that has ended. */
export const OVER = { call: 401, refresh: '400 invalid_grant' }
