// Where an authorization error takes a browser. The standard sends it back to the client (RFC 6749 §4.1.2.1), and anybody may
// register a client: then an address of ours would lead anywhere, without anybody having been asked (RFC 9700 §4.11.2).
import type { Context } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { isSessionOf } from '../../accounts/profile.ts'
import type { Suppliers } from '../../suppliers.ts'
import type { ClientWords } from '../clients/clients.ts'
import { describeClient, isHosted, publishes, returnsToThisComputer } from '../clients/clients.ts'
import { sendPage } from '../views/layout.ts'
import { returnPage } from '../views/problem.ts'
import type { AnswerInQuery } from './answers.ts'
import { answerInQuery, queryAnswer } from './answers.ts'

/**
 * Whether an address is one that no stranger can choose: on this computer, on a host of a well-known assistant, or on the host
 * that publishes the client's document.
 */
export function isKnownReturn(client: ClientWords, redirectUri: string): boolean {
  const url = new URL(redirectUri)
  return returnsToThisComputer(url) || isHosted(redirectUri) || publishes(client, url.host)
}

/**
 * The handler of the response mode `query`: an error that would lead where a stranger says waits on a page for its person, and
 * goes on as it is when they press. Whoever has answered on our pages, or has connected this client, is not asked.
 */
export function returnErrors(
  { accounts, grants }: Pick<Suppliers, 'accounts' | 'grants'>,
  sandbox: boolean,
): AnswerInQuery {
  async function hasConnected({ session, client }: KoaContextWithOIDC['oidc']): Promise<boolean> {
    const { accountId, uid } = session ?? {}
    if (!accountId || !client) return false
    if (!isSessionOf(await accounts.profile(accountId), uid)) return false
    return (await grants.listOf(accountId, client.clientId)).length > 0
  }

  return async (ctx, redirectUri, answer) => {
    const { oidc } = ctx
    const client = oidc.client as ClientWords | undefined
    const isAnswered = oidc.entities.Interaction?.result?.error !== undefined
    const mayWait = 'error' in answer && !isAnswered && client && !isKnownReturn(client, redirectUri)
    if (!mayWait || (await hasConnected(oidc))) return answerInQuery(ctx, redirectUri, answer)
    ctx.status = 400
    const view = returnPage({
      client: describeClient(client, redirectUri),
      error: String(answer.error),
      to: queryAnswer(redirectUri, answer),
      sandbox,
    })
    await sendPage(ctx as unknown as Context, view) // sound: the library's context is Koa's
  }
}
