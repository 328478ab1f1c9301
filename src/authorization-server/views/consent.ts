// Consent: who asks, for which account, where the answer goes, and what the person lets it do.
import { html } from 'hono/html'
import { dangerousIn } from '../../grants/allowance.ts'
import { suspensionOf } from '../../grants/suspension.ts'
import type { ClientIdentity } from '../clients/clients.ts'
import type { Connection } from '../permissions/describe-connection.ts'
import { holdersOf, isAllRecorded, whyIdle } from '../permissions/describe-connection.ts'
import type { Difference } from '../permissions/summary.ts'
import { BUTTONS, weightOf } from '../permissions/weight.ts'
import { whySuspended } from './account/suspension.ts'
import type { Html, Page } from './layout.ts'
import { noticeLine, page } from './layout.ts'
import { counted, moment, timeLeft } from './moments.ts'
import { firstPasskeyOffer } from './passkeys.ts'
import type { PermissionsView } from './permissions.ts'
import { bar, endOfLife, onEnter, permissionFields } from './permissions.ts'
import type { ServerWords } from './server-words.ts'
import { whoRuns } from './server-words.ts'

export interface ConsentView {
  readonly client: ClientIdentity
  /** The QuantConnect user id that is signed in. */
  readonly userId: string
  readonly sandbox: boolean
  readonly csrf: string
  readonly uid: string
  /** Seconds since 1970. */
  readonly now: number
  /** The living connections of this client. */
  readonly connections: readonly Connection[]
  /** The one that the page is about, by its id, or `new`; absent when the person has yet to say which. */
  readonly connection?: string
  readonly permissions: PermissionsView
  /** What is asked for on top of what that one has. */
  readonly difference?: Difference
  /** Whether that one lives, and the client asks for nothing that it does not have. */
  readonly again: boolean
  /** What the browser needs to make a first passkey, where one is offered. */
  readonly firstPasskey?: object
  readonly problem?: string
  readonly notice?: string
}

const STANDINGS = {
  domain: 'Verified domain',
  unverified: 'Unverified',
  computer: 'An app on this computer',
} as const

export function consentPage(view: ConsentView): Page {
  const joined = view.connections.find(({ grant }) => grant.id === view.connection)
  const { client, csrf, uid, userId } = view
  return page(
    { name: 'consent', title: 'Allow access?', sandbox: view.sandbox },
    (server) => html`<form id="switch-account" method="post" action="/interaction/${uid}/switch-account">
      <input type="hidden" name="csrf" value="${csrf}"></form>
    <form method="post" class="card decide" autocomplete="off"${view.connection === undefined ? '' : ' data-live'}>
      <input type="hidden" name="csrf" value="${csrf}">
      <p class="server">${whoRuns(server)}</p>
      <h1>${heading(view)}</h1>
      ${client.warning ? lookTwice(client.warning) : ''}
      <dl class="facts">
        <dt>Who asks</dt><dd>${standingBadge(client.standing)} ${client.says}</dd>
        <dt>You return to</dt><dd><strong>${client.returnsTo}</strong></dd>
        <dt>Account</dt><dd>as QuantConnect user <strong>${userId}</strong>, all organizations and projects ·
          <button class="link" form="switch-account">use another account</button></dd>
        ${joined ? joinedFacts(joined, view.now) : ''}
      </dl>
      ${view.problem ? html`<p class="problem" role="alert">${view.problem}</p>` : ''}
      ${noticeLine(view.notice)}
      ${view.connection === undefined ? whichConnection(view) : answer(view, joined, server)}
    </form>`,
  )
}

const lookTwice = ({ imitates, says }: NonNullable<ClientIdentity['warning']>): Html =>
  html`<p class="problem"><strong>Look twice.</strong> ${says} If you were connecting ${imitates}, choose Deny.</p>`

const lastUsed = ({ grant, lastCall }: Connection, now: number): Html => {
  if (lastCall) return html`last used ${moment(lastCall)}`
  return isAllRecorded(grant, now) ? html`not used yet` : html`not used in 30 days`
}

/** What is to be known of a connection that is joined. */
const joinedFacts = (joined: Connection, now: number): Html => {
  const { grant, realMoney } = joined
  const stopped = suspensionOf({ ...grant, suspended: false }) // that it waits for a review is said apart
  return html`
  <dt>Connection</dt><dd>since ${moment(grant.createdAt)}, connected ${counted(holdersOf(grant).times, 'time')}${
    realMoney ? html` · <strong class="badge">real money</strong>` : ''
  } · ${lastUsed(joined, now)} · ends ${endOfLife(grant)}${
    grant.endless ? '' : html`, in ${timeLeft(grant.expiresAt, now)}`
  }</dd>
  ${
    grant.severalSessions
      ? html`<dt>Take note</dt><dd>This connection is used by several sessions, such as two windows of one program.</dd>`
      : ''
  }
  ${
    grant.suspended
      ? html`<dt>Take note</dt><dd>This connection is from before your API token was replaced, and has done nothing since.
        Allow it only if you know it.</dd>`
      : ''
  }
  ${
    stopped && 'at' in stopped
      ? html`<dt>Take note</dt><dd>${whySuspended(stopped)} If you allow it, it goes on.</dd>`
      : ''
  }
  ${whyIdle(grant) ? html`<dt>Take note</dt><dd>${whyIdle(grant)}</dd>` : ''}`
}

