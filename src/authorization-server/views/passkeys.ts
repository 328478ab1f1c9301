// What a form needs that asks the browser for a passkey. Without a script there is no asking, so it shows only with one.
import { html } from 'hono/html'
import type { Html } from './layout.ts'

/** Inside an element with `data-passkey="create|get"` and `data-options`; the script fills in the answer and sends the form. */
export const passkeyFields = (
  button: string,
  rank: 'main' | '' = '',
): Html => html`<input type="hidden" name="passkey" value="">
  <button type="button" class="${rank}" data-ask>${button}</button>
  <p class="problem" role="alert" hidden>The browser gave no passkey. Try again, or go on without.</p>`

/** What a first passkey is good for, for the pages that offer one. */
export const WHY_A_PASSKEY =
  'Next time it signs you in with one touch. From tomorrow on it can also confirm what trades or deletes, once you have confirmed it with your API token.'

/** Inside a form with other things in it, which are sent along with this decision. */
export const firstPasskeyOffer = (options: object): Html => html`<section class="passkey offer" aria-label="Passkey"
    data-passkey="create" data-options="${JSON.stringify(options)}" data-decision="passkey">
    <p><strong>Add a passkey?</strong> <span class="quiet">${WHY_A_PASSKEY}</span></p>
    ${passkeyFields('Add a passkey')}
  </section>`
