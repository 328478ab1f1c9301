// /account: a person replaces the stored API token. The form is its own proof: only who knows the account's token can save
// it, and all that a forged request could do is save the forger's own.
import Router from '@koa/router'
import type { Context } from 'koa'
import { field, parseForm } from './interactions/form.ts'
import type { SignInSuppliers } from './interactions/sign-in.ts'
import { signInAs } from './interactions/sign-in.ts'
import { accountPage, tokenSavedPage } from './views/account.ts'
import { sendPage } from './views/layout.ts'

/** The page under `/account`. */
export function createAccountPages(suppliers: SignInSuppliers): Router {
  const sandbox = suppliers.sandboxAccounts.length > 0
  const router = new Router()
  router.get('/account', (ctx) => sendPage(ctx as Context, accountPage({ sandbox })))
  router.post('/account', parseForm, async (given) => {
    const ctx = given as Context
    const userId = field(ctx, 'userId').trim()
    const result = await signInAs(ctx, suppliers)
    if (!('problem' in result)) return sendPage(ctx, tokenSavedPage({ userId, sandbox }))
    ctx.status = result.status
    if (result.retryAfter) ctx.set('Retry-After', String(result.retryAfter))
    return sendPage(ctx, accountPage({ sandbox, userId, problem: result.problem }))
  })
  return router
}
