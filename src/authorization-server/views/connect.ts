// How each client is told about this server. Facts only: the home page renders them. Every form below is the client's own,
// and they differ in small ways (`url`, `httpUrl`, `serverUrl`), so none is derived from another.

/** What a server is called in a client's list. */
const NAME = 'quantconnect'

/** One thing to do. Backquotes in `says` mark what is typed or what a file is called. */
export interface ConnectStep {
  readonly says: string
  /** What to copy, as it is. */
  readonly copy?: string
  /** Where `says` leads when clicked: an address that the client itself opens. */
  readonly opens?: string
}

export interface Client {
  readonly name: string
  readonly steps: readonly ConnectStep[]
  /** The same without the link, for those who keep their configuration by hand. */
  readonly byHand?: readonly ConnectStep[]
}

export interface Server {
  /** The MCP endpoint's address. */
  readonly resource: string
  /** Whether only programs on this machine can reach the address. */
  readonly local: boolean
}

const json = (value: unknown) => JSON.stringify(value, null, 2)

/** The clients most people use, in the order of the page. */
export function commonClients({ resource, local }: Server): readonly Client[] {
  const onThisComputer: readonly Client[] = [
    {
      name: 'Claude Code',
      steps: [
        { says: 'In a terminal:', copy: `claude mcp add --transport http ${NAME} ${resource}` },
        {
          says: `Then start Claude Code, type \`/mcp\`, choose \`${NAME}\` and sign in. This adds it to one project; for all of them put \`--scope user\` after \`add\`.`,
        },
      ],
    },
    {
      name: 'Codex',
      steps: [
        { says: 'In a terminal:', copy: `codex mcp add ${NAME} --url ${resource}` },
        { says: 'Then sign in:', copy: `codex mcp login ${NAME}` },
      ],
    },
    {
      name: 'VS Code',
      steps: [{ says: 'Add to VS Code', opens: vsCodeLink(resource) }],
      byHand: [
        {
          says: 'In a project, `.vscode/mcp.json`; for all projects, what the command `MCP: Open User Configuration` opens:',
          copy: json({ servers: { [NAME]: { type: 'http', url: resource } } }),
        },
      ],
    },
    {
      name: 'Cursor',
      steps: [{ says: 'Add to Cursor', opens: cursorLink(resource) }],
      byHand: [{ says: 'In `~/.cursor/mcp.json`:', copy: json({ mcpServers: { [NAME]: { url: resource } } }) }],
    },
  ]
  return local ? [...onThisComputer, OUT_OF_REACH] : [...hosted(resource), ...onThisComputer]
}

