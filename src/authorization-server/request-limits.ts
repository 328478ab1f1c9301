// Anyone may begin an authorization, and each beginning writes a record; so may whoever has a connection, with each token.
// So there is a limit per network, wide enough for hosted assistants whose many people share one.
import type { Middleware } from 'koa'
import type { RateLimit } from '../rate-limits/rate-limits.ts'
import { countFromNetwork, RATE_LIMITS } from '../rate-limits/rate-limits.ts'
import type { Suppliers } from '../suppliers.ts'
import { sendPage } from './views/layout.ts'
import { problemPage } from './views/problem.ts'

const LIMITED: Readonly<Record<string, RateLimit>> = {
  '/authorize': RATE_LIMITS.authorize,
  '/par': RATE_LIMITS.par,
  '/token': RATE_LIMITS.client,
  '/revoke': RATE_LIMITS.client,
  '/introspect': RATE_LIMITS.client,
}

/** Middleware in front of the provider. A browser is told on a page, a client in JSON (RFC 9126 §2.3). */
export const limitRequests =
  ({ store, clientAddress }: Pick<Suppliers, 'store' | 'clientAddress'>, sandbox: boolean): Middleware =>
  async (ctx, next) => {
    const limit = LIMITED[ctx.path]
    const wait = limit ? await countFromNetwork(store, limit, clientAddress(ctx)) : 0
    if (!wait) return next()

    ctx.status = 429
    ctx.set('Retry-After', String(wait))
    ctx.set('Cache-Control', 'no-store')
    if (limit !== RATE_LIMITS.authorize) {
      const error_description = `too many requests from this address; try again in ${wait} seconds`
      ctx.body = { error: 'temporarily_unavailable', error_description }
      return
    }
    const view = problemPage({
      title: 'Too many requests',
      happened: 'More connections were begun from your network in the last minutes than this server takes.',
      remedy: `Wait ${Math.ceil(wait / 60)} minutes, then go back to your assistant and connect again.`,
      sandbox,
    })
    await sendPage(ctx, view)
  }
