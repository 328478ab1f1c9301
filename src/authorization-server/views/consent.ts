// Consent: who asks, for which account, where the answer goes, and what the person lets it do.
import { html } from 'hono/html'
import { dangerousIn } from '../../grants/allowance.ts'
import type { ClientIdentity } from '../clients/clients.ts'
import type { Connection } from '../permissions/describe-connection.ts'
import { holdersOf, whyIdle } from '../permissions/describe-connection.ts'
import { whySuspended } from './account/suspension.ts'
import type { Html } from './layout.ts'
import { page } from './layout.ts'
import { counted, moment, timeLeft } from './moments.ts'
import { firstPasskeyOffer } from './passkeys.ts'
import type { PermissionsView } from './permissions.ts'
import { endOfLife, permissionFields, summaryBox } from './permissions.ts'

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

export function consentPage(view: ConsentView): Html {
  const joined = view.connections.find(({ grant }) => grant.id === view.connection)
  return page(
    { name: 'consent', title: 'Allow access?', sandbox: view.sandbox },
    html`<section class="card">
      <h1>${heading(view)}</h1>
      ${view.client.warning ? lookTwice(view.client.warning) : ''}
      <dl class="facts">
        <dt>Who asks</dt><dd>${standingBadge(view.client.standing)} ${view.client.says}</dd>
        <dt>You return to</dt><dd><strong>${view.client.returnsTo}</strong></dd>
        <dt>Account</dt><dd>as QuantConnect user <strong>${view.userId}</strong> ·
          <form method="post" action="/interaction/${view.uid}/switch-account" class="inline">
            <input type="hidden" name="csrf" value="${view.csrf}">
            <button class="link">use another account</button>
          </form></dd>
        ${joined ? joinedFacts(joined, view.now) : ''}
      </dl>
      ${view.problem ? html`<p class="problem" role="alert">${view.problem}</p>` : ''}
      ${view.notice ? html`<p class="good" role="status">${view.notice}</p>` : ''}
      ${view.connection === undefined ? whichConnection(view) : answerForm(view, joined)}
    </section>`,
  )
}

const lookTwice = ({ imitates, says }: NonNullable<ClientIdentity['warning']>): Html =>
  html`<p class="problem"><strong>Look twice.</strong> ${says} If you were connecting ${imitates}, choose Deny.</p>`

const lastUsed = ({ grant, lastCall }: Connection, now: number): Html => {
  if (lastCall) return html`last used ${moment(lastCall)}`
  return grant.createdAt > now - RECORDED ? html`not used yet` : html`not used in 30 days`
}
/** So long the record of calls goes back, in seconds. */
const RECORDED = 30 * 24 * 60 * 60

/** What is to be known of a connection that is joined. */
const joinedFacts = (joined: Connection, now: number): Html => {
  const { grant, realMoney } = joined
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
    joined.suspension && 'at' in joined.suspension
      ? html`<dt>Take note</dt><dd>${whySuspended(joined.suspension)} If you allow it, it goes on.</dd>`
      : ''
  }
  ${whyIdle(grant) ? html`<dt>Take note</dt><dd>${whyIdle(grant)}</dd>` : ''}`
}

/** The boxes and buttons for a new connection, or for the one that is joined. */
const answerForm = (view: ConsentView, joined: Connection | undefined): Html => html`<form method="post" data-live>
  <input type="hidden" name="csrf" value="${view.csrf}">
  ${view.firstPasskey ? firstPasskeyOffer(view.firstPasskey) : ''}
  <input type="hidden" name="connection" value="${view.connection}">
  ${
    view.again && joined
      ? html`<p>You have allowed this before, and it asks for nothing new. ${whoGetsIt(joined)}</p>
        ${summaryBox(view.permissions.summary)}
        ${actions}${separate}
        <details class="fold"><summary>Look at what it may do, or change it</summary>${permissionFields({
          ...view.permissions,
          summaryApart: true,
        })}</details>`
      : html`${joined ? html`<p>${whoGetsIt(joined)}</p>` : ''}
        ${permissionFields(view.permissions)}
        <p class="quiet">It can do only what is ticked, whatever it asks for. You can change or end this at any time on
        <a href="/account" target="_blank">your account page</a>.</p>
        ${actions}${joined ? separate : ''}`
  }
</form>`

const whoGetsIt = ({ grant }: Connection): string =>
  dangerousIn(grant).length
    ? 'Whoever asks now gets all of this connection, so you are asked to show that it is you.'
    : ''

/** Several connections live: the person says which, and sees what each may do. */
const whichConnection = (view: ConsentView): Html => html`<form method="post">
  <input type="hidden" name="csrf" value="${view.csrf}">
  ${view.firstPasskey ? firstPasskeyOffer(view.firstPasskey) : ''}
  <fieldset><legend>Which connection is it?</legend>
    <p>You have connected ${view.client.name} more than once. Whoever asks now gets all of the one that you choose.</p>
    ${view.connections
      .map((one) => ({ ...one, used: lastUsed(one, view.now) }))
      .map(
        ({ grant, name, sentence, realMoney, suspension, used }) => html`<label class="scope">
      <input type="radio" name="connection" value="${grant.id}" required>
      <span><span><strong>${name}</strong>${realMoney ? html` <strong class="badge">real money</strong>` : ''}<br>
        ${sentence}<br>
        <span class="quiet">Connected ${moment(grant.createdAt)}, ${used}, ends ${endOfLife(grant)}.${
          suspension ? html` ${whySuspended(suspension)}` : ''
        }</span></span></span>
    </label>`,
      )}
    <label class="scope">
      <input type="radio" name="connection" value="new" required>
      <span><span><strong>A new one</strong> <span class="quiet">You choose next what it may do.</span></span></span>
    </label>
  </fieldset>
  <div class="actions">
    <button class="main" name="decision" value="allow">Allow</button>
    <button name="decision" value="deny" formnovalidate>Deny</button>
    <button name="decision" value="preview">Look at it, or change it</button>
  </div>${separate}
</form>`

const separate = html`<div class="actions">
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

const actions = html`<div class="actions">
    <button class="main" name="decision" value="allow">Allow</button>
    <button name="decision" value="deny">Deny</button>
    <button name="decision" value="preview" data-without-script>Preview</button>
  </div>`
