// What whoever asked is told while the store cannot be asked: nobody can be let in, and it will be back soon.
import type { Context } from 'koa'
import type { StoreUnavailable } from './storage/store.ts'
import { RETRY_AFTER } from './storage/store.ts'

type Answer = Pick<Context, 'status' | 'set' | 'remove'> & { body?: unknown }

/** 503 and when to come again (RFC 9110 §15.6.4). `page` shows it to a person; without one it is told as an OAuth error. */
export async function answerOutage(
  ctx: Answer,
  { status, error, error_description }: StoreUnavailable,
  page?: () => Promise<void>,
): Promise<void> {
  ctx.status = status
  ctx.set('Retry-After', RETRY_AFTER)
  ctx.remove('Location') // a code that was about to be handed out
  if (page) await page()
  else ctx.body = { error, error_description }
}

/** Whether a person asked, with a browser. */
export const wantsPage = (ctx: Pick<Context, 'accepts'>): boolean => ctx.accepts('json', 'html') === 'html'
