// A client that gets a token is in use: its registration stays (client-adapter.ts), and so does its connection.
import type { Accounts } from '../accounts/accounts.ts'
import type { Grants } from '../grants/grants.ts'
import type { Log } from '../observability/log.ts'
import type { Store } from '../storage/store.ts'
import type { Middleware } from './answers.ts'
import { servedClient } from './answers.ts'
import { noteClientUse } from './client-adapter.ts'

interface Suppliers {
  readonly store: Store
  readonly grants: Grants
  readonly accounts: Accounts
  readonly log: Log
}

/** Middleware for the provider. */
export const noteUse =
  ({ store, grants, accounts, log }: Suppliers): Middleware =>
  async (ctx, next) => {
    await next()
    const client = servedClient(ctx)
    if (!client) return
    const note = async () => {
      await noteClientUse(store, client.clientId)
      const grant = await grants.find(ctx.oidc.entities.Grant?.jti ?? '')
      if (grant) await accounts.keep(grant)
    }
    // The token is issued already; a note that could not be written must not take it back.
    await note().catch((err) => log.warn({ err }, 'client use not noted'))
  }
