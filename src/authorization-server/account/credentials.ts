// The account pages about who the person is: the API token, passkeys, what to keep after a token was replaced, and leaving.
import type Router from '@koa/router'
import { withOnlyKept, withoutPasskey, withPasskey } from '../../accounts/profile.ts'
import { displayName } from '../clients/clients.ts'
import { browserOf } from '../interactions/browser.ts'
import { field, fields, parseForm, setProblemStatus } from '../interactions/form.ts'
import { signInAs } from '../interactions/sign-in.ts'
import { signInSession } from '../oidc/session.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { deletePage, newPasskeyPage, reviewPage, tokenPage } from '../views/account/small-pages.ts'
import { sendPage } from '../views/layout.ts'
import { problemPage } from '../views/problem.ts'
import { describeConnection } from './connections.ts'
import type { Visitor, Visits } from './visitor.ts'
import { redirect, waitingOf } from './visitor.ts'

/** More than a person has devices. */
const PASSKEYS_AT_MOST = 20

export function credentialPages(router: Router, visits: Visits, suppliers: PageSuppliers): void {
  const { accounts, grants, passkeys, tools } = suppliers

  router.get(
    '/account/token',
    visits.page(({ ctx, frame }) => sendPage(ctx, tokenPage(frame))),
  )
  // The new token is the proof of who is here: QuantConnect takes it for this very account, or it is not taken.
  router.post(
    '/account/token',
    parseForm,
    visits.page(async ({ ctx, accountId, credentials, frame }) => {
      if (field(ctx, 'userId').trim() !== credentials.userId) {
        ctx.status = 422
        return sendPage(
          ctx,
          tokenPage(frame, `This account is that of user ${credentials.userId}. Another one signs in for itself.`),
        )
      }
      const result = await signInAs(ctx, suppliers)
      if ('problem' in result) {
        setProblemStatus(ctx, result)
        return sendPage(ctx, tokenPage(frame, result.problem))
      }
      await signInSession(suppliers, ctx, accountId)
      return redirect(ctx, '/account?token-saved')
    }),
  )

  router.get(
    '/account/review',
    visits.page((visitor) => showReview(visitor)),
  )
  async function showReview(visitor: Visitor) {
    const { ctx, frame } = visitor
    const waiting = await waitingOf(visitor)
    if (!waiting) return redirect(ctx, '/account')
    const connections = waiting.connections.map((grant) => describeConnection(grant, tools, []))
    return sendPage(ctx, reviewPage({ ...frame, ...waiting, connections }))
  }
  router.post(
    '/account/review',
    parseForm,
    visits.page(async (visitor) => {
      const { ctx, accountId } = visitor
      const keep = fields(ctx, 'keep')
      const { connections = [] } = (await waitingOf(visitor)) ?? {}
      const before = 'what was there before the token was replaced goes on'
      if (keep.length && !(await visits.reauthenticate(visitor, before))) return undefined
      for (const { id } of connections) {
        if (keep.includes(id)) await grants.change(id, { suspended: false })
        else await grants.end(id)
      }
      await accounts.change(accountId, (profile) => withOnlyKept(profile, keep))
      return redirect(ctx, '/account?reviewed')
    }),
  )

  router.post(
    '/account/passkeys/new',
    parseForm,
    visits.page(async (visitor) => {
      if (await visits.reauthenticate(visitor, 'a passkey is added')) await showNewPasskey(visitor)
    }),
  )
  async function showNewPasskey({ ctx, accountId, profile, frame }: Visitor, problem?: string) {
    const options = await passkeys.creationOptions({ accountId, ...frame, passkeys: profile.passkeys })
    const suggestion = browserOf(ctx.get('User-Agent'))
    await sendPage(ctx, newPasskeyPage({ ...frame, options, suggestion, ...(problem ? { problem } : {}) }))
  }
  router.post(
    '/account/passkeys',
    parseForm,
    visits.page(async (visitor) => {
      const { ctx, accountId, profile } = visitor
      if (!(await visits.reauthenticate(visitor, 'a passkey is added'))) return undefined
      const made = await passkeys.verifyCreation(accountId, field(ctx, 'passkey'))
      if (!made || profile.passkeys.length >= PASSKEYS_AT_MOST) {
        ctx.status = 422
        const problem = made
          ? `There are ${PASSKEYS_AT_MOST} passkeys already. Remove one first.`
          : 'That passkey could not be checked. Try again.'
        return showNewPasskey(visitor, problem)
      }
      const name = displayName(field(ctx, 'name').trim() || 'Passkey')
      await accounts.change(accountId, (known) => withPasskey(known, { ...made, name }))
      return redirect(ctx, '/account?passkey-added')
    }),
  )
  router.post(
    '/account/passkeys/:id/remove',
    parseForm,
    visits.page(async ({ ctx, accountId }) => {
      await accounts.change(accountId, (profile) => withoutPasskey(profile, String(ctx.params.id)))
      redirect(ctx, '/account?passkey-removed')
    }),
  )

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
      async ({ ctx, accountId, frame }) => {
        await accounts.forget(accountId)
        const view = problemPage({
          title: 'The account is deleted',
          happened: 'Every connection has ended, and your API token and all else that was kept about you is removed.',
          remedy:
            'Your QuantConnect account is as it was. To be sure, you can request a new API token there: the old one stops working then.',
          sandbox: frame.sandbox,
        })
        await sendPage(ctx, view)
      },
      { onlyTakes: true },
    ),
  )
}
