import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { claimsOf } from '../support/access-token.ts'
import { connectAs, useSignedIn } from '../support/connection.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import {
  authorizationRequest,
  redemption,
  refresh,
  refusal,
  registerHosted,
  tokenRequest,
} from '../support/raw-client.ts'
import { noteAnswer } from '../support/secrets.ts'
import { useServer } from '../support/server.ts'

const SPELLINGS = {
  canonical: (origin: string) => `${origin}/mcp`,
  'with a trailing slash': (origin: string) => `${origin}/mcp/`,
  'with scheme and host in capitals': (origin: string) => `${origin.toUpperCase()}/mcp`,
  'the bare origin': (origin: string) => origin,
  'the bare origin with a slash': (origin: string) => `${origin}/`,
  'by the number of this machine': (origin: string) => `${origin.replace('localhost', '127.0.0.1')}/mcp`,
  'by its other number, in capitals, with a slash': (origin: string) =>
    `${origin.replace('localhost', '[::0:1]').toUpperCase()}/mcp/`,
  'with a root dot': (origin: string) => `${origin.replace('localhost', 'localhost.')}/mcp`,
  'left out': () => undefined,
}
const FOREIGN = {
  'another server': () => 'https://other.example/mcp',
  'another path': (origin: string) => `${origin}/other`,
  'a path below': (origin: string) => `${origin}/mcp/x`,
  'a query added': (origin: string) => `${origin}/mcp?x=1`,
  'another port': () => 'http://localhost:1/mcp',
  'another port of another name': () => 'http://127.0.0.1:1/mcp',
  'another scheme': (origin: string) => `${origin.replace('http:', 'https:')}/mcp`,
  'another number': (origin: string) => `${origin.replace('localhost', '127.0.0.2')}/mcp`,
  'a path in capitals': (origin: string) => `${origin}/MCP`,
  'a user before the host': (origin: string) => `${origin.replace('://', '://me@')}/mcp`,
  'no URL': () => 'mcp',
}

describe('resource indicators, RFC 8707', () => {
  const server = useServer()
  const person = useSignedIn(server)
  let client: Registration // it returns to https, so the person is asked once and the rest is quick
  before(async () => {
    client = await registerHosted(server)
    await connectAs(person, { client })
  })

  const resourceParameter = (resource: string | undefined) => (resource === undefined ? {} : { resource })
  async function redeemFor(resource: string | undefined, parameters: Record<string, string | undefined>) {
    const request = authorizationRequest(server, client, parameters)
    const { url } = await person.open(request.url)
    return tokenRequest(server, {
      client_id: client.client_id,
      ...redemption(request, { url }),
      ...resourceParameter(resource),
    })
  }
  const audience = async (response: Response) => {
    assert.equal(response.status, 200)
    return claimsOf(((await response.json()) as Tokens).access_token).aud
  }
  async function push(parameters: Record<string, string | undefined>) {
    const request = authorizationRequest(server, client, parameters)
    const response = await fetch(`${server.origin}/par`, { method: 'POST', body: new URL(request.url).searchParams })
    return { request, response }
  }

  for (const [asked, atAuthorize] of Object.entries(SPELLINGS)) {
    it(`means the one resource at the authorization endpoint: ${asked}; and at the token endpoint in any spelling`, async () => {
      for (const atToken of Object.values(SPELLINGS)) {
        const response = await redeemFor(atToken(server.origin), { resource: atAuthorize(server.origin) })
        assert.equal(await audience(response), server.mcp)
      }
    })

    it(`means the one resource in a refresh: ${asked}`, async () => {
      const { tokens } = await connectAs(person, { client })
      const resource = resourceParameter(atAuthorize(server.origin))
      assert.equal(await audience(await refresh(server, client, tokens.refresh_token, resource)), server.mcp)
    })

    it(`means the one resource in a pushed request (RFC 9126): ${asked}`, async () => {
      const { request, response } = await push({ resource: atAuthorize(server.origin) })
      assert.equal(response.status, 201)
      const { request_uri } = (await response.json()) as { request_uri: string }
      const query = new URLSearchParams({ client_id: client.client_id, request_uri })
      const { url } = await person.allow(`${server.origin}/authorize?${query}`)
      const redeemed = await tokenRequest(server, {
        client_id: client.client_id,
        ...redemption(request, { url }),
      })
      assert.equal(await audience(redeemed), server.mcp)
    })
  }

  for (const [what, resource] of Object.entries(FOREIGN)) {
    it(`answers invalid_target everywhere (§2): ${what}`, async () => {
      const { url } = await person.open(authorizationRequest(server, client, { resource: resource(server.origin) }).url)
      assert.equal(url.searchParams.get('error'), 'invalid_target')
      assert.equal(url.searchParams.has('code'), false)
      assert.equal(await refusal(await redeemFor(resource(server.origin), {})), '400 invalid_target')
      const { tokens } = await connectAs(person, { client })
      const parameters = { resource: resource(server.origin) }
      const refused = await refresh(server, client, tokens.refresh_token, parameters)
      assert.equal(await refusal(refused), '400 invalid_target')
      assert.equal(await refusal((await push(parameters)).response), '400 invalid_target')
    })
  }

  it('says so before the code is used up: the same code is good for the resource that there is', async () => {
    const request = authorizationRequest(server, client)
    const redeem = redemption(request, await person.open(request.url))
    const ask = (resource: Record<string, string>) =>
      tokenRequest(server, { client_id: client.client_id, ...redeem, ...resource })
    for (const resource of Object.values(FOREIGN)) {
      assert.equal(await refusal(await ask({ resource: resource(server.origin) })), '400 invalid_target')
    }
    assert.equal(await audience(await ask({})), server.mcp)
  })

  it('says so before the refresh token is used up: it is good a minute later', async () => {
    const { tokens } = await connectAs(person, { client })
    for (const resource of Object.values(FOREIGN)) {
      const refused = await refresh(server, client, tokens.refresh_token, { resource: resource(server.origin) })
      assert.equal(await refusal(refused), '400 invalid_target')
    }
    await server.advance(60)
    assert.equal(await audience(await refresh(server, client, tokens.refresh_token)), server.mcp)
  })

  it('takes several spellings of the one resource for one, and refuses a foreign one among them', async () => {
    const several = (...resources: string[]) => {
      const url = new URL(authorizationRequest(server, client, { resource: undefined }).url)
      for (const resource of resources) url.searchParams.append('resource', resource)
      return person.open(url.href)
    }
    assert.ok((await several(server.mcp, `${server.mcp}/`)).url.searchParams.get('code'))
    const refused = await several(server.mcp, 'https://other.example/mcp')
    assert.equal(refused.url.searchParams.get('error'), 'invalid_target')
  })

  it('does the same at the token endpoint (§2.2)', async () => {
    const ask = async (...resources: string[]) => {
      const request = authorizationRequest(server, client)
      const redeem = redemption(request, await person.open(request.url))
      const body = new URLSearchParams({ client_id: client.client_id, ...redeem })
      for (const resource of resources) body.append('resource', resource)
      return noteAnswer(await fetch(`${server.origin}/token`, { method: 'POST', body }))
    }
    assert.equal(await audience(await ask(`${server.mcp}/`, server.origin)), server.mcp)
    for (const others of [[server.mcp], ['https://another.example/mcp']]) {
      assert.equal(await refusal(await ask('https://other.example/mcp', ...others)), '400 invalid_target')
    }
  })
})
