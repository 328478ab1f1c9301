// A thousand people, each with an account and one connected client, written into a server's own store as the server writes them.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importJWK, SignJWT } from 'jose'
import { pino } from 'pino'
import { createAuthorizations } from '../../../src/grants/authorizations.ts'
import { createGrants } from '../../../src/grants/grants.ts'
import { ALL_SCOPES } from '../../../src/scopes.ts'
import { unixTime } from '../../../src/unix-time.ts'
import { openVault } from '../../../src/vault/vault.ts'
import { openStoreOf } from '../../support/stored.ts'
import type { Product } from './process.ts'

const DAY = 24 * 60 * 60
const AT_ONCE = 50

/** Makes them, and gives an access token of each. */
export async function makePeople(server: Product, many: number): Promise<string[]> {
  const keys = join(server.folder, 'keys')
  const [jwk] = JSON.parse(readFileSync(join(keys, 'signing.jwks.json'), 'utf8')).keys
  const key = await importJWK(jwk, 'ES256')
  const store = await openStoreOf(server)
  try {
    const vault = await openVault(keys, store, pino({ level: 'silent' }))
    const grants = createGrants(store)
    const authorizations = createAuthorizations(store, grants)
    const make = async (index: number) => {
      const apiToken = randomBytes(32).toString('hex')
      const accountId = await vault.seal({ realm: 'live', userId: String(200_000 + index), apiToken })
      const grant = await grants.create({
        accountId,
        clientId: `client-${index}`,
        client: { name: 'Claude', standing: 'domain', returnsTo: 'claude.ai' },
        redirectHost: 'claude.ai',
        scopes: ALL_SCOPES,
        brake: false,
        expiresAt: unixTime() + 30 * DAY,
        usedAt: unixTime(),
      })
      const id = randomBytes(16).toString('base64url')
      await authorizations.begin(id, { grantId: grant.id, from: 'nowhere' })
      const claims = {
        client_id: grant.clientId,
        grant_id: grant.id,
        auth_id: id,
        auth_gen: 0,
        scope: ALL_SCOPES.join(' '),
      }
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid })
        .setIssuer(server.origin)
        .setAudience(`${server.origin}/mcp`)
        .setSubject(accountId)
        .setJti(randomBytes(16).toString('base64url'))
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(key)
    }
    const tokens: string[] = []
    while (tokens.length < many) {
      const some = Array.from({ length: Math.min(AT_ONCE, many - tokens.length) }, (_, i) => make(tokens.length + i))
      tokens.push(...(await Promise.all(some)))
    }
    return tokens
  } finally {
    await store.close()
  }
}
