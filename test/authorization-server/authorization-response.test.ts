import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useSignedIn } from '../support/connection.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

const STATES = ['two words', '100% & more=1#x', 'a+b', '%2B%20', 'grüße ☃ 🙂', '{"a":"b"}']

describe('authorization response, OAuth 2.1 §4.1.2', () => {
  const server = useServer()
  const person = useSignedIn(server)

  const errorFor = async (parameters: Record<string, string | undefined>) => {
    const { url } = await person.open(authorizationRequest(server, await register(server), parameters).url)
    assert.equal(url.origin, 'http://127.0.0.1:4567')
    assert.equal(url.hash, '')
    assert.equal(url.searchParams.get('iss'), server.origin)
    assert.equal(url.searchParams.get('state'), 'some state')
    return url.searchParams.get('error')
  }

  it('carries code, iss and state in the query, and nothing in the fragment (RFC 9207 §2)', async () => {
    const { url } = await person.allow(authorizationRequest(server, await register(server)).url)
    assert.deepEqual([...url.searchParams.keys()].sort(), ['code', 'iss', 'state'])
    assert.equal(url.searchParams.get('iss'), server.origin)
    assert.equal(url.hash, '')
  })

  it('carries iss when the person says no as well', async () => {
    const page = await person.arrive(authorizationRequest(server, await register(server)).url)
    const { url } = await person.submit(page, { decision: 'deny' })
    assert.equal(url.searchParams.get('error'), 'access_denied')
    assert.equal(url.searchParams.get('iss'), server.origin)
    assert.equal(url.searchParams.get('state'), 'some state')
    assert.equal(url.searchParams.has('code'), false)
  })

  for (const state of STATES) {
    it(`returns state exactly as it was sent: ${state}`, async () => {
      const client = await register(server)
      const success = await person.allow(authorizationRequest(server, client, { state }).url)
      assert.ok(success.url.searchParams.get('code'))
      assert.equal(success.url.searchParams.get('state'), state)
      const failure = await person.open(authorizationRequest(server, client, { state, prompt: 'none' }).url)
      assert.equal(failure.url.searchParams.get('error'), 'consent_required')
      assert.equal(failure.url.searchParams.get('state'), state)
    })
  }

  it('adds no state where none was sent', async () => {
    const { url } = await person.allow(authorizationRequest(server, await register(server), { state: undefined }).url)
    assert.deepEqual([...url.searchParams.keys()].sort(), ['code', 'iss'])
  })

  it('keeps the query that a redirect_uri has of its own (RFC 6749 §3.1.2)', async () => {
    const client = await register(server, { redirect_uris: ['http://127.0.0.1:4567/callback?tenant=a%20b'] })
    const { url } = await person.allow(authorizationRequest(server, client).url)
    assert.equal(url.searchParams.get('tenant'), 'a b')
    assert.ok(url.searchParams.get('code'))
  })

  for (const response_type of ['token', 'id_token', 'code token', 'none']) {
    it(`refuses response_type ${response_type}, and says so in the query`, async () => {
      assert.equal(await errorFor({ response_type }), 'unsupported_response_type')
    })
  }

  for (const response_mode of ['form_post', 'fragment', 'web_message']) {
    it(`refuses response_mode ${response_mode}, and says so in the query`, async () => {
      assert.match((await errorFor({ response_mode })) ?? '', /^(unsupported_response_mode|invalid_request)$/)
    })
  }

  it('accepts response_mode query by name', async () => {
    const { url } = await person.allow(
      authorizationRequest(server, await register(server), { response_mode: 'query' }).url,
    )
    assert.ok(url.searchParams.get('code'))
  })
})
