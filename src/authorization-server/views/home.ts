// The first page: what this is, and the one address to paste.
import { html } from 'hono/html'
import type { Html } from './layout.ts'
import { page } from './layout.ts'

export interface HomeView {
  /** The MCP endpoint's address. */
  readonly resource: string
  /** The accounts to try things out with; empty where there is no sandbox. */
  readonly sandboxAccounts: readonly { readonly userId: string; readonly apiToken: string }[]
  /** Whether only programs on this machine can reach the address. */
  readonly local: boolean
}

export const homePage = ({ resource, sandboxAccounts, local }: HomeView): Html =>
  page(
    { title: 'Connect an assistant to QuantConnect', sandbox: sandboxAccounts.length > 0 },
    html`<section class="card">
      <h1>Let your AI assistant work with your QuantConnect account, and stay in charge</h1>
      <p>Add this address as an MCP server in your assistant:</p>
      <p><code class="address" tabindex="0">${resource}</code></p>
      <ol>
        <li>Your assistant opens a page here. Sign in with your QuantConnect account${
          sandboxAccounts.length ? ', or with one click on the sandbox account' : ''
        }.</li>
        <li>Read what the assistant asks for, and untick what it should not do.</li>
        <li>Go back to the assistant. Your QuantConnect API token stays here, sealed; the assistant never sees it.</li>
      </ol>
      ${
        local
          ? html`<p class="quiet">This address works for programs on this computer, such as Claude Code, Codex, Cursor and
            VS Code. claude.ai and ChatGPT need a server with a public https address.</p>`
          : ''
      }
    </section>
    <section class="card">
      <h2>How to add it</h2>
      <p>Claude Code</p>
      <p><code class="address" tabindex="0">claude mcp add --transport http quantconnect ${resource}</code></p>
      <p>Codex</p>
      <p><code class="address" tabindex="0">codex mcp add quantconnect --url ${resource}</code></p>
      <p>Other clients that read a JSON configuration</p>
      <p><code class="address" tabindex="0">{ "mcpServers": { "quantconnect": { "url": "${resource}" } } }</code></p>
    </section>
    ${
      sandboxAccounts.length
        ? html`<section class="card">
          <h2>The sandbox</h2>
          <p>An offline QuantConnect runs beside this server, for trying things out. Nothing you do in it reaches the real
          service. It has two accounts:</p>
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
