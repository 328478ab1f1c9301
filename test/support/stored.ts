// What a server has stored, read and changed through its own store, whichever kind that is.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Authorization } from '../../src/grants/authorization.ts'
import type { Grant } from '../../src/grants/grant-record.ts'
import type { GrantChange, Grants } from '../../src/grants/grants.ts'
import { createGrants } from '../../src/grants/grants.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import type { Store } from '../../src/storage/store.ts'
import { update } from '../../src/storage/store.ts'
import { claimsOf, grantIdOf } from './access-token.ts'
import type { TestServer } from './server.ts'
import { openRedis } from './stores.ts'

/** Where a server's store is. */
type Stored = Pick<TestServer, 'folder' | 'redisUrl'>

/** The store that a server uses. */
export const openStoreOf = async ({ folder, redisUrl }: Stored) =>
  redisUrl ? openRedis(redisUrl) : openSqliteStore(join(folder, 'data'))

/** A server's store, for as long as `use` takes. */
export async function withStore<T>(server: Stored, use: (store: Store) => Promise<T>): Promise<T> {
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

/** The grant that a token was issued under, as it stands. */
export const grantOf = (server: TestServer, token: string): Promise<Grant | undefined> =>
  withGrants(server, (grants) => grants.find(grantIdOf(token)))

/** All grants of the account that a token belongs to. */
export const grantsOfAccount = (server: TestServer, token: string): Promise<Grant[]> =>
  withGrants(server, async (grants) => {
    const own = await grants.find(grantIdOf(token))
    return own ? grants.list(own.accountId) : []
  })

/** Changes the grant that a token was issued under. */
export const changeGrant = (server: TestServer, token: string, changes: GrantChange) =>
  withGrants(server, (grants) => grants.change(grantIdOf(token), changes))

/** How many grants a server's store holds. */
export const countGrants = async (server: TestServer): Promise<number> =>
  (await entriesOf(server)).filter(({ key }) => key.startsWith('grant:')).length

/** Lets many join a roster in a server's store, one by one where that is quick. All are from one time, and outlive the test. */
export async function fillRoster(
  server: Stored,
  key: string,
  group: string,
  { count, at }: { count: number; at: number },
): Promise<void> {
  const ttl = 1_000 * 24 * 60 * 60
  const members = Array.from({ length: count }, (_, i) => `${group}, ${at}, ${i}`)
  if (server.redisUrl) {
    await withStore(server, async (store) => {
      // Not all at once: a command that waits for so many others may take longer than one may take.
      for (let i = 0; i < count; i += 1_000) {
        const some = members.slice(i, i + 1_000)
        await Promise.all(some.map((member) => store.join(key, member, { group, at, ttl }, Infinity)))
      }
    })
    return
  }
  // Each on its own would be a transaction of its own, which is on disk before the next one begins.
  const db = new DatabaseSync(join(server.folder, 'data', 'qcgate.sqlite'))
  try {
    db.exec('BEGIN IMMEDIATE')
    const insert = db.prepare('INSERT INTO members (key, member, "group", at, expires_at) VALUES (?, ?, ?, ?, ?)')
    for (const member of members) insert.run(key, member, group, at, Date.now() + ttl * 1000)
    db.exec('COMMIT')
  } finally {
    db.close()
  }
}

/** All that a server's store holds, with the lines of a journal and the members of a roster one by one. */
export async function entriesOf({ folder, redisUrl }: TestServer): Promise<{ key: string; text: string }[]> {
  if (redisUrl) {
    const { dumpRedis } = await import('./redis-entries.ts')
    return dumpRedis(redisUrl)
  }
  const db = new DatabaseSync(join(folder, 'data', 'qcgate.sqlite'), { readOnly: true })
  try {
    const rows = db
      .prepare(`
        SELECT key, value AS text FROM entries UNION ALL SELECT key, line FROM journal_lines
        UNION ALL SELECT key, member || ' ' || "group" FROM members`)
      .all()
    return rows.map(({ key, text }) => ({ key: String(key), text: String(text) }))
  } finally {
    db.close()
  }
}

/** Changes the authorization that a token belongs to. */
export const changeAuthorization = (
  server: Stored,
  token: string,
  how: (authorization: Authorization) => Partial<Authorization>,
): Promise<unknown> =>
  withStore(server, (store) =>
    update(store, KEYS.authorization(String(claimsOf(token).auth_id)), (stored = '{}') => {
      const authorization: Authorization = JSON.parse(stored)
      return { value: JSON.stringify({ ...authorization, ...how(authorization) }), ttl: 60 * 60 }
    }),
  )
