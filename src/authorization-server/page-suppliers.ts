// What our pages work with.
import type Provider from 'oidc-provider'
import type { Suppliers } from '../suppliers.ts'
import type { Passkeys } from './passkeys/passkeys.ts'
import type { ToolFacts } from './permissions/summary.ts'

export interface PageSuppliers
  extends Pick<
    Suppliers,
    | 'log'
    | 'store'
    | 'callsUnderWay'
    | 'vault'
    | 'grants'
    | 'accounts'
    | 'auditLog'
    | 'seals'
    | 'quantConnect'
    | 'cookieKeys'
    | 'sandboxAccounts'
    | 'clientAddress'
  > {
  readonly provider: Provider
  readonly issuer: string
  readonly passkeys: Passkeys
  /** What there is to be allowed, for the pages to tell. */
  readonly tools: readonly ToolFacts[]
}
