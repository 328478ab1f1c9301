import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { before, beforeEach, describe, it } from 'node:test'
import type { ClientKey } from '../support/client-assertion.ts'
import { assertionBy, newKey } from '../support/client-assertion.ts'
import { register, tokenRequest } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { PUBLIC_ADDRESS, useWeb } from '../support/web.ts'

const A_MINUTE = 61
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'

/** Hosts that lead where nobody may go, whoever owns their names. */
const INSIDE = {
  'loopback.example': [['127.0.0.1']],
  'loopback6.example': [['::1']],
  'mapped.example': [['::ffff:127.0.0.1']],
  'private.example': [['10.0.0.1']],
  'metadata.example': [['169.254.169.254']],
  'nat64.example': [['64:ff9b::7f00:1']],
  'nothing.example': [['0.0.0.0']],
  'mixed.example': [[PUBLIC_ADDRESS, '127.0.0.1']],
  'mixed6.example': [[PUBLIC_ADDRESS, '::1']],
  localhost: [['127.0.0.1']],
  'db.internal': [['10.0.0.1']],
}

describe('what a client names, draft-ietf-oauth-client-id-metadata-document-02 §8.6', () => {
  const { server, web } = useWeb({
    ...INSIDE,
    'app.example': [[PUBLIC_ADDRESS]],
    'rebound.example': [[PUBLIC_ADDRESS], ['127.0.0.1']],
  })
  let key: ClientKey
  before(async () => {
    key = await newKey()
  })
  beforeEach(() => server.advance(A_MINUTE)) // each test begins below the limit

  /** URLs that must lead to no connection. */
  const doors = () => [
    ...Object.keys(INSIDE).map((host) => `https://${host}/x.json`),
    ...['127.0.0.1', '2130706433', '0x7f.1', '0.0.0.0', '0', '[::1]', '[::ffff:127.0.0.1]', '10.0.0.1', '127.1'].map(
      (host) => `https://${host}/x.json`,
    ),
    ...['127.0.0.1', 'localhost', 'app.example', '2130706433', '[::ffff:127.0.0.1]'].map(
      (host) => `https://${host}:${web.doorPort()}/x.json`,
    ),
    `http://127.0.0.1:${web.doorPort()}/x.json`,
  ]

  /** How a request is refused, all that a client learns of it. */
  async function refusal(parameters: Record<string, string>): Promise<string> {
    const answer = await tokenRequest(server, { grant_type: 'refresh_token', refresh_token: 'any', ...parameters })
    return `${answer.status} ${await answer.text()}`
  }
  const asDocument = (client_id: string) => refusal({ client_id })
  const document = (name: string, members: object = {}) => {
    const client_id = `https://app.example/${name}.json`
    web.serve(client_id, { client_id, redirect_uris: ['https://app.example/cb'], ...members })
    return client_id
  }

  it('is never behind a door of our own network, as a metadata document', async () => {
    for (const url of doors()) {
      assert.match(await asDocument(url), /^40[01] /, url)
      assert.equal(web.knocks(), 0, url)
    }
  })

  it('is never behind such a door as the keys of a registered client', async () => {
    for (const jwks_uri of doors()) {
      const { client_id } = await register(server, {
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks_uri,
      })
      assert.match(await refusal(await assertionBy(key, client_id, server.origin)), /^401 .*invalid_client/, jwks_uri)
      assert.equal(web.knocks(), 0, jwks_uri)
    }
  })

  it('is never behind such a door as the keys of a client with a document', async () => {
    for (const [index, jwks_uri] of doors().entries()) {
      if (index % 15 === 0) await server.advance(A_MINUTE)
      const client_id = document(`keys-${index}`, { jwks_uri })
      assert.match(await refusal(await assertionBy(key, client_id, server.origin)), /^40[01] /, jwks_uri)
      assert.equal(web.knocks(), 0, jwks_uri)
    }
  })

  it('is not looked for where its host redirects to (§5)', async () => {
    for (const [status, location] of [
      [302, 'https://127.0.0.1/x.json'],
      [301, `https://localhost:${web.doorPort()}/x.json`],
      [307, document('elsewhere')],
      [308, '/elsewhere.json'],
    ] as const) {
      const client_id = `https://app.example/moved-${status}.json`
      web.serve(client_id, (_request, response) => response.writeHead(status, { location }).end())
      assert.match(await asDocument(client_id), /^400 /)
      const jwks_uri = client_id
      const { client_id: registered } = await register(server, {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri,
      })
      assert.match(await refusal(await assertionBy(key, registered, server.origin)), /^401 /)
    }
    assert.equal(web.visits('https://app.example/elsewhere.json'), 0)
    assert.equal(web.knocks(), 0)
  })

  it('is fetched from the address that was checked, whatever the name means a moment later (DNS rebinding)', async () => {
    const client_id = 'https://rebound.example/x.json'
    web.serve(client_id, { client_id, redirect_uris: ['https://rebound.example/cb'] })
    assert.match(await asDocument(client_id), /^400 .*invalid_grant/) // the client is known, the token is not
    assert.equal(web.visits(client_id), 1)
    await server.advance(6 * 60)
    assert.match(await asDocument(client_id), /^400 .*fetch failed/)
    assert.equal(web.visits(client_id), 1)
    assert.equal(web.knocks(), 0)
  })

  it('is read for 64 KB and no further', async () => {
    const client_id = 'https://app.example/big.json'
    let sent = 0
    web.serve(client_id, (_request, response) => {
      const more = setInterval(() => {
        sent += 16_384
        response.write(' '.repeat(16_384))
      }, 5)
      response.once('close', () => clearInterval(more))
    })
    assert.match(await asDocument(client_id), /^400 .*fetch failed/)
    assert.ok(sent < 1_000_000, `${sent}`)
    const large = document('large', { client_name: 'x'.repeat(60_000) })
    assert.match(await asDocument(large), /^400 .*invalid_grant/)
    const larger = document('larger', { client_name: 'x'.repeat(66_000) })
    assert.match(await asDocument(larger), /^400 .*fetch failed/)
  })

  it('is waited for only seconds, whether the answer or its end is missing', async () => {
    web.serve('https://app.example/silent.json', () => undefined)
    web.serve('https://app.example/endless.json', (_request, response) => response.writeHead(200).write('{'))
    const began = performance.now()
    const answers = await Promise.all(
      ['silent', 'endless'].map((name) => asDocument(`https://app.example/${name}.json`)),
    )
    assert.ok(performance.now() - began < 5_500)
    for (const answer of answers) assert.match(answer, /^400 .*fetch failed/)
  })

  it('is refused in the same words whatever the reason, and the log knows the reason', async () => {
    web.serve('https://app.example/page.json', (_request, response) => response.end('<!doctype html>'))
    web.serve('https://app.example/text.json', (_request, response) => response.end('{"client_id":"of a text"}'))
    web.serve('https://app.example/list.json', [])
    web.serve('https://app.example/101.json', (request) => {
      request.socket.end(SWITCH)
    })
    const reasons = {
      'https://127.0.0.1/x.json': 'it names an address and no host',
      'https://private.example/x.json': 'its host leads to 10.0.0.1',
      'https://unknown.example/x.json': 'its host has no address',
      'https://app.example:8443/x.json': 'it names a port',
      'https://app.example/forbidden.json': 'its host answered 403',
      'https://app.example/page.json': 'it is no JSON',
      'https://app.example/text.json': 'it is no JSON',
      'https://app.example/101.json': 'answered nothing that we can read',
      'https://app.example/list.json': 'it is no JSON object',
    }
    const answers = new Set<string>()
    for (const [url, reason] of Object.entries(reasons)) {
      answers.add(await asDocument(url))
      const isTold = (line: string) => line.includes(`"url":"${url}"`) && line.includes(reason)
      await until(`${reason} in the log`, () => server.output().split('\n').some(isTold), 5)
    }
    assert.equal(answers.size, 1, [...answers].join('\n'))
  })

  it('is asked for without anything that tells one visitor from another', async () => {
    const client_id = 'https://app.example/headers.json'
    const seen: object[] = []
    web.serve(client_id, (request, response) => {
      seen.push(request.headers)
      response.setHeader('set-cookie', 'seen=1; path=/').end('[]')
    })
    await asDocument(client_id)
    await asDocument(client_id)
    const headers = {
      host: 'app.example',
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'qcgate',
      connection: 'close',
    }
    assert.deepEqual(seen, [headers, headers])
  })

  it('is fetched sixty times a minute for one address, and not more', async () => {
    for (let batch = 0; batch < 6; batch++) {
      const urls = Array.from({ length: 10 }, (_, i) => `https://app.example/no-${batch}-${i}.json`)
      for (const answer of await Promise.all(urls.map(asDocument))) assert.match(answer, /fetch failed/)
    }
    const client_id = document('one-too-many')
    assert.match(await asDocument(client_id), /^429 .*temporarily_unavailable/)
    assert.equal(web.visits(client_id), 0)
    await server.advance(A_MINUTE)
    assert.match(await asDocument(client_id), /invalid_grant/)
  })

  it('holds nothing up when hosts answer with another protocol, or never', async () => {
    for (const [status, answer] of [
      ['101', (request: IncomingMessage) => request.socket.write(SWITCH)],
      ['nothing', () => {}],
    ] as const) {
      await server.advance(A_MINUTE)
      const urls = Array.from({ length: 16 }, (_, i) => `https://app.example/${status}-${i}.json`)
      for (const url of urls) web.serve(url, answer)
      const answers = Promise.all(urls.map(asDocument))
      await until('all sixteen to be asked', () => urls.every((url) => web.visits(url)) || status === '101')
      const client_id = document(`behind-${status}`)
      if (status === 'nothing') assert.match(await asDocument(client_id), /^429 /) // sixteen are under way
      for (const refused of await answers) assert.match(refused, /fetch failed/)
      assert.match(await asDocument(client_id), /invalid_grant/)
    }
  })

  it('is not asked for at an address that is longer than any real one', async () => {
    const client_id = `https://app.example/${'x'.repeat(2_048)}.json`
    web.serve(client_id, {})
    assert.match(await asDocument(client_id), /^40[01] /)
    assert.equal(web.visits(client_id), 0)
    assert.ok(!server.output().includes('x'.repeat(300)))
  })
})
