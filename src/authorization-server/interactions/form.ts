// What all our forms have in common: a bounded body, and a token that only our own page could have put there (CSRF).
import { timingSafeEqual } from 'node:crypto'
import { bodyParser } from '@koa/bodyparser'
import type { Context } from 'koa'
import type { CookieKeys } from '../../key-files/cookie-keys.ts'

export const parseForm = bodyParser({ enableTypes: ['form'], formLimit: '32kb' })

/** The form token of one interaction. */
export const csrfToken = ({ derive }: CookieKeys, uid: string): string => derive('csrf', uid)

/** All values of a field that may come any number of times. */
export const fields = (ctx: Context, name: string): string[] =>
  // From the body as it was sent: the parser's object stops being a list after twenty values.
  new URLSearchParams(ctx.request.rawBody).getAll(name)

/** A form's field as text; empty when it is absent or given twice. */
export function field(ctx: Context, name: string): string {
  const [value = '', ...more] = fields(ctx, name)
  return more.length ? '' : value
}

export function hasValidCsrf(ctx: Context, expected: string): boolean {
  const given = Buffer.from(field(ctx, 'csrf'))
  return given.length === expected.length && timingSafeEqual(given, Buffer.from(expected))
}

/** The form as it was sent, without what each page adds anew and without what proves who is here. */
export const sentFields = (ctx: Context): [string, string][] =>
  [...new URLSearchParams(ctx.request.rawBody)].filter(
    ([name]) => !['csrf', 'act', 'apiToken', 'passkey'].includes(name),
  )

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
