// Showing again who is here, before anything dangerous: an agent that drives this browser has its session, but neither the
// API token nor the passkey of its person.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import type { Profile } from '../../accounts/profile.ts'
import { isFresh, withProof } from '../../accounts/profile.ts'
import type { StoredCredentials } from '../../vault/vault.ts'
import { countAttempt, LIMITS } from '../attempts.ts'
import { field } from './form.ts'
import type { SignInSuppliers } from './sign-in.ts'
import { answersPasskey, tooManyAttempts } from './sign-in.ts'

export type Confirmation =
  | { readonly given: true }
  | { readonly given: false; readonly problem?: string; readonly status: number; readonly retryAfter?: number }

/** Who is asked: an account, as a browser with this `uid` is signed in to it. */
export interface Asked {
  readonly accountId: string
  readonly uid: string
  readonly profile: Profile
}

/** Whether the person has shown who they are: within the last minutes, or with this very form. */
export async function confirm(ctx: Context, asked: Asked, suppliers: SignInSuppliers): Promise<Confirmation> {
  const now = Math.floor(Date.now() / 1000)
  if (isFresh(asked.profile, asked.uid, now)) return { given: true }
  const { accountId, uid } = asked
  const [apiToken, passkey] = [field(ctx, 'apiToken').trim(), field(ctx, 'passkey')]
  if (!apiToken && !passkey) return { given: false, status: 200 }
  // Counted for this browser: a stranger who tries to sign in must not keep the person from confirming.
  const retryAfter = await countAttempt(suppliers.store, LIMITS.confirm, `${accountId} ${uid}`)
  if (retryAfter) return { given: false, ...tooManyAttempts(retryAfter) }
  const refused = passkey
    ? await tryPasskey(passkey, accountId, suppliers)
    : await tryToken(apiToken, accountId, suppliers)
  if (refused) return { given: false, ...refused }
  await suppliers.accounts.change(accountId, (profile) => withProof(profile, uid, now))
  return { given: true }
}

type Refusal = { readonly problem: string; readonly status: number } | undefined

async function tryPasskey(passkey: string, accountId: string, suppliers: SignInSuppliers): Promise<Refusal> {
  if (await answersPasskey(passkey, accountId, 'this account', suppliers)) return undefined
  const problem = 'That passkey is not one of this account, or could not be checked. Try again, or enter the API token.'
  return { problem, status: 422 }
}

/** The stored token, and only while QuantConnect takes it: one that it does not take any more may have leaked. */
async function tryToken(
  apiToken: string,
  accountId: string,
  { vault, quantConnect }: SignInSuppliers,
): Promise<Refusal> {
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
