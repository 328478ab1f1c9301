import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALIVE, connectAs, connectionState, OVER, useSignedIn } from '../support/connection.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { refresh, refusal, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

describe('revocation, RFC 7009', () => {
  const server = useServer()
  const person = useSignedIn(server)

  const revoke = (client: Registration, token: string, more: Record<string, string> = {}) =>
    fetch(`${server.origin}/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: client.client_id, token, ...more }),
    })

  for (const hint of [{}, { token_type_hint: 'refresh_token' }, { token_type_hint: 'access_token' }]) {
    it(`ends the whole connection at once by its refresh token (§2.1): ${JSON.stringify(hint)}`, async () => {
      const { client, tokens } = await connectAs(person)
      assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
      const { refresh_token } = (await (await refresh(server, client, tokens.refresh_token)).json()) as Tokens
      assert.equal((await revoke(client, refresh_token, hint)).status, 200)
      assert.deepEqual(await connectionState(server, client, { ...tokens, refresh_token }), OVER)
    })
  }

  it('ends it by a refresh token that was used already, too', async () => {
    const { client, tokens } = await connectAs(person)
    const newest = (await (await refresh(server, client, tokens.refresh_token)).json()) as Tokens
    assert.equal((await revoke(client, tokens.refresh_token)).status, 200)
    assert.deepEqual(await connectionState(server, client, newest), OVER)
  })

  it("does nothing to another client's connection", async () => {
    const { client, tokens } = await connectAs(person)
    const stranger = await register(server)
    await revoke(stranger, tokens.refresh_token)
    await revoke({ client_id: 'gone', redirect_uris: [] }, tokens.refresh_token)
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })

  it('needs the secret of a client that has one (§2.1)', async () => {
    const client = await register(server, { token_endpoint_auth_method: 'client_secret_post' })
    assert.equal(await refusal(await revoke(client, 'x', { client_secret: 'wrong' })), '401 invalid_client')
    assert.equal((await revoke(client, 'x', { client_secret: client.client_secret ?? '' })).status, 200)
  })

  it('leaves other connections of the same person alone', async () => {
    const other = await connectAs(person)
    const { client, tokens } = await connectAs(person)
    await revoke(client, tokens.refresh_token)
    assert.deepEqual(await connectionState(server, other.client, other.tokens), ALIVE)
  })

  it('answers 200 to a token that never was, or is over already (§2.2)', async () => {
    const { client, tokens } = await connectAs(person)
    assert.equal((await revoke(client, 'never-was')).status, 200)
    await revoke(client, tokens.refresh_token)
    assert.equal((await revoke(client, tokens.refresh_token)).status, 200)
  })

  it('can be followed by a new connection of the same client', async () => {
    const { client, tokens } = await connectAs(person)
    await revoke(client, tokens.refresh_token)
    const again = await connectAs(person, { client })
    assert.deepEqual(await connectionState(server, client, again.tokens), ALIVE)
  })
})
