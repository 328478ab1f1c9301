// A client that gets a token is in use, and its registration stays (client-adapter.ts).
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Log } from '../observability/log.ts'
import type { Store } from '../storage/store.ts'
import { noteClientUse } from './client-adapter.ts'

/** Middleware for the provider. */
export const noteUse =
  (store: Store, log: Log) =>
  async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next()
    const client = ctx.path === '/token' && ctx.status === 200 ? ctx.oidc?.client : undefined
    // The token is issued already; a note that could not be written must not take it back.
    if (client) await noteClientUse(store, client.clientId).catch((err) => log.warn({ err }, 'client use not noted'))
  }
