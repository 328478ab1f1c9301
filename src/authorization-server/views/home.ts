// The first page: what this is, the one address to paste, and where each client wants it.
import { html } from 'hono/html'
import { SOURCE } from '../../version.ts'
import type { Client, ConnectStep, Server } from './connect.ts'
import { commonClients, otherClients } from './connect.ts'
import type { Html, Page } from './layout.ts'
import { page, sandboxMark } from './layout.ts'

export interface HomeView extends Server {
  /** The accounts to try things out with; empty where there is none to sign in to. */
  readonly sandboxAccounts: readonly { readonly userId: string; readonly apiToken: string }[]
  /** Whether one click signs in to one of them. */
  readonly oneClick: boolean
}

export const homePage = ({ resource, sandboxAccounts, oneClick, local }: HomeView): Page =>
  page(
    { name: 'home', title: 'Connect an assistant to QuantConnect', sandbox: false },
    html`<section class="card">
      <h1>Let your AI assistant work with your QuantConnect account, and stay in charge</h1>
      <p>It reads, codes, backtests and, if you say so, trades; you decide what, see what it did, and stop it with one press. Your API
      token stays here.</p>
      ${PICTURE}
      <p>Add this address as an MCP server in your assistant:</p>
      <div class="copied"><code class="address" tabindex="0">${resource}</code>${copyButton('the address')}</div>
      <ol>
        <li>Your assistant opens a page here. Sign in with your QuantConnect account${
          oneClick ? ', or with one click on the sandbox account' : ''
        }.</li>
        <li>Read what the assistant asks for, and untick what it should not do.</li>
        <li>Go back to the assistant. Your QuantConnect API token stays here, sealed; the assistant never sees it.</li>
      </ol>
    </section>
    <section class="card">
      <h2>Add it to your assistant</h2>
      <p class="quiet">A click on a box selects all that is in it.</p>
      ${commonClients({ resource, local }).map((client) => html`<h3>${client.name}</h3>${howTo(client)}`)}
      <h2>Other assistants</h2>
      ${otherClients({ resource, local }).map(
        (client) => html`<details class="client"><summary>${client.name}</summary>${howTo(client)}</details>`,
      )}
    </section>
    <section class="card">
      <h2>Read more</h2>
      <p><a href="/docs">Documents</a> · <a href="/docs/stay-in-charge">Stay in charge</a> · <a href="/privacy">What is kept about
      you</a>${SOURCE ? html` · <a href="${SOURCE}" rel="noreferrer">Source</a>` : ''}</p>
    </section>
    ${
      sandboxAccounts.length
        ? html`<section class="card">
          <h2>The sandbox ${sandboxMark}</h2>
          <p>An offline QuantConnect runs beside this server, for trying things out. Nothing you do in it reaches the real
          service. You can sign in to it as:</p>
          <dl class="facts">
            ${sandboxAccounts.map(
              ({ userId, apiToken }) =>
                html`<dt>User id <code>${userId}</code></dt><dd>API token <code>${apiToken}</code></dd>`,
            )}
          </dl>
        </section>`
        : ''
    }`,
  )

/** Shown by the script, which does the copying; `what` tells it from the others. */
const copyButton = (what: string): Html =>
  html`<button type="button" data-copy hidden>Copy<span class="unseen"> ${what}</span></button>`

/** Between an assistant and QuantConnect: the gate, and the person who decides. */
const PICTURE = html`<svg class="picture" viewBox="0 0 600 150" role="img"
    aria-label="Your assistant asks the gate. You decide at the gate: look, build, trade. What you allow reaches QuantConnect.">
    <rect x="1" y="45" width="150" height="60" rx="10"/><text x="76" y="80">Your assistant</text>
    <path d="M155 75h58m-10-7 10 7-10 7"/>
    <path class="gate" d="M225 130V70a75 62 0 0 1 150 0v60M215 130h170"/>
    <text x="300" y="62" class="strong">You decide</text>
    <text x="300" y="88">✓ look  ✓ build</text><text x="300" y="112">✕ trade</text>
    <path d="M387 75h58m-10-7 10 7-10 7"/>
    <rect x="449" y="45" width="150" height="60" rx="10"/><text x="524" y="80">QuantConnect</text>
  </svg>`

const howTo = ({ name, steps, byHand }: Client): Html =>
  html`${steps.map((step) => stepOf(step, name))}${
    byHand ? html`<details><summary>Or by hand</summary>${byHand.map((step) => stepOf(step, name))}</details>` : ''
  }`

const stepOf = ({ says, copy, opens }: ConnectStep, name: string): Html =>
  opens
    ? html`<p><a class="button" href="${opens}">${says}</a></p>`
    : html`<p>${withCode(says)}</p>${copy ? html`<div class="copied"><pre tabindex="0"><code>${copy}</code></pre>${copyButton(`for ${name}`)}</div>` : ''}`

/** Text in which what stands between backquotes is code. */
const withCode = (text: string): (string | Html)[] =>
  text.split('`').map((part, index) => (index % 2 ? html`<code>${part}</code>` : part))
