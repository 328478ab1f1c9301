// An error of an authorization request goes back to the client (RFC 6749 §4.1.2.1). Where a stranger could have chosen the
// address, it waits on a page first, or our address would lead anywhere (RFC 9700 §4.11.2).
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { ALICE, BOB } from '../support/accounts.ts'
import { connectAs, useSignedIn } from '../support/connection.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { RawPerson } from '../support/raw-person.ts'
import { withGrants } from '../support/stored.ts'
import { PUBLIC_ADDRESS, useWeb } from '../support/web.ts'

const EVIL = 'https://evil.example/login'

/** The way on that a page offers; undefined where there is none. */
const wayOn = ({ html }: Place): string | undefined =>
  /<a class="button" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&#39;', "'").replaceAll('&amp;', '&')

/** Roads to an error, by the parameters of a request. */
const ROADS: Readonly<Record<string, Record<string, string | undefined>>> = {
  'prompt=none without a connection': { prompt: 'none' },
  'code_challenge_method=plain': { code_challenge_method: 'plain' },
  'no code_challenge_method': { code_challenge_method: undefined },
  'no code_challenge': { code_challenge: undefined, code_challenge_method: undefined },
  'a code_challenge that is none': { code_challenge: 'short' },
  'another resource': { resource: 'https://other.example/mcp' },
  'a resource that is no URL': { resource: 'nonsense' },
  'response_type=token': { response_type: 'token' },
  'response_type=code id_token': { response_type: 'code id_token' },
  'no response_type': { response_type: undefined },
  'response_mode=form_post': { response_mode: 'form_post' },
  'response_mode=fragment': { response_mode: 'fragment' },
  'a request object': { request: 'a.b.c' },
  'a request_uri that nobody pushed': { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
  'a state that is too long': { state: 'x'.repeat(5000) },
}

describe('an authorization error that would lead to an https address of a client that anybody may have registered', () => {
  const { server, web } = useWeb({ 'doc.example': [[PUBLIC_ADDRESS]] })
  const connected = useSignedIn(server)
  const stranger = useSignedIn(server, BOB)
  let evil: Registration
  before(async () => {
    evil = await register(server, { client_name: 'Evil', redirect_uris: [EVIL] })
    await connectAs(connected, { client: evil })
  })

  const visit = (person: RawPerson, client: Registration, parameters = {}) =>
    person.open(authorizationRequest(server, client, parameters).url)
  const wasAsked = ({ url, status, headers, html }: Place): boolean => {
    if (url.origin !== server.origin) return false
    assert.deepEqual([status, headers.get('location')], [400, null])
    assert.match(html, /data-page="problem"/)
    return true
  }

  for (const [road, parameters] of Object.entries(ROADS)) {
    const waits = { ...parameters, scope: 'qc:live:write' } // more than the connection has
    it(`waits on a page, whose way on carries it as it would have gone by itself: ${road}`, async () => {
      const { headers } = await visit(connected, evil, waits)
      const goesByItself = headers.get('location') ?? ''
      assert.match(goesByItself, /^https:\/\/evil\.example\/login\?error=\w+&/)
      for (const person of [stranger, new RawPerson(server)]) {
        const page = await visit(person, evil, waits)
        assert.ok(wasAsked(page))
        const [way, direct] = [wayOn(page), goesByItself].map((address) => URL.parse(address ?? ''))
        // Who is here decides what is required; all else is the same for everybody.
        if (parameters.prompt) assert.match(way?.searchParams.get('error') ?? '', /^(login|consent)_required$/)
        else assert.equal(way?.href, direct?.href)
        assert.equal(way?.searchParams.get('iss'), server.origin)
        assert.equal(way?.searchParams.get('state'), parameters.state ?? 'some state')
      }
    })
  }

  it('waits there also when the request was pushed (RFC 9126)', async () => {
    const { searchParams } = new URL(authorizationRequest(server, evil, { prompt: 'none' }).url)
    const pushed = await fetch(`${server.origin}/par`, { method: 'POST', body: searchParams })
    assert.equal(pushed.status, 201)
    const { request_uri } = (await pushed.json()) as { request_uri: string }
    const query = new URLSearchParams({ client_id: evil.client_id, request_uri })
    const page = await stranger.open(`${server.origin}/authorize?${query}`)
    assert.ok(wasAsked(page))
    assert.match(wayOn(page) ?? '', /^https:\/\/evil\.example\/login\?error=consent_required&.*state=some%20state/)
  })

  it('waits there also when the request names no redirect_uri, and the client has one', async () => {
    const page = await visit(stranger, evil, { redirect_uri: undefined, prompt: 'none' })
    assert.ok(wasAsked(page))
  })

  it('names who asks and where the way leads, and warns of a name that it imitates', async () => {
    const client = await register(server, { client_name: 'Claude', redirect_uris: ['https://xn--clude-5ve.ai/cb'] })
    const { html } = await visit(stranger, client, { prompt: 'none' })
    assert.match(html, /It calls itself “Claude”, which anyone can/)
    assert.match(html, /You return to<\/dt><dd><strong>xn--clude-5ve\.ai \(which can be displayed as clаude\.ai\)/)
    assert.match(html, /Look twice\..*“Claude” sounds like Claude/)
    assert.match(html, /Go back to xn--clude-5ve\.ai</)
  })

  it('waits for a client with a secret or a key too, since anybody may register one', async () => {
    for (const metadata of [
      { token_endpoint_auth_method: 'client_secret_basic' },
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://evil.example/jwks' },
    ]) {
      const client = await register(server, { redirect_uris: [EVIL], ...metadata })
      assert.ok(wasAsked(await visit(stranger, client, { prompt: 'none' })))
    }
  })

  it('goes on by itself to whoever has connected this client, and to nobody else', async () => {
    const other = await register(server, { client_name: 'Another', redirect_uris: [EVIL] })
    assert.equal(wasAsked(await visit(connected, evil, { code_challenge_method: 'plain' })), false)
    assert.ok(wasAsked(await visit(connected, other, { code_challenge_method: 'plain' })))
    assert.ok(wasAsked(await visit(stranger, evil, { code_challenge_method: 'plain' })))
  })

  it('waits again once that connection is ended, or that browser signed out', async () => {
    const person = new RawPerson(server)
    await person.arrive(authorizationRequest(server, evil).url, ALICE)
    const plain = { code_challenge_method: 'plain' }
    assert.equal(wasAsked(await visit(person, evil, plain)), false)
    await person.submitTo('/account/sign-out', await person.open(`${server.origin}/account`))
    assert.ok(wasAsked(await visit(person, evil, plain)))

    const client = await register(server, { client_name: 'Ends', redirect_uris: [EVIL] })
    const { tokens } = await connectAs(connected, { client })
    assert.equal(wasAsked(await visit(connected, client, plain)), false)
    const { grant_id } = JSON.parse(Buffer.from(tokens.access_token.split('.')[1] ?? '', 'base64url').toString())
    await withGrants(server, (grants) => grants.end(grant_id))
    assert.ok(wasAsked(await visit(connected, client, plain)))
  })

  it('goes on by itself when its person said so on our page: Deny', async () => {
    const page = await stranger.arrive(authorizationRequest(server, evil).url)
    const { url } = await stranger.submit(page, { decision: 'deny' })
    assert.equal(url.origin, 'https://evil.example')
    assert.equal(url.searchParams.get('error'), 'access_denied')
  })

  it('leads nowhere when the visit is over', async () => {
    const page = await stranger.arrive(authorizationRequest(server, evil).url)
    await stranger.submit(page, { decision: 'deny' })
    const late = await stranger.submit(page, { decision: 'deny' })
    assert.deepEqual([late.url.origin, late.status], [server.origin, 410])
    assert.doesNotMatch(late.html, /evil\.example/)
  })

  for (const [where, redirect_uri] of Object.entries({
    'this computer': 'http://127.0.0.1:4567/callback',
    'an app on it': 'com.example.app:/callback',
    'an app with a known scheme': 'cursor://anysphere.cursor-mcp/oauth/callback',
    'claude.ai': 'https://claude.ai/api/mcp/auth_callback',
    ChatGPT: 'https://chatgpt.com/connector_platform_oauth_redirect',
    Cursor: 'https://www.cursor.com/agents/mcp/oauth/callback',
    'VS Code': 'https://vscode.dev/redirect',
  })) {
    it(`goes on by itself to ${where}, where no stranger listens`, async () => {
      const client = await register(server, { redirect_uris: [redirect_uri] })
      for (const parameters of [{ prompt: 'none' }, { code_challenge_method: 'plain' }]) {
        const { headers } = await visit(stranger, client, parameters)
        assert.ok(headers.get('location')?.startsWith(`${redirect_uri}?error=`), headers.get('location') ?? 'a page')
      }
    })
  }

  for (const [host, mayGo] of [
    ['doc.example', true],
    ['evil.example', false],
    ['claude.ai.evil.example', false],
  ] as const) {
    it(`${mayGo ? 'goes on by itself' : 'waits'} when the client’s document is of doc.example and it returns to ${host}`, async () => {
      const client_id = `https://doc.example/${host}.json`
      const redirect_uris = [`https://${host}/cb`]
      web.serve(client_id, { client_id, client_name: 'Example', redirect_uris, token_endpoint_auth_method: 'none' })
      assert.equal(wasAsked(await visit(stranger, { client_id, redirect_uris }, { prompt: 'none' })), !mayGo)
    })
  }
})
