// Sign-in: where the two values come from, what happens to them, and who we are not.
import { html } from 'hono/html'
import type { Html } from './layout.ts'
import { page } from './layout.ts'

export interface SignInView {
  readonly clientName: string
  readonly csrf: string
  readonly sandbox: boolean
  /** What was typed before; never the API token. */
  readonly userId?: string
  readonly problem?: string
}

/** The two values that QuantConnect knows a person by. `problem` tells a screen reader where the complaint stands. */
export const credentialFields = (userId: string, problem: string | undefined): Html => html`
  <label for="userId">QuantConnect user id</label>
  <input type="text" id="userId" name="userId" inputmode="numeric" value="${userId}" required
    ${problem ? html`aria-describedby="problem"` : ''}>
  <label for="apiToken">API token</label>
  <input type="password" id="apiToken" name="apiToken" autocomplete="off" spellcheck="false" required>`

/** Where a person finds them. */
export const whereToFindThem = html`<h2>Where to find them</h2>
  <p>On quantconnect.com open <strong>My Account → Security</strong> and request an API token. QuantConnect mails you
  your user id and the token.</p>`

export const signInPage = ({ clientName, csrf, sandbox, userId = '', problem }: SignInView): Html =>
  page(
    { title: 'Sign in', sandbox },
    html`<section class="card">
      <h1>Sign in with your QuantConnect account</h1>
      <p>An assistant that calls itself <strong>${clientName}</strong> wants to connect. First, whose account is it?</p>
      ${problem ? html`<p class="problem" role="alert" id="problem">${problem}</p>` : ''}
      <form method="post" autocomplete="off">
        <input type="hidden" name="csrf" value="${csrf}">
        ${credentialFields(userId, problem)}
        <div class="actions"><button class="main" name="account" value="own">Sign in</button></div>
      </form>
      ${whereToFindThem}
      <h2>What happens to them</h2>
      <p>They are checked with QuantConnect now. The token is kept here encrypted and is used for nothing but the calls that
      you allow on the next page. No assistant ever sees it. This is qcgate, not QuantConnect: sign in only if you trust
      whoever runs this server.</p>
      ${
        sandbox
          ? html`<form method="post" class="or">
            <input type="hidden" name="csrf" value="${csrf}">
            <p>Just trying it out? The sandbox is an offline QuantConnect with nothing at stake.</p>
            <button name="account" value="sandbox">Use the sandbox account</button>
          </form>`
          : ''
      }
    </section>`,
  )
