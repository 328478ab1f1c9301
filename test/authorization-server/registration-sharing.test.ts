import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import { connectAs, signedIn } from '../support/connection.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

describe('the same program that registers again', () => {
  const server = useServer()
  const enroll = (metadata: Record<string, unknown> = {}) => register(server, { client_name: 'Same', ...metadata })

  it('is the same client when it has no secret', async () => {
    assert.equal((await enroll()).client_id, (await enroll()).client_id)
  })

  it('is the same however it puts it: what counts is what is in force', async () => {
    const { client_id } = await enroll()
    for (const same of [
      { scope: 'qc:projects:read' },
      { scope: '', client_uri: '', contacts: [], logo_uri: null },
      { application_type: 'web' },
      { software_id: crypto.randomUUID(), state: crypto.randomUUID() },
      { grant_types: null },
      { redirect_uris: ['http://127.0.0.1:4567/callback', 'javascript:alert(1)', 'http://127.0.0.1:4567/callback'] },
    ]) {
      assert.equal((await enroll(same)).client_id, client_id, JSON.stringify(same))
    }
  })

  it('is another client when something in force differs', async () => {
    const { client_id } = await enroll()
    for (const other of [
      { client_name: 'Other' },
      { redirect_uris: ['http://127.0.0.1:4567/elsewhere'] },
      { grant_types: ['authorization_code'] },
    ]) {
      assert.notEqual((await enroll(other)).client_id, client_id, JSON.stringify(other))
    }
  })

  it('is the same client when it proves itself by a key of its own', async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwks = { keys: [await exportJWK(publicKey)] }
    const metadata = { token_endpoint_auth_method: 'private_key_jwt', jwks }
    const [one, two] = [await enroll(metadata), await enroll(metadata)]
    assert.equal(one.client_id, two.client_id)
    assert.equal('client_secret' in one, false)
    assert.notEqual(one.client_id, (await enroll()).client_id)
  })

  it('is a new client each time when it gets a secret, which is nobody else’s', async () => {
    const metadata = { token_endpoint_auth_method: 'client_secret_post' }
    const [one, two] = [await enroll(metadata), await enroll(metadata)]
    assert.notEqual(one.client_id, two.client_id)
    assert.notEqual(one.client_secret, two.client_secret)
  })

  it('is one client also when many start at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => enroll({ client_name: 'Crowd' })))
    assert.equal(new Set(all.map(({ client_id }) => client_id)).size, 1)
  })

  it('keeps what it was allowed before', async () => {
    const person = await signedIn(server)
    const hosted = { redirect_uris: ['https://client.example/cb'] }
    await connectAs(person, { client: await enroll(hosted) })
    const again = await person.open(authorizationRequest(server, await enroll(hosted)).url)
    assert.ok(again.url.searchParams.get('code'), 'no page is shown')
  })
})
