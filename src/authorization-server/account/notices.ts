// What is said at the top of the account page after a form: what was changed, and what with. The address carries the deed and the
// id of its object, and never a name: what is no deed or no object of this person says nothing.
import { html } from 'hono/html'
import type { Profile } from '../../accounts/profile.ts'
import type { Grant } from '../../grants/grants.ts'
import { nameOf } from '../../grants/grants.ts'
import type { Weight } from '../permissions/weight.ts'
import { weightOf } from '../permissions/weight.ts'
import type { Html } from '../views/layout.ts'
import { counted, until } from '../views/moments.ts'

/** What there is that may be spoken of. */
interface Known {
  readonly connections: readonly Grant[]
  readonly profile: Profile
  /** Seconds since 1970. */
  readonly now: number
}

/** The object of a deed: its name, and the connection where it is one that lives. */
interface Named {
  readonly name: string
  readonly grant?: Grant | undefined
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

/** By what was done. The object is the connection, or the passkey, that the address names. */
const NOTICES: Readonly<Record<string, (object: Named) => Html | string>> = {
  saved: ({ name, grant, now }) =>
    grant
      ? html`Saved: <strong>${name}</strong> may now ${MAY[weightOf(grant)]}, ${until(grant, now)}. It holds from the next call on.`
      : html`Saved: what <strong>${name}</strong> may do.`,
  overtaken: ({ name }) =>
    html`<strong>${name}</strong> was changed elsewhere in this moment, so nothing was saved. Look at it as it is now, and decide
    again.`,
  revoked: ({ name }) => html`Revoked: <strong>${name}</strong> is refused from its next call on.`,
  suspended: ({ name }) =>
    html`Suspended. <strong>${name}</strong> is refused from its next call on, until you let it go on.`,
  resumed: ({ name }) => html`It goes on: <strong>${name}</strong> works again, from its next call on.`,
  'passkey-added': ({ name }) => html`The passkey is added: with <strong>${name}</strong> you can sign in from now on.`,
  'passkey-removed': ({ name }) => html`The passkey is removed: <strong>${name}</strong>.`,
}

/** Of what is no single object. */
const GENERAL: Readonly<Record<string, string>> = {
  stopped: 'Everything is disconnected. No assistant can do anything any more.',
  'all-suspended': 'Everything is suspended. No assistant can do anything until you let it go on.',
  'all-resumed': 'It goes on: every connection that was suspended works again, from its next call on.',
  'all-overtaken':
    'Something of your connections or passkeys was changed elsewhere in this moment, so nothing was saved. Look at them as they are now, and decide again.',
  'only-passkeys': 'From now on only a passkey confirms.',
  'token-too': 'From now on the API token confirms as well.',
  'token-saved': 'The new API token is saved. Your assistants use it from their next call on.',
  'signed-out': 'The browser is signed out.',
}

/** What the address of the account page says was done; undefined when it says nothing of this person's. */
export function noticeOf(query: Readonly<Record<string, unknown>>, known: Known): Html | string | undefined {
  const [did = '', of = ''] = Object.entries(query).find(([name]) => name !== 'page') ?? []
  if (did === 'reviewed') return reviewedNotice(String(of))
  if (of === '') return Object.hasOwn(GENERAL, did) ? GENERAL[did] : undefined
  const object = objectOf(String(of), known)
  return object && Object.hasOwn(NOTICES, did) ? NOTICES[did]?.(object) : undefined
}

function objectOf(id: string, { connections, profile, now }: Known): Named | undefined {
  const grant = connections.find((one) => one.id === id)
  const passkey = profile.passkeys.find((one) => one.id === id)
  const name = grant ? nameOf(grant) : (passkey?.name ?? profile.news?.find((one) => one.of === id)?.name)
  return name === undefined ? undefined : { name, grant, now }
}

/** After a review: how many of what waited go on, are ended, and wait until their person decides. */
export const reviewedAddress = (kept: number, ended: number, later: number): string =>
  `/account?reviewed=${kept}-${ended}-${later}`
function reviewedNotice(numbers: string): string | undefined {
  const [, kept = '', ended = '', later = ''] = /^(\d{1,4})-(\d{1,4})-(\d{1,4})$/.exec(numbers) ?? []
  if (kept === '') return undefined
  const [keeps, ends, waits] = [Number(kept), Number(ended), Number(later)]
  const says = [
    `${counted(keeps, 'thing')} from before the API token was replaced ${keeps === 1 ? 'goes' : 'go'} on`,
    ...(ends ? [`${ends} ${ends === 1 ? 'is' : 'are'} ended`] : []),
    ...(waits ? [`${waits} ${waits === 1 ? 'waits' : 'wait'} until you decide`] : []),
  ]
  return `Done. ${says.join(', ')}.`
}
