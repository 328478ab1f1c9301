import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connect } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration } from '../support/raw-client.ts'
import { refresh, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

describe('access tokens at the endpoints for tokens', () => {
  const server = useServer()

  const post = (path: string, { client_id }: Registration, token: string) =>
    fetch(`${server.origin}${path}`, { method: 'POST', body: new URLSearchParams({ client_id, token }) })
  const introspect = async (client: Registration, token: string) =>
    (await post('/introspect', client, token)).json() as Promise<Record<string, unknown>>
  const works = async (token: string) => (await rpc(server, token, toolCall('read_account'))).status === 200

  it('end the connection when their client revokes them (RFC 7009 §2.1)', async () => {
    const { client, tokens } = await connect(server)
    assert.equal((await post('/revoke', client, tokens.access_token)).status, 200)
    assert.equal(await works(tokens.access_token), false)
    assert.equal((await refresh(server, client, tokens.refresh_token)).status, 400)
  })

  it('are of no use there to another client (RFC 7009 §2.1, RFC 7662 §2.2)', async () => {
    const { tokens } = await connect(server)
    const other = await register(server, { client_name: 'Other' })
    assert.equal((await post('/revoke', other, tokens.access_token)).status, 200)
    assert.deepEqual(await introspect(other, tokens.access_token), { active: false })
    assert.deepEqual(await introspect(other, tokens.refresh_token), { active: false })
    assert.equal(await works(tokens.access_token), true)
  })

  it('are described to their own client as the grant stands, until it ends (RFC 7662 §2.2)', async () => {
    const { client, tokens } = await connect(server, { scope: 'qc:projects:read qc:account:read' })
    const active = await introspect(client, tokens.access_token)
    assert.deepEqual(
      [active.active, active.scope, active.aud, active.client_id],
      [true, 'qc:account:read qc:projects:read', server.mcp, client.client_id],
    )
    await post('/revoke', client, tokens.refresh_token)
    assert.deepEqual(await introspect(client, tokens.access_token), { active: false })
  })

  it('that nobody signed, or somebody else, are not active', async () => {
    const { client, tokens } = await connect(server)
    const [header, payload] = tokens.access_token.split('.')
    assert.deepEqual(await introspect(client, `${header}.${payload}.AAAA`), { active: false })
    assert.deepEqual(await introspect(client, 'not.a.jwt'), { active: false })
  })
})
