// Sign-in: where the two values come from, what happens to them, and who we are not.
import { html } from 'hono/html'
import type { Html, Page } from './layout.ts'
import { page, sandboxMark } from './layout.ts'
import { passkeyFields } from './passkeys.ts'

export interface SignInView {
  /** Who wants to connect; absent when a person comes to their own account. */
  readonly clientName?: string
  readonly csrf: string
  /** What the browser needs to ask for a passkey. */
  readonly passkeyOptions: object
  /** Where on the account pages the person was going. */
  readonly to?: string
  /** Whether one click signs in to the sandbox. */
  readonly oneClick: boolean
  /** What was typed before; never the API token. */
  readonly userId?: string
  readonly problem?: string
}

/** The two values that QuantConnect knows a person by. `problem` tells a screen reader where the complaint stands. */
export const credentialFields = (userId: string, problem: string | undefined): Html => html`
  <label for="userId">QuantConnect user id</label>
  <input type="text" id="userId" name="userId" inputmode="numeric" value="${userId}" required autocomplete="username webauthn"
    ${problem ? html`aria-describedby="problem"` : ''}>
  <label for="apiToken">API token</label>
  <input type="password" id="apiToken" name="apiToken" autocomplete="current-password" spellcheck="false" required>`

/** Where a person finds them. */
export const whereToFindThem = html`<h2>Where to find them</h2>
  <p>On <a href="https://www.quantconnect.com/account" target="_blank" rel="noreferrer">quantconnect.com</a> open
  <strong>My Account → Security</strong> and request an API token. QuantConnect mails you your user id and the token.</p>`

export const signInPage = (view: SignInView): Page => {
  const { clientName, csrf, oneClick, userId = '', problem, passkeyOptions, to } = view
  const hidden = html`<input type="hidden" name="csrf" value="${csrf}">${
    to === undefined ? '' : html`<input type="hidden" name="to" value="${to}">`
  }`
  const action = to === undefined ? '' : html` action="/account/sign-in"`
  return page(
    { name: 'sign-in', title: 'Sign in', sandbox: false },
    html`<section class="card">
      <h1>Sign in with your QuantConnect account</h1>
      ${
        clientName === undefined
          ? html`<p>To see which assistants are connected, what they did, and to change or stop them.</p>`
          : html`<p>An assistant that calls itself <strong>${clientName}</strong> wants to connect. First, whose account is it?
            For ${clientName} this is enough to look, to build and test, and, in a new connection, to trade on paper, as the next page
            says. What spends, deletes, administers or trades real money is asked about there, by itself.</p>`
      }
      ${problem ? html`<p class="problem" role="alert" id="problem">${problem}</p>` : ''}
      <form method="post"${action}>
        ${hidden}
        ${credentialFields(userId, problem)}
        <div class="actions"><button class="main" name="account" value="own" data-waits="Asking QuantConnect…">Sign in</button></div>
      </form>
      <form method="post"${action} class="passkey" data-conditional data-passkey="get" data-options="${JSON.stringify(passkeyOptions)}">
        ${hidden}${passkeyFields('Use a passkey')}
      </form>
      ${whereToFindThem}
      <h2>What happens to them</h2>
      <p>They are checked with QuantConnect now. The token is kept here encrypted and is used for nothing but the calls that
      you allow your assistants. No assistant ever sees it. This is qcgate, not QuantConnect: sign in only if you trust
      whoever runs this server.</p>
      ${
        oneClick
          ? html`<form method="post"${action} class="or">
            ${hidden}
            <p>${sandboxMark} Just trying it out? The sandbox is an offline QuantConnect with nothing at stake.</p>
            <button name="account" value="sandbox">Use the sandbox account</button>
          </form>`
          : ''
      }
    </section>`,
  )
}
