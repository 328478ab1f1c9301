import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { allocationOf, networkOf, widerNetworks } from '../../src/rate-limits/client-address.ts'
import { RATE_LIMITS } from '../../src/rate-limits/rate-limits.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { put } from '../../src/storage/store.ts'
import { usePair } from '../support/pair.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, refusal, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'
import { withStore } from '../support/stored.ts'
import { storeEnv } from '../support/stores.ts'

const HOUR = 60 * 60

describe('how many clients an address may register', () => {
  const server = useServer({ TRUSTED_PROXIES: '127.0.0.1,::1' })
  let count = 0

  const enroll = (from: string, metadata: Record<string, unknown> = {}) =>
    fetch(`${server.origin}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from, origin: 'https://page.example' },
      body: JSON.stringify({
        client_name: `Client ${++count}`,
        redirect_uris: ['http://localhost/callback'],
        token_endpoint_auth_method: 'none',
        ...metadata,
      }),
    })
  const statuses = async (times: number, from: string, metadata?: Record<string, unknown>) =>
    new Set(
      (await Promise.all(Array.from({ length: times }, () => enroll(from, metadata)))).map(({ status }) => status),
    )

  /** Has an address register so many clients, without the time that takes. */
  const spend = (what: string, address: string, times: number) =>
    withStore(server, (store) => put(store, KEYS.attempts(what, address), String(times), HOUR))

  it('is 300 an hour; then it is told when to come back, and a page that asks can read it (RFC 6585 §4)', async () => {
    assert.deepEqual(await statuses(300, '198.51.100.1'), new Set([201]))
    const response = await enroll('198.51.100.1')
    assert.equal(response.status, 429)
    const wait = Number(response.headers.get('retry-after'))
    assert.ok(wait > 0 && wait <= HOUR)
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
    const { error, error_description } = (await response.json()) as Record<string, string>
    assert.equal(error, 'temporarily_unavailable')
    assert.match(error_description ?? '', /too many new registrations/)
  })

  it('leaves other addresses alone', async () => {
    assert.equal((await enroll('198.51.100.2')).status, 201)
  })

  it('costs nothing to register what is registered already', async () => {
    const same = { client_name: 'Same' }
    assert.equal((await enroll('198.51.100.3', same)).status, 201)
    await spend('registration', '198.51.100.3', 300)
    assert.deepEqual(await statuses(20, '198.51.100.3', same), new Set([201]))
    assert.equal((await enroll('198.51.100.3')).status, 429)
  })

  it('counts a client with a secret every time', async () => {
    await spend('registration', '198.51.100.4', 299)
    const same = { client_name: 'Secret', token_endpoint_auth_method: 'client_secret_post' }
    assert.equal((await enroll('198.51.100.4', same)).status, 201)
    assert.equal((await enroll('198.51.100.4', same)).status, 429)
  })

  it('counts nothing that is refused anyway', async () => {
    await spend('registration', '198.51.100.5', 299)
    for (let i = 0; i < 5; i++) {
      const response = await enroll('198.51.100.5', { redirect_uris: ['http://client.example/'] })
      assert.equal(await refusal(response), '400 invalid_redirect_uri')
    }
    assert.equal((await enroll('198.51.100.5')).status, 201)
  })

  for (const redirect of [
    'https://claude.ai/api/mcp/auth_callback',
    'https://claude.com/api/mcp/auth_callback',
    'https://chatgpt.com/connector/oauth/abc',
    'https://www.cursor.com/agents/mcp/oauth/callback',
    'https://vscode.dev/redirect',
    'https://insiders.vscode.dev/redirect',
  ]) {
    it(`is 5000 for what returns only to a hosted assistant, whose users share addresses: ${redirect}`, async () => {
      const hosted = { redirect_uris: [redirect] }
      await spend('registration', '198.51.100.6', 300)
      await spend('hosted-registration', '198.51.100.6', 4_999)
      assert.equal((await enroll('198.51.100.6', hosted)).status, 201)
      assert.equal((await enroll('198.51.100.6', hosted)).status, 429)
    })
  }

  it('is 300 for what only resembles one, or returns elsewhere as well', async () => {
    await spend('registration', '198.51.100.7', 300)
    for (const redirect_uris of [
      ['https://claude.ai.evil.example/cb'],
      ['https://claude.ai:8443/cb'],
      ['https://claude.ai/api/mcp/auth_callback', 'https://evil.example/cb'],
      ['https://claude.ai/api/mcp/auth_callback', 'http://localhost/callback'],
    ]) {
      assert.equal((await enroll('198.51.100.7', { redirect_uris })).status, 429, redirect_uris.join(' '))
    }
  })

  it('counts an IPv6 address by its network, which is one customer’s', async () => {
    await spend('registration', '2001:db8:1:2::/64', 299)
    assert.equal((await enroll('2001:db8:1:2::1')).status, 201)
    assert.equal((await enroll('2001:0db8:0001:0002:ffff::9')).status, 429)
    assert.equal((await enroll('2001:db8:1:3::1')).status, 201)
  })

  for (const [network, most, inside, outside] of [
    ['203.0.113.0/24', 600, '203.0.113.77', '203.0.114.77'],
    ['2001:db8:7:100::/56', 600, '2001:db8:7:1ff::1', '2001:db8:7:200::1'],
    ['2001:db8:8::/48', 1_200, '2001:db8:8:ffff::1', '2001:db8:9:ffff::1'],
  ] as const) {
    it(`is ${most} for all of ${network} together, whoever has so many addresses`, async () => {
      await spend('registration', network, most - 1)
      assert.equal((await enroll(inside)).status, 201)
      const response = await enroll(inside)
      assert.equal(response.status, 429)
      assert.ok(Number(response.headers.get('retry-after')) > 0)
      assert.equal((await enroll(outside)).status, 201)
    })
  }

  it('uses up nothing of what its neighbours share once an address is stopped', async () => {
    await spend('registration', '203.0.115.1', 300)
    await spend('registration', '203.0.115.0/24', 599)
    assert.deepEqual(await statuses(5, '203.0.115.1'), new Set([429]))
    assert.equal((await enroll('203.0.115.2')).status, 201)
  })

  it('is none for hosted assistants by wider networks', async () => {
    await spend('hosted-registration', '203.0.116.0/24', 20_000)
    const hosted = { redirect_uris: ['https://claude.ai/api/mcp/auth_callback'] }
    assert.equal((await enroll('203.0.116.1', hosted)).status, 201)
  })

  it('has room for what clients have to say, not for whatever fits into a request', async () => {
    const metadata = (length: number) => ({ client_name: 'x'.repeat(length) })
    assert.equal((await enroll('198.51.100.9', metadata(8_000))).status, 201)
    assert.equal(await refusal(await enroll('198.51.100.9', metadata(17_000))), '400 invalid_client_metadata')
  })

  it('begins anew after an hour', async () => {
    await spend('registration', '198.51.100.8', 300)
    assert.equal((await enroll('198.51.100.8')).status, 429)
    await server.advance(HOUR + 1)
    assert.equal((await enroll('198.51.100.8')).status, 201)
  })
})

for (const name of ['SQLite', 'Redis'] as const) {
  describe(`what a network may begin, on ${name}, at two processes`, () => {
    const pair = usePair(() => ({ ...storeEnv(name, 'begin:'), TRUSTED_PROXIES: '127.0.0.1,::1' }))
    let count = 0
    const from = (address: string) => ({ 'x-forwarded-for': address, 'content-type': 'application/json' })
    const registers = async (at: string, address: string) => {
      const metadata = {
        client_name: `P ${name} ${count++}`,
        redirect_uris: ['http://localhost/cb'],
        token_endpoint_auth_method: 'none',
      }
      return fetch(`${at}/register`, { method: 'POST', headers: from(address), body: JSON.stringify(metadata) })
    }
    const begins = async (at: string, address: string) => {
      const url = new URL(authorizationRequest(pair.one, client).url)
      return fetch(`${at}${url.pathname}${url.search}`, { redirect: 'manual', headers: { 'x-forwarded-for': address } })
    }
    let client: Registration
    before(async () => {
      client = await register(pair.one)
    })

    for (const [network, times, one, other] of [
      ['198.51.100.9', 1, '198.51.100.9', '198.51.100.9'],
      ['203.0.113.0/24', 2, '203.0.113.1', '203.0.113.2'],
      ['2001:db8:7:100::/56', 2, '2001:db8:7:101::1', '2001:db8:7:102::1'],
      ['2001:db8:8::/48', 4, '2001:db8:8:1::1', '2001:db8:8:ff01::1'],
    ] as const) {
      it(`is counted for all of ${network} together`, async () => {
        const [here, there] = pair.addresses
        for (const [what, most, seconds, act, good] of [
          ['registration', 300, HOUR, registers, 201],
          ['authorize', 3_000, 600, begins, 303],
        ] as const) {
          await withStore(pair.one, (store) => put(store, KEYS.attempts(what, network), `${most * times - 2}`, seconds))
          const statuses = [
            await act(here, one),
            await act(there, other),
            await act(there, one),
            await act(here, other),
          ]
          assert.deepEqual(
            statuses.map(({ status }) => status),
            [good, good, 429, 429],
            what,
          )
        }
      })
    }
  })
}

describe('the address that a limit counts', () => {
  for (const [address, network] of Object.entries({
    '198.51.100.1': '198.51.100.1',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
    '2001:0DB8:0001:0002::1': '2001:db8:1:2::/64',
    '2001:db8::1': '2001:db8:0:0::/64',
    '1:2:3::': '1:2:3:0::/64',
    '::1': '127.0.0.1',
    '::2': '0:0:0:0::/64',
    'fe80::1%eth0': 'fe80:0:0:0::/64',
    '::ffff:198.51.100.1': '198.51.100.1',
    '::ffff:c633:6401': '198.51.100.1',
    '198.51.100.1:51234': '198.51.100.1',
    '[2001:db8:1:2::1]:443': '2001:db8:1:2::/64',
    'no address': 'unknown',
    '': 'unknown',
  })) {
    it(`of ${address} is ${network}`, () => assert.equal(networkOf(address), network))
  }

  for (const [network, wider, allocation] of [
    ['198.51.100.7', ['198.51.100.0/24'], '198.51.0.0/16'],
    ['2001:db8:1:2ff::/64', ['2001:db8:1:200::/56', '2001:db8:1::/48'], '2001:db8::/32'],
    ['2001:db8:0:0::/64', ['2001:db8:0:0::/56', '2001:db8:0::/48'], '2001:db8::/32'],
    ['2001:db8:a:00ff::/64', ['2001:db8:a:0::/56', '2001:db8:a::/48'], '2001:db8::/32'],
    ['unknown', [], 'unknown'],
  ] as const) {
    it(`lies in ${wider.join(' and ') || 'no other network'} and ${allocation}, if it is ${network}`, () => {
      assert.deepEqual(widerNetworks(network), wider)
      assert.equal(allocationOf(network), allocation)
    })
  }

  it('has room for a company behind it', () => {
    for (const { most } of [RATE_LIMITS.registration, RATE_LIMITS.authorize, RATE_LIMITS.par]) assert.ok(most >= 300)
  })
})
