// One visit to our pages: the library sends a browser here with a question, sign-in or consent, and takes the answer back.
import Router from '@koa/router'
import type { Context } from 'koa'
import { errors } from 'oidc-provider'
import { sessionOf, signInSession } from '../oidc/session.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { sendPage } from '../views/layout.ts'
import { errorPage, problemPage } from '../views/problem.ts'
import { signInPage } from '../views/sign-in.ts'
import { createConsentVisits } from './consent-visit.ts'
import { csrfToken, field, hasValidCsrf, parseForm, redirect, setProblemStatus } from './form.ts'
import { offersOneClick, signIn } from './sign-in.ts'
import type { Finish, Interaction } from './visit.ts'
import { clientOf } from './visit.ts'

/** The pages under `/interaction/:uid`. */
export function createInteractions(suppliers: PageSuppliers): Router {
  const { provider, passkeys, cookieKeys, sandboxAccounts } = suppliers
  const sandbox = sandboxAccounts.length > 0
  const oneClick = offersOneClick(suppliers)

  async function showSignIn(ctx: Context, interaction: Interaction, again: { userId?: string; problem?: string } = {}) {
    const client = await clientOf(provider, interaction)
    const csrf = csrfToken(cookieKeys, interaction.uid)
    const passkeyOptions = passkeys.signInOptions(csrf)
    const view = signInPage({ clientName: client.name, csrf, oneClick, passkeyOptions, ...again })
    await sendPage(ctx, view, client.formTargets)
  }

  async function answerSignIn(ctx: Context, interaction: Interaction) {
    // A form of the consent page, by the back button after another account was asked for.
    const signsIn = ['userId', 'passkey', 'account'].some((name) => field(ctx, name))
    if (field(ctx, 'decision') && !signsIn) return showSignIn(ctx, interaction)
    const result = await signIn(ctx, suppliers)
    if ('problem' in result) {
      setProblemStatus(ctx, result)
      return showSignIn(ctx, interaction, { userId: field(ctx, 'userId'), problem: result.problem })
    }
    const session = await signInSession(suppliers, ctx, result)
    // From here on the visit belongs to this browser: only its session cookie can bring it to an end.
    interaction.session = { uid: session.uid, accountId: result.sub, cookie: session.jti }
    await interaction.persist()
    return finish(ctx, { login: { accountId: result.sub, by: result.by, at: Math.ceil(Date.now() / 1000) } })
  }

  const finish: Finish = async (ctx, result) => {
    const merge = 'consent' in result // a consent follows a sign-in in the same visit; everything else stands alone
    redirect(ctx, await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: merge }))
  }

  const consent = createConsentVisits(suppliers, finish)

  const show = (ctx: Context, interaction: Interaction) =>
    interaction.prompt.name === 'login' ? showSignIn(ctx, interaction) : consent.show(ctx, interaction)

  /** Finds the interaction that the browser's cookie belongs to; its id must be the one in the address. */
  async function visit(ctx: Context): Promise<Interaction> {
    const interaction = await provider.interactionDetails(ctx.req, ctx.res)
    if (interaction.uid !== ctx.params.uid) throw new errors.SessionNotFound('another interaction')
    // The cookie of a visit can be planted by a neighbour of this host; the session's cannot.
    const { uid } = interaction.session ?? {}
    if (uid && uid !== (await sessionOf(provider, ctx)).uid) throw new errors.SessionNotFound('another browser')
    return interaction
  }

  /** The same, for a form that our own page sent. */
  async function submission(ctx: Context): Promise<Interaction> {
    const interaction = await visit(ctx)
    if (!hasValidCsrf(ctx, csrfToken(cookieKeys, interaction.uid))) throw new errors.SessionNotFound('csrf')
    return interaction
  }

  const router = new Router()
  router.use('/interaction', (ctx, next) => explainLostVisit(ctx as Context, next, sandbox))
  router.get('/interaction/:uid', async (ctx) => show(ctx as Context, await visit(ctx as Context)))

  router.post('/interaction/:uid', parseForm, async (ctx) => {
    const interaction = await submission(ctx as Context)
    await (interaction.prompt.name === 'login' ? answerSignIn : consent.answer)(ctx as Context, interaction)
  })

  router.post('/interaction/:uid/switch-account', parseForm, async (ctx) => {
    const interaction = await submission(ctx as Context)
    interaction.prompt = { name: 'login', reasons: ['switch_account'], details: {} }
    delete interaction.result
    await interaction.persist()
    redirect(ctx as Context, `/interaction/${interaction.uid}`)
  })
  return router
}

/** A visit that is over, was never here, or came from a page that is not ours ends on a page that says what to do. */
async function explainLostVisit(ctx: Context, next: () => Promise<void>, sandbox: boolean): Promise<void> {
  try {
    await next()
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError) || error.status >= 500) throw error
    ctx.status = error instanceof errors.SessionNotFound ? 410 : 400
    const over = problemPage({
      title: 'This request is over',
      happened: 'It took too long, was finished already, or was opened in another browser.',
      remedy: 'If your assistant is connected, you are done here. If not, go back to your assistant and connect again.',
      sandbox,
      link: { to: '/account', says: 'See what is connected' },
    })
    const view = error instanceof errors.InvalidClient ? errorPage(error.error, undefined, sandbox) : over
    await sendPage(ctx, view)
  }
}
