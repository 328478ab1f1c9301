// Consent: who asks, for which account, where the answer goes, and each permission in a sentence.
import { html } from 'hono/html'
import type { Risk } from '../../scopes.ts'
import { isHarmless, SCOPES } from '../../scopes.ts'
import type { ClientIdentity } from '../clients.ts'
import type { Offer } from '../interactions/consent.ts'
import type { Html } from './layout.ts'
import { page } from './layout.ts'

export interface ConsentView {
  readonly client: ClientIdentity
  /** The QuantConnect user id that is signed in. */
  readonly userId: string
  readonly sandbox: boolean
  readonly csrf: string
  readonly uid: string
  readonly offered: readonly Offer[]
  /** Whether this connection exists already, and several copies of its tokens are in use. */
  readonly severalSessions: boolean
  /** Days until the connection ends by itself. */
  readonly days: number
  readonly problem?: string
}

const GROUPS: readonly { readonly risk: Risk; readonly title: string; readonly says?: string }[] = [
  { risk: 'reads', title: 'Look, and change nothing' },
  { risk: 'changes', title: 'Build and test' },
  { risk: 'trades', title: 'Trade with real money', says: 'This can move money in your brokerage account.' },
  { risk: 'spends', title: 'Spend credit', says: 'This is charged to your QuantConnect account.' },
  { risk: 'deletes', title: 'Delete', says: 'Most of what is deleted does not come back.' },
  { risk: 'administers', title: 'Manage people and organizations', says: 'This reaches beyond your own projects.' },
]
const MONEY: readonly Risk[] = ['trades', 'spends']

export function consentPage(view: ConsentView): Html {
  const more = view.offered.filter(({ asked }) => !asked)
  return page(
    { title: 'Allow access?', sandbox: view.sandbox },
    html`<section class="card">
      <h1>${view.client.name} asks to use ${view.sandbox ? 'a sandbox account' : 'your QuantConnect account'}</h1>
      <dl class="facts">
        <dt>Who asks</dt><dd>${view.client.standing}</dd>
        <dt>You return to</dt><dd><strong>${view.client.returnsTo}</strong></dd>
        <dt>Account</dt><dd>as QuantConnect user <strong>${view.userId}</strong> ·
          <form method="post" action="/interaction/${view.uid}/switch-account" class="inline">
            <input type="hidden" name="csrf" value="${view.csrf}">
            <button class="link">use another account</button>
          </form></dd>
        <dt>For how long</dt><dd>${view.days} days, unless you end it earlier</dd>
        ${
          view.severalSessions
            ? html`<dt>Take note</dt><dd>This connection is used by several sessions, such as two windows of one program.</dd>`
            : ''
        }
      </dl>
      ${view.problem ? html`<p class="problem" role="alert">${view.problem}</p>` : ''}
      <form method="post">
        <input type="hidden" name="csrf" value="${view.csrf}">
        <p>Tick what the assistant may do. It can do only what is ticked, whatever it asks for.</p>
        ${boxes(view.offered.filter(({ asked }) => asked))}
        ${
          more.length
            ? html`<details${more.some(({ ticked }) => ticked) ? ' open' : ''}><summary>Allow more than it asks for</summary>
            ${boxes(more)}</details>`
            : ''
        }
        <div class="actions">
          <button class="main" name="decision" value="allow">Allow</button>
          <button name="decision" value="deny">Deny</button>
        </div>
      </form>
    </section>`,
  )
}

/** A box for each scope, those of one kind together. */
const boxes = (offered: readonly Offer[]): Html =>
  html`${GROUPS.map(({ risk, title, says }) => {
    const scopes = offered.filter(({ scope }) => SCOPES[scope].risk === risk)
    if (!scopes.length) return ''
    return html`<fieldset class="${isHarmless(risk) ? '' : 'grave'}">
      <legend>${title}</legend>
      ${says ? html`<p>${says}</p>` : ''}
      ${scopes.map(
        ({ scope, ticked, isNew }) => html`<label class="scope">
        <input type="checkbox" name="scope" value="${scope}" ${ticked ? 'checked' : ''}>
        <span><span>${SCOPES[scope].says}
          ${MONEY.includes(risk) ? html`<span class="badge">moves money</span>` : ''}
          ${isNew ? html`<span class="badge">new</span>` : ''}</span>
          <code>${scope}</code></span>
      </label>`,
      )}
    </fieldset>`
  })}`
