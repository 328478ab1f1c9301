// The home page tells each client how to connect. Links and snippets are read back as the client itself would read them.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { homePage } from '../../src/authorization-server/views/home.ts'
import { useServer } from '../support/server.ts'
import { rawRequest } from './raw-request.ts'

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }
const plain = (text: string) => text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity)

/** What the page says under each client's name: in words, to copy, and to click. */
function clientsOf(html: string) {
  const [, ...parts] = html.split(/(?=<h3>|<details class="client">)/)
  return new Map(
    parts.map((part) => {
      const name = /(?:<h3>|<summary>)([^<]+)/.exec(part)?.[1] ?? ''
      const all = (pattern: RegExp) => [...part.matchAll(pattern)].map(([, text = '']) => plain(text))
      const copy = all(/<pre tabindex="0"><code>([^<]*)<\/code><\/pre>/g)
      return [name, { words: plain(part.replace(/<[^>]*>/g, '')), copy, links: all(/ href="([^"]*)"/g) }]
    }),
  )
}

const IN_COMMON = ['Claude Code', 'Codex', 'VS Code', 'Cursor']
const OTHERS = ['Gemini CLI', 'Windsurf', 'Zed', 'Goose', 'LibreChat', 'n8n', 'MCP Inspector']

describe('home page, for a server on this computer', () => {
  const server = useServer()
  let clients: ReturnType<typeof clientsOf>
  before(async () => {
    clients = clientsOf(await (await fetch(`${server.origin}/`)).text())
  })
  const client = (name: string) => clients.get(name) ?? assert.fail(`${name} is not on the page`)
  const json = (name: string, index = 0) => JSON.parse(client(name).copy[index] ?? '')

  it('names every client, the most used first', () => {
    const rest = [...OTHERS, 'Clients that speak stdio only (mcp-remote)', 'Any other client']
    assert.deepEqual([...clients.keys()], [...IN_COMMON, 'claude.ai and ChatGPT', ...rest])
  })

  it('has commands for the clients of the terminal', () => {
    const { mcp } = server
    assert.deepEqual(client('Claude Code').copy, [`claude mcp add --transport http quantconnect ${mcp}`])
    assert.match(client('Claude Code').words, /\/mcp/)
    assert.deepEqual(client('Codex').copy, [`codex mcp add quantconnect --url ${mcp}`, 'codex mcp login quantconnect'])
    assert.equal(client('Gemini CLI').copy[0], `gemini mcp add --scope user --transport http quantconnect ${mcp}`)
    assert.deepEqual(client('MCP Inspector').copy, [
      `npx @modelcontextprotocol/inspector --server-url ${mcp} --transport http`,
    ])
  })

  it('has a link that VS Code reads as a server, and the same as a file', () => {
    const link = new URL(client('VS Code').links[0] ?? '')
    assert.equal(link.protocol + link.pathname, 'vscode:mcp/install')
    const { name, ...entry } = JSON.parse(decodeURIComponent(link.search.slice(1)))
    assert.deepEqual({ servers: { [name]: entry } }, { servers: { quantconnect: { type: 'http', url: server.mcp } } })
    assert.deepEqual(json('VS Code'), { servers: { [name]: entry } })
  })

  it('has a link that Cursor reads as a server, and the same as a file', () => {
    const link = new URL(client('Cursor').links[0] ?? '')
    assert.equal(link.protocol + link.host + link.pathname, 'cursor:anysphere.cursor-deeplink/mcp/install')
    const name = link.searchParams.get('name') ?? ''
    const entry = JSON.parse(Buffer.from(link.searchParams.get('config') ?? '', 'base64').toString())
    assert.deepEqual({ [name]: entry }, { quantconnect: { url: server.mcp } })
    assert.deepEqual(json('Cursor'), { mcpServers: { [name]: entry } })
  })

  it('has a link that Goose reads as a server', () => {
    const link = new URL(client('Goose').links[0] ?? '')
    assert.equal(link.protocol + link.host, 'goose:extension')
    const { url, type, id, name } = Object.fromEntries(link.searchParams)
    assert.deepEqual(
      { url, type, id, name },
      { url: server.mcp, type: 'streamable_http', id: 'quantconnect', name: 'quantconnect' },
    )
  })

  it('uses the name that each client has for the address in its file', () => {
    const url = server.mcp
    assert.deepEqual(json('Gemini CLI', 1), { mcpServers: { quantconnect: { httpUrl: url } } })
    assert.deepEqual(json('Windsurf'), { mcpServers: { quantconnect: { serverUrl: url } } })
    assert.deepEqual(json('Zed'), { context_servers: { quantconnect: { url } } })
    assert.deepEqual(json('Any other client'), { mcpServers: { quantconnect: { url } } })
    assert.deepEqual(json('Clients that speak stdio only (mcp-remote)', 1), {
      mcpServers: { quantconnect: { command: 'npx', args: ['-y', 'mcp-remote', url] } },
    })
    assert.equal(client('n8n').copy[0], url)
  })

  it('tells LibreChat that an address on its own machine is meant', () => {
    const yaml = client('LibreChat').copy[0] ?? ''
    assert.ok(yaml.includes(`quantconnect:\n    type: streamable-http\n    url: "${server.mcp}"\n`))
    assert.ok(yaml.endsWith(`mcpSettings:\n  allowedAddresses:\n    - "${new URL(server.mcp).host}"`))
  })

  it('says that claude.ai and ChatGPT cannot reach it, and what they need', () => {
    const { words, copy } = client('claude.ai and ChatGPT')
    assert.match(words, /cannot reach this address/)
    assert.match(words, /public https address/)
    assert.match(words, /PUBLIC_URL/)
    assert.deepEqual(copy, [])
  })
})

describe('home page, for a server with a public https address', () => {
  const mcp = 'https://qcgate.example/mcp'
  const server = useServer({ PUBLIC_URL: 'https://qcgate.example' })
  let clients: ReturnType<typeof clientsOf>
  before(async () => {
    clients = clientsOf((await rawRequest(server.port, '/', { host: 'qcgate.example' })).text)
  })

  it('says where claude.ai and ChatGPT want the address', () => {
    assert.deepEqual([...clients.keys()].slice(0, 6), ['claude.ai', 'ChatGPT', ...IN_COMMON])
    assert.match(clients.get('claude.ai')?.words ?? '', /Connectors.*Add custom connector/)
    assert.match(clients.get('ChatGPT')?.words ?? '', /Add custom MCP server.*OAuth.*Developer mode.*Create/s)
    for (const name of ['claude.ai', 'ChatGPT']) assert.deepEqual(clients.get(name)?.copy, [mcp])
  })

  it('says nothing about addresses that cannot be reached', () => {
    const said = [...clients.values()].map(({ words, copy }) => words + copy).join('\n')
    assert.equal(/cannot reach|on this computer|container|allowedAddresses|localhost/.test(said), false)
  })

  it('gives its own address to every client', () => {
    for (const [name, { copy, links }] of clients) {
      const given = [...copy, ...links.map(decodeURIComponent)]
      const read = given.map((text) => (text.includes('config=') ? atob(text.split('config=')[1] ?? '') : text))
      assert.ok(
        read.some((text) => text.includes(mcp)),
        name,
      )
    }
  })
})

describe('home page, as markup', () => {
  it('lets no address break out of the page', async () => {
    const resource = 'https://qcgate.example/"><b>&\'`'
    const page = homePage({ resource, local: false, sandboxAccounts: [], oneClick: false })
    const markup = String(await page({ host: '<b>"', local: false, name: '<b>', contact: '<b>', privacyUrl: '"><b>' }))
    assert.equal(markup.includes('<b>'), false)
    assert.deepEqual(clientsOf(markup).get('claude.ai')?.copy, [resource])
  })
})
