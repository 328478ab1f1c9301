// Sign-in: whose QuantConnect account is it? Asks QuantConnect itself, and puts what it accepted into the vault.
import type { Context } from 'koa'
import { withPasskey } from '../../accounts/profile.ts'
import type { Answer } from '../../quantconnect/answer.ts'
import { isUserId } from '../../quantconnect/user-id.ts'
import { countAttempt, countSignIn, RATE_LIMITS } from '../../rate-limits/rate-limits.ts'
import type { Credentials } from '../../vault/vault.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import type { FormProblem } from './form.ts'
import { field } from './form.ts'

/** Either the `sub` of the person who signed in, or what to tell them. */
export type SignInResult = { readonly sub: string } | FormProblem

/** Signs in with what was typed, with a passkey, or with one click on the sandbox account. */
export async function signIn(ctx: Context, suppliers: PageSuppliers): Promise<SignInResult> {
  const [demo] = suppliers.sandboxAccounts
  const oneClick = field(ctx, 'account') === 'sandbox' && demo
  if (oneClick) {
    if (!offersOneClick(suppliers)) return NOT_ALLOWED
    const retryAfter = await countAttempt(suppliers.store, RATE_LIMITS.oneClick, suppliers.clientAddress(ctx))
    return retryAfter ? tooManyAttempts(retryAfter) : { sub: await suppliers.vault.seal({ ...demo, realm: 'sandbox' }) }
  }
  const passkey = field(ctx, 'passkey')
  return passkey ? signInWithPasskey(ctx, passkey, suppliers) : signInAs(ctx, suppliers)
}

/** Whether one click signs in to the sandbox: where it is on, and its first account may use this server. */
export const offersOneClick = ({ sandboxAccounts: [demo], vault }: Pick<PageSuppliers, 'sandboxAccounts' | 'vault'>) =>
  demo !== undefined && vault.allows(demo.userId)

/** What is said to a person whom the operator does not let in, and only once they proved to be that person. */
const NOT_ALLOWED: FormProblem = {
  problem:
    'This server is for its own users, and you are not one of them. Whoever runs it can add your QuantConnect user id. Nothing that you entered was kept.',
  status: 403,
}

/** The account says itself, with the passkey, which one it is. */
async function signInWithPasskey(ctx: Context, posted: string, suppliers: PageSuppliers): Promise<SignInResult> {
  const { store, vault, passkeys, clientAddress } = suppliers
  const sub = passkeys.claimedAccount(posted)?.accountId ?? ''
  const retryAfter = await countSignIn(store, sub, clientAddress(ctx))
  if (retryAfter) return tooManyAttempts(retryAfter)
  const accepted = await acceptPasskey(posted, sub, 'anybody', suppliers)
  if (accepted && (await vault.open(sub))) return { sub }
  if (accepted && (await vault.excludes(sub))) return NOT_ALLOWED
  return { problem: 'That passkey opens no account here. Sign in with the API token instead.', status: 422 }
}

/** Signs in with the user id and API token of a form, and puts the token into the vault when QuantConnect accepts it. */
export async function signInAs(ctx: Context, suppliers: PageSuppliers): Promise<SignInResult> {
  const { store, vault, accounts, quantConnect, sandboxAccounts, clientAddress } = suppliers
  const userId = field(ctx, 'userId').trim()
  const apiToken = field(ctx, 'apiToken').trim()
  const incomplete = checkInput(userId, apiToken)
  if (incomplete) return { problem: incomplete, status: 422 }

  const retryAfter = await countSignIn(store, userId, clientAddress(ctx))
  if (retryAfter) return tooManyAttempts(retryAfter)

  const realm = sandboxAccounts.some((account) => account.userId === userId) ? 'sandbox' : 'live'
  const credentials: Credentials = { realm, userId, apiToken }
  const answer = await quantConnect.call(credentials, '/authenticate', {})
  if (answer.kind !== 'done') return unanswered(answer)
  // Only an explicit yes is a yes: an answer without `success` proves nothing about who is here.
  if (answer.body.success !== true) return unanswered({ kind: 'unavailable', sent: true })
  // Only now: told before QuantConnect was asked, it would tell strangers who the users of this server are.
  if (!vault.allows(userId)) return NOT_ALLOWED
  await suspendWhatCameBefore(credentials, suppliers)
  const sub = await vault.seal(credentials)
  const tokenAcceptedAt = Math.floor(Date.now() / 1000)
  await accounts.open(sub, (profile) => ({ ...profile, tokenAcceptedAt }))
  return { sub }
}

/**
 * A token that stopped working may have leaked, and whoever had it may have connected something: when another one takes its
 * place, nothing from before does anything until the person has looked. Before the new one is stored, so that a crash in
 * between errs on this side; and also when QuantConnect does not say that the old one still works.
 */
async function suspendWhatCameBefore(credentials: Credentials, suppliers: PageSuppliers): Promise<void> {
  const { vault, accounts, quantConnect } = suppliers
  const sub = await vault.find(credentials)
  const before = sub && (await vault.open(sub))
  if (!before || before.apiToken === credentials.apiToken) return
  const answer = await quantConnect.call(before, '/authenticate', {})
  if (answer.kind !== 'done' || answer.body.success !== true) return accounts.suspendAll(sub)
  // A person may change a token that works. Whoever signed in with the old one shows that they know the new one.
  await accounts.change(sub, (profile) => ({ ...profile, sessions: [] }))
}

/** What someone is told who tried too often. */
export function tooManyAttempts(retryAfter: number): FormProblem {
  const minutes = Math.ceil(retryAfter / 60)
  const problem = `Too many attempts. Try again in ${minutes} minute${minutes > 1 ? 's' : ''}.`
  return { problem, status: 429, retryAfter }
}

/**
 * Takes a posted passkey for an account, which remembers that it was used; false when it is not good for it. `question` says
 * what the browser was asked: for a passkey of this very account, or for anybody's. An answer to the one is none to the other.
 */
export async function acceptPasskey(
  posted: string,
  accountId: string,
  question: 'this account' | 'anybody',
  { accounts, passkeys }: Pick<PageSuppliers, 'accounts' | 'passkeys'>,
): Promise<boolean> {
  const claim = passkeys.claimedAccount(posted)
  if (claim?.accountId !== accountId) return false
  const known = (await accounts.profile(accountId)).passkeys.find(({ id }) => id === claim.credentialId)
  const used = known && (await passkeys.verifyAnswer(known, posted, question === 'anybody' ? undefined : accountId))
  if (!used) return false
  await accounts.change(accountId, (profile) =>
    profile.passkeys.some(({ id }) => id === used.id) ? withPasskey(profile, used) : profile,
  )
  return true
}

/** What is wrong with the input as typed, before anyone is asked. */
export function checkInput(userId: string, apiToken: string): string | undefined {
  if (!isUserId(userId)) {
    return 'A QuantConnect user id is a number, such as 123456. It stands in the mail that brought the API token.'
  }
  if (!apiToken) return 'Please enter the API token as well.'
  return apiToken.length > 512 ? 'That is too long for an API token.' : undefined
}

function unanswered(answer: Exclude<Answer, { kind: 'done' }>): SignInResult {
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
