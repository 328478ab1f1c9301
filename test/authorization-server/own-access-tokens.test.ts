import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connectAs, useSignedIn } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration } from '../support/raw-client.ts'
import { credentialsOf, refresh, refusal, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

describe('access tokens at the endpoints for tokens', () => {
  const server = useServer()
  const person = useSignedIn(server)

  const post = (path: string, client: Registration, token: string) =>
    fetch(`${server.origin}${path}`, {
      method: 'POST',
      body: new URLSearchParams({ ...credentialsOf(client), token }),
    })
  const introspect = async (client: Registration, token: string) =>
    (await post('/introspect', client, token)).json() as Promise<Record<string, unknown>>
  const works = async (token: string) => (await rpc(server, token, toolCall('read_account'))).status === 200
  /** A client that can prove who it is, as whoever introspects must. */
  const registerWithSecret = () => register(server, { token_endpoint_auth_method: 'client_secret_post' })
  const connect = async (parameters: Record<string, string> = {}) =>
    connectAs(person, { client: await registerWithSecret(), parameters })

  it('end the connection when their client revokes them (RFC 7009 §2.1)', async () => {
    for (const client of [await register(server), await registerWithSecret()]) {
      const { tokens } = await connectAs(person, { client })
      assert.equal((await post('/revoke', client, tokens.access_token)).status, 200)
      assert.equal(await works(tokens.access_token), false)
      assert.equal((await refresh(server, client, tokens.refresh_token, credentialsOf(client))).status, 400)
    }
  })

  it('are of no use there to another client (RFC 7009 §2.1, RFC 7662 §2.2)', async () => {
    const { tokens } = await connect()
    const other = await registerWithSecret()
    assert.equal((await post('/revoke', other, tokens.access_token)).status, 200)
    assert.deepEqual(await introspect(other, tokens.access_token), { active: false })
    assert.deepEqual(await introspect(other, tokens.refresh_token), { active: false })
    assert.equal(await works(tokens.access_token), true)
  })

  it('are described to their own client as the grant stands, until it ends (RFC 7662 §2.2)', async () => {
    const { client, tokens } = await connect({ scope: 'qc:projects:read qc:account:read' })
    const active = await introspect(client, tokens.access_token)
    assert.deepEqual(
      [active.active, active.scope, active.aud, active.client_id],
      [true, 'qc:account:read qc:projects:read', server.mcp, client.client_id],
    )
    assert.equal((await introspect(client, tokens.refresh_token)).active, true)
    await post('/revoke', client, tokens.refresh_token)
    assert.deepEqual(await introspect(client, tokens.access_token), { active: false })
    assert.deepEqual(await introspect(client, tokens.refresh_token), { active: false })
  })

  it('are described to nobody who cannot prove who they are, also not to a public client that they were given to (RFC 7662 §2.1)', async () => {
    const { client, tokens } = await connectAs(person)
    for (const token of [tokens.access_token, tokens.refresh_token, 'never-was']) {
      assert.equal(await refusal(await post('/introspect', client, token)), '401 invalid_client')
    }
    assert.equal(await works(tokens.access_token), true)
  })

  it('that nobody signed, or somebody else, are not active', async () => {
    const { client, tokens } = await connect()
    const [header, payload] = tokens.access_token.split('.')
    assert.deepEqual(await introspect(client, `${header}.${payload}.AAAA`), { active: false })
    assert.deepEqual(await introspect(client, 'not.a.jwt'), { active: false })
  })
})
