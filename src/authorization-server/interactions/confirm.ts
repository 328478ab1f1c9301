// Showing again who is here, before anything dangerous: an agent that drives this browser has its session, but neither the
// API token nor the passkey of its person.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import { countSignIn } from '../attempts.ts'
import type { Session } from '../session.ts'
import { isFresh, refreshSession } from '../session.ts'
import { field } from './form.ts'
import type { SignInSuppliers } from './sign-in.ts'
import { answersPasskey, tooManyAttempts } from './sign-in.ts'

export type Confirmation =
  | { readonly given: true }
  | { readonly given: false; readonly problem?: string; readonly status: number; readonly retryAfter?: number }

/** Whether the person has shown who they are: within the last minutes, or with this very form. */
export async function confirm(ctx: Context, session: Session, suppliers: SignInSuppliers): Promise<Confirmation> {
  if (isFresh(session)) return { given: true }
  const accountId = session.accountId ?? ''
  const [apiToken, passkey] = [field(ctx, 'apiToken').trim(), field(ctx, 'passkey')]
  if (!apiToken && !passkey) return { given: false, status: 200 }
  const credentials = await suppliers.vault.open(accountId)
  const retryAfter = await countSignIn(suppliers.store, credentials?.userId ?? '', suppliers.clientAddress(ctx))
  if (retryAfter) return { given: false, ...tooManyAttempts(retryAfter) }
  const shown = passkey
    ? await answersPasskey(passkey, accountId, 'this account', suppliers)
    : credentials !== undefined && same(apiToken, credentials.apiToken)
  if (!shown) {
    const problem = passkey
      ? 'That passkey is not one of this account, or could not be checked. Try again, or enter the API token.'
      : 'That is not the API token that is stored here. If you have a new one, enter it on your account page first.'
    return { given: false, problem, status: 422 }
  }
  await refreshSession(session)
  return { given: true }
}

/** Compares without telling by its time how much was right. */
const same = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))
const digest = (value: string) => createHash('sha256').update(value).digest()
