// What whoever asked is told while the store cannot be asked: nobody can be let in, and it will be back soon.
import type { Context } from 'koa'
import { RETRY_AFTER, StoreUnavailable } from './storage/store.ts'

type Answering = Pick<Context, 'status' | 'set' | 'remove' | 'accepts'> & { body?: unknown }

/**
 * Middleware that answers 503 and says when to come again (RFC 9110 §15.6.4): a program in JSON, as an OAuth error, and a
 * person with a browser on the page that `showPage` shows, where there is one. `report` tells the operator.
 */
export const answerOutages =
  <C extends Answering>({ showPage, report }: OutageHandlers<C>) =>
  async (ctx: C, next: () => Promise<void>): Promise<void> => {
    try {
      await next()
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      report?.(ctx, error)
      const { status, headers, body } = toldOfOutage(error)
      ctx.status = status
      ctx.set(headers)
      ctx.remove('Location') // a code that was about to be handed out
      if (showPage && ctx.accepts('json', 'html') === 'html') await showPage(ctx, error)
      else ctx.body = body
    }
  }

/** What a program is told. */
export const toldOfOutage = ({ status, error, error_description }: StoreUnavailable) => ({
  status,
  headers: { 'Retry-After': RETRY_AFTER },
  body: { error, error_description },
})

interface OutageHandlers<C> {
  readonly showPage?: (ctx: C, error: StoreUnavailable) => Promise<void>
  readonly report?: (ctx: C, error: StoreUnavailable) => void
}

/** Through the same event as every fault. */
export const reportOutage = (ctx: Context, error: StoreUnavailable): void => void ctx.app.emit('error', error, ctx)