/** The other clients whose way is known to us, and what any client needs that is not listed. */
export const otherClients = ({ resource, local }: Server): readonly Client[] => [
  {
    name: 'Gemini CLI',
    steps: [
      { says: 'In a terminal:', copy: `gemini mcp add --scope user --transport http ${NAME} ${resource}` },
      { says: `Then start Gemini CLI and sign in with \`/mcp auth ${NAME}\`.` },
    ],
    byHand: [{ says: 'In `~/.gemini/settings.json`:', copy: json({ mcpServers: { [NAME]: { httpUrl: resource } } }) }],
  },
  {
    name: 'Windsurf',
    steps: [
      {
        says: 'In `~/.codeium/windsurf/mcp_config.json`:',
        copy: json({ mcpServers: { [NAME]: { serverUrl: resource } } }),
      },
      { says: 'Then refresh the list of MCP servers in Cascade, and sign in when the browser opens.' },
    ],
  },
  {
    name: 'Zed',
    steps: [
      {
        says: 'In the settings file (command `zed: open settings file`):',
        copy: json({ context_servers: { [NAME]: { url: resource } } }),
      },
      { says: 'Then sign in when Zed asks for it.' },
    ],
  },
  {
    name: 'Goose',
    steps: [
      { says: 'Add to Goose Desktop', opens: gooseLink(resource) },
      {
        says: 'In a terminal instead: `goose configure`, then Add Extension → Remote Extension (Streamable HTTP), with this address:',
        copy: resource,
      },
    ],
  },
  {
    name: 'LibreChat',
    steps: [
      {
        says: local
          ? 'In `librechat.yaml`, then restart LibreChat. It must run on this computer, outside a container, and be told that a local address is meant:'
          : 'In `librechat.yaml`, then restart LibreChat:',
        copy: libreChatYaml({ resource, local }),
      },
    ],
  },
  {
    name: 'n8n',
    steps: [
      {
        says: 'In an MCP Client or MCP Client Tool node choose HTTP Streamable, and as the endpoint:',
        copy: resource,
      },
      {
        says: 'Authentication: MCP OAuth2. Create a credential, leave Use Dynamic Client Registration on, and connect.',
      },
      ...(local ? [{ says: 'n8n must run on this computer, outside a container, to reach this address.' }] : []),
    ],
  },
  {
    name: 'MCP Inspector',
    steps: [
      {
        says: 'In a terminal:',
        copy: `npx @modelcontextprotocol/inspector --server-url ${resource} --transport http`,
      },
      { says: 'Then open the page it names and connect.' },
    ],
  },
  {
    name: 'Clients that speak stdio only (mcp-remote)',
    steps: [
      {
        says: 'They start a program and speak with that. mcp-remote is such a program, and passes on what they say. It needs Node.js:',
        copy: `npx -y mcp-remote ${resource}`,
      },
      {
        says: 'As JSON, for example in the `claude_desktop_config.json` of Claude Desktop:',
        copy: json({ mcpServers: { [NAME]: { command: 'npx', args: ['-y', 'mcp-remote', resource] } } }),
      },
    ],
  },
  {
    name: 'Any other client',
    steps: [
      {
        says: 'Most read JSON like this, in a file that their documentation names:',
        copy: json({ mcpServers: { [NAME]: { url: resource } } }),
      },
      {
        says: 'Where one asks: the transport is Streamable HTTP, and the sign-in is OAuth. No client id or secret is needed; clients register themselves.',
      },
    ],
  },
]

/** Clients that call from their makers' computers, not from the person's. */
const hosted = (resource: string): readonly Client[] => [
  {
    name: 'claude.ai',
    steps: [
      {
        says: 'Under Customize → Connectors (or Settings → Connectors) choose Add custom connector, and paste:',
        copy: resource,
      },
      {
        says: 'Then choose Add, Connect, and sign in. Claude Desktop and the phone apps have it too from then on. In Team and Enterprise plans an owner adds it first.',
      },
    ],
  },
  {
    name: 'ChatGPT',
    steps: [
      {
        says: 'In a browser open `chatgpt.com/plugins`, choose + and Add custom MCP server, and paste as its server URL:',
        copy: resource,
      },
      {
        says: 'Authentication is OAuth. Create it, then sign in. If there are no plugins: Settings → Apps → Advanced settings, switch on Developer mode, then Create.',
      },
    ],
  },
]

const OUT_OF_REACH: Client = {
  name: 'claude.ai and ChatGPT',
  steps: [
    {
      says: 'They call from their makers’ computers, so they cannot reach this address, which exists on this computer only. They need this server at a public https address. Whoever runs it sets `PUBLIC_URL` to that address; this page then says where to paste it. Claude Desktop can be connected through mcp-remote, below.',
    },
  ],
}

/** VS Code reads everything behind the question mark as one JSON object: the server with its name. */
const vsCodeLink = (url: string) =>
  `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: NAME, type: 'http', url }))}`

/** Cursor reads the entry of its `mcp.json` in Base64, of which `+`, `/` and `=` must be escaped in a query. */
const cursorLink = (url: string) =>
  `cursor://anysphere.cursor-deeplink/mcp/install?name=${NAME}&config=${encodeURIComponent(btoa(JSON.stringify({ url })))}`

const gooseLink = (url: string) =>
  `goose://extension?url=${encodeURIComponent(url)}&type=streamable_http&id=${NAME}&name=${NAME}&description=QuantConnect`

/** LibreChat refuses addresses on its own machine unless they are listed. A string in JSON is one in YAML too. */
function libreChatYaml({ resource, local }: Server): string {
  const server = `mcpServers:\n  ${NAME}:\n    type: streamable-http\n    url: ${JSON.stringify(resource)}`
  const exemption = `mcpSettings:\n  allowedAddresses:\n    - ${JSON.stringify(new URL(resource).host)}`
  return local ? `${server}\n${exemption}` : server
}
