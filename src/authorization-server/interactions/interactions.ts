// One visit to our pages: the library sends a browser here with a question, sign-in or consent, and takes the answer back.
import Router from '@koa/router'
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Grants } from '../../grants/grants.ts'
import { parseScopes } from '../../scopes.ts'
import { describeClient } from '../clients.ts'
import type { CookieKeys } from '../cookie-keys.ts'
import { sessionOf, signInSession } from '../session.ts'
import { consentPage } from '../views/consent.ts'
import { sendPage } from '../views/layout.ts'
import { problemPage } from '../views/problem.ts'
import { signInPage } from '../views/sign-in.ts'
import { CONNECTION_DAYS, offer, ticked } from './consent.ts'
import { csrfToken, field, fields, hasValidCsrf, parseForm } from './form.ts'
import type { SignInSuppliers } from './sign-in.ts'
import { signIn } from './sign-in.ts'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

export interface InteractionSuppliers extends SignInSuppliers {
  readonly provider: Provider
  readonly grants: Grants
  readonly cookieKeys: CookieKeys
  readonly issuer: string
}

/** The pages under `/interaction/:uid`. */
export function createInteractions(suppliers: InteractionSuppliers): Router {
  const { provider, grants, vault, cookieKeys, issuer, sandboxAccounts } = suppliers
  const sandbox = sandboxAccounts.length > 0

  /** What page and answer need to know of the request behind a visit. */
  async function factsOf({ uid, params, session, grantId }: Interaction) {
    const client = await provider.Client.find(String(params.client_id))
    if (!client) throw new errors.InvalidClient('the client is gone')
    const accountId = session?.accountId ?? ''
    const grant = await grants.findOwn(grantId, accountId, client.clientId)
    return {
      client: describeClient(client, String(params.redirect_uri)),
      csrf: csrfToken(cookieKeys, uid),
      accountId,
      offers: offer(parseScopes(String(params.scope)), grant),
      severalSessions: grant?.severalSessions ?? false,
    }
  }

  async function showSignIn(ctx: Context, interaction: Interaction, again: { userId?: string; problem?: string } = {}) {
    const { client, csrf } = await factsOf(interaction)
    await sendPage(ctx, signInPage({ clientName: client.name, csrf, sandbox, ...again }), client.formTargets)
  }

  async function showConsent(ctx: Context, interaction: Interaction, problem?: string) {
    const { client, csrf, accountId, offers, severalSessions } = await factsOf(interaction)
    const credentials = await vault.open(accountId)
    if (!credentials) throw new errors.SessionNotFound('the account is gone')
    const posted = fields(ctx, 'scope')
    const view = consentPage({
      client,
      csrf,
      uid: interaction.uid,
      userId: credentials.userId,
      sandbox: credentials.realm === 'sandbox',
      offered: problem ? offers.map((one) => ({ ...one, ticked: posted.includes(one.scope) })) : offers,
      severalSessions,
      days: CONNECTION_DAYS,
      ...(problem ? { problem } : {}),
    })
    await sendPage(ctx, view, client.formTargets)
  }

  async function answerSignIn(ctx: Context, interaction: Interaction) {
    const result = await signIn(ctx, suppliers)
    if ('problem' in result) {
      ctx.status = result.status
      if (result.retryAfter) ctx.set('Retry-After', String(result.retryAfter))
      return showSignIn(ctx, interaction, { userId: field(ctx, 'userId'), problem: result.problem })
    }
    const session = await signInSession(provider, issuer, cookieKeys, ctx, result.sub)
    // From here on the visit belongs to this browser: only its session cookie can bring it to an end.
    interaction.session = { uid: session.uid, accountId: result.sub, cookie: session.jti }
    await interaction.persist()
    return finish(ctx, { login: { accountId: result.sub } })
  }

  async function answerConsent(ctx: Context, interaction: Interaction) {
    const decision = field(ctx, 'decision')
    if (decision === 'deny') return finish(ctx, { error: 'access_denied', error_description: 'the person said no' })
    const { offers } = await factsOf(interaction)
    const scopes = ticked(offers, fields(ctx, 'scope'))
    if (decision !== 'allow' || !scopes.length) {
      ctx.status = 422
      const problem = scopes.length
        ? 'Please choose Allow or Deny.'
        : 'Nothing is ticked. Tick what to allow, or choose Deny.'
      return showConsent(ctx, interaction, problem)
    }
    return finish(ctx, { consent: { scopes } })
  }

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
    const view = problemPage({
      title: 'This request is over',
      happened: 'It took too long, was finished already, or was opened in another browser.',
      remedy: 'Go back to your assistant and connect again. Nothing was allowed by this visit.',
      sandbox,
    })
    await sendPage(ctx, view)
  }
}
