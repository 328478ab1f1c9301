// Leaving: ending everything, which only stops and so needs no proof; and erasing the record of what was done too, which a
// program in the same browser would like to do.
import type Router from '@koa/router'
import type { Context } from 'koa'
import * as z from 'zod'
import { parseForm, redirect } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { deletePage } from '../views/account/small-pages.ts'
import { sendPage } from '../views/layout.ts'
import { problemPage } from '../views/problem.ts'
import type { Visits } from './visitor.ts'

export function leavingPages(router: Router, visits: Visits, suppliers: PageSuppliers): void {
  const { accounts, cookieKeys } = suppliers

  router.get(
    '/account/delete',
    visits.page(async ({ ctx, connections, frame }) => sendPage(ctx, deletePage(frame, (await connections()).length)), {
      onlyTakes: true,
    }),
  )
  router.post(
    '/account/delete',
    parseForm,
    visits.page(
      async ({ ctx, accountId, credentials: { apiToken }, frame }) => {
        await accounts.endEverything(accountId, cookieKeys.derive('ended-token', `${accountId} ${apiToken}`))
        const view = problemPage({
          title: 'Everything is ended',
          happened:
            'Every connection has ended, your API token is removed, and you are signed out everywhere. What your assistants did stays on record for 30 days, for you alone: sign in again to read it.',
          remedy: TOKEN_STAYS,
          sandbox: frame.sandbox,
        })
        await sendPage(ctx, view)
      },
      { onlyTakes: true },
    ),
  )
  router.post(
    '/account/erase',
    parseForm,
    visits.page(
      (visitor) => {
        const { ctx, accountId, frame } = visitor
        return visits.prove(visitor, {
          shape: z.object({}),
          state: () => 'erase',
          decide: async () => ({
            does: {},
            question: {
              sandbox: frame.sandbox,
              before:
                'every connection ends and all that is kept about you here is erased, the record of what was done included',
              back: '/account/delete',
              takesNothingAlong: true,
            },
          }),
          async carryOut() {
            await accounts.forget(accountId)
            redirect(ctx, '/account/erased')
          },
        })
      },
      { onlyTakes: true },
    ),
  )
  router.get('/account/erased', (given) =>
    sendPage(
      given as Context,
      problemPage({
        title: 'The account is erased',
        happened:
          'Every connection has ended, and your API token, the record and all else that was kept about you is removed.',
        remedy: TOKEN_STAYS,
        sandbox: suppliers.sandboxAccounts.length > 0,
      }),
    ),
  )
}

const TOKEN_STAYS =
  'Your QuantConnect account is as it was. To be sure, you can request a new API token there: the old one stops working then.'
