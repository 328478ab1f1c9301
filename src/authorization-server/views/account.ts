// The account page: where a new API token goes when QuantConnect no longer accepts the stored one.
import { html } from 'hono/html'
import type { Html } from './layout.ts'
import { page } from './layout.ts'
import { credentialFields, whereToFindThem } from './sign-in.ts'

export interface AccountView {
  readonly sandbox: boolean
  /** What was typed before; never the API token. */
  readonly userId?: string
  readonly problem?: string
}

export const accountPage = ({ sandbox, userId = '', problem }: AccountView): Html =>
  page(
    { title: 'Your account', sandbox },
    html`<section class="card">
      <h1>Enter a new API token</h1>
      <p>When you request a new API token from QuantConnect, the one before it stops working. Enter the new one here, and
      every assistant that you connected works again. Nothing has to be connected anew.</p>
      ${problem ? html`<p class="problem" role="alert" id="problem">${problem}</p>` : ''}
      <form method="post" autocomplete="off">
        ${credentialFields(userId, problem)}
        <div class="actions"><button class="main">Save</button></div>
      </form>
      ${whereToFindThem}
    </section>`,
  )

/** After a new token was accepted. */
export const tokenSavedPage = ({ userId, sandbox }: { userId: string; sandbox: boolean }): Html =>
  page(
    { title: 'Saved', sandbox },
    html`<section class="card">
      <h1>The new API token is saved</h1>
      <p>QuantConnect accepts it for user <strong>${userId}</strong>. Your connected assistants use it from their next call
      on; you can close this page.</p>
    </section>`,
  )
