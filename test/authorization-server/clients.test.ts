import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useSignedIn } from '../support/connection.ts'
import { authorizationRequest, refusal, register, tokenRequest } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

describe('a client that cannot be answered, RFC 6749 §4.1.2.1', () => {
  const server = useServer()
  const person = useSignedIn(server)

  it('is unknown: a page says to remove and add it again, and nothing is sent anywhere', async () => {
    const client = { ...(await register(server)), client_id: 'gone' }
    const page = await person.open(authorizationRequest(server, client).url)
    assert.equal(page.url.origin, server.origin)
    assert.equal(page.status, 400)
    assert.match(page.html, /Remove this server from your assistant and add it again/)
    assert.match(page.html, /invalid_client/)
  })

  it('names itself not at all: a page', async () => {
    const page = await person.open(authorizationRequest(server, await register(server), { client_id: undefined }).url)
    assert.equal(page.url.origin, server.origin)
    assert.equal(page.status, 400)
  })

  for (const redirect_uri of [
    'https://evil.example/cb',
    'https://client.example/cb/',
    'https://client.example/cb?x=1',
    'https://client.example/cb#x',
    'https://client.example.evil.example/cb',
    'https://client.example@evil.example/cb',
    'http://client.example/cb',
    'https://client.example/CB',
    'javascript:alert(1)',
    'no address',
  ]) {
    it(`asks to return where it did not register, which is compared exactly (RFC 9700 §2.1): ${redirect_uri}`, async () => {
      const client = await register(server, { redirect_uris: ['https://client.example/cb'] })
      for (const prompt of ['none', 'consent']) {
        const page = await person.open(authorizationRequest(server, client, { redirect_uri, prompt }).url)
        assert.equal(page.url.origin, server.origin)
        assert.equal(page.status, 400)
        assert.match(page.html, /invalid_redirect_uri/)
        assert.equal(page.headers.has('location'), false)
      }
    })
  }

  it('stays without an answer even when something else is wrong as well', async () => {
    const parameters = { redirect_uri: 'https://evil.example/cb', response_type: 'none', code_challenge: undefined }
    const page = await person.open(authorizationRequest(server, await register(server), parameters).url)
    assert.equal(page.url.origin, server.origin)
    assert.equal(page.status, 400)
  })

  it('is told so at the token endpoint (§5.2)', async () => {
    const parameters = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://client.example/cb' }
    assert.equal(await refusal(await tokenRequest(server, { ...parameters, client_id: 'gone' })), '401 invalid_client')
    assert.equal(await refusal(await tokenRequest(server, parameters)), '401 invalid_client')
  })
})
