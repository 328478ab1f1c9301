// Everything that a person or a client signs in to, as one middleware: our pages, and behind them the provider's
// endpoints.
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import compose from 'koa-compose'
import type { Config } from '../config.ts'
import { isLoopback } from '../config.ts'
import { anyOrigin } from '../cors.ts'
import { RETRY_AFTER, StoreUnavailable } from '../storage/store.ts'
import { visitorAddress } from './client-documents/client-documents.ts'
import type { InteractionSuppliers } from './interactions/interactions.ts'
import { createInteractions } from './interactions/interactions.ts'
import type { ProviderSuppliers } from './provider.ts'
import { createProvider } from './provider.ts'
import { limitRequests } from './request-limits.ts'
import { homePage } from './views/home.ts'
import { STYLESHEET, sendPage } from './views/layout.ts'
import { problemPage } from './views/problem.ts'

export type AuthorizationServerSuppliers = Omit<ProviderSuppliers, 'renderError'> &
  Omit<InteractionSuppliers, 'provider' | 'issuer'>

const ENDPOINTS =
  /^\/(jwks|authorize(\/[\w-]+)?|token|register|revoke|introspect|par|\.well-known\/(oauth-authorization-server|openid-configuration))$/
/** Where a browser comes with its person; everywhere else a client speaks for itself, and may do so from a web page. */
const FOR_BROWSERS = /^\/authorize/

export function authorizationServer(config: Config, suppliers: AuthorizationServerSuppliers): Middleware {
  const renderError: ProviderSuppliers['renderError'] = (ctx, { error, error_description }) =>
    sendPage(
      ctx as unknown as Context,
      explain(error, error_description, config.sandbox, isDocumentUrl(ctx.query.client_id)),
    )
  const provider = createProvider(config, { ...suppliers, renderError })
  const handle = provider.callback()
  const interactions = createInteractions({ ...suppliers, provider, issuer: config.issuer })
  const { host, protocol, hostname } = new URL(config.issuer)

  const pages = new Router()
  pages.get('/', (ctx) =>
    sendPage(
      ctx as Context,
      homePage({ resource: config.resource, sandboxAccounts: suppliers.sandboxAccounts, local: isLoopback(hostname) }),
    ),
  )
  pages.get(STYLESHEET.path, (ctx) => {
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
    ctx.type = 'css'
    ctx.body = STYLESHEET.text
  })

  /** The provider builds addresses from these headers. They are ours to set: never a caller's word, always PUBLIC_URL. */
  const speakAsPublicUrl: Middleware = (ctx, next) => {
    Object.assign(ctx.req.headers, { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) })
    return next()
  }

  const endpoints: Middleware = async (ctx, next) => {
    if (!ENDPOINTS.test(ctx.path)) return next()
    ctx.respond = false
    await handle(ctx.req, ctx.res)
  }

  const forWebPages: Middleware = (ctx, next) =>
    ENDPOINTS.test(ctx.path) && !FOR_BROWSERS.test(ctx.path) ? anyOrigin(ctx, next) : next()

  /** What is fetched because of a request counts against whoever made it. */
  const rememberVisitor: Middleware = (ctx, next) => visitorAddress.run(suppliers.clientAddress(ctx), next)

  /** A person gets a page instead of what a program gets. */
  const explainOutage: Middleware = async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || ctx.accepts('json', 'html') !== 'html') throw error
      ctx.status = error.status
      ctx.set('Retry-After', RETRY_AFTER)
      await sendPage(ctx as Context, explain(error.error, undefined, config.sandbox))
    }
  }

  const limits = limitRequests(suppliers, config.sandbox)
  return compose([
    explainOutage,
    pages.routes(),
    forWebPages,
    limits,
    speakAsPublicUrl,
    rememberVisitor,
    interactions.routes(),
    endpoints,
  ] as Middleware[])
}

/** Whether a `client_id` says where the client's metadata document is. */
const isDocumentUrl = (client_id: unknown): boolean => typeof client_id === 'string' && client_id.startsWith('https://')

/** An error that cannot go back to the client, because who or where it is was part of the error. */
function explain(error: string, description: string | undefined, sandbox: boolean, byDocument = false) {
  const again = 'Go back to your assistant and connect again.'
  const base = { title: 'This cannot go on', code: error, sandbox }
  switch (error) {
    case 'invalid_client':
      if (byDocument) {
        return problemPage({
          ...base,
          happened: 'The assistant describes itself on a site of its makers, and this server could not read that.',
          remedy: 'Connect again in a few minutes. If that does not help, tell the makers of the assistant.',
        })
      }
      return problemPage({
        ...base,
        happened: 'The assistant uses a registration that this server does not know (any more).',
        remedy: 'Remove this server from your assistant and add it again; that registers it anew.',
      })
    case 'invalid_redirect_uri':
      return problemPage({
        ...base,
        happened: 'The assistant asks to return to an address that it did not register, so nothing was sent there.',
        remedy: 'Remove this server from your assistant and add it again. If that does not help, tell its makers.',
      })
    case 'temporarily_unavailable':
      return problemPage({
        ...base,
        title: 'One moment, please',
        happened: 'This server cannot reach its store right now. Nothing was changed.',
        remedy: 'Load this page again in a few seconds.',
      })
    case 'server_error':
      return problemPage({
        ...base,
        happened: 'Something went wrong on this server. The cause is in its log.',
        remedy: `${again} If it happens again, tell whoever runs this server.`,
      })
    default:
      return problemPage({ ...base, happened: description ?? 'The request cannot be answered.', remedy: again })
  }
}
