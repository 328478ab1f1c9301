// Everything that a person or a client signs in to, as one middleware: our pages, and behind them the provider's
// endpoints.
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import compose from 'koa-compose'
import type { Config } from '../config.ts'
import { isLoopback } from '../config.ts'
import { anyOrigin } from '../cors.ts'
import type { StoreUnavailable } from '../storage/store.ts'
import type { Suppliers } from '../suppliers.ts'
import { createAccountPages } from './account/account.ts'
import { visitorAddress } from './clients/documents/client-documents.ts'
import { documentPages } from './documents.ts'
import { explainUnreadableForms } from './interactions/form.ts'
import { createInteractions } from './interactions/interactions.ts'
import { offersOneClick } from './interactions/sign-in.ts'
import type { RenderError } from './oidc/answers.ts'
import { createProvider } from './oidc/provider.ts'
import type { PageSuppliers } from './page-suppliers.ts'
import { createPasskeys } from './passkeys/passkeys.ts'
import type { ToolFacts } from './permissions/summary.ts'
import { limitRequests } from './request-limits.ts'
import { FOR_CLIENTS, forAssistants, HOME, isBrowser } from './status-pages.ts'
import { homePage } from './views/home.ts'
import { SCRIPT, STYLESHEET, sendPage } from './views/layout.ts'
import { errorPage, problemPage } from './views/problem.ts'

const ENDPOINTS =
  /^\/(jwks|authorize(\/[\w-]+)?|token|register|revoke|introspect|par|\.well-known\/(oauth-authorization-server|openid-configuration))$/
/** Where a browser comes with its person; everywhere else a client speaks for itself, and may do so from a web page. */
const FOR_BROWSERS = /^\/authorize/

/** `tools` are what there is to be allowed, for the pages to tell. */
export function authorizationServer(
  config: Config,
  suppliers: Suppliers & { readonly tools: readonly ToolFacts[] },
): Middleware {
  const renderError: RenderError = (ctx, { error, error_description }) => {
    const { client_id, request_uri } = ctx.query
    // Somebody opened an address that they found, and no assistant sent them.
    const isBare = error === 'invalid_request' && client_id === undefined && request_uri === undefined
    return sendPage(
      ctx as unknown as Context,
      isBare
        ? problemPage({
            ...forAssistants(config.resource, `${issuer}${ctx.path}`),
            sandbox: config.sandbox,
            link: HOME,
          })
        : errorPage(error, error_description, config.sandbox, isDocumentUrl(client_id)),
    )
  }
  const { issuer } = config
  const provider = createProvider(config, suppliers, renderError)
  const handle = provider.callback()
  const pageSuppliers: PageSuppliers = {
    ...suppliers,
    provider,
    issuer,
    passkeys: createPasskeys({ issuer, ...suppliers }),
  }
  const interactions = createInteractions(pageSuppliers)
  const accountPages = createAccountPages(pageSuppliers)
  const { host, protocol, hostname } = new URL(issuer)

  const pages = new Router()
  pages.get('/', (ctx) =>
    sendPage(
      ctx as Context,
      homePage({
        resource: config.resource,
        sandboxAccounts: suppliers.sandboxAccounts.filter(({ userId }) => suppliers.vault.allows(userId)),
        oneClick: offersOneClick(suppliers),
        local: isLoopback(hostname),
      }),
    ),
  )
  documentPages(pages)
  for (const { path, type, text } of [STYLESHEET, SCRIPT]) {
    pages.get(path, (ctx) => {
      ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
      ctx.type = type
      ctx.body = text
    })
  }

  /** The provider builds addresses from these headers. They are ours to set: never a caller's word, always PUBLIC_URL. */
  const speakAsPublicUrl: Middleware = (ctx, next) => {
    Object.assign(ctx.req.headers, { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) })
    return next()
  }

  const endpoints: Middleware = async (ctx, next) => {
    if (!ENDPOINTS.test(ctx.path)) return next()
    // What the library would answer in JSON is a page for a person: there is nothing to open here.
    const isTaken =
      (FOR_CLIENTS.test(ctx.path) ? ['POST'] : ['GET', 'HEAD']).includes(ctx.method) ||
      (ctx.method === 'OPTIONS' && ctx.get('Access-Control-Request-Method') !== '')
    if (isBrowser(ctx) && !isTaken) return
    ctx.respond = false
    await handle(ctx.req, ctx.res)
  }

  const forWebPages: Middleware = (ctx, next) =>
    ENDPOINTS.test(ctx.path) && !FOR_BROWSERS.test(ctx.path) ? anyOrigin(ctx, next) : next()

  /** Kept by no cache, also not by one of HTTP/1.0 (RFC 6749 §5.1, RFC 7591 §3.2.1, RFC 9126 §2.2). */
  const neverKept: Middleware = (ctx, next) => {
    if (FOR_CLIENTS.test(ctx.path)) ctx.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
    return next()
  }

  /** What is fetched because of a request counts against whoever made it. */
  const rememberVisitor: Middleware = (ctx, next) => visitorAddress.run(suppliers.clientAddress(ctx), next)

  const limits = limitRequests(suppliers, config.sandbox)
  return compose([
    pages.routes(),
    forWebPages,
    neverKept,
    limits,
    speakAsPublicUrl,
    rememberVisitor,
    explainUnreadableForms(config.sandbox),
    interactions.routes(),
    accountPages.routes(),
    endpoints,
  ] as Middleware[])
}

/** Shows a person that the store is away. */
export const showOutage =
  ({ sandbox }: Config) =>
  (ctx: Context, { error, error_description }: StoreUnavailable): Promise<void> =>
    sendPage(ctx, errorPage(error, error_description, sandbox))

/** Whether a `client_id` says where the client's metadata document is. */
const isDocumentUrl = (client_id: unknown): boolean => typeof client_id === 'string' && client_id.startsWith('https://')
