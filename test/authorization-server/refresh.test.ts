import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v2 from '@modelcontextprotocol/client'
import * as v1 from '@modelcontextprotocol/sdk/client/auth.js'
import { claimsOf } from '../support/access-token.ts'
import { ALIVE, connectAs, connectionState, OVER, useSignedIn } from '../support/connection.ts'
import { rpc } from '../support/mcp-requests.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import {
  authorizationRequest,
  redeem,
  redemption,
  refresh,
  refreshFrom,
  refusal,
  register,
  tokenRequest,
} from '../support/raw-client.ts'
import { noteAnswer } from '../support/secrets.ts'
import { useServer } from '../support/server.ts'
import { changeAuthorization, entriesOf } from '../support/stored.ts'

const OWN = '127.0.0.1'
const ELSEWHERE = '203.0.113.9'
const DAY = 24 * 60 * 60
const bodyOf = async (response: Response) => (await response.json()) as Tokens

describe('refresh token rotation, OAuth 2.1 §4.3 and RFC 9700 §4.14', () => {
  const server = useServer({ TRUSTED_PROXIES: '127.0.0.1/8,::1' })
  const person = useSignedIn(server)

  it('gives a refresh token without being asked for offline_access', async () => {
    const { tokens } = await connectAs(person, { parameters: { scope: 'qc:account:read' } })
    assert.ok(tokens.refresh_token)
  })

  it('gives none to a client that did not register the grant type', async () => {
    const client = await register(server, { grant_types: ['authorization_code'] })
    const request = authorizationRequest(server, client, { scope: 'qc:account:read offline_access', prompt: 'consent' })
    const tokens = await redeem(server, client, request, await person.allow(request.url))
    assert.equal('refresh_token' in tokens, false)
    assert.ok(tokens.access_token)
  })

  it('gives a new refresh token and a new access token each time', async () => {
    const { client, tokens } = await connectAs(person)
    const second = await bodyOf(await refresh(server, client, tokens.refresh_token))
    const third = await bodyOf(await refresh(server, client, second.refresh_token))
    assert.equal(new Set([tokens, second, third].map((one) => one.refresh_token)).size, 3)
    assert.equal(new Set([tokens, second, third].map((one) => one.access_token)).size, 3)
    assert.deepEqual(await connectionState(server, client, third), ALIVE)
  })

  it('gives twenty who present one token at once the same successor, and it works', async () => {
    const { client, tokens } = await connectAs(person)
    const responses = await Promise.all(Array.from({ length: 20 }, () => refresh(server, client, tokens.refresh_token)))
    assert.deepEqual([...new Set(responses.map(({ status }) => status))], [200])
    const successors = new Set((await Promise.all(responses.map(bodyOf))).map((one) => one.refresh_token))
    assert.equal(successors.size, 1)
    const [successor = ''] = successors
    assert.notEqual(successor, tokens.refresh_token)
    assert.deepEqual(await connectionState(server, client, { ...tokens, refresh_token: successor }), ALIVE)
  })

  it('gives the same successor again within 30 seconds, for a client that lost the answer', async () => {
    const { client, tokens } = await connectAs(person)
    const first = await bodyOf(await refresh(server, client, tokens.refresh_token))
    await server.advance(25)
    const again = await bodyOf(await refresh(server, client, tokens.refresh_token))
    assert.equal(again.refresh_token, first.refresh_token)
    assert.deepEqual(await connectionState(server, client, again), ALIVE)
  })

  it('gives the newest one within 30 seconds when the successor was used already', async () => {
    const { client, tokens } = await connectAs(person)
    const second = await bodyOf(await refresh(server, client, tokens.refresh_token))
    const third = await bodyOf(await refresh(server, client, second.refresh_token))
    await server.advance(25)
    const again = await bodyOf(await refresh(server, client, tokens.refresh_token))
    assert.equal(again.refresh_token, third.refresh_token)
    await server.advance(31) // the newest was not used by being handed out twice
    assert.deepEqual(await connectionState(server, client, again), ALIVE)
  })

  /** Refreshes, and uses what came of it. */
  async function rotate(client: Registration, { refresh_token }: Tokens, from = OWN): Promise<Tokens> {
    const next = await bodyOf(await refreshFrom(from, server, client, refresh_token))
    await call(next)
    return next
  }
  const call = async ({ access_token }: Tokens) =>
    assert.equal((await rpc(server, access_token, { jsonrpc: '2.0', id: 1, method: 'ping' })).status, 200)

  it('takes a used token that comes after 31 seconds from another address for stolen, and ends the connection', async () => {
    const { client, tokens } = await connectAs(person)
    const newest = await rotate(client, tokens)
    await server.advance(31)
    assert.equal(await refusal(await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token)), '400 invalid_grant')
    assert.deepEqual(await connectionState(server, client, newest), OVER)
    assert.deepEqual(await connectionState(server, client, tokens), OVER)
  })

  it('tells the person that it did', async () => {
    const { client, tokens } = await connectAs(person)
    await rotate(client, tokens)
    await server.advance(31)
    await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token)
    const { html } = await person.open(`${server.origin}/account`)
    assert.match(
      html,
      new RegExp(`${client.client_name}</strong> was ended: a token [^<]* came back from another place`),
    )
  })

  it('only refuses one from the address that rotated last, which is another window with a stale copy', async () => {
    const { client, tokens } = await connectAs(person)
    const newest = await rotate(client, tokens)
    await server.advance(31)
    for (let again = 0; again < 3; again++) {
      assert.equal(await refusal(await refreshFrom(OWN, server, client, tokens.refresh_token)), '400 invalid_grant')
    }
    assert.deepEqual(await connectionState(server, client, newest), ALIVE)
  })

  it('tells the person then that several sessions use the connection', async () => {
    const { client, tokens } = await connectAs(person)
    const { url } = authorizationRequest(server, client, { prompt: 'consent' })
    assert.doesNotMatch((await person.open(url)).html, /several sessions/)
    await rotate(client, tokens)
    await server.advance(31)
    await refreshFrom(OWN, server, client, tokens.refresh_token)
    assert.match((await person.open(url)).html, /used by several sessions/)
  })

  it('still knows a stolen token after another window has presented it', async () => {
    const { client, tokens } = await connectAs(person)
    const newest = await rotate(client, tokens)
    await server.advance(31)
    await refreshFrom(OWN, server, client, tokens.refresh_token)
    await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token)
    assert.deepEqual(await connectionState(server, client, newest), OVER)
  })

  it('judges by the latest rotation, wherever the connection was made', async () => {
    const { client, tokens } = await connectAs(person)
    const third = await rotate(client, await rotate(client, tokens), ELSEWHERE)
    await server.advance(31)
    assert.equal((await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token)).status, 400)
    assert.deepEqual(await connectionState(server, client, third), ALIVE)
  })

  it('does not stretch the 30 seconds by presenting the token again and again', async () => {
    const { client, tokens } = await connectAs(person)
    await rotate(client, tokens)
    await server.advance(20)
    assert.equal((await refresh(server, client, tokens.refresh_token)).status, 200)
    await server.advance(20)
    assert.equal(await refusal(await refresh(server, client, tokens.refresh_token)), '400 invalid_grant')
  })

  it('ends one connection only, not the others of the same person', async () => {
    const { client, tokens } = await connectAs(person)
    const other = await connectAs(person)
    await rotate(client, tokens)
    await server.advance(31)
    await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token)
    assert.deepEqual(await connectionState(server, other.client, other.tokens), ALIVE)
  })

  it('may be made 600 times in ten minutes by one authorization, which then has to wait (RFC 6585 §4)', async () => {
    const { client, tokens } = await connectAs(person)
    await changeAuthorization(server, tokens.access_token, ({ refreshes }) => ({
      refreshes: { ...refreshes, count: 600 },
    }))
    const response = await refresh(server, client, tokens.refresh_token)
    assert.equal(response.status, 429)
    assert.match(response.headers.get('retry-after') ?? '', /^\d+$/)
    await server.advance(601)
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })

  it('refuses a token that never was, and a request without one', async () => {
    const { client } = await connectAs(person)
    assert.equal(await refusal(await refresh(server, client, 'never-was')), '400 invalid_grant')
    assert.equal(await refusal(await refresh(server, client, '')), '400 invalid_request')
  })
})

