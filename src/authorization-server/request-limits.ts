// Anyone may begin an authorization, and each beginning writes a record: so there is a limit per address.
import type { Context, Middleware } from 'koa'
import type { Store } from '../storage/store.ts'
import { countByAddress, LIMITS } from './attempts.ts'
import { sendPage } from './views/layout.ts'
import { problemPage } from './views/problem.ts'

interface Suppliers {
  readonly store: Store
  readonly clientAddress: (ctx: Context) => string
}

/** Middleware in front of the provider. A browser is told on a page, a client in JSON (RFC 9126 §2.3). */
export const limitRequests =
  ({ store, clientAddress }: Suppliers, sandbox: boolean): Middleware =>
  async (ctx, next) => {
    const limit = ctx.path === '/authorize' ? LIMITS.authorize : ctx.path === '/par' ? LIMITS.par : undefined
    const wait = limit ? await countByAddress(store, limit, clientAddress(ctx)) : 0
    if (!wait) return next()

    ctx.status = 429
    ctx.set('Retry-After', String(wait))
    ctx.set('Cache-Control', 'no-store')
    if (limit === LIMITS.par) {
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
