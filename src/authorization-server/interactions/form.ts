// What all our forms have in common: a bounded body, and a token that only our own page could have put there (CSRF).
import { timingSafeEqual } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { readText, UnreadBody } from '../../bodies.ts'
import type { CookieKeys } from '../../key-files/cookie-keys.ts'
import { sendPage } from '../views/layout.ts'
import { problemPage } from '../views/problem.ts'

const LONGEST_FORM = 32 * 1024

/** Reads a form. Throws `UnreadBody`. */
export const parseForm: Middleware = async (ctx, next) => {
  if (ctx.is('urlencoded')) ctx.state.form = await readText(ctx.req, LONGEST_FORM)
  await next()
}

const sentIn = (ctx: Context): URLSearchParams => new URLSearchParams(ctx.state.form)

/** Middleware: whoever sent a form that cannot be read is told so on a page. */
export const explainUnreadableForms =
  (sandbox: boolean): Middleware =>
  async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      if (!(error instanceof UnreadBody)) throw error
      ctx.status = error.status
      const view = problemPage({
        title: 'This did not arrive',
        happened: 'What your browser sent cannot be read, so nothing was changed.',
        remedy: 'Go back one page, load it again, and send it once more.',
        sandbox,
      })
      await sendPage(ctx as Context, view)
    }
  }

/** The form token of one interaction. */
export const csrfToken = ({ derive }: CookieKeys, uid: string): string => derive('csrf', uid)

/** All values of a field that may come any number of times. */
export const fields = (ctx: Context, name: string): string[] => sentIn(ctx).getAll(name)

/** A form's field as text; empty when it is absent or given twice. */
export function field(ctx: Context, name: string): string {
  const [value = '', ...more] = fields(ctx, name)
  return more.length ? '' : value
}

export function hasValidCsrf(ctx: Context, expected: string): boolean {
  return isSame(field(ctx, 'csrf'), expected)
}

/** Compares what was sent with a secret, in a time that tells nothing of it. */
export function isSame(sent: string, secret: string): boolean {
  const [given, expected] = [Buffer.from(sent), Buffer.from(secret)]
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** The form as it was sent, without what each page adds anew and without what proves who is here. */
export const sentFields = (ctx: Context): [string, string][] =>
  [...sentIn(ctx)].filter(([name]) => !['csrf', 'act', 'apiToken', 'passkey'].includes(name))

/** Why a form was refused, as the page that follows says it. */
export interface FormProblem {
  readonly problem: string
  /** The HTTP status that fits. */
  readonly status: number
  /** Seconds. */
  readonly retryAfter?: number
}

/** Gives the page that answers a refused form its status, and says when to come again. */
export function setProblemStatus(ctx: Context, { status, retryAfter }: FormProblem): void {
  ctx.status = status
  if (retryAfter) ctx.set('Retry-After', String(retryAfter))
}

/** The form as whoever reads fields wants it. */
export const postedForm = (ctx: Context) => ({
  one: (name: string) => field(ctx, name),
  all: (name: string) => fields(ctx, name),
})

/** After a form the browser asks anew, so that loading the page again repeats nothing. */
export function redirect(ctx: Context, to: string): void {
  ctx.redirect(to)
  ctx.status = 303
}