describe('a refresh whose answer got lost', () => {
  const server = useServer({ TRUSTED_PROXIES: '127.0.0.1/8,::1' })
  const person = useSignedIn(server)
  const call = async ({ access_token }: Pick<Tokens, 'access_token'>) =>
    (await rpc(server, access_token, { jsonrpc: '2.0', id: 1, method: 'ping' })).status
  /** A connection whose last refresh went out, and whose answer nobody received. */
  async function lost() {
    const { client, tokens } = await connectAs(person)
    const answer = await bodyOf(await refreshFrom(OWN, server, client, tokens.refresh_token))
    return { client, tokens, answer }
  }

  for (const [when, seconds] of [
    ['an hour', 3600],
    ['a night', 12 * 3600],
    ['just under a day', DAY - 60],
  ] as const) {
    it(`is repeated by a laptop that slept for ${when}, and gets the same successor with a good access token`, async () => {
      const { client, tokens, answer } = await lost()
      await server.advance(seconds)
      const again = await bodyOf(await refreshFrom(OWN, server, client, tokens.refresh_token))
      assert.equal(again.refresh_token, answer.refresh_token)
      assert.equal(await call(again), 200)
      assert.deepEqual(await connectionState(server, client, again), ALIVE)
    })
  }

  for (const [line, { refreshAuthorization }] of Object.entries({ v1, v2 })) {
    it(`is repeated by the SDK ${line}, which has kept its old token, when the network is back`, async () => {
      const { client, tokens } = await connectAs(person)
      const request = { clientInformation: client, refreshToken: tokens.refresh_token }
      const losesAnswers: typeof fetch = async (...sent) => {
        await noteAnswer(await fetch(...sent))
        throw new TypeError('fetch failed')
      }
      await assert.rejects(refreshAuthorization(server.origin, { ...request, fetchFn: losesAnswers }), /fetch failed/)
      await server.advance(3600)
      const again = await refreshAuthorization(server.origin, request)
      assert.equal(await call(again), 200)
    })
  }

  it('is repeated from another network, where the laptop woke up', async () => {
    const { client, tokens } = await lost()
    await server.advance(3600)
    const again = await bodyOf(await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token))
    assert.deepEqual(await connectionState(server, client, again), ALIVE)
  })

  it('is forgiven twice in a row to a laptop that stays where it woke up', async () => {
    const { client, tokens } = await lost()
    await server.advance(3600)
    const second = await bodyOf(await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token))
    await refreshFrom(ELSEWHERE, server, client, second.refresh_token) // whose answer is lost as well
    await server.advance(3600)
    const third = await bodyOf(await refreshFrom(ELSEWHERE, server, client, second.refresh_token))
    assert.equal(await call(third), 200)
  })

  it('is too old after a day: the token is refused, and the connection lives on', async () => {
    const { client, tokens, answer } = await lost()
    await server.advance(DAY + 60)
    assert.equal(await refusal(await refreshFrom(OWN, server, client, tokens.refresh_token)), '400 invalid_grant')
    assert.deepEqual(await connectionState(server, client, { ...answer, access_token: '' }), { ...ALIVE, call: 401 })
  })

  it('is none any more once the access token was used, wherever that was', async () => {
    const { client, tokens, answer } = await lost()
    assert.equal(await call(answer), 200)
    await server.advance(31)
    assert.equal(await refusal(await refreshFrom(OWN, server, client, tokens.refresh_token)), '400 invalid_grant')
  })

  it('is none any more once the refresh token was used: what is two behind is stale', async () => {
    const { client, tokens, answer } = await lost()
    const third = await bodyOf(await refreshFrom(OWN, server, client, answer.refresh_token))
    await server.advance(31)
    assert.equal(await refusal(await refreshFrom(OWN, server, client, tokens.refresh_token)), '400 invalid_grant')
    // The answer to the second one may be lost as well.
    const again = await bodyOf(await refreshFrom(OWN, server, client, answer.refresh_token))
    assert.equal(again.refresh_token, third.refresh_token)
  })

  it('leaves the address of the rotation where it was, however often it is repeated from elsewhere', async () => {
    const { client, tokens } = await lost()
    await server.advance(31)
    const again = await bodyOf(await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token))
    assert.equal(await call(again), 200)
    // Now it is stale, and from here it is no forgetful window: the rotation was made at another address.
    assert.equal(await refusal(await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token)), '400 invalid_grant')
    assert.deepEqual(await connectionState(server, client, again), OVER)
  })

  it('counts as used by an access token that a repetition gave as well', async () => {
    const { client, tokens } = await lost()
    await server.advance(31)
    assert.equal(await call(await bodyOf(await refreshFrom(OWN, server, client, tokens.refresh_token))), 200)
    assert.equal(await refusal(await refreshFrom(OWN, server, client, tokens.refresh_token)), '400 invalid_grant')
  })

  it('does not count as used by an older access token that is still good', async () => {
    const { client, tokens, answer } = await lost()
    assert.equal(await call(tokens), 200)
    await server.advance(31)
    const again = await bodyOf(await refreshFrom(OWN, server, client, tokens.refresh_token))
    assert.equal(again.refresh_token, answer.refresh_token)
  })

  it('is forgiven to one window while another has moved on within the 30 seconds: both get the newest', async () => {
    const { client, tokens, answer } = await lost()
    const third = await bodyOf(await refreshFrom(OWN, server, client, answer.refresh_token))
    const fourth = await bodyOf(await refreshFrom(OWN, server, client, third.refresh_token))
    assert.equal(await call(fourth), 200)
    await server.advance(25)
    for (const { refresh_token } of [tokens, answer, third]) {
      const again = await bodyOf(await refreshFrom(OWN, server, client, refresh_token))
      assert.equal(again.refresh_token, fourth.refresh_token)
      assert.equal(claimsOf(again.access_token).auth_gen, claimsOf(fourth.access_token).auth_gen)
    }
  })

  it('keeps one record for all tokens of an authorization, and another for another visit', async () => {
    const records = async () =>
      (await entriesOf(server)).filter(({ key }) => /^grant-authorization:|RefreshToken/.test(key)).length
    const before = await records()
    const { client, tokens } = await connectAs(person)
    let newest = tokens
    for (let i = 0; i < 5; i++) newest = await bodyOf(await refresh(server, client, newest.refresh_token))
    assert.equal(await records(), before + 1)
    const other = await connectAs(person, { client })
    assert.equal(await records(), before + 2)
    const [one, two] = [newest, other.tokens].map(({ access_token }) => claimsOf(access_token))
    assert.deepEqual([one?.auth_gen, two?.auth_gen], [5, 0])
    assert.notEqual(one?.auth_id, two?.auth_id)
  })
})

describe('a client that authenticates', () => {
  const server = useServer({ TRUSTED_PROXIES: '127.0.0.1/8,::1' })
  const person = useSignedIn(server)

  it('gets only the refusal for a stale token, wherever it comes from: nobody else could have sent it', async () => {
    const client = await register(server, { token_endpoint_auth_method: 'client_secret_post' })
    const secret = { client_secret: client.client_secret ?? '' }
    const request = authorizationRequest(server, client)
    const place = await person.allow(request.url)
    const redeemed = await tokenRequest(server, {
      client_id: client.client_id,
      ...secret,
      ...redemption(request, place),
    })
    const first = await bodyOf(redeemed)
    const newest = await bodyOf(await refresh(server, client, first.refresh_token, secret))
    await rpc(server, newest.access_token, { jsonrpc: '2.0', id: 1, method: 'ping' })
    await server.advance(31)
    const parameters = { grant_type: 'refresh_token', client_id: client.client_id, refresh_token: first.refresh_token }
    const stale = await tokenRequest(server, { ...parameters, ...secret }, { 'x-forwarded-for': ELSEWHERE })
    assert.equal(await refusal(stale), '400 invalid_grant')
    assert.equal((await refresh(server, client, newest.refresh_token, secret)).status, 200)
  })
})
