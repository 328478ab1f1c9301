// A client that lives in a web page on an origin of its own: the SDK's client as it is, loaded by the browser as modules.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url))

/** Where the browser finds what the SDK imports; a bundler would do the same. */
const IMPORTS = {
  '@modelcontextprotocol/client': '@modelcontextprotocol/client/dist/index.mjs',
  '@modelcontextprotocol/client/_shims': '@modelcontextprotocol/client/dist/shimsBrowser.mjs',
  '@modelcontextprotocol/core/internal': '@modelcontextprotocol/core/dist/internal.mjs',
  'pkce-challenge': 'pkce-challenge/dist/index.browser.js',
  eventsource: 'eventsource/dist/index.js',
  'eventsource-parser': 'eventsource-parser/dist/index.js',
  'eventsource-parser/stream': 'eventsource-parser/dist/stream.js',
  jose: 'jose/dist/webapi/index.js',
  zod: 'zod/index.js',
  'zod/v4': 'zod/v4/index.js',
}

/** The page: connects, goes away to sign in, comes back, and says what it got. The address of the server is in `?mcp=`. */
const page = (nonce: string) => `<!doctype html>
<title>Notebook</title>
<p id="said">Working …</p>
<script type="importmap" nonce="${nonce}">${JSON.stringify({
  imports: Object.fromEntries(Object.entries(IMPORTS).map(([name, file]) => [name, `/modules/${file}`])),
})}</script>
<script type="module" nonce="${nonce}">
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'

const say = (text) => (document.getElementById('said').textContent = text)
const params = new URLSearchParams(location.search)
const remembered = (name) => JSON.parse(sessionStorage.getItem(name) ?? 'null') ?? undefined
const remember = (name, value) => sessionStorage.setItem(name, JSON.stringify(value))
if (params.has('mcp')) remember('mcp', params.get('mcp'))

const authProvider = {
  redirectUrl: location.origin + '/callback',
  get clientMetadata() {
    return { client_name: 'Notebook', redirect_uris: [this.redirectUrl], token_endpoint_auth_method: 'none' }
  },
  clientInformation: () => remembered('client'),
  saveClientInformation: (value) => remember('client', value),
  tokens: () => remembered('tokens'),
  saveTokens: (value) => remember('tokens', value),
  codeVerifier: () => remembered('verifier'),
  saveCodeVerifier: (value) => remember('verifier', value),
  discoveryState: () => remembered('discovery'),
  saveDiscoveryState: (value) => remember('discovery', value),
  redirectToAuthorization: (url) => location.assign(url),
}
const transport = () => new StreamableHTTPClientTransport(new URL(remembered('mcp')), { authProvider })

try {
  if (params.has('code')) {
    await transport().finishAuth(params)
    history.replaceState(null, '', '/')
  }
  const client = new Client({ name: 'Notebook', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(transport())
  const { tools } = await client.listTools()
  const made = await client.callTool({ name: 'create_project', arguments: { name: 'From a page', language: 'Py' } })
  const refused = await fetch(remembered('mcp'), {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      Authorization: 'Bearer ' + remembered('tokens').access_token,
      'MCP-Protocol-Version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'delete_project', arguments: {} } }),
  })
  const reason = /error="(\\w+)"/.exec(refused.headers.get('WWW-Authenticate'))[1]
  const revoked = await fetch(remembered('discovery').authorizationServerMetadata.revocation_endpoint, {
    method: 'POST',
    body: new URLSearchParams({ client_id: remembered('client').client_id, token: remembered('tokens').refresh_token }),
  })
  say([tools.length + ' tools', made.structuredContent.projects[0].name, refused.status, reason, revoked.status].join(' | '))
} catch (error) {
  if (!(error instanceof UnauthorizedError)) say('Failed: ' + error.stack)
}
</script>`

/** Serves the page on a loopback origin of its own until `close`. */
export async function startWebPage() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    if (!pathname.startsWith('/modules/')) {
      const nonce = crypto.randomUUID()
      const csp = `default-src 'none'; script-src 'self' 'nonce-${nonce}'; connect-src http://localhost:*`
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': csp }).end(page(nonce))
      return
    }
    try {
      const module = readFileSync(new URL(pathname.slice('/modules/'.length), `file://${MODULES}`))
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(module)
    } catch {
      response.writeHead(404).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
