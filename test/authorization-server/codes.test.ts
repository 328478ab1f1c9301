import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALIVE, connectAs, connectionState, OVER, useSignedIn } from '../support/connection.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest, redemption, refusal, register, tokenRequest } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

describe('authorization codes, OAuth 2.1 §4.1.3', () => {
  const server = useServer()
  const person = useSignedIn(server)

  /** A code, and the request that redeems it as it should be, or with something changed. */
  async function issueCode(client: Registration) {
    const request = authorizationRequest(server, client)
    const place = await person.allow(request.url)
    return (changed: Record<string, string> = {}) =>
      tokenRequest(server, { client_id: client.client_id, ...redemption(request, place), ...changed })
  }

  it('gives tokens to exactly one of twenty who redeem a code at once, and then ends even those', async () => {
    const client = await register(server)
    const redeem = await issueCode(client)
    const responses = await Promise.all(Array.from({ length: 20 }, () => redeem()))
    const [winner, ...more] = responses.filter(({ status }) => status === 200)
    assert.ok(winner)
    assert.equal(more.length, 0)
    const losers = responses.filter((response) => response !== winner)
    assert.deepEqual([...new Set(await Promise.all(losers.map(refusal)))], ['400 invalid_grant'])
    assert.deepEqual(await connectionState(server, client, (await winner.json()) as Tokens), OVER)
  })

  it('ends what a code gave when the code is presented again later', async () => {
    const client = await register(server)
    const redeem = await issueCode(client)
    const tokens = (await (await redeem()).json()) as Tokens
    await server.advance(10)
    assert.equal(await refusal(await redeem()), '400 invalid_grant')
    assert.deepEqual(await connectionState(server, client, tokens), OVER)
  })

  it('leaves other connections alone when a code is presented twice', async () => {
    const other = await connectAs(person)
    const redeem = await issueCode(await register(server))
    await redeem()
    await redeem()
    assert.deepEqual(await connectionState(server, other.client, other.tokens), ALIVE)
  })

  it('refuses a code after a minute', async () => {
    const redeem = await issueCode(await register(server))
    await server.advance(61)
    assert.equal(await refusal(await redeem()), '400 invalid_grant')
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
