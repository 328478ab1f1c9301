// /mcp, and the metadata that leads a client to it. Nearly every request goes to /mcp, and passes by what pages need.
import cors from '@koa/cors'
import Router from '@koa/router'
import type { Context, Middleware, Next } from 'koa'
import compose from 'koa-compose'
import { cacheable } from '../cacheable.ts'
import type { Config } from '../config.ts'
import { isLoopback } from '../config.ts'
import { anyOrigin, CORS_HEADERS } from '../cors.ts'
import { answerOutages, reportOutage } from '../outage.ts'
import { ownHost } from '../own-host.ts'
import type { Endpoint } from './endpoint.ts'
import { METADATA_PATHS, protectedResourceMetadata } from './metadata.ts'
import type { PlainReply } from './reply.ts'
import { rejected } from './reply.ts'

export function resourceServer(config: Config, endpoint: Endpoint): Middleware {
  const { issuer } = config
  const { originAs } = ownHost(issuer)
  const router = new Router()
  for (const path of METADATA_PATHS) {
    router.options(path, anyOrigin)
    router.get(path, anyOrigin, cacheable, (ctx) => {
      ctx.body = protectedResourceMetadata(issuer, `${originAs(ctx.get('Host'))}/mcp`, config.operator)
    })
  }
  router.all(
    '/mcp',
    answerOutages({ report: reportOutage }), // never a page: whoever calls here is a program
    (ctx, next) => guardOrigin(config, ctx as Context, next),
    CORS,
    async (ctx) => {
      const reply = await endpoint(ctx.req, ctx.res)
      if (reply) tell(ctx as Context, reply)
      else ctx.respond = false
    },
  )
  return compose([router.routes()] as Middleware[])
}

function tell(ctx: Context, { status, headers = {}, body }: PlainReply): void {
  ctx.status = status
  ctx.set(headers)
  ctx.body = body
}

const CORS = cors({
  ...CORS_HEADERS,
  origin: (ctx) => ctx.get('Origin'), // guardOrigin has looked at it already
  allowMethods: 'GET,HEAD,POST,DELETE',
})

/** A web page may call only from an allowed origin; a page that was rebound to our address is not one (MCP, Transports). */
async function guardOrigin(config: Config, ctx: Context, next: Next): Promise<void> {
  const refused = refusedOrigin(config, ctx.get('Origin'))
  if (refused) tell(ctx, refused)
  else await next()
}

/** What a page is told whose origin is not allowed; undefined of one that is, and where there is none. */
export const refusedOrigin = (config: Config, origin: string): PlainReply | undefined =>
  origin && !isAllowedOrigin(config, origin)
    ? rejected({ status: 403, code: -32000, message: `Origin not allowed: ${origin.slice(0, 200)}` })
    : undefined

export function isAllowedOrigin({ allowedOrigins, allowLoopbackOrigins }: Config, origin: string): boolean {
  if (allowedOrigins.includes('*') || allowedOrigins.includes(origin)) return true
  const url = URL.parse(origin)
  return url !== null && allowLoopbackOrigins && /^https?:$/.test(url.protocol) && isLoopback(url.hostname)
}
