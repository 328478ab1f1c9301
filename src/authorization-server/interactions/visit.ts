// One visit to our pages, as the library keeps it.
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { BrowserSession } from '../../accounts/profile.ts'
import type { ClientIdentity } from '../clients/clients.ts'
import { describeClient } from '../clients/clients.ts'
import type { SignedIn } from './sign-in.ts'

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** Ends a visit with its answer, and sends the browser on. */
export type Finish = (ctx: Context, result: Parameters<Provider['interactionResult']>[2]) => Promise<void>

/** Who sent the browser here. Throws `InvalidClient` when it is gone. */
export async function clientOf(provider: Provider, { params }: Interaction): Promise<ClientIdentity> {
  const client = await provider.Client.find(String(params.client_id))
  if (!client) throw new errors.InvalidClient('the client is gone')
  return describeClient(client, String(params.redirect_uri))
}

/** No visit lasts longer, however often it is begun anew because its answer came too late. */
export const VISIT_SECONDS = 60 * 60

/**
 * By what the person signed in, when they did so in this very visit, and not in another since. Undefined when they came signed
 * in.
 */
export function signedInBy({ lastSubmission }: Interaction, { since }: BrowserSession): SignedIn['by'] | undefined {
  const login = lastSubmission?.login as { readonly by?: SignedIn['by']; readonly at?: number } | undefined
  const isRecent = login?.at !== undefined && login.at >= since && login.at > Date.now() / 1000 - VISIT_SECONDS
  return isRecent ? login.by : undefined
}
