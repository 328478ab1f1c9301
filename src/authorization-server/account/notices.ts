// What is said at the top of the account page after a form: what was done, and what with. The address carries the deed and no name;
// the news that the deed has just left say which connection or passkey it was.
import { html } from 'hono/html'
import type { Event } from '../../accounts/news.ts'
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

/** What a deed was done to: its name, and the connection where it is one that lives. */
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

/** News of a deed are so young, in milliseconds, when its page comes; of one deed they come so close together. */
const [YOUNG, TOGETHER] = [60_000, 2_000]

interface Deed {
  /** The news that it leaves. */
  readonly leaves: readonly Event[]
  /** Whether it leaves none where nothing has changed. */
  readonly mayChangeNothing?: true
  readonly says: (objects: readonly Named[]) => Html | string
}

/** Names in a row, each of them a stranger's text. */
const names = (objects: readonly Named[]): Html =>
  html`${objects.map(({ name }, index) => html`${index ? ', ' : ''}<strong>${name}</strong>`)}`

const DEEDS: Readonly<Record<string, Deed>> = {
  saved: {
    leaves: ['connection-widened', 'connection-narrowed', 'connection-renamed'],
    mayChangeNothing: true,
    says: ([first]) =>
      first?.grant
        ? html`Saved: <strong>${first.name}</strong> may now ${MAY[weightOf(first.grant)]}, ${until(first.grant, first.now)}. It holds
          from the next call on.`
        : 'Saved: the connection is as it was.',
  },
  revoked: {
    leaves: ['connection-removed'],
    says: (objects) => html`Revoked: ${names(objects)}. It is refused from its next call on.`,
  },
  suspended: {
    leaves: ['connection-suspended'],
    says: (objects) =>
      html`Suspended. ${names(objects)}: every call is refused from the next one on, until you let it go on.`,
  },
  resumed: {
    leaves: ['connection-resumed'],
    mayChangeNothing: true,
    says: (objects) =>
      objects.length
        ? html`It goes on: ${names(objects)}. Calls are answered again from the next one on.`
        : 'It goes on: connections can be made again as ever.',
  },
  'passkey-added': {
    leaves: ['passkey-added'],
    says: (objects) => html`The passkey is added: ${names(objects)}. From now on you can sign in with it.`,
  },
  'passkey-removed': {
    leaves: ['passkey-removed'],
    says: (objects) => html`The passkey is removed: ${names(objects)}.`,
  },
}

/** Of what is no single thing. */
const GENERAL: Readonly<Record<string, string>> = {
  stopped: 'Everything is disconnected. No assistant can do anything any more.',
  'all-suspended': 'Everything is suspended. No assistant can do anything until you let it go on.',
  'all-overtaken':
    'Your connections or passkeys were changed elsewhere in this moment, so nothing was saved. Look at them as they are now, and decide again.',
  'only-passkeys': 'From now on only a passkey confirms.',
  'token-too': 'From now on the API token confirms as well.',
  'token-saved': 'The new API token is saved. Your assistants use it from their next call on.',
  'signed-out': 'The browser is signed out.',
}

/** What the address of the account page says was done, by its query; undefined when it says nothing. */
export function noticeOf(querystring: string, known: Known): Html | string | undefined {
  const [, did = '', of = ''] = /^([\w-]+)(?:=([\w.-]+))?$/.exec(querystring) ?? []
  if (did === 'reviewed') return reviewedNotice(of)
  if (did === 'overtaken') return overtakenNotice(of, known)
  const deed = Object.hasOwn(DEEDS, did) ? DEEDS[did] : undefined
  if (deed) return sayDeed(deed, objectsOf(deed, known))
  return Object.hasOwn(GENERAL, did) ? GENERAL[did] : undefined
}

const sayDeed = ({ says, mayChangeNothing }: Deed, objects: readonly Named[]) =>
  objects.length || mayChangeNothing ? says(objects) : undefined

/** What a deed that was done a moment ago was done to, each once, by the name that it has now. */
function objectsOf({ leaves }: Deed, { connections, profile, now }: Known): Named[] {
  const left = (profile.news ?? [])
    .filter(({ what, at }) => leaves.some((one) => one === what) && at > now * 1000 - YOUNG)
    .toSorted((one, other) => other.at - one.at)
  const last = left[0]?.at ?? 0
  const lately = left.filter(({ at }) => at > last - TOGETHER)
  return [...new Map(lately.map((item) => [item.of, item])).values()].map(({ of, name = '' }) => {
    const grant = connections.find(({ id }) => id === of)
    return { name: grant ? nameOf(grant) : name, grant, now }
  })
}

function overtakenNotice(id: string, { connections }: Known): Html | undefined {
  const grant = connections.find((one) => one.id === id)
  return html`${grant ? html`<strong>${nameOf(grant)}</strong>` : 'The connection'} was changed elsewhere in this moment, so nothing was
    saved. Look at it as it is now, and decide again.`
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
