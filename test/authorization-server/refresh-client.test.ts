import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALIVE, connectAs, connectionState, useSignedIn } from '../support/connection.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, redemption, refresh, refusal, register, tokenRequest } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

describe('client authentication comes before anything a refresh token could tell, RFC 6749 §6', () => {
  const server = useServer()
  const person = useSignedIn(server)

  const nobody: Registration = { client_id: 'nobody', redirect_uris: [] }

  /** A client with a secret, connected; `secret` makes the parameters that authenticate it. */
  async function confidential() {
    const client = await register(server, { token_endpoint_auth_method: 'client_secret_post' })
    const request = authorizationRequest(server, client)
    const secret = { client_secret: client.client_secret ?? '' }
    const response = await tokenRequest(server, {
      ...secret,
      client_id: client.client_id,
      ...redemption(request, await person.allow(request.url)),
    })
    const { refresh_token } = (await response.json()) as { refresh_token: string }
    return { client, secret, refresh_token }
  }

  it('refuses an unknown client and another client, and the owner goes on undisturbed', async () => {
    const { client, tokens } = await connectAs(person)
    const stranger = await register(server)
    assert.equal(await refusal(await refresh(server, nobody, tokens.refresh_token)), '401 invalid_client')
    assert.equal(await refusal(await refresh(server, stranger, tokens.refresh_token)), '400 invalid_grant')
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })

  it('gives nobody else the successor of a token used a moment ago', async () => {
    const { client, tokens } = await connectAs(person)
    const stranger = await register(server)
    await refresh(server, client, tokens.refresh_token)
    assert.equal(await refusal(await refresh(server, nobody, tokens.refresh_token)), '401 invalid_client')
    assert.equal(await refusal(await refresh(server, stranger, tokens.refresh_token)), '400 invalid_grant')
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })

  it('refuses a wrong secret and a missing one, before and after the token was used', async () => {
    const { client, secret, refresh_token } = await confidential()
    const refused = async () => {
      const wrong = await refresh(server, client, refresh_token, { client_secret: 'wrong' })
      assert.equal(await refusal(wrong), '401 invalid_client')
      assert.match(
        await refusal(await refresh(server, client, refresh_token)),
        /^(400 invalid_request|401 invalid_client)$/,
      )
    }
    await refused()
    assert.equal((await refresh(server, client, refresh_token, secret)).status, 200)
    await refused()
    assert.equal((await refresh(server, client, refresh_token, secret)).status, 200)
  })

  it('lets no stranger end a connection with an old token of it', async () => {
    const { client, secret, refresh_token } = await confidential()
    const response = await refresh(server, client, refresh_token, secret)
    const newest = ((await response.json()) as { refresh_token: string }).refresh_token
    await server.advance(31)
    await refresh(server, await register(server), refresh_token)
    await refresh(server, client, refresh_token, { client_secret: 'wrong' })
    assert.equal((await refresh(server, client, newest, secret)).status, 200)
  })

  it('takes the secret of a client by HTTP Basic as well (RFC 6749 §2.3.1)', async () => {
    const client = await register(server, { token_endpoint_auth_method: 'client_secret_basic' })
    const basic = (secret = '') => `Basic ${Buffer.from(`${client.client_id}:${secret}`).toString('base64')}`
    const ask = (secret?: string) =>
      fetch(`${server.origin}/token`, {
        method: 'POST',
        headers: { authorization: basic(secret) },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'never-was' }),
      })
    assert.equal(await refusal(await ask('wrong')), '401 invalid_client')
    assert.equal(await refusal(await ask(client.client_secret)), '400 invalid_grant')
  })
})
