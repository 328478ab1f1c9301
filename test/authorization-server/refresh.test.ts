import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KEYS } from '../../src/storage/keys.ts'
import { put } from '../../src/storage/store.ts'
import { grantIdOf } from '../support/access-token.ts'
import { ALIVE, connectAs, connectionState, OVER, useSignedIn } from '../support/connection.ts'
import type { Tokens } from '../support/raw-client.ts'
import { authorizationRequest, redeem, refresh, refreshFrom, refusal, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'
import { withStore } from '../support/stored.ts'

const ELSEWHERE = '203.0.113.9'
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

  it('takes a used token that comes after 31 seconds from another address for stolen, and ends the connection', async () => {
    const { client, tokens } = await connectAs(person)
    const newest = await bodyOf(await refresh(server, client, tokens.refresh_token))
    await server.advance(31)
    assert.equal(await refusal(await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token)), '400 invalid_grant')
    assert.deepEqual(await connectionState(server, client, newest), OVER)
    assert.deepEqual(await connectionState(server, client, tokens), OVER)
  })

  it('only refuses one from the address that rotated last, which is another window with a stale copy', async () => {
    const { client, tokens } = await connectAs(person)
    const newest = await bodyOf(await refresh(server, client, tokens.refresh_token))
    await server.advance(31)
    for (let again = 0; again < 3; again++) {
      assert.equal(await refusal(await refresh(server, client, tokens.refresh_token)), '400 invalid_grant')
    }
    assert.deepEqual(await connectionState(server, client, newest), ALIVE)
  })

  it('tells the person then that several sessions use the connection', async () => {
    const { client, tokens } = await connectAs(person)
    const { url } = authorizationRequest(server, client, { prompt: 'consent' })
    assert.doesNotMatch((await person.open(url)).html, /several sessions/)
    await refresh(server, client, tokens.refresh_token)
    await server.advance(31)
    await refresh(server, client, tokens.refresh_token)
    assert.match((await person.open(url)).html, /used by several sessions/)
  })

  it('still knows a stolen token after another window has presented it', async () => {
    const { client, tokens } = await connectAs(person)
    const newest = await bodyOf(await refresh(server, client, tokens.refresh_token))
    await server.advance(31)
    await refresh(server, client, tokens.refresh_token)
    await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token)
    assert.deepEqual(await connectionState(server, client, newest), OVER)
  })

  it('judges by the latest rotation, wherever the connection was made', async () => {
    const { client, tokens } = await connectAs(person)
    const second = await bodyOf(await refresh(server, client, tokens.refresh_token))
    const third = await bodyOf(await refreshFrom(ELSEWHERE, server, client, second.refresh_token))
    await server.advance(31)
    assert.equal((await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token)).status, 400)
    assert.deepEqual(await connectionState(server, client, third), ALIVE)
  })

  it('does not stretch the 30 seconds by presenting the token again and again', async () => {
    const { client, tokens } = await connectAs(person)
    await refresh(server, client, tokens.refresh_token)
    await server.advance(20)
    assert.equal((await refresh(server, client, tokens.refresh_token)).status, 200)
    await server.advance(20)
    assert.equal(await refusal(await refresh(server, client, tokens.refresh_token)), '400 invalid_grant')
  })

  it('ends one connection only, not the others of the same person', async () => {
    const { client, tokens } = await connectAs(person)
    const other = await connectAs(person)
    await refresh(server, client, tokens.refresh_token)
    await server.advance(31)
    await refreshFrom(ELSEWHERE, server, client, tokens.refresh_token)
    assert.deepEqual(await connectionState(server, other.client, other.tokens), ALIVE)
  })

  it('may be made 600 times in ten minutes by one connection, which then has to wait (RFC 6585 §4)', async () => {
    const { client, tokens } = await connectAs(person)
    await withStore(server, (store) =>
      put(store, KEYS.attempts('rotation', grantIdOf(tokens.access_token)), '600', 600),
    )
    const response = await refresh(server, client, tokens.refresh_token)
    assert.equal(response.status, 429)
    assert.match(response.headers.get('retry-after') ?? '', /^\d+$/)
    await server.advance(601)
    assert.deepEqual(await connectionState(server, client, tokens), { ...ALIVE })
  })

  it('refuses a token that never was, and a request without one', async () => {
    const { client } = await connectAs(person)
    assert.equal(await refusal(await refresh(server, client, 'never-was')), '400 invalid_grant')
    assert.equal(await refusal(await refresh(server, client, '')), '400 invalid_request')
  })
})
