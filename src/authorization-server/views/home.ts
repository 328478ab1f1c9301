// The first page: what this is, and the one address to paste.
import { html } from 'hono/html'
import type { Html } from './layout.ts'
import { page } from './layout.ts'

export interface HomeView {
  /** The MCP endpoint's address. */
  readonly resource: string
  readonly sandbox: boolean
  /** Whether only programs on this machine can reach the address. */
  readonly local: boolean
}

export const homePage = ({ resource, sandbox, local }: HomeView): Html =>
  page(
    { title: 'Connect an assistant to QuantConnect', sandbox },
    html`<section class="card">
      <h1>Let your AI assistant work with your QuantConnect account, and stay in charge</h1>
      <p>Add this address as an MCP server in your assistant:</p>
      <p><code class="address" tabindex="0">${resource}</code></p>
      <ol>
        <li>Your assistant opens a page here. Sign in with your QuantConnect account${
          sandbox ? ', or with one click on the sandbox account' : ''
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
      sandbox
        ? html`<section class="card">
          <h2>The sandbox</h2>
          <p>An offline QuantConnect runs beside this server, for trying things out. Nothing you do in it reaches the real
          service. It has two accounts:</p>
          <dl class="facts">
            <dt>User id <code>100001</code></dt><dd>API token <code>sandbox-alice</code></dd>
            <dt>User id <code>100002</code></dt><dd>API token <code>sandbox-bob</code></dd>
          </dl>
        </section>`
        : ''
    }`,
  )
