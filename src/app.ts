// The building on one page. The two parties share a vocabulary and their suppliers, never each other.
import type { RequestListener } from 'node:http'
import Koa from 'koa'
import { authorizationServer, showOutage } from './authorization-server/authorization-server.ts'
import { statusPages } from './authorization-server/status-pages.ts'
import { tellWhoRuns } from './authorization-server/views/server-words.ts'
import type { Config } from './config.ts'
import { logRequest, reportFault } from './observability/requests.ts'
import { answerOutages, reportOutage } from './outage.ts'
import { ownHost } from './own-host.ts'
import { directly } from './resource-server/direct.ts'
import { createEndpoint } from './resource-server/endpoint.ts'
import { resourceServer } from './resource-server/resource-server.ts'
import { TOOLS } from './resource-server/tools/catalog.ts'
import { SECURITY_HEADERS } from './security-headers.ts'
import type { Store } from './storage/store.ts'
import type { Suppliers } from './suppliers.ts'

export function createApp(config: Config, suppliers: Suppliers): RequestListener {
  const endpoint = createEndpoint(config, suppliers)
  const koa = report(new Koa().use(asPath), suppliers)
    .use(tellWhoRuns(config))
    .use(securityHeaders)
    .use(statusPages(config))
    .use(health(suppliers.store))
    .use(onlyOurHost(config))
    .use(explainOutages(config))
    .use(resourceServer(config, endpoint)) // /mcp, and how to get in
    .use(authorizationServer(config, { ...suppliers, tools: TOOLS })) // everything that a person or a client signs in to
  return directly(config, suppliers.log, endpoint, koa.callback())
}

/**
 * A target in absolute form names the host itself, and counts instead of the header (RFC 9112 §3.2.2). Nothing behind this line
 * sees anything but a path and that host; a target that is neither names a host that is not ours.
 */
const asPath: Koa.Middleware = (ctx, next) => {
  const { url = '' } = ctx.req
  if (!url.startsWith('/')) {
    const target = URL.parse(url)
    ctx.req.headers.host = target?.host ?? ''
    ctx.req.url = ctx.originalUrl = ctx.request.originalUrl = target ? target.pathname + target.search : '/'
  }
  return next()
}

function report(app: Koa, { log }: Suppliers): Koa {
  app.on('error', (error) => reportFault(log, error))
  return app.use((ctx, next) => {
    logRequest(log, { method: ctx.method, path: withoutSecret(ctx.path) }, ctx.res)
    return next()
  })
}

/** An address that acts without a sign-in is a secret. */
const withoutSecret = (path: string): string => path.replace(/^(\/pause\/).+/, '$1…')

/** Liveness and readiness, for whoever watches processes. Answers whatever the Host header says. */
function health(store: Store): Koa.Middleware {
  return async (ctx, next) => {
    if (ctx.path === '/healthz') ctx.body = 'ok'
    else if (ctx.path === '/readyz') {
      const ready = await store.get('ready').then(
        () => true,
        () => false,
      )
      ctx.status = ready ? 200 : 503
      ctx.body = ready ? 'ready' : 'the store cannot be reached'
    } else await next()
  }
}

/** A foreign Host means that a name was pointed at us which is not ours (DNS rebinding). */
function onlyOurHost({ issuer }: Config): Koa.Middleware {
  const { isOurs } = ownHost(issuer)
  return async (ctx, next) => {
    if (!isOurs(ctx.get('Host'))) {
      ctx.status = 403
      ctx.body = `This server answers as ${new URL(issuer).host} only.`
      return
    }
    await next()
  }
}

const explainOutages = (config: Config): Koa.Middleware =>
  answerOutages<Koa.Context>({ showPage: showOutage(config), report: reportOutage })

const securityHeaders: Koa.Middleware = (ctx, next) => {
  ctx.set(SECURITY_HEADERS)
  return next()
}
