// Dynamic client registration (RFC 7591), where it differs from the library's: what a registration is called, how many
// there may be, and what the answer says about scopes.
import { createHash, randomBytes } from 'node:crypto'
import type { Context } from 'koa'
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider'
import Provider, { errors } from 'oidc-provider'
import { isTooDeep, TOO_DEEP } from '../../json-bounds.ts'
import { countAttempt, countFromNetwork, RATE_LIMITS } from '../../rate-limits/rate-limits.ts'
import type { Store } from '../../storage/store.ts'
import { checkMetadataTypes } from '../clients/client-metadata.ts'
import { isHosted } from '../clients/clients.ts'
import { tooMany } from './too-many.ts'

/**
 * The `client_id`: for a client without a secret the hash of the metadata in force, so that the same program is the same
 * client however often it registers; for one with a secret a new id each time. Throws for metadata that is nested so deep that
 * writing it down would fail; how long a body is, 56 KiB, the library sees to.
 */
export function registrationId({ oidc }: KoaContextWithOIDC): string {
  const { Client } = oidc.provider as unknown as { Client: ClientModel }
  const body = oidc.body as Record<string, unknown>
  if (isTooDeep(body)) throw new errors.InvalidClientMetadata(TOO_DEEP)
  checkMetadataTypes(body) // before the library looks for algorithms that need a secret
  if (Client.needsSecret(body)) return randomBytes(16).toString('base64url')
  const inForce = Object.entries(new Client({ ...body, client_id: 'by hash' }).metadata())
  const sorted = inForce.sort(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url')
}
/** Whether the client of an id can have a secret: the id was drawn, and is neither a hash nor the URL of a document. */
export const mayHaveSecret = (client_id: string): boolean => /^[\w-]{22}$/.test(client_id)

/** Members of the library's client model that its types leave out. */
interface ClientModel {
  new (metadata: Record<string, unknown>): { metadata(): Record<string, unknown> }
  needsSecret(metadata: Record<string, unknown>): boolean
}

/** Real clients need a tenth of it; what is longer would fill the store. Of hosted ones there may be many. */
const LONGEST = { hosted: 2 * 1024, other: 16 * 1024 }

/** Where the registration at hand comes from. */
export const registeredFrom = (clientAddress: (ctx: Context) => string): string =>
  clientAddress(Provider.ctx as unknown as Context) // sound: registrations are written only while one is requested

/** Counts a new registration against the networks around `address()`. Throws when it is one too many, or too long. */
export function admitRegistration(store: Store, address: () => string) {
  return async (metadata: AdapterPayload): Promise<void> => {
    const hosted = (metadata.redirect_uris as string[]).every(isHosted)
    const longest = hosted ? LONGEST.hosted : LONGEST.other
    if (JSON.stringify(metadata).length > longest) {
      throw new errors.InvalidClientMetadata(`the metadata must have at most ${longest} characters`)
    }
    const network = address()
    const wait = hosted
      ? await countAttempt(store, RATE_LIMITS.hostedRegistration, network)
      : await countFromNetwork(store, RATE_LIMITS.registration, network)
    if (wait) throw tooMany('too many new registrations from this address; use the one you have', wait)
  }
}

/** Middleware for the provider: the answer names the known scopes that were asked for, though it limits none (§3.2.1). */
export async function nameScopes(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next()
  if (ctx.path !== '/register' || ctx.status !== 201) return
  const { requested_scope } = ctx.oidc.body as { requested_scope?: string }
  if (requested_scope) ctx.body = { ...(ctx.body as object), scope: requested_scope }
}
