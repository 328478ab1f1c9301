// The first page: what this is, the one address to paste, and where each client wants it.
import { html } from 'hono/html'
import type { Client, ConnectStep, Server } from './connect.ts'
import { commonClients, otherClients } from './connect.ts'
import type { Html, Page } from './layout.ts'
import { page } from './layout.ts'

export interface HomeView extends Server {
  /** The accounts to try things out with; empty where there is none to sign in to. */
  readonly sandboxAccounts: readonly { readonly userId: string; readonly apiToken: string }[]
  /** Whether one click signs in to one of them. */
  readonly oneClick: boolean
}

export const homePage = ({ resource, sandboxAccounts, oneClick, local }: HomeView): Page =>
  page(
    { name: 'home', title: 'Connect an assistant to QuantConnect', sandbox: sandboxAccounts.length > 0 },
    html`<section class="card">
      <h1>Let your AI assistant work with your QuantConnect account, and stay in charge</h1>
      <p>Add this address as an MCP server in your assistant:</p>
      <p><code class="address" tabindex="0">${resource}</code></p>
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
    ${
      sandboxAccounts.length
        ? html`<section class="card">
          <h2>The sandbox</h2>
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

const howTo = ({ steps, byHand }: Client): Html =>
  html`${steps.map(stepOf)}${byHand ? html`<details><summary>Or by hand</summary>${byHand.map(stepOf)}</details>` : ''}`

const stepOf = ({ says, copy, opens }: ConnectStep): Html =>
  opens
    ? html`<p><a class="button" href="${opens}">${says}</a></p>`
    : html`<p>${withCode(says)}</p>${copy ? html`<pre tabindex="0"><code>${copy}</code></pre>` : ''}`

/** Text in which what stands between backquotes is code. */
const withCode = (text: string): (string | Html)[] =>
  text.split('`').map((part, index) => (index % 2 ? html`<code>${part}</code>` : part))
