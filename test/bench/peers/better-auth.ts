// A process with better-auth and its MCP plugin, as its own documentation sets them up, with SQLite in the memory of the process;
// behind it an `McpServer` with the same tools. Its argument is the address of QuantConnect. It tells its port.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { ALL_SCOPES } from '../../../src/scopes.ts'
import { createSameTools } from '../goals/same-tools.ts'

/** Untyped: its packages are in this folder alone, and whoever checks types need not have installed them. */
const load = (name: string) => import(name)
const { betterAuth } = await load('better-auth')
const { getMigrations } = await load('better-auth/db/migration')
const { toNodeHandler: toAuthHandler } = await load('better-auth/node')
const { jwt } = await load('better-auth/plugins/jwt')
const { mcp, requireMcpAuth } = await load('@better-auth/mcp')

/** Where qcgate has them, so that the same client finds them. */
const PATHS: Readonly<Record<string, string>> = {
  '/authorize': '/api/auth/oauth2/authorize',
  '/token': '/api/auth/oauth2/token',
  '/register': '/api/auth/oauth2/register',
}

const [upstream = ''] = process.argv.slice(2)
const server = createServer().listen(0, '127.0.0.1', start)

async function start(): Promise<void> {
  const { port } = server.address() as AddressInfo
  const origin = `http://localhost:${port}`
  const resource = `${origin}/mcp`
  const options = {
    baseURL: origin,
    secret: 'a secret for measuring, and for nothing else',
    database: new DatabaseSync(':memory:'),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    plugins: [
      jwt({ jwks: { keyPairConfig: { alg: 'ES256' } } }),
      mcp({
        resource,
        loginPage: '/login',
        consentPage: '/consent',
        scopes: ['openid', 'offline_access', ...ALL_SCOPES],
        allowDynamicClientRegistration: true,
        allowUnauthenticatedClientRegistration: true,
        silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
      }),
    ],
  }
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  const auth = betterAuth(options)
  const tools = createMcpHandler(createSameTools(upstream))
  const guarded = requireMcpAuth(auth, (request: Request) => tools.fetch(request), { resource })
  const answerCall = toNodeHandler({ ...tools, fetch: guarded })
  const answerAuth = toAuthHandler(auth)
  /** What the page would send on whose button everybody allows everything. */
  const allow = async (oauth_query: string, cookie: string): Promise<{ url: string }> => {
    const headers = { 'content-type': 'application/json', origin, cookie }
    const body = JSON.stringify({ accept: true, oauth_query })
    const request = new Request(`${origin}/api/auth/oauth2/consent`, { method: 'POST', headers, body })
    return (await auth.handler(request)).json()
  }
  server.on('request', async (req, res) => {
    const { pathname, search } = new URL(req.url ?? '', origin)
    if (pathname === '/mcp') return answerCall(req as NodeIncomingMessageLike, res)
    if (pathname === '/consent') {
      const { url } = await allow(search.slice(1), req.headers.cookie ?? '')
      return res.writeHead(303, { location: url }).end()
    }
    if (req.method === 'GET') req.headers['sec-fetch-mode'] = 'navigate' // as a browser says it; others are answered with JSON
    req.url = `${PATHS[pathname] ?? pathname}${search}`
    return answerAuth(req, res)
  })
  process.send?.({ port })
}