/** What may be chosen for a new connection, or for the one that is joined, and the buttons. */
function answer(view: ConsentView, joined: Connection | undefined, server: ServerWords): Html {
  const weight = weightOf(view.permissions.allowance)
  return html`<input type="hidden" name="connection" value="${view.connection}">
    <input type="hidden" name="shown" value="${weight}" data-buttons="${JSON.stringify(BUTTONS)}">
    ${
      view.again && joined
        ? html`<p>You have allowed this before, and it asks for nothing new. ${whoGetsIt(joined)}</p>
        <details class="line"><summary>Look at what it may do, or change it</summary>${permissionFields(view.permissions)}</details>`
        : html`${joined ? html`<p>${whoGetsIt(joined)}</p>` : ''}
        ${view.difference ? differenceBox(view.difference) : ''}
        ${permissionFields(view.permissions)}`
    }
    ${whatToKnow(view, server)}
    ${view.firstPasskey ? firstPasskeyOffer(view.firstPasskey) : ''}
    ${joined ? separate : ''}
    ${bar(
      view.permissions,
      html`<button class="main ${weight}" name="decision" value="allow">${BUTTONS[weight]}</button>
      <button name="decision" value="deny">Deny</button>`,
    )}`
}

/** Beside what the connection has, what is asked for on top of it. */
const differenceBox = ({
  has,
  asksFor,
}: Difference): Html => html`<p class="difference" data-part="difference">${has ? html`It has: ${has}. ` : ''}It
  asks for: ${asksFor.map(
    ({ phrase, ticked }, index) =>
      html`${index ? ' · ' : ''}<strong>${phrase}</strong> ${ticked ? '✓' : '(tick it yourself)'}`,
  )}</p>`

/** What holds whatever is ticked. */
const whatToKnow = ({ client }: ConsentView, server: ServerWords): Html => html`<details class="line know">
    <summary>What it reads, code included, goes to the maker of the assistant</summary>
    <ul>
      <li>What happens to it there is for its maker to say.${client.policies.map(
        ({ what, address }) => html` It names as its ${what} <code>${address}</code>, which nobody here has checked.`,
      )}</li>
      <li>It reaches all organizations and projects of this QuantConnect user, as far as it is ticked. It can do only what is
      ticked, whatever it asks for.</li>
      <li>QuantConnect’s API token has no permissions of its own, so this server, which keeps it, could do all of it.
      ${whoRuns(server)}</li>
      <li>You can change or end this at any time on <a href="/account" target="_blank">your account page</a>.
      <a href="/privacy" target="_blank">What is kept about you</a></li>
    </ul>
  </details>`

const whoGetsIt = ({ grant }: Connection): string =>
  dangerousIn(grant).length
    ? 'Whoever asks now gets all of this connection, so you are asked to show that it is you.'
    : ''

/** Several connections live: the person says which, and sees what each may do. */
const whichConnection = (view: ConsentView): Html => html`
  ${onEnter('preview')}
  <fieldset><legend>Which connection is it?</legend>
    <p>You have connected ${view.client.name} more than once. Whoever asks now gets all of the one that you choose.</p>
    ${view.connections
      .map((one) => ({ ...one, used: lastUsed(one, view.now) }))
      .map(
        ({ grant, name, sentence, realMoney, suspension, used }) => html`<label class="scope">
      <input type="radio" name="connection" value="${grant.id}" required>
      <span><strong>${name}</strong>${realMoney ? html` <strong class="badge">real money</strong>` : ''}<br>
        ${sentence}<br>
        <span class="quiet">Connected ${moment(grant.createdAt)}, ${used}, ends ${endOfLife(grant)}.${
          suspension ? html` ${whySuspended(suspension)}` : ''
        }</span></span>
    </label>`,
      )}
    <label class="scope">
      <input type="radio" name="connection" value="new" required>
      <span><strong>A new one</strong> <span class="quiet">You choose next what it may do.</span></span>
    </label>
  </fieldset>
  ${view.firstPasskey ? firstPasskeyOffer(view.firstPasskey) : ''}
  ${separate}
  <div class="bar"><div class="actions">
    <button class="main" name="decision" value="allow">Allow what it may do</button>
    <button name="decision" value="deny" formnovalidate>Deny</button>
    <button name="decision" value="preview">Look at it, or change it</button>
  </div></div>`

const separate = html`<div class="aside">
    <button name="decision" value="separate" formnovalidate>Connect separately, with only what it asks for</button>
    <span class="quiet">and nothing that trades, spends, deletes or administers</span>
  </div>`

const heading = ({ client, sandbox, again, permissions }: ConsentView): string => {
  const account = sandbox ? 'a sandbox account' : 'your QuantConnect account'
  if (permissions.offers.some(({ isNew }) => isNew)) return `${client.name} asks for more of ${account}`
  return again ? `${client.name} wants to connect to ${account} again` : `${client.name} asks to use ${account}`
}

/** How an identity is known, in a word and a shape. */
export const standingBadge = (standing: keyof typeof STANDINGS): Html =>
  html`<span class="standing ${standing}">${STANDINGS[standing]}</span>`
