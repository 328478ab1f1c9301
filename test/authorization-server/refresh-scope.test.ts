import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { claimsOf, grantIdOf } from '../support/access-token.ts'
import { ALIVE, connectAs, connectionState, OVER, signedIn, useSignedIn } from '../support/connection.ts'
import type { Tokens } from '../support/raw-client.ts'
import { authorizationRequest, refresh, refusal } from '../support/raw-client.ts'
import { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { changeGrant, withGrants } from '../support/stored.ts'

const DAY = 24 * 60 * 60
const BOTH = 'qc:account:read qc:projects:read'
const bodyOf = async (response: Response) => (await response.json()) as Tokens

describe('a refresh follows the grant', () => {
  const server = useServer()
  const person = useSignedIn(server)

  const connection = () => connectAs(person, { parameters: { scope: BOTH } })

  it('trims scopes that nobody knows or nobody allowed, and never refuses them', async () => {
    const { client, tokens } = await connection()
    const scope = 'qc:account:read qc:moon:walk qc:live:write offline_access openid'
    const response = await refresh(server, client, tokens.refresh_token, { scope })
    assert.equal(response.status, 200)
    assert.equal((await bodyOf(response)).scope, 'qc:account:read')
  })

  it('may ask for less, which binds that one access token and not the next (RFC 6749 §6)', async () => {
    const { client, tokens } = await connection()
    const less = await bodyOf(await refresh(server, client, tokens.refresh_token, { scope: 'qc:projects:read' }))
    assert.equal(less.scope, 'qc:projects:read')
    assert.equal(claimsOf(less.access_token).scope, 'qc:projects:read')
    assert.equal((await bodyOf(await refresh(server, client, less.refresh_token))).scope, BOTH)
  })

  it('shows a grant that was narrowed, and one that was widened again, at the very next refresh', async () => {
    const { client, tokens } = await connection()
    const id = grantIdOf(tokens.access_token)
    await withGrants(server, (grants) => grants.change(id, { scopes: ['qc:account:read'] }))
    const narrowed = await bodyOf(await refresh(server, client, tokens.refresh_token))
    assert.equal(narrowed.scope, 'qc:account:read')
    await withGrants(server, (grants) => grants.change(id, { scopes: ['qc:account:read', 'qc:live:write'] }))
    const widened = await bodyOf(await refresh(server, client, narrowed.refresh_token))
    assert.equal(widened.scope, 'qc:account:read qc:live:write')
    assert.equal(claimsOf(widened.access_token).scope, widened.scope)
  })

  it('shows the widened grant even to a client that repeats its old scope', async () => {
    const { client, tokens } = await connection()
    await changeGrant(server, tokens.access_token, { scopes: ['qc:live:read'] })
    const response = await refresh(server, client, tokens.refresh_token, { scope: 'qc:live:read' })
    assert.equal((await bodyOf(response)).scope, 'qc:live:read')
  })

  it('keeps to one grant, however often it is repeated', async () => {
    const { client, tokens } = await connection()
    const second = await bodyOf(await refresh(server, client, tokens.refresh_token))
    const third = await bodyOf(await refresh(server, client, second.refresh_token))
    assert.equal(grantIdOf(third.access_token), grantIdOf(tokens.access_token))
  })

  it('is refused when the grant was ended', async () => {
    const { client, tokens } = await connection()
    await withGrants(server, (grants) => grants.end(grantIdOf(tokens.access_token)))
    assert.deepEqual(await connectionState(server, client, tokens), OVER)
  })

  it('needs no browser session, and survives kill -9', async () => {
    const { client, tokens } = await connection()
    const newest = await bodyOf(await refresh(server, client, tokens.refresh_token))
    person.cookies.clear()
    await server.crashAndRestart()
    assert.deepEqual(await connectionState(server, client, newest), ALIVE)
    // The answer to that refresh may have been lost in the crash: the same again gives the same.
    const again = await refresh(server, client, tokens.refresh_token)
    assert.equal(again.status, 200)
  })

  it('works on the last of 30 days, with an access token that lives no longer than the grant, and then no more', async () => {
    const fresh = new RawPerson(server)
    await fresh.arrive(authorizationRequest(server, (await connectAs(await signedIn(server))).client).url)
    const { client, tokens } = await connectAs(fresh, { parameters: { scope: BOTH } })
    await server.advance(15 * DAY)
    const halfway = await bodyOf(await refresh(server, client, tokens.refresh_token))
    await server.advance(15 * DAY - 600)
    const last = await bodyOf(await refresh(server, client, halfway.refresh_token))
    assert.ok(last.expires_in <= 600)
    await server.advance(600)
    assert.equal(await refusal(await refresh(server, client, last.refresh_token)), '400 invalid_grant')
    assert.deepEqual(await connectionState(server, client, last), OVER)
  })
})
