// A client that gets a token is in use: its registration stays (client-adapter.ts), and so does its connection.
import type { Suppliers } from '../../suppliers.ts'
import { tellOfReturn } from '../interactions/consent.ts'
import type { Middleware } from './answers.ts'
import { servedClient } from './answers.ts'
import { atHand } from './at-hand.ts'
import { noteClientUse } from './client-adapter.ts'

/** Middleware for the provider. */
export const noteServedClient =
  ({ store, grants, accounts, log }: Pick<Suppliers, 'store' | 'grants' | 'accounts' | 'log'>): Middleware =>
  async (ctx, next) => {
    await next()
    const client = servedClient(ctx)
    if (!client) return
    const note = async () => {
      const { client: record, grant: found } = atHand(ctx)
      await noteClientUse(store, client.clientId, record)
      const isNew = ctx.oidc.params?.grant_type === 'authorization_code'
      const grant = isNew && found ? await grants.noteAuthorization(found.id) : found
      if (!grant) return
      await accounts.noteUse(grant)
      // Also without a page: whoever got tokens holds what this connection has, and what it is given later.
      if (isNew && (grant.timesAuthorized ?? 0) > 1) await tellOfReturn(accounts, grant)
    }
    // The token is issued already; a note that could not be written must not take it back.
    await note().catch((err) => log.warn({ err }, 'client use not noted'))
  }
