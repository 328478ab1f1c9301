// What is said at the top of an account page after a press: what was done, and what with.
import { html } from 'hono/html'
import * as z from 'zod'
import type { Grant } from '../../../grants/grant-record.ts'
import { nameOf } from '../../../grants/grants.ts'
import { suspensionOf } from '../../../grants/suspension.ts'
import type { Weight } from '../../permissions/weight.ts'
import { weightOf } from '../../permissions/weight.ts'
import type { Html } from '../layout.ts'
import { counted, until } from '../moments.ts'

const Names = z.array(z.string()).optional()

/** To what something was done. */
export const Told = z.object({
  /** Their names, as they are after it. */
  names: Names,
  /** The connection whose permissions are told as they are now. */
  of: z.string().optional(),
  /** Of several: what something else holds still, and what was changed elsewhere. */
  held: Names,
  overtaken: Names,
  /** After a review: what was ended, how many are kept, and how many wait on. */
  ended: Names,
  kept: z.number().optional(),
  later: z.number().optional(),
})
type Told = Readonly<z.infer<typeof Told>>

/** What was done, which stands in the address too, and to what. */
export type Notice = Told & { readonly did: keyof typeof NOTICES }

/** What may be spoken of beside the notice. */
export interface Known {
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

/** What was done, and what is said of it. */
export const NOTICES = {
  saved: ({ of }: Told, { connections, now }: Known) => {
    const grant = connections.find(({ id }) => id === of)
    return grant
      ? html`Saved: <strong>${nameOf(grant)}</strong> may now ${MAY[weightOf(grant)]}, ${until(grant, now)}. ${
          suspensionOf(grant) ? 'It can do nothing now; this holds once it goes on.' : 'It holds from the next call on.'
        }`
      : undefined
  },
  overtaken: ({ names = [] }: Told) =>
    html`${inARow(names)} was changed elsewhere in this moment, so nothing was saved. Look at it as it is now, and decide again.`,
  revoked: ({ names = [] }: Told) => html`Revoked: ${inARow(names)}. It is refused from its next call on.`,
  suspended: ({ names = [] }: Told) =>
    html`Suspended. ${inARow(names)}: every call is refused from the next one on, until you let it go on.`,
  resumed: ({ names = [], held = [], overtaken = [] }: Told) =>
    html`${
      names.length
        ? html`It goes on: ${inARow(names)}. Calls are answered again from the next one on.`
        : 'It goes on: connections can be made again as ever.'
    }${held.length ? html` ${stillHeld(held)}` : ''}${
      overtaken.length ? html` Changed elsewhere in this moment, and left as it was: ${inARow(overtaken)}.` : ''
    }`,
  held: ({ held = [] }: Told) => html`${stillHeld(held)} It goes on when you have looked at it.`,
  stopped: () => 'Everything is disconnected. No assistant can do anything any more.',
  'all-suspended': () => 'Everything is suspended. No assistant can do anything until you let it go on.',
  'all-overtaken': () =>
    'Your connections or passkeys were changed elsewhere in this moment, so nothing was saved. Look at them as they are now, and decide again.',
  reviewed: ({ names = [], ended = [], kept = 0, later = 0 }: Told) =>
    html`Done. ${counted(kept, 'thing')} from before the API token was replaced ${kept === 1 ? 'is' : 'are'} kept${
      names.length ? html`: ${inARow(names)}` : ''
    }${ended.length ? html`; ended: ${inARow(ended)}` : ''}${
      later ? `; ${counted(later, 'thing')} ${later === 1 ? 'waits' : 'wait'} until you decide` : ''
    }.`,
  'passkey-added': ({ names = [] }: Told) =>
    html`The passkey is added: ${inARow(names)}. From now on you can sign in with it.`,
  'passkey-removed': ({ names = [] }: Told) => html`The passkey is removed: ${inARow(names)}.`,
  'only-passkeys': () => 'From now on only a passkey confirms.',
  'token-too': () => 'From now on the API token confirms as well.',
  'token-saved': () => 'The new API token is saved. It is what every call of your assistants uses from now on.',
  'token-known': () => 'That API token was stored already, and QuantConnect takes it. Nothing has changed.',
  'signed-out': ({ names = [] }: Told) => html`Signed out: ${inARow(names)}.`,
  'sent-before': ({ names = [] }: Told) => html`That was sent already: ${inARow(names)}. It is not sent twice.`,
  unrecorded: ({ names = [] }: Told) =>
    html`The store could not take it down, so nothing was sent: ${inARow(names)}. Try again in a moment.`,
}

/** Names in a row, each of them a stranger's text. */
const inARow = (names: readonly string[]): Html =>
  html`${names.map((name, index) => html`${index ? ', ' : ''}<strong>${name}</strong>`)}`

const stillHeld = (held: readonly string[]): Html =>
  html`You suspend it no more, and yet it waits for something else: ${inARow(held)}.`
