import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { KEYS } from '../../src/storage/keys.ts'
import { put } from '../../src/storage/store.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, refusal, register } from '../support/raw-client.ts'
import { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { withStore } from '../support/stored.ts'

const TEN_MINUTES = 10 * 60

describe('how many authorizations may be begun', () => {
  const server = useServer({ TRUSTED_PROXIES: '127.0.0.1,::1' })
  let client: Registration
  before(async () => {
    client = await register(server)
  })

  const spend = (what: string, network: string, times = 2_999) =>
    withStore(server, (store) => put(store, KEYS.attempts(what, network), `${times}`, TEN_MINUTES))
  const authorize = (from: string) =>
    fetch(authorizationRequest(server, client).url, {
      redirect: 'manual',
      headers: { 'x-forwarded-for': from, accept: 'text/html' },
    })
  const par = (from: string, more: Record<string, string> = {}) => {
    const query = new URL(authorizationRequest(server, client).url).searchParams
    for (const [name, value] of Object.entries(more)) query.set(name, value)
    return fetch(`${server.origin}/par`, { method: 'POST', headers: { 'x-forwarded-for': from }, body: query })
  }

  it('by a browser: 3,000 in ten minutes from one address, then a page that says when to come back', async () => {
    await spend('authorize', '198.51.100.1')
    assert.equal((await authorize('198.51.100.1')).status, 303)
    const response = await authorize('198.51.100.1')
    assert.equal(response.status, 429)
    const wait = Number(response.headers.get('retry-after'))
    assert.ok(wait > 0 && wait <= TEN_MINUTES)
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(await response.text(), /Wait 10 minutes/)
    assert.equal((await authorize('198.51.100.2')).status, 303)
  })

  it('by pushed requests: as many, then an OAuth error (RFC 9126 §2.3)', async () => {
    await spend('par', '198.51.100.1')
    assert.equal((await par('198.51.100.1')).status, 201)
    const response = await par('198.51.100.1')
    assert.ok(response.headers.get('retry-after'))
    assert.equal(await refusal(response), '429 temporarily_unavailable')
    assert.equal((await par('198.51.100.2')).status, 201)
  })

  for (const [network, most, inside, outside] of [
    ['203.0.113.0/24', 6_000, '203.0.113.77', '203.0.114.77'],
    ['2001:db8:7:100::/56', 6_000, '2001:db8:7:1ff::1', '2001:db8:7:200::1'],
    ['2001:db8:8::/48', 12_000, '2001:db8:8:ffff::1', '2001:db8:9:ffff::1'],
  ] as const) {
    it(`from ${network}: ${most} in all, whoever has so many addresses`, async () => {
      await spend('authorize', network, most - 1)
      await spend('par', network, most - 1)
      const both = async (from: string) => [(await authorize(from)).status, (await par(from)).status]
      assert.deepEqual(await both(inside), [303, 201])
      assert.deepEqual(await both(inside), [429, 429])
      assert.deepEqual(await both(outside), [303, 201])
    })
  }

  it('begin anew after ten minutes', async () => {
    await server.advance(TEN_MINUTES + 1)
    assert.equal((await authorize('198.51.100.1')).status, 303)
    assert.equal((await par('198.51.100.1')).status, 201)
  })
})

describe('how long `state` may be, which is kept with the request', () => {
  const server = useServer()
  let client: Registration
  before(async () => {
    client = await register(server)
  })
  const LONG = 'x'.repeat(4097)

  it('4096 characters', async () => {
    const { url } = authorizationRequest(server, client, { state: LONG.slice(1) })
    assert.match((await new RawPerson(server).open(url)).html, /name="apiToken"/)
  })

  it('and not one more: the client is told so (RFC 6749 §4.1.2.1)', async () => {
    const place = await new RawPerson(server).open(authorizationRequest(server, client, { state: LONG }).url)
    assert.equal(place.url.searchParams.get('error'), 'invalid_request')
    assert.match(place.url.searchParams.get('error_description') ?? '', /state/)
    assert.equal(place.url.searchParams.get('state'), LONG)
  })

  it('in a pushed request neither (RFC 9126 §2.3)', async () => {
    const body = new URL(authorizationRequest(server, client, { state: LONG }).url).searchParams
    assert.equal(await refusal(await fetch(`${server.origin}/par`, { method: 'POST', body })), '400 invalid_request')
  })
})
