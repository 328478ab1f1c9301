import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connectAs, signedIn } from '../support/connection.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, refresh, refusal, register } from '../support/raw-client.ts'
import { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

const DAY = 24 * 60 * 60
const KNOWN = '400 invalid_grant'
const GONE = '401 invalid_client'

describe('how long a registration lives', () => {
  const server = useServer()
  /** What the token endpoint says of a client: it looks at who asks before it looks at the token. */
  const standing = async (client: Registration) => refusal(await refresh(server, client, 'never-was'))

  it('is 30 days when nothing comes of it', async () => {
    const client = await register(server)
    await server.advance(30 * DAY - 60)
    assert.equal(await standing(client), KNOWN)
    await server.advance(61)
    assert.equal(await standing(client), GONE)
  })

  it('ends with a page that says what to do: remove the server and add it again', async () => {
    const client = await register(server)
    const { url } = authorizationRequest(server, client)
    const person = new RawPerson(server)
    assert.match((await person.open(url)).html, /name="apiToken"/)
    await server.advance(30 * DAY + 1)
    const page = await new RawPerson(server).open(url)
    assert.equal(page.status, 400)
    assert.match(page.html, /Remove this server from your assistant and add it again/)
    assert.equal(await standing(client), GONE)
  })

  it('begins anew when the same client registers again, which has the same id after its end as well', async () => {
    const metadata = { client_name: 'Comes back' }
    const client = await register(server, metadata)
    await server.advance(20 * DAY)
    await register(server, metadata)
    await server.advance(20 * DAY)
    assert.equal(await standing(client), KNOWN)
    await server.advance(11 * DAY)
    assert.equal(await standing(client), GONE)
    assert.equal((await register(server, metadata)).client_id, client.client_id)
    assert.equal(await standing(client), KNOWN)
  })

  it('is a year from the last use', async () => {
    const { client } = await connectAs(await signedIn(server))
    await server.advance(300 * DAY)
    await connectAs(await signedIn(server), { client })
    await server.advance(365 * DAY)
    assert.equal(await standing(client), KNOWN)
    await server.advance(2 * DAY)
    assert.equal(await standing(client), GONE)
  })

  it('is not shortened when a client in use registers again', async () => {
    const metadata = { client_name: 'In use' }
    const { client } = await connectAs(await signedIn(server), { client: await register(server, metadata) })
    assert.equal((await register(server, metadata)).client_id, client.client_id)
    await server.advance(200 * DAY)
    assert.equal(await standing(client), KNOWN)
  })

  it('is not prolonged by token requests that are refused', async () => {
    const client = await register(server)
    await standing(client)
    await server.advance(30 * DAY + 1)
    assert.equal(await standing(client), GONE)
  })
})
