// The account page about the API token: replacing it.
import type Router from '@koa/router'
import { field, parseForm, setProblemStatus } from '../interactions/form.ts'
import { signInAs } from '../interactions/sign-in.ts'
import { signInSession } from '../oidc/session.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { tokenPage } from '../views/account/small-pages.ts'
import { sendPage } from '../views/layout.ts'
import type { Visits } from './visitor.ts'

export function tokenPages(router: Router, visits: Visits, suppliers: PageSuppliers): void {
  router.get(
    '/account/token',
    visits.page(({ ctx, frame }) => sendPage(ctx, tokenPage(frame))),
  )
  // The new token is the proof of who is here: QuantConnect takes it for this very account, or it is not taken.
  router.post(
    '/account/token',
    parseForm,
    visits.page(async (visitor) => {
      const { ctx, credentials, frame } = visitor
      if (field(ctx, 'userId').trim() !== credentials.userId) {
        ctx.status = 422
        return sendPage(
          ctx,
          tokenPage(frame, `This account is that of user ${credentials.userId}. Another one signs in for itself.`),
        )
      }
      const isKnown = field(ctx, 'apiToken').trim() === credentials.apiToken
      const result = await signInAs(ctx, suppliers)
      if ('problem' in result) {
        setProblemStatus(ctx, result)
        return sendPage(ctx, tokenPage(frame, result.problem))
      }
      await signInSession(suppliers, ctx, result)
      return visits.notices.lead(visitor, { did: isKnown ? 'token-known' : 'token-saved' })
    }),
  )
}
