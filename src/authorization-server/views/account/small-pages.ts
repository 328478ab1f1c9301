// The account pages that ask one thing each.
import { html } from 'hono/html'
import type { Page } from '../layout.ts'
import { passkeyFields } from '../passkeys.ts'
import { whereToFindThem } from '../sign-in.ts'
import type { Frame } from './frame.ts'
import { accountFrame, smallForm } from './frame.ts'

export const tokenPage = (frame: Frame, problem?: string): Page =>
  accountFrame(
    'account',
    'Replace the API token',
    { ...frame, tokenRefusedSince: undefined }, // the field is here already
    html`<section class="card">
      <h1>Replace the API token</h1>
      <p>When you request a new API token from QuantConnect, the one before it stops working. Enter the new one of user
      <strong>${frame.userId}</strong> here. Then look through what was connected with the old one: nothing of it does
      anything until you have kept it.</p>
      ${problem ? html`<p class="problem" role="alert" id="problem">${problem}</p>` : ''}
      <form method="post">
        <input type="hidden" name="csrf" value="${frame.csrf}">
        <input type="hidden" name="userId" autocomplete="username" value="${frame.userId}">
        <label for="apiToken">New API token</label>
        <input type="password" id="apiToken" name="apiToken" autocomplete="new-password" spellcheck="false" required
          ${problem ? html`aria-describedby="problem"` : ''}>
        <div class="actions"><button class="main" data-waits="Asking QuantConnect…">Save</button><a class="button" href="/account">Back</a></div>
      </form>
      ${whereToFindThem}
    </section>`,
  )

export const deletePage = ({ csrf, ...frame }: Frame, connections: number): Page =>
  accountFrame(
    'account',
    'Leave',
    { csrf, ...frame },
    html`<section class="card">
      <h1>Leave</h1>
      <p>Your QuantConnect account, your projects and what runs live stay as they are, whatever you choose.</p>
      <h2>End everything</h2>
      <p>This ${endsAssistants(connections)}signs you out everywhere, and removes your API token from this server. The record of
      what your assistants did stays for 30 days, and your passkeys do, for you alone: sign in again to find them.</p>
      ${smallForm('/account/delete', csrf, html`<button class="danger">End everything</button>`)}
      <h2>Erase the record too</h2>
      <p>The same, and all else that is kept about you goes: the record, your passkeys, the list of browsers. It cannot be undone,
      so you are asked to show that it is you.</p>
      <div class="actions">${smallForm('/account/erase', csrf, html`<button class="danger">Erase the record too</button>`)}
        <a class="button" href="/account">Back</a></div>
    </section>`,
  )

export interface UnfinishedView extends Frame {
  /** How far it came, in a sentence. */
  readonly says: string
  /** The button to press again, and where it leads. */
  readonly again: string
  readonly action: string
}

/** After a press that stops, when the store failed in between. */
export const unfinishedPage = ({ says, again, action, ...frame }: UnfinishedView): Page =>
  accountFrame(
    'account',
    'This is not finished',
    frame,
    html`<section class="card">
      <h1>This is not finished</h1>
      <p class="problem" role="alert">${says}</p>
      <p>Press again. While the store does not answer, assistants are refused as well. To be quite sure, request a new API
      token at QuantConnect: the old one stops working then.</p>
      <div class="actions">${smallForm(action, frame.csrf, html`<button class="danger">${again}</button>`)}
        <a class="button" href="/account">Back</a></div>
    </section>`,
  )

const endsAssistants = (connections: number): string => {
  if (!connections) return ''
  return connections === 1
    ? 'ends the one connected assistant at its next call, '
    : `ends all ${connections} connected assistants at their next call, `
}

export interface PasskeyView extends Frame {
  readonly options: object
  /** A name to begin with. */
  readonly suggestion: string
  readonly problem?: string
}

export const newPasskeyPage = (view: PasskeyView): Page =>
  accountFrame(
    'account',
    'Add a passkey',
    view,
    html`<section class="card">
      <h1>Add a passkey</h1>
      <p>Your device or password manager keeps it. From then on it signs you in here, in place of the API token.</p>
      ${view.problem ? html`<p class="problem" role="alert">${view.problem}</p>` : ''}
      <p class="problem" data-without-script>This needs a browser with passkeys, and scripts.</p>
      <form method="post" action="/account/passkeys" data-passkey="create" data-options="${JSON.stringify(view.options)}">
        <input type="hidden" name="csrf" value="${view.csrf}">
        <label for="name">What you call it</label>
        <input type="text" id="name" name="name" maxlength="60" value="${view.suggestion}" autocomplete="off">
        ${passkeyFields('Add it')}
      </form>
      <p class="actions"><a class="button" href="/account">Back</a></p>
    </section>`,
  )
