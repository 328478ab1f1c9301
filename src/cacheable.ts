// What is the same for everybody, and changes with a release, a setting or a key: clients read it again and again.
import { createHash } from 'node:crypto'
import type { Context, Next } from 'koa'

/** Seconds. A key that was replaced because it was stolen is gone from caches soon. */
const KEPT = 300

/** Middleware: has an answer kept for five minutes by whoever likes, and then asked for by its tag (RFC 9110 §13.1.2, RFC 9111). */
export async function cacheable(ctx: Pick<Context, 'status' | 'body' | 'etag' | 'fresh' | 'set'>, next: Next) {
  await next()
  if (ctx.status !== 200) return
  ctx.set('Cache-Control', `public, max-age=${KEPT}`)
  ctx.etag = createHash('sha256').update(JSON.stringify(ctx.body)).digest('base64url')
  if (ctx.fresh) ctx.status = 304
}
