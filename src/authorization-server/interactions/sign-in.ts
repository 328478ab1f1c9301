// Sign-in: whose QuantConnect account is it? Asks QuantConnect itself, and puts what it accepted into the vault.
import type { Context } from 'koa'
import type { StoredPasskey } from '../../accounts/profile.ts'
import { withNews, withoutBrowsers, withUse } from '../../accounts/profile.ts'
import type { Answer } from '../../quantconnect/answer.ts'
import { isUserId } from '../../quantconnect/user-id.ts'
import { countAttempt, RATE_LIMITS } from '../../rate-limits/rate-limits.ts'
import type { Admission } from '../../rate-limits/sign-in-limits.ts'
import { admitSignIn } from '../../rate-limits/sign-in-limits.ts'
import { unixTime } from '../../unix-time.ts'
import type { Credentials } from '../../vault/vault.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import type { FormProblem } from './form.ts'
import { field } from './form.ts'
import { knownBrowserOf } from './known-browser.ts'

/** Who signed in, and by what: a passkey that was added without a proof says less than one that counts fully. */
export interface SignedIn {
  readonly sub: string
  readonly by: 'token' | 'passkey' | 'young-passkey' | 'sandbox'
}
export type SignInResult = SignedIn | FormProblem

/** Signs in with what was typed, with a passkey, or with one click on the sandbox account. */
export async function signIn(ctx: Context, suppliers: PageSuppliers): Promise<SignInResult> {
  const [demo] = suppliers.sandboxAccounts
  const oneClick = field(ctx, 'account') === 'sandbox' && demo
  if (oneClick) {
    if (!offersOneClick(suppliers)) return NOT_ALLOWED
    const retryAfter = await countAttempt(suppliers.store, RATE_LIMITS.oneClick, suppliers.clientAddress(ctx))
    if (retryAfter) return tooManyAttempts(retryAfter)
    return { sub: await suppliers.vault.seal({ ...demo, realm: 'sandbox' }), by: 'sandbox' }
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

/**
 * The account says itself, with the passkey, which one it is. A signature cannot be guessed, and nobody else is asked about it,
 * so nothing is counted: whatever strangers try, a person with a passkey gets in.
 */
async function signInWithPasskey(ctx: Context, posted: string, suppliers: PageSuppliers): Promise<SignInResult> {
  const { vault, passkeys } = suppliers
  const sub = passkeys.claimedAccount(posted)?.accountId ?? ''
  const used = await acceptPasskey(posted, field(ctx, 'csrf'), suppliers)
  if (used && (await vault.open(sub))) return { sub, by: used.young ? 'young-passkey' : 'passkey' }
  if (used && (await vault.excludes(sub))) return NOT_ALLOWED
  return { problem: 'That passkey opens no account here. Sign in with the API token instead.', status: 422 }
}

/** A person who waits for QuantConnect hears within eight seconds, also where it is asked about the token before as well. */
const [ANSWERS_A_PERSON, ANSWERS_ONCE_MORE] = [5_000, 2_500]

/** Signs in with the user id and API token of a form, and puts the token into the vault when QuantConnect accepts it. */
export async function signInAs(ctx: Context, suppliers: PageSuppliers): Promise<SignInResult> {
  const { vault, accounts, quantConnect, sandboxAccounts } = suppliers
  const userId = field(ctx, 'userId').trim()
  const apiToken = field(ctx, 'apiToken').trim()
  const incomplete = checkInput(userId, apiToken)
  if (incomplete) return { problem: incomplete, status: 422 }

  const realm = sandboxAccounts.some((account) => account.userId === userId) ? 'sandbox' : 'live'
  const credentials: Credentials = { realm, userId, apiToken }
  const admission = await admit(ctx, credentials, suppliers)
  if (admission.retryAfter !== undefined) {
    const tooMany = tooManyAttempts(admission.retryAfter)
    return { ...tooMany, problem: `${tooMany.problem} A passkey works at once.` }
  }
  const answer = await quantConnect.call(credentials, '/authenticate', {}, { ahead: true, timeoutMs: ANSWERS_A_PERSON })
  if (answer.kind !== 'done') return unanswered(answer)
  // Only an explicit yes is a yes: an answer without `success` proves nothing about who is here.
  if (answer.body.success !== true) return unanswered({ kind: 'unavailable', sent: true })
  await admission.succeeded()
  // Only now: told before QuantConnect was asked, it would tell strangers who the users of this server are.
  if (!vault.allows(userId)) return NOT_ALLOWED
  await suspendWhatCameBefore(credentials, suppliers)
  const sub = await vault.seal(credentials)
  const tokenAcceptedAt = unixTime()
  await accounts.open(sub, ({ endedToken: _ended, tokenRefusedAt: _refused, ...profile }) => ({
    ...profile,
    tokenAcceptedAt,
  }))
  return { sub, by: 'token' }
}

/** Whether these credentials may be tried from where they come. It takes the same steps for an account that is not here. */
async function admit(ctx: Context, credentials: Credentials, suppliers: PageSuppliers): Promise<Admission> {
  const { store, vault, clientAddress } = suppliers
  const { userId, realm } = credentials
  return admitSignIn(store, {
    userId,
    network: clientAddress(ctx),
    knownBrowser: await knownBrowserOf(ctx, (await vault.find(credentials)) ?? 'nobody', suppliers),
    isStoredToken: await vault.holds(credentials),
    asksQuantConnect: realm === 'live',
  })
}

/**
 * A token that stopped working may have leaked, and whoever had it may have connected something: when another one takes its
 * place, nothing from before does anything until the person has looked. Before the new one is stored, so that a crash in
 * between errs on this side; and also when QuantConnect does not say that the old one still works. Where only passkeys prove,
 * whoever replaces the token may have lost them: that choice ends, and nothing from before goes on unlooked at either.
 */
async function suspendWhatCameBefore(credentials: Credentials, suppliers: PageSuppliers): Promise<void> {
  const { vault, accounts, quantConnect, cookieKeys } = suppliers
  const sub = await vault.find(credentials)
  if (!sub) return
  const before = await vault.open(sub)
  const { onlyPasskeys, endedToken } = await accounts.profile(sub)
  const known = cookieKeys.derive('ended-token', `${sub} ${credentials.apiToken}`)
  const isReplaced = before
    ? before.apiToken !== credentials.apiToken
    : endedToken !== undefined && endedToken !== known
  if (!isReplaced) return
  const answer =
    before && !onlyPasskeys
      ? await quantConnect.call(before, '/authenticate', {}, { ahead: true, timeoutMs: ANSWERS_ONCE_MORE })
      : undefined
  const works = answer?.kind === 'done' && answer.body.success === true
  if (!works) await accounts.suspendUntilReviewed(sub)
  await accounts.change(sub, ({ endedToken: _ended, ...profile }) =>
    withNews(
      // A person may change a token that works. Whoever signed in with the old one shows that they know the new one.
      { ...(works ? withoutBrowsers(profile) : profile), knownBrowsers: [], onlyPasskeys: false },
      [{ what: 'token-replaced', grave: true }],
      Date.now(),
    ),
  )
}

/** What someone is told who tried too often. */
export function tooManyAttempts(retryAfter: number): FormProblem {
  const minutes = Math.ceil(retryAfter / 60)
  const problem = `Too many attempts. Try again in ${minutes} minute${minutes > 1 ? 's' : ''}.`
  return { problem, status: 429, retryAfter }
}

/** Takes a posted passkey to sign in with; its account remembers that it was used. Undefined when it is not good. */
async function acceptPasskey(
  posted: string,
  visit: string,
  { accounts, passkeys }: Pick<PageSuppliers, 'accounts' | 'passkeys'>,
): Promise<StoredPasskey | undefined> {
  const claim = passkeys.claimedAccount(posted)
  if (!claim) return undefined
  const { accountId, credentialId } = claim
  const known = (await accounts.profile(accountId)).passkeys.find(({ id }) => id === credentialId)
  const used = known && (await passkeys.verifySignIn(known, posted, visit))
  if (!used) return undefined
  await accounts.change(accountId, (profile) => withUse(profile, used))
  return used
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
