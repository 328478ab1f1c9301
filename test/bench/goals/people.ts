// A thousand people, each with an account and one connected client, written into a server's own store as the server writes them.
// What is in the record of a client, one that registers says.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importJWK, SignJWT } from 'jose'
import { pino } from 'pino'
import { addRecord, findRecord } from '../../../src/authorization-server/oidc/client-record.ts'
import {
  authorizationOf,
  createRefreshTokens,
  newFamily,
} from '../../../src/authorization-server/oidc/refresh-tokens.ts'
import { createAuthorizations } from '../../../src/grants/authorizations.ts'
import { createGrants } from '../../../src/grants/grants.ts'
import { loadCookieKeys } from '../../../src/key-files/cookie-keys.ts'
import { ALL_SCOPES } from '../../../src/scopes.ts'
import { unixTime } from '../../../src/unix-time.ts'
import { openVault } from '../../../src/vault/vault.ts'
import { register } from '../../support/raw-client.ts'
import type { TestServer } from '../../support/server.ts'
import { openStoreOf } from '../../support/stored.ts'
import type { Product } from './process.ts'

const DAY = 24 * 60 * 60
const AT_ONCE = 50

/** What the client of one of them has. */
export interface Connected {
  readonly clientId: string
  readonly accessToken: string
  readonly refreshToken: string
}

/** Makes them, and gives an access token of each. */
export const makePeople = async (server: Product, many: number): Promise<string[]> =>
  (await connectPeople(server, many)).map(({ accessToken }) => accessToken)

/** Makes them, and gives what the client of each has. There may be fewer programs than people. */
export async function connectPeople(server: Product, many: number, programs = many): Promise<Connected[]> {
  const keys = join(server.folder, 'keys')
  const [jwk] = JSON.parse(readFileSync(join(keys, 'signing.jwks.json'), 'utf8')).keys
  const key = await importJWK(jwk, 'ES256')
  const refreshTokens = createRefreshTokens(await loadCookieKeys(keys))
  const { client_id } = await register(server as unknown as TestServer) // sound: all that it looks at is the origin
  const store = await openStoreOf(server)
  try {
    const vault = await openVault(keys, store, pino({ level: 'silent' }))
    const grants = createGrants(store)
    const authorizations = createAuthorizations(store, grants)
    const registered = await findRecord(store, client_id)
    const make = async (index: number): Promise<Connected> => {
      const clientId = `client-${index % programs}`
      await addRecord(store, clientId, { ...registered?.metadata, client_id: clientId })
      const apiToken = randomBytes(32).toString('hex')
      const accountId = await vault.seal({ realm: 'live', userId: String(200_000 + index), apiToken })
      const grant = await grants.create({
        accountId,
        clientId,
        client: { name: 'Claude', standing: 'domain', returnsTo: 'claude.ai' },
        redirectHost: 'claude.ai',
        scopes: ALL_SCOPES,
        brake: false,
        expiresAt: unixTime() + 30 * DAY,
        usedAt: unixTime(),
      })
      const family = newFamily()
      const id = authorizationOf(family)
      await authorizations.begin(id, { grantId: grant.id, from: 'nowhere' })
      const claims = {
        client_id: clientId,
        grant_id: grant.id,
        auth_id: id,
        auth_gen: 0,
        scope: ALL_SCOPES.join(' '),
      }
      const accessToken = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid })
        .setIssuer(server.origin)
        .setAudience(`${server.origin}/mcp`)
        .setSubject(accountId)
        .setJti(randomBytes(16).toString('base64url'))
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(key)
      return { clientId, accessToken, refreshToken: refreshTokens.make({ family, generation: 0 }) }
    }
    const people: Connected[] = []
    while (people.length < many) {
      const some = Array.from({ length: Math.min(AT_ONCE, many - people.length) }, (_, i) => make(people.length + i))
      people.push(...(await Promise.all(some)))
    }
    return people
  } finally {
    await store.close()
  }
}
