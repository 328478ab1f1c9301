// The frame of every page. Strings are escaped where they enter the markup; nothing here has to remember to.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { html } from 'hono/html'
import type { Context } from 'koa'
import type { ServerWords } from './server-words.ts'
import { serverOf, whoRuns } from './server-words.ts'

export type Html = ReturnType<typeof html>

/** A file that pages load. It is named by its content, so that browsers may keep it for ever. */
function asset(file: string, type: 'css' | 'js') {
  const text = readFileSync(new URL(`./assets/${file}.${type}`, import.meta.url), 'utf8')
  return { path: `/assets/${file}.${createHash('sha256').update(text).digest('hex').slice(0, 12)}.${type}`, type, text }
}
export const STYLESHEET = asset('style', 'css')
/** Makes pages nicer; all of them work without it, but for passkeys. */
export const SCRIPT = asset('page', 'js')

/** What a page is, for whoever reads it by program: the name in `<body data-page>`. */
export type PageName =
  | 'home'
  | 'sign-in'
  | 'consent'
  | 'proof'
  | 'account'
  | 'connection'
  | 'activity'
  | 'privacy'
  | 'docs'
  | 'problem'

interface Head {
  readonly name: PageName
  readonly title: string
  /** The act whose proof the page asks for. */
  readonly act?: string
  /** Whether sandbox accounts can be met on this page. */
  readonly sandbox: boolean
}

/** A page that knows all but who runs the server, which is told to every page when it is sent. */
export type Page = (server: ServerWords) => Html

/** What a press has done, at the top of the page after it. */
export const noticeLine = (says: Html | string | undefined): Html | string =>
  says ? html`<p class="good" role="status">${says}</p>` : ''

/** Over whatever is sandbox, and nothing else. */
export const sandboxMark = html`<strong class="sandbox">SANDBOX</strong>`

/** A whole page around its content. */
export const page =
  ({ name, title, sandbox, act }: Head, content: Html | Page): Page =>
  (server) =>
    html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title} · qcgate</title>
  <link rel="stylesheet" href="${STYLESHEET.path}">
  <script src="${SCRIPT.path}" type="module"></script>
  <link rel="icon" href="/favicon.ico">
</head>
<body data-page="${name}">
  <header><a class="brand" href="/">qcgate</a>${sandbox ? sandboxMark : ''}
    <a class="mine" href="/account">Your account</a></header>
  <main${act === undefined ? '' : html` data-act="${act}"`}>${typeof content === 'function' ? content(server) : content}</main>
  <footer>
    <p>${whoRuns(server)} <a href="/privacy">What is kept about you</a>${server.privacyUrl ? html` · <a href="${server.privacyUrl}" rel="noreferrer">Privacy</a>` : ''}${server.termsUrl ? html` · <a href="${server.termsUrl}" rel="noreferrer">Terms</a>` : ''}</p>
    <p>qcgate is not affiliated with QuantConnect.</p>
  </footer>
</body>
</html>`

/**
 * Sends a page. `formTargets` are the sources a form's redirects may lead to, beside this server: browsers apply
 * `form-action` to every hop after a form, the client's own address included.
 */
export async function sendPage(ctx: Context, view: Page, formTargets: readonly string[] = []): Promise<void> {
  setPageHeaders(ctx, formTargets)
  ctx.body = String(await view(serverOf(ctx)))
}

/** Where a part of a page comes later. */
export const LATER = html`<!-- later -->`

/** Sends a page at once but for one part, and that with the rest when it is there: whoever reads need not wait for it. */
export async function sendPageInParts(ctx: Context, view: Page, later: () => Promise<Html>): Promise<void> {
  const [before = '', after = ''] = String(await view(serverOf(ctx))).split(String(await LATER))
  async function* parts() {
    yield before
    yield String(await later())
    yield after
  }
  setPageHeaders(ctx)
  ctx.body = Readable.from(parts())
}

function setPageHeaders(ctx: Context, formTargets: readonly string[] = []): void {
  ctx.set(
    'Content-Security-Policy',
    [
      "default-src 'none'",
      "style-src 'self'",
      "script-src 'self'",
      "connect-src 'self'",
      "img-src 'self' data:",
      `form-action ${["'self'", ...formTargets].join(' ')}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
  )
  ctx.set('Cache-Control', 'no-store')
  ctx.type = 'html'
}
