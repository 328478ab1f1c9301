// Before anything dangerous: is it still the person? The form that was sent waits here, field by field, and goes on when they
// have shown it.
import { html } from 'hono/html'
import type { Summary } from '../permissions/summary.ts'
import type { Html } from './layout.ts'
import { page } from './layout.ts'
import { passkeyFields } from './passkeys.ts'
import { summaryBox } from './permissions.ts'

export interface ReauthenticationView {
  readonly sandbox: boolean
  readonly csrf: string
  /** What was about to be done, continuing "Before …". */
  readonly before: string
  /** What it comes to, where permissions are at stake. */
  readonly summary?: Summary
  /** The form as it was sent. */
  readonly waiting: readonly (readonly [name: string, value: string])[]
  /** What the browser needs to ask for a passkey; absent when there is none. */
  readonly passkeyOptions?: object
  readonly problem?: string
  /** Where the person goes who would rather not. */
  readonly back: string
}

export const reauthenticationPage = (view: ReauthenticationView): Html =>
  page(
    { title: 'Is it you?', sandbox: view.sandbox },
    html`<section class="card">
      <h1>Show that it is you</h1>
      <p>Before ${view.before}, show that you are the one at this screen, and not a program that uses your browser. It counts
      for five minutes.</p>
      ${view.summary ? summaryBox(view.summary) : ''}
      ${view.problem ? html`<p class="problem" role="alert" id="problem">${view.problem}</p>` : ''}
      ${
        view.passkeyOptions
          ? html`<form method="post" class="passkey" data-passkey="get" data-options="${JSON.stringify(view.passkeyOptions)}">
            ${waitingFields(view)}${passkeyFields('Use a passkey')}
          </form>`
          : ''
      }
      <form method="post" autocomplete="off">
        ${waitingFields(view)}
        <label for="apiToken">API token</label>
        <input type="password" id="apiToken" name="apiToken" autocomplete="off" spellcheck="false" required
          ${view.problem ? html`aria-describedby="problem"` : ''}>
        <div class="actions"><button class="main">Confirm</button></div>
      </form>
      ${wayBack(view)}
      <p class="quiet">The API token is the one that this server uses for your QuantConnect account. QuantConnect mailed it to
      you.</p>
    </section>`,
  )

/** Choices go back to the page that they were made on. */
const wayBack = ({ csrf, waiting, back }: ReauthenticationView): Html =>
  waiting.some(([name]) => name === 'preset')
    ? html`<form method="post">
        ${waitingFields({ csrf, waiting: waiting.filter(([name]) => name !== 'decision') })}
        <button name="decision" value="preview">Back</button>
      </form>`
    : html`<p><a class="button" href="${back}">Back</a></p>`

const waitingFields = ({ csrf, waiting }: Pick<ReauthenticationView, 'csrf' | 'waiting'>): Html =>
  html`<input type="hidden" name="csrf" value="${csrf}">${waiting.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}`
