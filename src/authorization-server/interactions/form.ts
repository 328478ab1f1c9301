// What all our forms have in common: a bounded body, and a token that only our own page could have put there.
import { timingSafeEqual } from 'node:crypto'
import { bodyParser } from '@koa/bodyparser'
import type { Context } from 'koa'
import type { CookieKeys } from '../cookie-keys.ts'

export const parseForm = bodyParser({ enableTypes: ['form'], formLimit: '32kb' })

/** The form token of one interaction. */
export const csrfToken = ({ derive }: CookieKeys, uid: string): string => derive('csrf', uid)

/** A form's field as text; empty when it is absent or given twice. */
export function field(ctx: Context, name: string): string {
  const value = (ctx.request.body as Record<string, unknown> | undefined)?.[name]
  return typeof value === 'string' ? value : ''
}

/** A field that may come any number of times. */
export function fields(ctx: Context, name: string): string[] {
  const value = (ctx.request.body as Record<string, unknown> | undefined)?.[name]
  return [value].flat().filter((one) => typeof one === 'string')
}

export function hasValidCsrf(ctx: Context, expected: string): boolean {
  const given = Buffer.from(field(ctx, 'csrf'))
  return given.length === expected.length && timingSafeEqual(given, Buffer.from(expected))
}
