// A client that gets a token is in use: its registration stays (client-adapter.ts), and so does its connection.
import type { Suppliers } from '../../suppliers.ts'
import type { Middleware } from './answers.ts'
import { servedClient } from './answers.ts'
import { noteClientUse } from './client-adapter.ts'

/** Middleware for the provider. */
export const noteServedClient =
  ({ store, grants, accounts, log }: Pick<Suppliers, 'store' | 'grants' | 'accounts' | 'log'>): Middleware =>
  async (ctx, next) => {
    await next()
    const client = servedClient(ctx)
    if (!client) return
    const note = async () => {
      await noteClientUse(store, client.clientId)
      const grant = await grants.find(ctx.oidc.entities.Grant?.jti ?? '')
      if (grant) await accounts.noteUse(grant)
    }
    // The token is issued already; a note that could not be written must not take it back.
    await note().catch((err) => log.warn({ err }, 'client use not noted'))
  }
