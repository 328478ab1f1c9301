// A browser that has signed in before is known to that account by a cookie, which is good for this alone: its person is not
// kept waiting because strangers try their user id. It signs nobody in.
import { createHash, randomBytes } from 'node:crypto'
import type { Context } from 'koa'
import type { PageSuppliers } from '../page-suppliers.ts'

/** As long as browsers keep a cookie (RFC 6265bis §5.6.2), in seconds. */
const KEPT_FOR = 400 * 24 * 60 * 60
const VALUE = /^[\w-]{43}$/

type BrowserSuppliers = Pick<PageSuppliers, 'provider' | 'issuer' | 'accounts'>

const nameFor = (issuer: string) => `${issuer.startsWith('https:') ? '__Host-' : ''}qcgate-known`

/** What is stored of the cookie: another text for each account, so that the store does not tell who shares a browser. */
const nameAt = (accountId: string, value: string): string =>
  createHash('sha256').update(`known-browser\n${accountId}\n${value}`).digest('base64url')

const cookiesOf = ({ provider }: Pick<BrowserSuppliers, 'provider'>, ctx: Context) =>
  provider.createContext(ctx.req, ctx.res).cookies

function cookieOf(ctx: Context, suppliers: Pick<BrowserSuppliers, 'provider' | 'issuer'>): string | undefined {
  const value = cookiesOf(suppliers, ctx).get(nameFor(suppliers.issuer), { signed: true })
  return value && VALUE.test(value) ? value : undefined
}

/** By what the account knows the browser that asks; undefined when it has not signed in to it. */
export async function knownBrowserOf(
  ctx: Context,
  accountId: string,
  suppliers: BrowserSuppliers,
): Promise<string | undefined> {
  const value = cookieOf(ctx, suppliers)
  if (!value) return undefined // nor is anything looked up: how long that takes would tell strangers who is here
  const { knownBrowsers = [] } = await suppliers.accounts.profile(accountId)
  const browser = nameAt(accountId, value)
  return knownBrowsers.includes(browser) ? browser : undefined
}

/** Lets the browser be known to an account that it has just signed in to. Returns by what, for its profile. */
export function rememberBrowser(
  ctx: Context,
  accountId: string,
  suppliers: Pick<BrowserSuppliers, 'provider' | 'issuer'>,
): string {
  const value = cookieOf(ctx, suppliers) ?? randomBytes(32).toString('base64url')
  cookiesOf(suppliers, ctx).set(nameFor(suppliers.issuer), value, {
    httpOnly: true,
    sameSite: 'lax',
    secure: suppliers.issuer.startsWith('https:'),
    signed: true,
    path: '/',
    maxAge: KEPT_FOR * 1000,
  })
  return nameAt(accountId, value)
}
