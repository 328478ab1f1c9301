import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { grantIdOf } from '../support/access-token.ts'
import { ALICE, BOB } from '../support/accounts.ts'
import { connect } from '../support/connection.ts'
import { challengeOf, initialize, message, rpc, toolCall } from '../support/mcp-requests.ts'
import type { Tokens } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'
import { changeGrant, withGrants } from '../support/stored.ts'
import { forge } from './forged-token.ts'

describe('the grant behind a token decides, not the token', () => {
  const server = useServer()

  const newConnection = async (as = ALICE): Promise<Tokens> => (await connect(server, { as })).tokens
  const status = async (token: string, name: string, args = {}) =>
    (await rpc(server, token, toolCall(name, args))).status

  it('narrowed, it binds the very next call of a token that still says more', async () => {
    const { access_token, scope } = await newConnection()
    assert.equal(await status(access_token, 'read_account'), 200)
    assert.ok(scope.includes('qc:account:read'))
    await changeGrant(server, access_token, { scopes: ['qc:projects:read'] })
    const response = await rpc(server, access_token, toolCall('read_account'))
    assert.equal(response.status, 403)
    assert.equal(challengeOf(response).scope, 'qc:account:read')
    assert.equal(await status(access_token, 'list_projects'), 200)
  })

  it('widened, it serves the very next call of a token that says less', async () => {
    const { tokens } = await connect(server, { allow: ['qc:projects:read'] })
    assert.equal(await status(tokens.access_token, 'read_account'), 403)
    await changeGrant(server, tokens.access_token, { scopes: ['qc:projects:read', 'qc:account:read'] })
    assert.equal(await status(tokens.access_token, 'read_account'), 200)
  })

  it('is what the instructions tell a model, as it is now', async () => {
    const { access_token } = await newConnection()
    await changeGrant(server, access_token, { scopes: ['qc:ai:read'] })
    const hello = await rpc(server, access_token, initialize())
    const { instructions } = (await message(hello)).result
    assert.match(instructions, /qc:ai:read/)
    assert.doesNotMatch(instructions, /qc:account:read/)
  })

  it('ended, it turns the next call away with invalid_token, so that the client starts anew', async () => {
    const { access_token } = await newConnection()
    assert.equal(await status(access_token, 'list_projects'), 200)
    await withGrants(server, (grants) => grants.end(grantIdOf(access_token)))
    const response = await rpc(server, access_token, toolCall('list_projects'))
    assert.equal(response.status, 401)
    assert.equal(challengeOf(response).error, 'invalid_token')
  })

  it('run out, it turns away a token that would still be good', async () => {
    const { access_token } = await newConnection()
    const expiresAt = Math.floor(Date.now() / 1000) + 60
    await changeGrant(server, access_token, { scopes: ['qc:projects:read'], expiresAt })
    assert.equal(await status(access_token, 'list_projects'), 200)
    await server.advance(61)
    assert.equal(await status(access_token, 'list_projects'), 401)
  })

  it('serves nobody else: a token under another person’s or another client’s grant is no good', async () => {
    const [alice, again, bob] = [await newConnection(), await newConnection(), await newConnection(BOB)]
    const ofAlice = grantIdOf(alice.access_token)
    const borrowed = await forge(server, bob.access_token, { grant_id: ofAlice })
    const acrossClients = await forge(server, again.access_token, { grant_id: ofAlice })
    const raised = await forge(server, bob.access_token, { sub: 'nonsense' })
    for (const token of [borrowed, acrossClients, raised]) assert.equal(await status(token, 'list_projects'), 401)
    assert.equal(await status(await forge(server, alice.access_token, { grant_id: ofAlice }), 'list_projects'), 200)
  })

  it('takes nothing from the token’s own scope, whatever that says', async () => {
    const { tokens } = await connect(server, { allow: ['qc:projects:read'] })
    const boastful = await forge(server, tokens.access_token, { scope: 'qc:projects:read qc:account:read' })
    const modest = await forge(server, tokens.access_token, { scope: '' })
    assert.equal(await status(boastful, 'read_account'), 403)
    assert.equal(await status(modest, 'list_projects'), 200)
  })
})
