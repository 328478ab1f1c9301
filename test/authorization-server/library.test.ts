// What we changed in oidc-provider, or rely on in it, and no other file holds. src/authorization-server/oidc/README.md lists
// all of it, with the test that fails when an update of the library takes it away.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createGrantAdapter } from '../../src/authorization-server/oidc/grant-adapter.ts'
import { createGrants } from '../../src/grants/grants.ts'
import { createOidcAdapter } from '../../src/storage/oidc-adapter.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import { put } from '../../src/storage/store.ts'
import { BOB } from '../support/accounts.ts'
import { assertionBy, newKey } from '../support/client-assertion.ts'
import { ALIVE, connect, connectAs, connectionState, OVER, signedIn } from '../support/connection.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { useOwnRedis } from '../support/own-redis.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest, redeem, refresh, register } from '../support/raw-client.ts'
import { boxes, RawPerson } from '../support/raw-person.ts'
import type { TestServer } from '../support/server.ts'
import { entriesOf, withStore } from '../support/stored.ts'
import { until } from '../support/until.ts'
import { PUBLIC_ADDRESS, useWeb } from '../support/web.ts'

const DAY = 24 * 60 * 60

const post = (server: TestServer, path: string, parameters: Record<string, string>) =>
  fetch(server.origin + path, { method: 'POST', body: new URLSearchParams(parameters) })
const tokensOf = async (response: Response): Promise<Tokens> => {
  assert.equal(response.status, 200, await response.clone().text())
  return (await response.json()) as Tokens
}

describe('where we differ from oidc-provider', () => {
  const { server, web } = useWeb({ 'app.example': [[PUBLIC_ADDRESS]] })
  let person: RawPerson
  before(async () => {
    person = await signedIn(server)
  })

  describe('authorization, OAuth 2.1 §4.1', () => {
    it('keeps the query that a redirect_uri has of its own, byte for byte (RFC 6749 §3.1.2)', async () => {
      const client = await register(server, { redirect_uris: ['http://127.0.0.1:4567/callback?tenant=a%20b'] })
      const { url } = await person.allow(authorizationRequest(server, client).url)
      assert.ok(url.href.startsWith('http://127.0.0.1:4567/callback?tenant=a%20b&'), url.href)
    })

    for (const [name, value] of Object.entries({ id_token_hint: 'x', registration: '{}', claims_locales: 'de' })) {
      it(`accepts what clients send out of habit: ${name}`, async () => {
        const parameters = { scope: 'qc:account:read', [name]: value }
        const page = await person.open(authorizationRequest(server, await register(server), parameters).url)
        assert.deepEqual(boxes(page), ['qc:account:read'], page.url.href)
      })
    }

    it('stores no login_hint, which may name a person', async () => {
      const login_hint = 'somebody@mail.example'
      await person.open(authorizationRequest(server, await register(server), { login_hint }).url)
      assert.ok((await entriesOf(server)).every(({ text }) => !text.includes(login_hint)))
    })

    it('asks a person once to sign in anew (prompt=login), and goes on with their answer', async () => {
      const request = authorizationRequest(server, await register(server), { prompt: 'login' })
      const { url } = await person.allow(request.url)
      assert.ok(url.searchParams.get('code'), url.href)
    })

    it('ends the session cookie from before when the same person signs in again (session fixation)', async () => {
      const before = new RawPerson(server)
      for (const [key, cookie] of person.cookies) before.cookies.set(key, cookie)
      const { url } = authorizationRequest(server, await register(server))
      assert.doesNotMatch((await before.open(url)).html, /name="apiToken"/)
      await person.arrive(authorizationRequest(server, await register(server), { prompt: 'login' }).url)
      assert.match((await before.open(url)).html, /name="apiToken"/)
      assert.doesNotMatch((await person.open(url)).html, /name="apiToken"/)
    })
  })

  describe('endpoints', () => {
    it('are named in the metadata when they are there, and only then (RFC 8414 §2)', async () => {
      const answer = await fetch(`${server.origin}/.well-known/oauth-authorization-server`)
      const metadata = (await answer.json()) as Record<string, unknown>
      for (const name of ['userinfo_endpoint', 'end_session_endpoint', 'dpop_signing_alg_values_supported']) {
        assert.equal(name in metadata, false, name)
      }
    })

    for (const path of ['/session/end/confirm', '/register/some-client']) {
      it(`are those of the contract, and no other of the library: ${path}`, async () => {
        assert.equal((await fetch(server.origin + path)).status, 404)
        assert.equal((await post(server, path, {})).status, 404)
      })
    }

    it('register a client without a key, and leave out the algorithm of a key (RFC 7591 §2)', async () => {
      const client = await register(server, { token_endpoint_auth_signing_alg: 'RS256' })
      assert.equal('token_endpoint_auth_signing_alg' in client, false)
    })

    it('describe a token to no other client, though it has a secret (RFC 7662 §2.2)', async () => {
      const { tokens } = await connectAs(person)
      const { client_id, client_secret = '' } = await register(server, {
        token_endpoint_auth_method: 'client_secret_post',
      })
      const answer = await post(server, '/introspect', { client_id, client_secret, token: tokens.refresh_token })
      assert.deepEqual(await answer.json(), { active: false })
    })

    it('refuse a client assertion with 401 when another process notes it in between (RFC 7523 §3)', async () => {
      const key = await newKey()
      const { client_id } = await register(server, {
        redirect_uris: ['https://app.example/cb'],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [key.jwk] },
      })
      const proof = await assertionBy(key, client_id, server.origin)
      const present = async () => (await post(server, '/revoke', { ...proof, token: 'any' })).status
      assert.equal(await present(), 200)
      // The note of a later release looks as one does that comes in between: it is not found, and then in the way.
      const noted = (await entriesOf(server)).find(({ key: at }) => at.startsWith('oidc:ReplayDetection:'))
      assert.ok(noted)
      await withStore(server, (store) => put(store, noted.key, '{"version":2}', 60))
      assert.equal(await present(), 401)
    })

    it('tell the operator why a token was refused, where the client learns a code only', async () => {
      const client = await register(server)
      const refused = await refresh(server, client, 'made-up')
      assert.doesNotMatch(await refused.text(), /not found/)
      const line = new RegExp(
        `"event":"token","client":"${client.client_id}","error":"invalid_grant","cause":"[^"]*not found`,
      )
      await until('the cause in the log', () => line.test(server.output()))
    })
  })

  describe('a client whose id is the URL of its metadata document', () => {
    it('is asked for its keys once by twenty requests at once', async () => {
      const key = await newKey()
      const [client_id, jwks_uri] = ['https://app.example/shares.json', 'https://app.example/shares-keys.json']
      web.serve(jwks_uri, { keys: [key.jwk] })
      web.serve(client_id, { client_id, redirect_uris: ['https://app.example/cb'], jwks_uri })
      const answers = await Promise.all(
        Array.from({ length: 20 }, async () =>
          post(server, '/revoke', { ...(await assertionBy(key, client_id, server.origin)), token: 'any' }),
        ),
      )
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      assert.equal(web.visits(jwks_uri), 1)
    })

    it('is fetched once in five minutes, whatever its host says', async () => {
      const client_id = 'https://app.example/restless.json'
      const client: Registration = { client_id, redirect_uris: ['https://app.example/cb'] }
      web.serve(client_id, (_request, response) =>
        response
          .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=1' })
          .end(JSON.stringify(client)),
      )
      await person.open(authorizationRequest(server, client).url)
      await server.advance(4 * 60)
      await person.open(authorizationRequest(server, client).url)
      assert.equal(web.visits(client_id), 1)
    })
  })

  describe('as time goes by', () => {
    it('ends a connection whose client revokes a refresh token that was used a minute ago (RFC 7009 §2.1)', async () => {
      const { client, tokens } = await connectAs(person)
      const newest = await tokensOf(await refresh(server, client, tokens.refresh_token))
      await server.advance(60)
      await post(server, '/revoke', { client_id: client.client_id, token: tokens.refresh_token })
      assert.deepEqual(await connectionState(server, client, newest), OVER)
    })

    it('leaves a connection without an end alone while it is only refreshed', async () => {
      const client = await register(server)
      const request = authorizationRequest(server, client)
      const page = await person.open(request.url)
      const allowed = { scope: boxes(page), decision: 'allow', expires: 'never' }
      let tokens = await redeem(server, client, request, await person.submit(page, allowed))
      for (let i = 0; i < 3; i++) {
        await server.advance(60 * DAY)
        tokens = await tokensOf(await refresh(server, client, tokens.refresh_token))
      }
    })

    it('takes a browser whose session has run out off the list of those that are signed in', async () => {
      await signedIn(server, BOB)
      await server.advance(10 * DAY)
      const later = await signedIn(server, BOB)
      const listed = async () => {
        const [, list = ''] = (await later.open(`${server.origin}/account`)).html.split('Where you are signed in')
        return list.split('</ul>')[0]?.split('<li').length
      }
      assert.equal(await listed(), 1 + 2)
      await server.advance(5 * DAY)
      assert.equal(await listed(), 1 + 1)
    })
  })
})

