// Re-authentication: showing again who is here, before anything dangerous. An agent that drives this browser has its session,
// but neither the API token nor the passkey of its person.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import type { Profile } from '../../accounts/profile.ts'
import { isFresh, withProof } from '../../accounts/profile.ts'
import { countAttempt, RATE_LIMITS } from '../../rate-limits/rate-limits.ts'
import type { StoredCredentials } from '../../vault/vault.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { sendPage } from '../views/layout.ts'
import type { ReauthenticationView } from '../views/reauthenticate.ts'
import { reauthenticationPage } from '../views/reauthenticate.ts'
import type { FormProblem } from './form.ts'
import { field, sentFields, setProblemStatus } from './form.ts'
import { acceptPasskey, tooManyAttempts } from './sign-in.ts'

/** Who is asked: an account, as a browser with this `uid` is signed in to it. */
interface SignedIn {
  readonly accountId: string
  readonly uid: string
  readonly profile: Profile
}

/** What the page that asks says beside its question. */
export type Question = Pick<ReauthenticationView, 'sandbox' | 'csrf' | 'before' | 'summary' | 'back'>

/**
 * Lets the person show again who they are. True when they have: within the last minutes, or with this very form. If not, they
 * are asked to, and their form waits on the page. `formTargets` are for `sendPage`.
 */
export async function reauthenticate(
  ctx: Context,
  person: SignedIn,
  question: Question,
  suppliers: PageSuppliers,
  formTargets?: readonly string[],
): Promise<boolean> {
  const { accountId, uid, profile } = person
  const now = Math.floor(Date.now() / 1000)
  if (isFresh(profile, uid, now)) return true
  const tried = await tryForm(ctx, person, suppliers)
  if (tried === 'good') {
    await suppliers.accounts.change(accountId, (known) => withProof(known, uid, now))
    return true
  }
  if (tried) setProblemStatus(ctx, tried)
  const passkeyOptions = suppliers.passkeys.requestOptions(accountId, profile.passkeys)
  const view = reauthenticationPage({
    ...question,
    waiting: sentFields(ctx),
    ...(passkeyOptions.allowCredentials?.length ? { passkeyOptions } : {}),
    ...(tried ? { problem: tried.problem } : {}),
  })
  await sendPage(ctx, view, formTargets)
  return false
}

/** Whether what the form shows is good. Undefined when it shows nothing. */
async function tryForm(
  ctx: Context,
  { accountId, uid }: SignedIn,
  suppliers: PageSuppliers,
): Promise<'good' | FormProblem | undefined> {
  const [apiToken, passkey] = [field(ctx, 'apiToken').trim(), field(ctx, 'passkey')]
  if (!apiToken && !passkey) return undefined
  // Counted for this browser: a stranger who tries to sign in must not keep the person from confirming.
  const retryAfter = await countAttempt(suppliers.store, RATE_LIMITS.reauthenticate, `${accountId} ${uid}`)
  if (retryAfter) return tooManyAttempts(retryAfter)
  return (
    (passkey ? await tryPasskey(passkey, accountId, suppliers) : await tryToken(apiToken, accountId, suppliers)) ??
    'good'
  )
}

async function tryPasskey(
  passkey: string,
  accountId: string,
  suppliers: PageSuppliers,
): Promise<FormProblem | undefined> {
  if (await acceptPasskey(passkey, accountId, 'this account', suppliers)) return undefined
  const problem = 'That passkey is not one of this account, or could not be checked. Try again, or enter the API token.'
  return { problem, status: 422 }
}

/** The stored token, and only while QuantConnect takes it: one that it does not take any more may have leaked. */
async function tryToken(
  apiToken: string,
  accountId: string,
  { vault, quantConnect }: PageSuppliers,
): Promise<FormProblem | undefined> {
  const credentials: StoredCredentials | undefined = await vault.open(accountId)
  if (!credentials || !same(apiToken, credentials.apiToken)) {
    const problem =
      'That is not the API token that is stored here. If you have a new one, enter it on your account page first.'
    return { problem, status: 422 }
  }
  const answer = await quantConnect.call(credentials, '/authenticate', {})
  if (answer.kind === 'done' && answer.body.success === true) return undefined
  return answer.kind === 'credentials' || answer.kind === 'refused'
    ? {
        problem: 'QuantConnect does not accept this API token any more. Enter the new one on your account page first.',
        status: 422,
      }
    : { problem: 'QuantConnect cannot be reached right now to check the token. Try again in a minute.', status: 503 }
}

/** Compares without telling by its time how much was right. */
const same = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))
const digest = (value: string) => createHash('sha256').update(value).digest()
