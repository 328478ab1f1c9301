// Real MCP clients, as people run them: the SDK's client in both lines, with a loopback callback like a desktop program.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { after } from 'node:test'
import * as v2 from '@modelcontextprotocol/client'
import { UnauthorizedError as UnauthorizedV1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { noteSecrets } from './secrets.ts'
import type { TestServer } from './server.ts'

interface ToolResult {
  readonly isError?: boolean | undefined
  readonly content: unknown
  // biome-ignore lint/suspicious/noExplicitAny: what a tool returns is looked into by the test that knows it
  readonly structuredContent?: any
}

/** What both lines can do, as the journeys use it. */
export interface McpClient {
  readonly listTools: () => Promise<{ tools: { name: string; inputSchema: unknown }[] }>
  readonly callTool: (params: { name: string; arguments?: Record<string, unknown> }) => Promise<ToolResult>
  readonly getInstructions: () => string | undefined
  readonly close: () => Promise<void>
}

/** Does in the browser what a person does; gets the address that the client opened. */
export type Visit = (authorizationUrl: string) => Promise<void>

/** Client programs for the tests of one suite, ended after the last. Call it inside `describe`. */
export function usePrograms(server: Pick<TestServer, 'mcp'>) {
  const programs: Program[] = []
  after(() => {
    for (const program of programs) program.close()
  })
  /** A program that knows nothing but the server's address yet. */
  return async (line: 'v1' | 'v2' = 'v2', name?: string, identity: Identity = {}): Promise<Program> => {
    const program = await new Program(line, server.mcp, name, identity).open()
    programs.push(program)
    return program
  }
}

/** How a program identifies itself, where it is not as its line of the SDK usually does. */
export interface Identity {
  /** Where its metadata document lies; it then registers nowhere. */
  readonly clientMetadataUrl?: string
  readonly token_endpoint_auth_method?: 'none' | 'client_secret_basic' | 'client_secret_post'
}

/** A client program: one registration, one set of tokens, one loopback callback. */
export class Program implements v2.OAuthClientProvider {
  readonly line: 'v1' | 'v2'
  readonly name: string
  readonly mcp: string
  readonly clientMetadataUrl?: string
  readonly #authMethod: string
  #callback: Server | undefined
  #answer: Promise<URLSearchParams> | undefined
  #information: v2.OAuthClientInformationMixed | undefined
  #discovery: v2.OAuthDiscoveryState | undefined
  #verifier = ''
  #state = ''
  #tokens: OAuthTokens | undefined
  redirectUrl = ''
  authorizationUrl = ''

  constructor(line: 'v1' | 'v2', mcp: string, name = `Test program ${line}`, identity: Identity = {}) {
    this.line = line
    this.mcp = mcp
    this.name = name
    if (identity.clientMetadataUrl) this.clientMetadataUrl = identity.clientMetadataUrl
    this.#authMethod = identity.token_endpoint_auth_method ?? (line === 'v1' ? 'client_secret_post' : 'none')
  }

  /** Opens the callback on a free loopback port. */
  async open(): Promise<this> {
    this.#callback = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', this.redirectUrl)
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Done</title><p>Back in the program.')
      if (pathname === '/callback') this.#callback?.emit('answer', searchParams)
    }).listen(0, '127.0.0.1')
    await once(this.#callback, 'listening')
    const address = this.#callback.address()
    this.redirectUrl = `http://localhost:${typeof address === 'object' ? address?.port : 0}/callback`
    return this
  }

  close(): void {
    this.#callback?.close()
    this.#callback?.closeAllConnections()
  }

  get clientMetadata() {
    return {
      client_name: this.name,
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: this.#authMethod,
    }
  }
  clientInformation = () => this.#information
  saveClientInformation = (information: v2.OAuthClientInformationMixed) => {
    this.#information = information
    if ('client_secret' in information) noteSecrets({ client_secret: information.client_secret })
  }
  tokens = () => this.#tokens as OAuthTokens
  saveTokens = (tokens: OAuthTokens) => {
    noteSecrets({ access_token: tokens.access_token, refresh_token: tokens.refresh_token })
    this.#tokens = tokens
  }
  discoveryState = () => this.#discovery
  saveDiscoveryState = (state: v2.OAuthDiscoveryState) => {
    this.#discovery = state
  }
  codeVerifier = () => this.#verifier
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier
  }
  state = () => {
    this.#state = crypto.randomUUID()
    return this.#state
  }
  redirectToAuthorization = (url: URL) => {
    this.authorizationUrl = url.href
    this.#answer = once(this.#callback as Server, 'answer').then(([answer]) => answer)
  }

  invalidateCredentials = (scope: string) => {
    if (scope === 'tokens' || scope === 'all') this.#tokens = undefined
  }

  /** The parameters by which this registration authenticates itself; the v1 program has a secret, the v2 one has none. */
  get credentials(): Record<string, string> {
    const { client_id = '', client_secret } = this.#information ?? {}
    return { client_id, ...(client_secret ? { client_secret } : {}) }
  }

  /** What came back to the callback after the latest authorization request. */
  async answer(): Promise<URLSearchParams> {
    const answer = (await this.#answer) ?? new URLSearchParams()
    noteSecrets({ 'authorization code': answer.get('code') })
    if (answer.get('state') !== this.#state) throw new Error('state came back changed')
    return answer
  }

  /** Connects; when the server wants a person, `visit` plays one and the connection is made anew. */
  async connect(visit?: Visit): Promise<McpClient> {
    try {
      return await this.#connectOnce()
    } catch (error) {
      if (!visit || !isUnauthorized(error)) throw error
    }
    await this.authorize(visit)
    return this.#connectOnce()
  }

  /** The browser part of an authorization that the client has begun, up to the tokens. */
  async authorize(visit: Visit): Promise<void> {
    const [answer] = await Promise.all([this.answer(), visit(this.authorizationUrl)])
    if (this.line === 'v1') await this.#transportV1().finishAuth(answer.get('code') ?? '')
    else await this.#transportV2().finishAuth(answer)
  }

  #transportV1() {
    return new TransportV1(new URL(this.mcp), { authProvider: this as never })
  }
  #transportV2() {
    return new v2.StreamableHTTPClientTransport(new URL(this.mcp), { authProvider: this })
  }

  async #connectOnce(): Promise<McpClient> {
    if (this.line === 'v1') {
      const client = new ClientV1({ name: this.name, version: '1.0.0' })
      await client.connect(this.#transportV1() as never)
      return client as unknown as McpClient
    }
    const client = new v2.Client({ name: this.name, version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
    await client.connect(this.#transportV2())
    return client as unknown as McpClient
  }
}

/** Whether a client failed for want of a token, in either line. */
export const isUnauthorized = (error: unknown): boolean =>
  error instanceof v2.UnauthorizedError || error instanceof UnauthorizedV1
