import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import { connect, useConnection } from '../support/connection.ts'
import { message, rpc, toolCall } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'
import { forge, signingKey } from './forged-token.ts'

describe('access tokens whose signature is not ours', () => {
  const server = useServer({ TRUSTED_PROXIES: '127.0.0.1,::1' })
  const connection = useConnection(server)
  let made = 0
  let forged: (claims?: Record<string, unknown>, header?: Record<string, unknown>) => Promise<string>
  before(async () => {
    await server.stopClock() // how much of a second has passed is decided here
    const strange = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)
    const kid = signingKey(server).kid ?? ''
    forged = (claims = {}, header = {}) =>
      forge(server, connection.token, { jti: `${made++}`, ...claims }, header, { ...strange, kid })
  })

  const present = (token: string, from: string) =>
    rpc(server, token, toolCall('list_projects'), { 'x-forwarded-for': from })
  async function statuses(count: number, from: string, make: () => string | Promise<string> = forged) {
    const tokens = await Promise.all(Array.from({ length: count }, () => make()))
    const answers = await Promise.all(tokens.map((token) => present(token, from)))
    return answers.map(({ status }) => status)
  }
  const times = (all: readonly number[], status: number) => all.filter((one) => one === status).length

  it('are looked at fifty times a second from one network; then those not known yet wait (RFC 6585 §4)', async () => {
    const all = await statuses(120, '198.51.100.1')
    assert.deepEqual([times(all, 401), times(all, 429)], [50, 70])
    const response = await present(await forged(), '198.51.100.1')
    assert.equal(response.status, 429)
    assert.equal(response.headers.get('retry-after'), '1')
    assert.equal(response.headers.get('www-authenticate'), null) // to sign in anew would help nobody
    assert.match(String((await message(response)).error?.message), /try again in 1 s/)
  })

  it('keep a good one waiting that comes from there for the first time, and none that was seen before', async () => {
    await present(connection.token, '198.51.100.2')
    const { tokens } = await connect(server)
    assert.equal(times(await statuses(60, '198.51.100.2'), 429), 10)
    assert.equal((await present(connection.token, '198.51.100.2')).status, 200)
    assert.equal((await present(tokens.access_token, '198.51.100.2')).status, 429)
    await server.advance(1)
    assert.equal((await present(tokens.access_token, '198.51.100.2')).status, 200)
    assert.equal(times(await statuses(60, '198.51.100.2'), 429), 10)
    assert.equal((await present(tokens.access_token, '198.51.100.2')).status, 200)
  })

  it('keep nobody waiting who is in another network', async () => {
    assert.equal(times(await statuses(60, '2001:db8:1:1::1'), 429), 10)
    assert.equal((await present(await forged(), '2001:db8:1:1:ffff::2')).status, 429)
    assert.equal((await present(await forged(), '2001:db8:1:2::1')).status, 401)
    assert.equal((await present(await forge(server, connection.token, { jti: 'new' }), '198.51.100.3')).status, 200)
  })

  it('are not what good ones are: a hundred new ones at once are all let in', async () => {
    const all = await statuses(100, '198.51.100.4', () => forge(server, connection.token, { jti: `${made++}` }))
    assert.equal(times(all, 200), 100)
  })

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  for (const [what, make] of Object.entries({
    'have another issuer': () => forged({ iss: 'https://other.example' }),
    'are for another resource': () => forged({ aud: 'https://other.example/mcp' }),
    'are over': () => forged({ exp: 1_700_000_000 }),
    'name no grant': () => forged({ grant_id: undefined }),
    'name no person': () => forged({ sub: 7 }),
    'name no client': () => forged({ client_id: null }),
    'are of another type': () => forged({}, { typ: 'JWT' }),
    'name a key that is none of ours': () => forged({}, { kid: 'other' }),
    'name no key': () => forged({}, { kid: undefined }),
    'have another algorithm': async () => {
      const [header = '', ...rest] = (await forged()).split('.')
      const said = JSON.parse(Buffer.from(header, 'base64url').toString())
      return [part({ ...said, alg: 'ES384' }), ...rest].join('.')
    },
    'have a signature of another length': async () => (await forged()).slice(0, -1),
    'have claims that are none': async () => {
      const [header, , signature] = (await forged()).split('.')
      return `${header}.${part([])}.${signature}`
    },
    'are no JSON': async () => `bm9uc2Vuc2U.${(await forged()).split('.').slice(1).join('.')}`,
  })) {
    it(`cost no check when they ${what}: as many as come are refused, and nobody waits for it`, async () => {
      assert.equal(times(await statuses(60, '198.51.100.5', make), 401), 60)
      assert.equal((await present(await forged(), '198.51.100.5')).status, 401)
    })
  }
})
