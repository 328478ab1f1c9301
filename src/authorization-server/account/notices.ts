// From a press to what the next page says of it. That waits in a cookie of this browser, signed, so that an address alone says
// nothing, and what is done elsewhere meanwhile has no part in it.
import type { Context } from 'koa'
import { z } from 'zod'
import { isSame } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import type { Known, Notice } from '../views/account/notices.ts'
import { NOTICES } from '../views/account/notices.ts'
import type { Html } from '../views/layout.ts'
import { shortened } from './names.ts'

/** A notice waits so long for its page, in milliseconds. */
const WAITS = 60_000

const Names = z.array(z.string()).optional()

/** A notice as it waits; one of another release may have other words. */
const Waiting = z.object({
  at: z.number(),
  did: z.enum(Object.keys(NOTICES) as Notice['did'][]), // sound: the keys are just these
  names: Names,
  held: Names,
  overtaken: Names,
  ended: Names,
  of: z.string().optional(),
  kept: z.number().optional(),
  later: z.number().optional(),
})

interface Reader {
  readonly ctx: Context
  readonly accountId: string
}

export function createNotices({
  provider,
  issuer,
  cookieKeys,
}: Pick<PageSuppliers, 'provider' | 'issuer' | 'cookieKeys'>) {
  const secure = issuer.startsWith('https:')
  const COOKIE = `${secure ? '__Host-' : ''}qcgate-notice`
  const cookiesOf = ({ req, res }: Context) => provider.createContext(req, res).cookies
  const settings = { path: '/', httpOnly: true, sameSite: 'lax', signed: false, secure } as const
  const signatureOf = (accountId: string, text: string) => cookieKeys.derive('notice', `${accountId} ${text}`)

  /** What was left for this person, if it still counts. */
  function read(kept: string, accountId: string) {
    const [text = '', signature = ''] = kept.split('.')
    if (!isSame(signature, signatureOf(accountId, text))) return undefined
    const notice = Waiting.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data
    return notice && notice.at >= Date.now() - WAITS ? notice : undefined
  }

  return {
    /** Leads to the page that says it, in this browser and to this person. */
    lead({ ctx, accountId }: Reader, notice: Notice, path = '/account'): void {
      const kept = { ...notice, at: Date.now() }
      const text = Buffer.from(
        JSON.stringify(kept, (_name, value) => (Array.isArray(value) ? shortened(value) : value)),
      ).toString('base64url')
      cookiesOf(ctx).set(COOKIE, `${text}.${signatureOf(accountId, text)}`, { ...settings, maxAge: WAITS })
      ctx.redirect(`${path}?${notice.did}`)
      ctx.status = 303
    },
    /** What is said now, and not again; undefined when nothing waits that fits the address. */
    take({ ctx, accountId }: Reader, known: Known): Html | string | undefined {
      const cookies = cookiesOf(ctx)
      const kept = cookies.get(COOKIE, { signed: false })
      if (kept === undefined || ctx.method !== 'GET') return undefined
      const notice = read(kept, accountId)
      // What another page is to say waits for that one.
      if (notice && notice.did !== ctx.querystring) return undefined
      cookies.set(COOKIE, null, settings)
      return notice && NOTICES[notice.did](notice, known)
    },
  }
}