describe('between two steps of the library, at a Redis', () => {
  const { server, acl } = useOwnRedis()
  /** The records of the library and our counts can be written, and nothing else. */
  const onlyTokens = () => acl('resetkeys', '%R~*', '%RW~*oidc:*', '%RW~*attempts*')
  const everything = () => acl('allkeys')

  it('a revocation that breaks off is not acknowledged, and done when it is repeated (RFC 7009 §2.2.1)', async () => {
    const { client, tokens } = await connect(server)
    const revoke = async () =>
      (await post(server, '/revoke', { client_id: client.client_id, token: tokens.refresh_token })).status
    await onlyTokens()
    assert.equal(await revoke(), 503)
    await everything()
    assert.equal((await rpc(server, tokens.access_token, toolCall('list_projects'))).status, 200)
    assert.equal(await revoke(), 200)
    assert.deepEqual(await connectionState(server, client, tokens), OVER)
  })

  it('a refresh that broke off once its successor was written gets tokens a minute later, and is no theft', async () => {
    const { client, tokens } = await connect(server)
    await onlyTokens()
    assert.equal((await refresh(server, client, tokens.refresh_token)).status, 503)
    await everything()
    await server.advance(60)
    const next = await tokensOf(await refresh(server, client, tokens.refresh_token))
    assert.deepEqual(await connectionState(server, client, next), ALIVE)
  })
})

describe('records of the library', () => {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path)
  after(async () => {
    await store.close()
    folder.remove()
  })

  it('have an end: one without a lifetime is not written', async () => {
    const sessions = createOidcAdapter(store)('Session')
    await assert.rejects(async () => sessions.upsert('id', { uid: 'u' }, undefined as unknown as number), /for ever/)
    assert.equal(await sessions.find('id'), undefined)
  })

  it('are no grants: what a person allowed is written by grants/ alone', async () => {
    const adapter = createGrantAdapter(createGrants(store), 'https://qcgate.example/mcp')
    await assert.rejects(async () => adapter.upsert('id', { accountId: 'a' }, 60), /grants\//)
    assert.equal(await adapter.find('id'), undefined)
  })
})
