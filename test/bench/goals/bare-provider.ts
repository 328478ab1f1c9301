// A process with oidc-provider as it comes: public clients with PKCE that registered, rotating refresh tokens, access tokens signed
// with ES256 for one resource, and its own memory as the store. Its arguments are the scopes; how many people have connected a
// client already, and with how many programs; the address of QuantConnect, for the tools behind it. It tells its port, and a
// refresh token of each of these people.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import type { JWK } from 'jose'
import { exportJWK, generateKeyPair, jwtVerify } from 'jose'
import type { Adapter, AdapterPayload, ClientMetadata, Configuration } from 'oidc-provider'
import Provider from 'oidc-provider'
import { createSameTools } from './same-tools.ts'

/** The memory that the library falls back on: of so many records, where it would keep a thousand of all kinds. */
const MOST_RECORDS = 1_000_000
const HOUR = 60 * 60
const KEPT = 30 * 24 * HOUR

/** What the library's types leave out of its models. */
interface ClientModel {
  new (metadata: ClientMetadata): { metadata(): AdapterPayload }
  readonly adapter: Adapter
}
interface StoredModel {
  new (payload: object): { save(ttl: number): Promise<string> }
}

const [scope = '', people = '0', programs = '1', upstream = ''] = process.argv.slice(2)
const server = createServer().listen(0, '127.0.0.1', start)

async function start(): Promise<void> {
  const { port } = server.address() as AddressInfo
  const issuer = `http://localhost:${port}`
  const resource = `${issuer}/mcp`
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const provider = new Provider(issuer, await configuration(resource, await exportJWK(privateKey)))
  const authorize = provider.callback()
  const call = toNodeHandler(createMcpHandler(createSameTools(upstream)))
  server.on('request', async (req, res) => {
    if (req.url?.startsWith('/interaction/')) return allow(provider, req, res, resource)
    if (req.url !== '/mcp') return authorize(req, res)
    // The library has no check of such a token for whom it is made for; jose is by the same hand.
    const token = req.headers.authorization?.slice('Bearer '.length) ?? ''
    const claims = await jwtVerify(token, publicKey, { issuer, audience: resource, typ: 'at+jwt' }).catch(
      () => undefined,
    )
    return claims ? call(req as NodeIncomingMessageLike, res) : res.writeHead(401).end()
  })
  const refreshTokens: string[] = []
  for (let index = 0; index < Number(people); index += 1) refreshTokens.push(await connect(provider, index, resource))
  process.send?.({ port, refreshTokens })
}

/** What a server for one resource has to say, and nothing of its own. */
async function configuration(resource: string, key: JWK): Promise<Configuration> {
  return {
    adapter: await memory(),
    jwks: { keys: [{ ...key, alg: 'ES256', use: 'sig' }] } as NonNullable<Configuration['jwks']>,
    routes: { authorization: '/authorize', token: '/token', registration: '/register' },
    responseTypes: ['code'],
    pkce: { required: () => true },
    clientAuthMethods: ['none'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope,
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: HOUR,
      Interaction: HOUR,
      RefreshToken: KEPT,
      Grant: KEPT,
      Session: KEPT,
    },
  }
}

/** Its adapter, with more room. The types know neither of these files. */
async function memory(): Promise<NonNullable<Configuration['adapter']>> {
  const lib = (file: string) => import(`oidc-provider/lib/${file}.js`)
  const { default: MemoryAdapter } = await lib('adapters/memory_adapter')
  const { default: LRU } = await lib('helpers/lru')
  const store = new LRU({ maxSize: MOST_RECORDS })
  return (model: string): Adapter => new MemoryAdapter(model, store)
}

/** Its pages, where whoever comes is signed in and allows everything. */
async function allow(provider: Provider, req: IncomingMessage, res: ServerResponse, resource: string): Promise<void> {
  const { params } = await provider.interactionDetails(req, res)
  const accountId = randomUUID()
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) })
  grant.addResourceScope(resource, scope)
  await provider.interactionFinished(req, res, { login: { accountId }, consent: { grantId: await grant.save() } })
}

/** A client as one that registers is kept, what its person allowed, and the refresh token of its code. */
async function connect(provider: Provider, index: number, resource: string): Promise<string> {
  const [accountId, clientId] = [`account-${index}`, `client-${index % Number(programs)}`]
  const Client = provider.Client as unknown as ClientModel
  const client = new Client({
    client_id: clientId,
    client_name: `Program ${index % Number(programs)}`,
    redirect_uris: ['http://127.0.0.1:4567/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  })
  await Client.adapter.upsert(clientId, client.metadata())
  const grant = new provider.Grant({ accountId, clientId })
  grant.addResourceScope(resource, scope)
  const grantId = await grant.save()
  const Token = provider.RefreshToken as unknown as StoredModel
  return new Token({ accountId, client, grantId, gty: 'authorization_code', scope, resource, rotations: 0 }).save(KEPT)
}
