import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { grantIdOf } from '../support/access-token.ts'
import { ALIVE, connectAs, connectionState, OVER, useSignedIn } from '../support/connection.ts'
import { mirror, modern, rpc } from '../support/mcp-requests.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import {
  authorizationRequest,
  redemption,
  refresh,
  refusal,
  register,
  registerHosted,
  tokenRequest,
} from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'
import { grantOf } from '../support/stored.ts'
import { rawRequest } from './raw-request.ts'

const ELSEWHERE = '198.51.100.9'
const PING = { jsonrpc: '2.0', id: 1, method: 'ping' }

describe('authorization codes, OAuth 2.1 §4.1.3', () => {
  const server = useServer({ TRUSTED_PROXIES: '127.0.0.1/8,::1' })
  const person = useSignedIn(server)

  /** A code, and the request that redeems it as it should be, or with something changed, or from elsewhere. */
  async function issueCode(client: Registration, parameters: Record<string, string> = {}) {
    const request = authorizationRequest(server, client, parameters)
    const place = await person.allow(request.url)
    return (changed: Record<string, string> = {}, address?: string) =>
      tokenRequest(
        server,
        { client_id: client.client_id, ...redemption(request, place), ...changed },
        address ? { 'x-forwarded-for': address } : {},
      )
  }
  const tokensOf = async (response: Response) => (await response.json()) as Tokens

  it('gives tokens to exactly one of twenty who redeem a code at once, and a program that did so keeps them', async () => {
    const client = await register(server)
    const redeem = await issueCode(client)
    const responses = await Promise.all(Array.from({ length: 20 }, () => redeem()))
    const [winner, ...more] = responses.filter(({ status }) => status === 200)
    assert.ok(winner)
    assert.equal(more.length, 0)
    const losers = responses.filter((response) => response !== winner)
    assert.deepEqual([...new Set(await Promise.all(losers.map(refusal)))], ['400 invalid_grant'])
    assert.deepEqual(await connectionState(server, client, await tokensOf(winner)), ALIVE)
  })

  it('leaves nothing to any of twenty who redeem it at twenty places at once', async () => {
    const client = await register(server)
    const redeem = await issueCode(client)
    const responses = await Promise.all(Array.from({ length: 20 }, (_, i) => redeem({}, `203.0.113.${i}`)))
    const won = responses.filter(({ status }) => status === 200)
    assert.ok(won.length <= 1) // none, when a second one was quicker than the first could be answered
    for (const response of won) assert.deepEqual(await connectionState(server, client, await tokensOf(response)), OVER)
  })

  it('refuses a second use from the same place within a minute, and ends nothing: the browser called back twice', async () => {
    const client = await register(server)
    const redeem = await issueCode(client)
    const tokens = await tokensOf(await redeem())
    for (const _ of [1, 2, 3]) assert.equal(await refusal(await redeem()), '400 invalid_grant')
    await server.advance(50)
    assert.equal(await refusal(await redeem()), '400 invalid_grant')
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })

  it('ends what a code gave when it is presented again from elsewhere, at once', async () => {
    const client = await register(server)
    const redeem = await issueCode(client)
    const tokens = await tokensOf(await redeem())
    const refreshed = await tokensOf(await refresh(server, client, tokens.refresh_token))
    assert.equal(await refusal(await redeem({}, ELSEWHERE)), '400 invalid_grant')
    for (const one of [tokens, refreshed]) assert.deepEqual(await connectionState(server, client, one), OVER)
  })

  it('ends what a code gave when it is presented again after a minute, from wherever', async () => {
    const client = await register(server)
    const redeem = await issueCode(client)
    const tokens = await tokensOf(await redeem())
    await server.advance(62)
    assert.equal(await refusal(await redeem()), '400 invalid_grant')
    assert.deepEqual(await connectionState(server, client, tokens), OVER)
  })

  it('ends the access token of a client that has no refresh token, too', async () => {
    const client = await register(server, { grant_types: ['authorization_code'] })
    const redeem = await issueCode(client)
    const { access_token } = await tokensOf(await redeem())
    await redeem({}, ELSEWHERE)
    assert.equal((await rpc(server, access_token, PING)).status, 401)
  })

  it('has the access token of what it ended be active no more, and give nothing back (RFC 7662 §2.2, RFC 7009 §2.1)', async () => {
    const client = await register(server, { token_endpoint_auth_method: 'client_secret_post' })
    const who = { client_id: client.client_id, client_secret: client.client_secret ?? '' }
    const redeem = await issueCode(client)
    const { access_token } = await tokensOf(await redeem(who))
    const post = (path: string) =>
      fetch(`${server.origin}${path}`, { method: 'POST', body: new URLSearchParams({ ...who, token: access_token }) })
    const isActive = async () => ((await (await post('/introspect')).json()) as { active: boolean }).active
    assert.equal(await isActive(), true)
    await redeem(who, ELSEWHERE)
    assert.equal(await isActive(), false)
    assert.equal((await post('/revoke')).status, 200)
    assert.ok(await grantOf(server, access_token))
  })

  it('ends an answer that is still open, when its code is presented again from elsewhere', async () => {
    const redeem = await issueCode(await register(server))
    const { access_token } = await tokensOf(await redeem())
    const method = 'subscriptions/listen'
    const stream = await rpc(
      server,
      access_token,
      modern(method, { notifications: { toolsListChanged: true } }),
      mirror(method),
    )
    assert.equal(stream.status, 200)
    await redeem({}, ELSEWHERE)
    await stream.text() // which ends
  })

  it('never ends what another authorization of the same connection holds', async () => {
    const client = await registerHosted(server)
    const one = await connectAs(person, { client })
    const redeem = await issueCode(client)
    const two = await tokensOf(await redeem())
    const three = await connectAs(person, { client })
    assert.equal(new Set([one.tokens, two, three.tokens].map(({ access_token }) => grantIdOf(access_token))).size, 1)
    await redeem({}, ELSEWHERE)
    assert.deepEqual(await connectionState(server, client, two), OVER)
    for (const { tokens } of [one, three]) assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })

  it('leaves what it ended over for good: after an hour and after a restart', async () => {
    const client = await register(server)
    const redeem = await issueCode(client)
    const tokens = await tokensOf(await redeem())
    await redeem({}, ELSEWHERE)
    await server.crashAndRestart()
    assert.deepEqual(await connectionState(server, client, tokens), OVER)
    await server.advance(2 * 60 * 60)
    assert.deepEqual(await connectionState(server, client, tokens), OVER)
  })

  it('tells the person of a second use in the news, and of an accident nothing', async () => {
    const news = async () => (await person.open(`${server.origin}/account`)).html
    const [accident, theft] = [await register(server), await register(server)]
    for (const [client, address] of [
      [accident, undefined],
      [theft, ELSEWHERE],
    ] as const) {
      const redeem = await issueCode(client)
      await redeem()
      await redeem({}, address)
    }
    assert.match(await news(), new RegExp(`${theft.client_name}</strong> was signed in with one code twice`))
    assert.doesNotMatch(await news(), new RegExp(`${accident.client_name}</strong> was signed in with one code twice`))
  })

  it('ends nothing for a second use that is not valid: a wrong verifier, redirect or client', async () => {
    const client = await register(server)
    const redeem = await issueCode(client)
    const tokens = await tokensOf(await redeem())
    const { client_id } = await register(server)
    for (const changed of [
      { code_verifier: 'x'.repeat(43) },
      { redirect_uri: 'http://127.0.0.1:9/other' },
      { client_id },
    ]) {
      assert.equal(await refusal(await redeem(changed, ELSEWHERE)), '400 invalid_grant')
    }
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })

  it('leaves other connections alone when a code is presented twice', async () => {
    const other = await connectAs(person)
    const redeem = await issueCode(await register(server))
    await redeem()
    await redeem({}, ELSEWHERE)
    assert.deepEqual(await connectionState(server, other.client, other.tokens), ALIVE)
  })

  it('lives for five minutes, since people paste it from one machine to another, and no longer', async () => {
    const [soon, late] = [await issueCode(await register(server)), await issueCode(await register(server))]
    await server.advance(5 * 60 - 5)
    assert.equal((await soon({}, ELSEWHERE)).status, 200)
    await server.advance(6)
    assert.equal(await refusal(await late()), '400 invalid_grant')
  })

  it('takes every second use for a theft where addresses tell nothing, behind a proxy that nobody named', async () => {
    const client = await register(server)
    const request = authorizationRequest(server, client)
    const parameters = { client_id: client.client_id, ...redemption(request, await person.allow(request.url)) }
    const tokens = await tokensOf(await tokenRequest(server, parameters))
    await server.crashAndRestart({ PUBLIC_URL: 'https://qcgate.example', TRUSTED_PROXIES: '', SANDBOX: 'on' })
    const again = await rawRequest(server.port, '/token', { host: 'qcgate.example' }, new URLSearchParams(parameters))
    assert.equal(again.status, 400)
    await server.crashAndRestart()
    assert.deepEqual(await connectionState(server, client, tokens), OVER)
  })

  it('refuses the code of another client, and its owner can still redeem it', async () => {
    const redeem = await issueCode(await register(server))
    const { client_id } = await register(server)
    assert.equal(await refusal(await redeem({ client_id })), '400 invalid_grant')
    assert.equal((await redeem()).status, 200)
  })

  it('lets no other client end a connection by presenting its used code', async () => {
    const client = await register(server)
    const redeem = await issueCode(client)
    const tokens = (await (await redeem()).json()) as Tokens
    const { client_id } = await register(server)
    assert.equal(await refusal(await redeem({ client_id })), '400 invalid_grant')
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })

  it('refuses a code with another redirect_uri than it was sent to', async () => {
    const redeem = await issueCode(await register(server))
    assert.equal(await refusal(await redeem({ redirect_uri: 'http://127.0.0.1:9/other' })), '400 invalid_grant')
  })

  /** What makes a request that leaves it out; an empty parameter counts as none (RFC 6749 §3.2). */
  const WITHOUT = { redirect_uri: '' }
  const PORTLESS = 'http://127.0.0.1/callback'
  for (const [whose, redirect_uris, redirect_uri] of [
    ['a client that has one', ['http://127.0.0.1:4567/callback'], 'http://127.0.0.1:4567/callback'],
    ['a client that has several', ['https://a.example/cb', 'https://b.example/cb'], 'https://b.example/cb'],
    ['a program with a port of its own (RFC 8252 §7.3)', [PORTLESS], 'http://127.0.0.1:51234/callback'],
    ['a program with a scheme of its own', ['com.example.app:/cb', PORTLESS], 'com.example.app:/cb'],
  ] as const) {
    it(`needs no redirect_uri, which the code knows: of ${whose}`, async () => {
      const redeem = await issueCode(await register(server, { redirect_uris }), { redirect_uri })
      const tokens = (await (await redeem(WITHOUT)).json()) as Tokens
      assert.ok(tokens.access_token)
    })

    it(`takes none but the one that it was sent to: of ${whose}`, async () => {
      const redeem = await issueCode(await register(server, { redirect_uris }), { redirect_uri })
      for (const other of [`${redirect_uri}/`, `${redirect_uri}?x=1`, 'https://evil.example/cb', redirect_uris[0]]) {
        if (other === redirect_uri) continue
        assert.equal(await refusal(await redeem({ redirect_uri: other })), '400 invalid_grant')
      }
      assert.equal((await redeem()).status, 200)
    })
  }

  it('refuses without redirect_uri what it refuses with it, and the code stays good for who may have it', async () => {
    const redirect_uris = ['http://127.0.0.1:4567/callback', 'https://a.example/cb']
    const redeem = await issueCode(await register(server, { redirect_uris }))
    const { client_id } = await register(server)
    for (const changed of [{ client_id }, { code_verifier: 'a'.repeat(43) }, { code: 'never-was' }]) {
      assert.equal(await refusal(await redeem({ ...WITHOUT, ...changed })), '400 invalid_grant')
    }
    assert.equal((await redeem(WITHOUT)).status, 200)
    assert.equal(await refusal(await redeem(WITHOUT)), '400 invalid_grant')
  })

  it('refuses a code that never was', async () => {
    const redeem = await issueCode(await register(server))
    assert.equal(await refusal(await redeem({ code: 'never-was' })), '400 invalid_grant')
  })

  it('is the only grant beside the refresh token: no password, no client credentials (§1.4)', async () => {
    const { client_id } = await register(server)
    for (const grant_type of ['password', 'client_credentials', 'implicit']) {
      const refused = await tokenRequest(server, { grant_type, client_id, username: 'a', password: 'b' })
      assert.match(await refusal(refused), /^400 (unsupported_grant_type|unauthorized_client)$/)
    }
  })
})
