// Sign-in: whose QuantConnect account is it? Asks QuantConnect itself, and puts what it accepted into the vault.
import type { Context } from 'koa'
import type { Answer } from '../../quantconnect/answer.ts'
import type { QuantConnect } from '../../quantconnect/client.ts'
import type { Store } from '../../storage/store.ts'
import type { Credentials, Vault } from '../../vault/vault.ts'
import { countSignIn } from '../attempts.ts'
import { field } from './form.ts'

export interface SignInSuppliers {
  readonly store: Store
  readonly vault: Vault
  readonly quantConnect: QuantConnect
  /** The sandbox's accounts; the first is the one behind the button. Empty when there is no sandbox. */
  readonly sandboxAccounts: readonly { readonly userId: string; readonly apiToken: string }[]
  readonly clientAddress: (ctx: Context) => string
}

/** Either the `sub` of the person who signed in, or what to tell them, with the HTTP status that fits. */
export type SignInResult =
  | { readonly sub: string }
  | { readonly problem: string; readonly status: number; readonly retryAfter?: number }

/** Signs in with what was typed, or with one click on the sandbox account. */
export async function signIn(ctx: Context, suppliers: SignInSuppliers): Promise<SignInResult> {
  const [demo] = suppliers.sandboxAccounts
  const oneClick = field(ctx, 'account') === 'sandbox' && demo
  return oneClick ? { sub: await suppliers.vault.seal({ ...demo, realm: 'sandbox' }) } : signInAs(ctx, suppliers)
}

/** Signs in with the user id and API token of a form, and puts the token into the vault when QuantConnect accepts it. */
export async function signInAs(ctx: Context, suppliers: SignInSuppliers): Promise<SignInResult> {
  const { store, vault, quantConnect, sandboxAccounts, clientAddress } = suppliers
  const userId = field(ctx, 'userId').trim()
  const apiToken = field(ctx, 'apiToken').trim()
  const incomplete = checkInput(userId, apiToken)
  if (incomplete) return { problem: incomplete, status: 422 }

  const retryAfter = await countSignIn(store, userId, clientAddress(ctx))
  if (retryAfter) {
    const minutes = Math.ceil(retryAfter / 60)
    return {
      problem: `Too many attempts. Try again in ${minutes} minute${minutes > 1 ? 's' : ''}.`,
      status: 429,
      retryAfter,
    }
  }

  const realm = sandboxAccounts.some((account) => account.userId === userId) ? 'sandbox' : 'live'
  const credentials: Credentials = { realm, userId, apiToken }
  const answer = await quantConnect.call(credentials, '/authenticate', {})
  if (answer.kind !== 'done') return explain(answer)
  // Only an explicit yes is a yes: an answer without `success` proves nothing about who is here.
  return answer.body.success === true
    ? { sub: await vault.seal(credentials) }
    : explain({ kind: 'unavailable', sent: true })
}

/** What is wrong with the input as typed, before anyone is asked. One account has one spelling: no leading zeros. */
export function checkInput(userId: string, apiToken: string): string | undefined {
  if (!/^[1-9]\d{0,11}$/.test(userId)) {
    return 'A QuantConnect user id is a number, such as 123456. It stands in the mail that brought the API token.'
  }
  if (!apiToken) return 'Please enter the API token as well.'
  return apiToken.length > 512 ? 'That is too long for an API token.' : undefined
}

function explain(answer: Exclude<Answer, { kind: 'done' }>): SignInResult {
  switch (answer.kind) {
    case 'credentials':
    case 'refused':
      return {
        problem:
          'QuantConnect does not accept this user id and API token together. Check both, or request a new token.',
        status: 422,
      }
    // The person can do nothing about any of these but wait; a suspected clock is the operator's, and is in the log.
    case 'clock':
    case 'busy':
    case 'rate-limited':
    case 'too-large':
    case 'redirect':
    case 'timeout':
    case 'unavailable':
      return {
        problem: 'QuantConnect cannot be reached right now. Nothing is wrong on your side; try again in a minute.',
        status: 503,
      }
  }
}
