// Real MCP clients as data: what each sends when it registers, and where it returns. Observed with the programs, read in
// their sources or taken from their documentation, in the autumn of 2026.
import { GROUPS } from '../../src/scopes.ts'

/** Where a program listened this time. It is another port at every start. */
export const anyPort = (): number => 49_152 + Math.floor(Math.random() * 16_000)

const BOTH = ['authorization_code', 'refresh_token']
const RESEARCH = GROUPS.research.join(' ')

/** Registrations (RFC 7591), each as the program sends it. */
export const REGISTRATIONS = {
  'claude.ai': {
    client_name: 'claudeai',
    redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
    scope: 'claudeai',
  },
  'Claude Code': {
    client_name: 'Claude Code (quantconnect)',
    redirect_uris: ['http://localhost:53682/callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    scope: `${RESEARCH} offline_access`,
  },
  ChatGPT: {
    client_name: 'ChatGPT',
    redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  Codex: {
    client_name: 'Codex',
    redirect_uris: ['http://127.0.0.1:51234/callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    scope: `${RESEARCH} offline_access`,
  },
  Cursor: {
    client_name: 'Cursor',
    redirect_uris: [
      'http://localhost:8787/callback',
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'https://www.cursor.com/agents/mcp/oauth/callback',
      'https://www.cursor.com/bot/mcp/oauth/callback',
      'grokbot://mcp/oauth/callback',
    ],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  'VS Code': {
    client_name: 'Visual Studio Code',
    client_uri: 'https://code.visualstudio.com',
    redirect_uris: [
      'https://insiders.vscode.dev/redirect',
      'https://vscode.dev/redirect',
      'http://127.0.0.1/',
      'http://127.0.0.1:33418/',
    ],
    grant_types: [...BOTH, 'urn:ietf:params:oauth:grant-type:device_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    scope: RESEARCH,
  },
  'Gemini CLI': {
    client_name: 'Gemini CLI MCP Client',
    redirect_uris: ['http://localhost:7777/oauth/callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    scope: '',
  },
  Goose: {
    client_name: 'Goose',
    redirect_uris: ['http://127.0.0.1:60123/oauth_callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  },
  LibreChat: {
    client_name: 'LibreChat MCP Client',
    redirect_uris: ['https://chat.example/api/mcp/quantconnect/oauth/callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: RESEARCH,
  },
  'MCP Inspector': {
    client_name: 'MCP Inspector',
    client_uri: 'https://github.com/modelcontextprotocol/inspector',
    redirect_uris: ['http://127.0.0.1:6274/oauth/callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    scope: '',
  },
  'mcp-remote': {
    client_name: 'MCP CLI Proxy',
    client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
    redirect_uris: ['http://localhost:3335/oauth/callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
    software_version: '0.15.0',
  },
  'use-mcp': {
    client_name: 'use-mcp',
    client_uri: 'http://localhost:5173',
    redirect_uris: ['http://localhost:5173/oauth/callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  mcpc: {
    client_name: 'mcpc',
    redirect_uris: ['http://localhost:8000/callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  'FastMCP (Python)': {
    client_name: 'FastMCP Client',
    redirect_uris: ['http://localhost:40123/callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: undefined, // it names none
    scope: '',
  },
  n8n: {
    client_name: 'n8n',
    client_uri: 'https://n8n.io/',
    redirect_uris: ['https://oauth.n8n.cloud/oauth2/callback'],
    grant_types: BOTH,
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
  },
} as const satisfies Record<string, Record<string, unknown>>

/** Clients whose id is the URL of their metadata document, with an address that they return to. */
export const DOCUMENTS = {
  'Claude Code': {
    client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
    returnsTo: () => `http://localhost:${anyPort()}/callback`,
  },
  'claude.ai': {
    client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    returnsTo: () => 'https://claude.ai/api/mcp/auth_callback',
  },
  ChatGPT: {
    client_id: 'https://chatgpt.com/oauth/client.json',
    returnsTo: () => 'https://chatgpt.com/connector_platform_oauth_redirect',
  },
  Codex: {
    client_id: 'https://chatgpt.com/oauth/codex/client.json',
    returnsTo: () => `http://127.0.0.1:${anyPort()}/callback`,
  },
  'VS Code': {
    client_id: 'https://vscode.dev/oauth/client-metadata.json',
    returnsTo: () => `http://127.0.0.1:${anyPort()}/`,
  },
  Zed: {
    client_id: 'https://zed.dev/oauth/client-metadata.json',
    returnsTo: () => `http://127.0.0.1:${anyPort()}/callback`,
  },
} as const

/** A client that is known by its document, as a registration would describe it. */
export function documented(name: keyof typeof DOCUMENTS) {
  const { client_id, returnsTo } = DOCUMENTS[name]
  return { client_id, redirect_uris: [returnsTo()] }
}
