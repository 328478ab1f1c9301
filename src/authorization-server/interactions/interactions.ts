// One visit to our pages: the library sends a browser here with a question, sign-in or consent, and takes the answer back.
import Router from '@koa/router'
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import { isSessionOf } from '../../accounts/profile.ts'
import { allowanceOf, widens } from '../../grants/allowance.ts'
import { parseScopes } from '../../scopes.ts'
import { describeClient } from '../clients/clients.ts'
import { sessionOf, signInSession } from '../oidc/session.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import type { PostedAllowance } from '../permissions/choice.ts'
import { firstAllowance, offer, readAllowance } from '../permissions/choice.ts'
import { summarize } from '../permissions/summary.ts'
import { consentPage } from '../views/consent.ts'
import { sendPage } from '../views/layout.ts'
import { errorPage, problemPage } from '../views/problem.ts'
import { signInPage } from '../views/sign-in.ts'
import { consentResult, noteVainRequest } from './consent.ts'
import { csrfToken, field, hasValidCsrf, parseForm, postedForm, setProblemStatus } from './form.ts'
import { reauthenticate } from './reauthenticate.ts'
import { offersOneClick, signIn } from './sign-in.ts'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** The pages under `/interaction/:uid`. */
export function createInteractions(suppliers: PageSuppliers): Router {
  const { provider, grants, vault, accounts, passkeys, cookieKeys, sandboxAccounts, store, tools } = suppliers
  const sandbox = sandboxAccounts.length > 0
  const oneClick = offersOneClick(suppliers)

  /** What page and answer need to know of the request behind a visit. */
  async function factsOf(ctx: Context, { uid, params, session }: Interaction) {
    const client = await provider.Client.find(String(params.client_id))
    if (!client) throw new errors.InvalidClient('the client is gone')
    const accountId = session?.accountId ?? ''
    // As things are now: another tab may have connected the same client since this visit began.
    const grantId = (await sessionOf(provider, ctx)).grantIdFor(client.clientId)
    const grant = await grants.findOwn(grantId, accountId, client.clientId)
    return {
      client: describeClient(client, String(params.redirect_uri)),
      csrf: csrfToken(cookieKeys, uid),
      accountId,
      grant,
      offers: offer(parseScopes(String(params.scope)), grant),
    }
  }

  async function showSignIn(ctx: Context, interaction: Interaction, again: { userId?: string; problem?: string } = {}) {
    const { client, csrf } = await factsOf(ctx, interaction)
    const passkeyOptions = passkeys.requestOptions()
    const view = signInPage({ clientName: client.name, csrf, sandbox, oneClick, passkeyOptions, ...again })
    await sendPage(ctx, view, client.formTargets)
  }

  /** Shows the page as it is first opened, or as the person left it. */
  async function showConsent(ctx: Context, interaction: Interaction, posted?: PostedAllowance, problem?: string) {
    const { client, csrf, accountId, grant, offers } = await factsOf(ctx, interaction)
    const credentials = await vault.open(accountId)
    if (!credentials) throw new errors.SessionNotFound('the account is gone')
    const allowance = posted ?? firstAllowance(offers, grant)
    const view = consentPage({
      client,
      csrf,
      uid: interaction.uid,
      userId: credentials.userId,
      sandbox: credentials.realm === 'sandbox',
      permissions: {
        offers,
        allowance,
        preset: posted?.preset ?? 'requested',
        requested: true,
        summary: summarize(client.name, allowance, tools),
      },
      again: grant !== undefined && !grant.suspended && !posted && !offers.some(({ isNew }) => isNew),
      severalSessions: grant?.severalSessions ?? false,
      suspended: grant?.suspended ?? false,
      ...(problem ? { problem } : {}),
    })
    await sendPage(ctx, view, client.formTargets)
  }

  async function answerSignIn(ctx: Context, interaction: Interaction) {
    const result = await signIn(ctx, suppliers)
    if ('problem' in result) {
      setProblemStatus(ctx, result)
      return showSignIn(ctx, interaction, { userId: field(ctx, 'userId'), problem: result.problem })
    }
    const session = await signInSession(suppliers, ctx, result.sub)
    // From here on the visit belongs to this browser: only its session cookie can bring it to an end.
    interaction.session = { uid: session.uid, accountId: result.sub, cookie: session.jti }
    await interaction.persist()
    return finish(ctx, { login: { accountId: result.sub } })
  }

  async function answerConsent(ctx: Context, interaction: Interaction) {
    const decision = field(ctx, 'decision')
    if (decision === 'deny') return refuse(ctx, 'the person said no')
    const { client, csrf, grant, offers } = await factsOf(ctx, interaction)
    const posted = readAllowance(postedForm(ctx), offers, 'requested')
    if (decision === 'preview' || posted.unseen) return showConsent(ctx, interaction, posted)
    if (decision !== 'allow' || !posted.scopes.length) {
      ctx.status = 422
      const problem = posted.scopes.length
        ? 'Please choose Allow or Deny.'
        : 'Nothing is ticked. Tick what to allow, or choose Deny.'
      return showConsent(ctx, interaction, posted, problem)
    }
    const { accountId = '', uid } = await sessionOf(provider, ctx)
    const profile = await accounts.profile(accountId)
    if (!isSessionOf(profile, uid)) throw new errors.SessionNotFound('signed out meanwhile')
    // What waits since the token was replaced counts as new: keeping it is for the person to say, and not for an agent.
    const danger = widens(grant?.suspended ? undefined : grant, posted)
    const question = {
      sandbox,
      csrf,
      before: `${client.name} may do more that trades, spends, deletes or administers`,
      summary: summarize(client.name, posted, tools),
      back: `/interaction/${interaction.uid}`,
    }
    const person = { accountId, uid, profile }
    if (danger && !(await reauthenticate(ctx, person, question, suppliers, client.formTargets))) return undefined
    const visit = { uid: interaction.uid, scope: String(interaction.params.scope) }
    if (grant && (await noteVainRequest(store, visit, grant, posted))) {
      // The client hears no; what the person changed beside holds all the same.
      await grants.change(grant.id, { ...allowanceOf(posted), suspended: false }, grant)
      return refuse(ctx, 'the person allowed nothing of it, twice')
    }
    return finish(ctx, { consent: { ...consentResult(posted, accountId, grant) } })
  }

  const refuse = (ctx: Context, error_description: string) => finish(ctx, { error: 'access_denied', error_description })

  async function finish(ctx: Context, result: Parameters<typeof provider.interactionResult>[2]) {
    const merge = 'consent' in result // a consent follows a sign-in in the same visit; everything else stands alone
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: merge }))
    ctx.status = 303
  }

  const show = (ctx: Context, interaction: Interaction) =>
    interaction.prompt.name === 'login' ? showSignIn(ctx, interaction) : showConsent(ctx, interaction)

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
    await (interaction.prompt.name === 'login' ? answerSignIn : answerConsent)(ctx as Context, interaction)
  })

  router.post('/interaction/:uid/switch-account', parseForm, async (ctx) => {
    const interaction = await submission(ctx as Context)
    interaction.prompt = { name: 'login', reasons: ['switch_account'], details: {} }
    await interaction.persist()
    ctx.redirect(`/interaction/${interaction.uid}`)
    ctx.status = 303
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
