// Consent: who asks, for which account, where the answer goes, and what the person lets it do.
import { html } from 'hono/html'
import type { ClientIdentity } from '../clients/clients.ts'
import type { Html } from './layout.ts'
import { page } from './layout.ts'
import type { PermissionsView } from './permissions.ts'
import { permissionFields } from './permissions.ts'

export interface ConsentView {
  readonly client: ClientIdentity
  /** The QuantConnect user id that is signed in. */
  readonly userId: string
  readonly sandbox: boolean
  readonly csrf: string
  readonly uid: string
  readonly permissions: PermissionsView
  /** Whether this connection exists, and the client asks for nothing that it does not have. */
  readonly again: boolean
  /** Whether this connection exists already, and several copies of its tokens are in use. */
  readonly severalSessions: boolean
  /** Whether this connection waits since the API token was replaced. */
  readonly suspended: boolean
  readonly problem?: string
}

const STANDINGS = {
  domain: 'Verified domain',
  unverified: 'Unverified',
  computer: 'An app on this computer',
} as const

export const consentPage = (view: ConsentView): Html =>
  page(
    { title: 'Allow access?', sandbox: view.sandbox },
    html`<section class="card">
      <h1>${heading(view)}</h1>
      ${view.client.warning ? html`<p class="problem"><strong>Look twice.</strong> ${view.client.warning}</p>` : ''}
      <dl class="facts">
        <dt>Who asks</dt><dd>${standingBadge(view.client.standing)} ${view.client.says}</dd>
        <dt>You return to</dt><dd><strong>${view.client.returnsTo}</strong></dd>
        <dt>Account</dt><dd>as QuantConnect user <strong>${view.userId}</strong> ·
          <form method="post" action="/interaction/${view.uid}/switch-account" class="inline">
            <input type="hidden" name="csrf" value="${view.csrf}">
            <button class="link">use another account</button>
          </form></dd>
        ${
          view.severalSessions
            ? html`<dt>Take note</dt><dd>This connection is used by several sessions, such as two windows of one program.</dd>`
            : ''
        }
        ${
          view.suspended
            ? html`<dt>Take note</dt><dd>This connection is from before your API token was replaced, and has done nothing since.
              Allow it only if you know it.</dd>`
            : ''
        }
      </dl>
      ${view.problem ? html`<p class="problem" role="alert">${view.problem}</p>` : ''}
      <form method="post" data-live>
        <input type="hidden" name="csrf" value="${view.csrf}">
        ${
          view.again
            ? html`<p>You have allowed this before, and it asks for nothing new.</p>
              ${actions}
              <details class="fold"><summary>Look at what it may do, or change it</summary>${permissionFields(view.permissions)}</details>`
            : html`${permissionFields(view.permissions)}
              <p class="quiet">It can do only what is ticked, whatever it asks for. You can change or end this at any time on
              <a href="/account" target="_blank">your account page</a>.</p>
              ${actions}`
        }
      </form>
    </section>`,
  )

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
