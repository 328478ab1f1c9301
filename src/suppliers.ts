// What both parties work with, on one page: compose.ts opens it, app.ts hands it over, and whoever needs less says so with
// `Pick<Suppliers, …>`.
import type { JWK } from 'jose'
import type { Context } from 'koa'
import type { Accounts } from './accounts/accounts.ts'
import type { AuditLog } from './audit/audit-log.ts'
import type { Seals } from './audit/seals.ts'
import type { CallsUnderWay } from './audit/under-way.ts'
import type { Authorizations } from './grants/authorizations.ts'
import type { Grants } from './grants/grants.ts'
import type { CookieKeys } from './key-files/cookie-keys.ts'
import type { Log } from './observability/log.ts'
import type { QuantConnect } from './quantconnect/client.ts'
import type { Store } from './storage/store.ts'
import type { Vault } from './vault/vault.ts'

export interface Suppliers {
  readonly log: Log
  readonly store: Store
  /** People's QuantConnect credentials, sealed. */
  readonly vault: Vault
  /** What people allowed. */
  readonly grants: Grants
  /** What came of each code. */
  readonly authorizations: Authorizations
  readonly accounts: Accounts
  /** The record of what assistants and people did. */
  readonly auditLog: AuditLog
  /** What makes it verifiable. */
  readonly seals: Seals
  readonly callsUnderWay: CallsUnderWay
  readonly quantConnect: QuantConnect
  /** With their private halves. */
  readonly signingKeys: readonly JWK[]
  /** What seals the record, and sealed it before: only the first needs its private half. */
  readonly journalKeys: readonly JWK[]
  readonly cookieKeys: CookieKeys
  /** The sandbox's accounts; the first is the one behind the button. Empty when there is no sandbox. */
  readonly sandboxAccounts: readonly { readonly userId: string; readonly apiToken: string }[]
  /** Whom a request counts as, by its address. */
  readonly clientAddress: (ctx: Pick<Context, 'req'>) => string
}
