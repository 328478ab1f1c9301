// What a server has stored, read and changed through its own store, whichever kind that is.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Grant, GrantChange, Grants } from '../../src/grants/grants.ts'
import { createGrants } from '../../src/grants/grants.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import type { Store } from '../../src/storage/store.ts'
import { grantIdOf } from './access-token.ts'
import type { TestServer } from './server.ts'
import { openRedis } from './stores.ts'

/** The store that a server uses. */
export const openStoreOf = async ({ folder, redisUrl }: { folder: string; redisUrl: string | undefined }) =>
  redisUrl ? openRedis(redisUrl) : openSqliteStore(join(folder, 'data'))

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

/** All that a server's store holds, with the lines of a journal one by one. */
export async function entriesOf({ folder, redisUrl }: TestServer): Promise<{ key: string; text: string }[]> {
  if (redisUrl) {
    const { dumpRedis } = await import('./redis-entries.ts')
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
