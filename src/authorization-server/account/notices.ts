// From a press to what the next page says of it. That waits in a cookie of this browser, signed, so that an address alone says
// nothing, and what is done elsewhere meanwhile has no part in it.
import type { Context } from 'koa'
import * as z from 'zod'
import type { Grant } from '../../grants/grant-record.ts'
import { unixTime } from '../../unix-time.ts'
import { isSame, redirect } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import type { Notice } from '../views/account/notices.ts'
import { NOTICES, Told } from '../views/account/notices.ts'
import type { Html } from '../views/layout.ts'
import { shortened } from './names.ts'

/** A notice waits so long for its page, in milliseconds. */
const WAITS = 60_000

/** A notice as it waits; one of another release may have other words. */
const Waiting = Told.extend({
  at: z.number(),
  did: z.enum(Object.keys(NOTICES) as Notice['did'][]), // sound: the keys are just these
})

/** Who presses, and then reads. */
interface Reader {
  readonly ctx: Context
  readonly accountId: string
  readonly connections: () => Promise<readonly Grant[]>
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
    lead({ ctx, accountId }: Omit<Reader, 'connections'>, notice: Notice, path = '/account'): void {
      const kept = { ...notice, at: Date.now() }
      const text = Buffer.from(
        JSON.stringify(kept, (_name, value) => (Array.isArray(value) ? shortened(value) : value)),
      ).toString('base64url')
      cookiesOf(ctx).set(COOKIE, `${text}.${signatureOf(accountId, text)}`, { ...settings, maxAge: WAITS })
      redirect(ctx, `${path}?${notice.did}`)
    },
    /** What is said now, and not again; undefined when nothing waits that fits the address. */
    async take({ ctx, accountId, connections }: Reader): Promise<Html | string | undefined> {
      const cookies = cookiesOf(ctx)
      const kept = cookies.get(COOKIE, { signed: false })
      if (kept === undefined || ctx.method !== 'GET') return undefined
      const notice = read(kept, accountId)
      // What another page is to say waits for that one.
      if (notice && notice.did !== ctx.querystring) return undefined
      cookies.set(COOKIE, null, settings)
      return notice && NOTICES[notice.did](notice, { connections: await connections(), now: unixTime() })
    },
  }
}
