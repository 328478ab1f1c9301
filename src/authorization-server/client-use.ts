// A client that gets a token is in use, and its registration stays (client-adapter.ts).
import type { Log } from '../observability/log.ts'
import type { Store } from '../storage/store.ts'
import type { Middleware } from './answers.ts'
import { servedClient } from './answers.ts'
import { noteClientUse } from './client-adapter.ts'

/** Middleware for the provider. */
export const noteUse =
  (store: Store, log: Log): Middleware =>
  async (ctx, next) => {
    await next()
    const client = servedClient(ctx)
    // The token is issued already; a note that could not be written must not take it back.
    if (client) await noteClientUse(store, client.clientId).catch((err) => log.warn({ err }, 'client use not noted'))
  }
