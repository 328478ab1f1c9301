// What there is to read, and the little picture that browsers put on a tab.
import type Router from '@koa/router'
import type { Context, Next } from 'koa'
import { SOURCE } from '../version.ts'
import { sendPage } from './views/layout.ts'

/** A gate with a bar, in the colours of the pages. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6b4f"/>
<path d="M8 25V12a8 8 0 0 1 16 0v13M5 18h22" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`

/** Adds the pages of documents; they are read and laid out when somebody first asks. */
export function documentPages(router: Router): void {
  const document = async (ctx: Context, name: string, next: Next) => {
    const { documentPage } = await import('./views/documents.ts')
    const view = documentPage(name)
    return view ? sendPage(ctx, view) : next()
  }
  router.get('/docs', async (ctx) => {
    const { documentsPage } = await import('./views/documents.ts')
    return sendPage(ctx as Context, documentsPage(SOURCE))
  })
  router.get('/privacy', (ctx, next) => document(ctx as Context, 'privacy', next))
  router.get('/docs/:name', (ctx, next) => document(ctx as Context, String(ctx.params.name), next))
  router.get('/favicon.ico', (ctx) => {
    ctx.set('Cache-Control', 'public, max-age=86400')
    ctx.type = 'image/svg+xml'
    ctx.body = ICON
  })
}
