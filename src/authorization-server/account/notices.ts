// What is said at the top of an account page after a press: what was done, and what with. It waits in a cookie of this browser for
// the page that comes next, signed, so that an address alone says nothing, and what is done elsewhere meanwhile has no part in it.
import { html } from 'hono/html'
import type { Context } from 'koa'
import { z } from 'zod'
import type { Grant } from '../../grants/grants.ts'
import { nameOf } from '../../grants/grants.ts'
import { isSame } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import type { Weight } from '../permissions/weight.ts'
import { weightOf } from '../permissions/weight.ts'
import type { Html } from '../views/layout.ts'
import { counted, until } from '../views/moments.ts'

/** What was done, which stands in the address too, and to what. */
export interface Notice {
  readonly did: keyof typeof SAYS
  /** The names of what it was done to, as they are after it. */
  readonly names?: readonly string[]
  /** The connection whose permissions are told as they are now. */
  readonly of?: string | undefined
  /** After a review: what was ended, and how many wait on. */
  readonly ended?: readonly string[]
  readonly later?: number | undefined
}

/** What may be spoken of beside the notice. */
interface Known {
  readonly connections: readonly Grant[]
  /** Seconds since 1970. */
  readonly now: number
}

const MAY: Readonly<Record<Weight, string>> = {
  look: 'look, and change nothing',
  build: 'look, build and backtest',
  spend: 'spend credit',
  delete: 'delete',
  paper: 'trade on paper',
  real: 'trade with real money',
  administer: 'run your account',
}

const SAYS = {
  saved: ({ of }: Notice, { connections, now }: Known) => {
    const grant = connections.find(({ id }) => id === of)
    return grant
      ? html`Saved: <strong>${nameOf(grant)}</strong> may now ${MAY[weightOf(grant)]}, ${until(grant, now)}. It holds
        from the next call on.`
      : undefined
  },
  overtaken: ({ names = [] }: Notice) =>
    html`${inARow(names)} was changed elsewhere in this moment, so nothing was saved. Look at it as it is now, and decide again.`,
  revoked: ({ names = [] }: Notice) => html`Revoked: ${inARow(names)}. It is refused from its next call on.`,
  suspended: ({ names = [] }: Notice) =>
    html`Suspended. ${inARow(names)}: every call is refused from the next one on, until you let it go on.`,
  resumed: ({ names = [] }: Notice) =>
    names.length
      ? html`It goes on: ${inARow(names)}. Calls are answered again from the next one on.`
      : 'It goes on: connections can be made again as ever.',
  stopped: () => 'Everything is disconnected. No assistant can do anything any more.',
  'all-suspended': () => 'Everything is suspended. No assistant can do anything until you let it go on.',
  'all-overtaken': () =>
    'Your connections or passkeys were changed elsewhere in this moment, so nothing was saved. Look at them as they are now, and decide again.',
  reviewed: ({ names = [], ended = [], later = 0 }: Notice) =>
    html`Done. Of what was there before the API token was replaced you kept ${names.length ? inARow(names) : 'nothing'}${
      ended.length ? html`; you ended ${inARow(ended)}` : ''
    }${later ? `; ${counted(later, 'thing')} ${later === 1 ? 'waits' : 'wait'} until you decide` : ''}.`,
  'passkey-added': ({ names = [] }: Notice) =>
    html`The passkey is added: ${inARow(names)}. From now on you can sign in with it.`,
  'passkey-removed': ({ names = [] }: Notice) => html`The passkey is removed: ${inARow(names)}.`,
  'only-passkeys': () => 'From now on only a passkey confirms.',
  'token-too': () => 'From now on the API token confirms as well.',
  'token-saved': () => 'The new API token is saved. Your assistants use it from their next call on.',
  'signed-out': ({ names = [] }: Notice) => html`Signed out: ${inARow(names)}.`,
  'sent-before': ({ names = [] }: Notice) => html`That was sent already: ${inARow(names)}. It is not sent twice.`,
  unrecorded: ({ names = [] }: Notice) =>
    html`The store could not take it down, so nothing was sent: ${inARow(names)}. Try again in a moment.`,
}

/** Names in a row, each of them a stranger's text. */
const inARow = (names: readonly string[]): Html =>
  html`${names.map((name, index) => html`${index ? ', ' : ''}<strong>${name}</strong>`)}`

/** So many are named: a cookie has no room for more, and nobody reads them. */
const NAMED = 6
const shortened = (names: readonly string[]): readonly string[] =>
  names.length > NAMED ? [...names.slice(0, NAMED), `${names.length - NAMED} more`] : names

/** A notice waits so long for its page, in milliseconds. */
const WAITS = 60_000

/** A notice as it waits; one of another release may have other words. */
const Waiting = z.object({
  at: z.number(),
  did: z.enum(Object.keys(SAYS) as Notice['did'][]), // sound: the keys are just these
  names: z.array(z.string()),
  of: z.string().optional(),
  ended: z.array(z.string()),
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

  return {
    /** Leads to the page that says it, in this browser and to this person. */
    lead({ ctx, accountId }: Reader, notice: Notice, path = '/account'): void {
      const { names = [], ended = [] } = notice
      const kept = { ...notice, at: Date.now(), names: shortened(names), ended: shortened(ended) }
      const text = Buffer.from(JSON.stringify(kept)).toString('base64url')
      cookiesOf(ctx).set(COOKIE, `${text}.${signatureOf(accountId, text)}`, { ...settings, maxAge: WAITS })
      ctx.redirect(`${path}?${notice.did}`)
      ctx.status = 303
    },
    /** What is said now, and not again; undefined when nothing waits that fits the address. */
    take({ ctx, accountId }: Reader, known: Known): Html | string | undefined {
      const cookies = cookiesOf(ctx)
      const kept = cookies.get(COOKIE, { signed: false })
      if (kept === undefined || ctx.method !== 'GET') return undefined
      cookies.set(COOKIE, null, settings)
      const [text = '', signature = ''] = kept.split('.')
      if (!isSame(signature, signatureOf(accountId, text))) return undefined
      const notice = Waiting.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data
      if (notice?.did !== ctx.querystring || notice.at < Date.now() - WAITS) return undefined
      return SAYS[notice.did](notice, known)
    },
  }
}
