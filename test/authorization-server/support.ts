// What these tests share beyond test/support: what a token says, the store behind a server, a request with any headers.
import { request } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Grants } from '../../src/grants/grants.ts'
import { createGrants } from '../../src/grants/grants.ts'
import type { Store } from '../../src/storage/store.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest, RawPerson, redeem, refresh, register, rpc } from '../support/raw-client.ts'
import type { TestServer } from '../support/server.ts'
import { openStoreOf } from '../support/stores.ts'

const part = (jwt: string, index: number) =>
  JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString())
export const headerOf = (jwt: string): Record<string, unknown> => part(jwt, 0)
export const claimsOf = (jwt: string): Record<string, unknown> => part(jwt, 1)
export const grantIdOf = ({ access_token }: Pick<Tokens, 'access_token'>): string =>
  String(claimsOf(access_token).grant_id)

/** A person who is signed in already, so that a file that connects often stays below the limit of sign-ins. */
export async function signedIn(server: TestServer, as?: { userId: string; apiToken: string }): Promise<RawPerson> {
  const person = new RawPerson(server)
  await person.arrive(authorizationRequest(server, await register(server)).url, as)
  return person
}

export interface Wish {
  readonly client?: Registration
  readonly parameters?: Record<string, string | undefined>
  readonly allow?: readonly string[]
}

/** A client, a request, a person who allows it, and the tokens. */
export async function connectAs(person: RawPerson, { client, parameters, allow }: Wish = {}) {
  const { server } = person
  const known = client ?? (await register(server))
  const request = authorizationRequest(server, known, parameters)
  const place = await person.allow(request.url, allow)
  return { client: known, tokens: await redeem(server, known, request, place) }
}

/** A client like a hosted assistant: it returns to an https host. */
export const registerHosted = (server: TestServer, metadata: Record<string, unknown> = {}) =>
  register(server, { redirect_uris: ['https://client.example/cb'], ...metadata })

/** What an OAuth endpoint refused with: status and error code. */
export async function refusal(response: Response): Promise<string> {
  const body = (await response.json()) as { error?: string; access_token?: string; refresh_token?: string }
  const leak = body.access_token || body.refresh_token ? ' and tokens' : ''
  return `${response.status} ${body.error}${leak}`
}

/** How a connection fares: what a refresh and a call answer. A living one is `200` and `200`. */
export async function fate(server: TestServer, client: Registration, { refresh_token, access_token }: Tokens) {
  const call = await rpc(server, access_token, { jsonrpc: '2.0', id: 1, method: 'tools/list' })
  const refreshed = await refresh(server, client, refresh_token)
  return { call: call.status, refresh: refreshed.status === 200 ? '200' : await refusal(refreshed) }
}
export const ALIVE = { call: 200, refresh: '200' }
export const OVER = { call: 401, refresh: '400 invalid_grant' }

/** A server's store, for as long as `use` takes. */
export async function withStore<T>(server: TestServer, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStoreOf(server)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** The grants in a server's store, for as long as `use` takes. */
export const withGrants = <T>(server: TestServer, use: (grants: Grants) => Promise<T>): Promise<T> =>
  withStore(server, (store) => use(createGrants(store)))

/** How many grants a server's store holds. */
export const countGrants = async (server: TestServer): Promise<number> =>
  (await entriesOf(server)).filter(({ key }) => key.startsWith('grant:')).length

/** All that a server's store holds, with the lines of a journal one by one. */
export async function entriesOf({ folder, redisUrl }: TestServer): Promise<{ key: string; text: string }[]> {
  if (redisUrl) {
    const { dumpRedis } = await import('../support/redis-entries.ts')
    return dumpRedis(redisUrl)
  }
  const db = new DatabaseSync(join(folder, 'data', 'qcgate.sqlite'), { readOnly: true })
  try {
    const rows = db
      .prepare('SELECT key, value AS text FROM entries UNION ALL SELECT key, line AS text FROM lines')
      .all()
    return rows.map(({ key, text }) => ({ key: String(key), text: String(text) }))
  } finally {
    db.close()
  }
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** A request with any headers, `Host` among them, which `fetch` would not let us choose. A body makes it a POST. */
export function rawRequest(
  port: string | number,
  path: string,
  headers: Record<string, string>,
  body?: URLSearchParams | object,
): Promise<RawAnswer> {
  const isForm = body instanceof URLSearchParams
  const type = body ? { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' } : {}
  const options = { host: '127.0.0.1', port, path, method: body ? 'POST' : 'GET', headers: { ...type, ...headers } }
  return new Promise((resolve, reject) => {
    request(options, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
    })
      .once('error', reject)
      .end(isForm ? body.toString() : body && JSON.stringify(body))
  })
}
