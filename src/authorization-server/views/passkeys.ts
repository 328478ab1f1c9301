// What a form needs that asks the browser for a passkey. Without a script there is no asking, so it shows only with one.
import { html } from 'hono/html'
import type { Html } from './layout.ts'

/** Inside `<form data-passkey="create|get" data-options="…">`; the script fills in the answer and sends the form. */
export const passkeyFields = (button: string): Html => html`<input type="hidden" name="passkey" value="">
  <button type="button" data-ask>${button}</button>
  <p class="problem" role="alert" hidden>The browser gave no passkey. Try again, or go on without.</p>`
