import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GROUPS } from '../../src/scopes.ts'
import { useSignedIn } from '../support/connection.ts'
import { authorizationRequest, redeem, refusal, register } from '../support/raw-client.ts'
import { boxes } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

describe('requested scopes, RFC 6749 §3.3', () => {
  const server = useServer()
  const person = useSignedIn(server)

  /** Which scopes the person is asked for. */
  async function asked(parameters: Record<string, string | undefined>, metadata: Record<string, unknown> = {}) {
    const page = await person.open(authorizationRequest(server, await register(server, metadata), parameters).url)
    assert.equal(page.status, 200, page.url.href)
    return boxes(page).sort()
  }

  for (const scope of [undefined, '', 'openid', 'openid profile email', 'qc:moon:walk', 'mcp:tools offline_access']) {
    it(`means research when no known scope is named: ${scope ?? 'nothing at all'}`, async () => {
      assert.deepEqual(await asked({ scope }), [...GROUPS.research].sort())
    })
  }

  it('drops unknown scopes and keeps the known ones', async () => {
    const scope = 'openid qc:projects:read qc:moon:walk QC:FILES:READ qc:account:read qc:projects:read'
    assert.deepEqual(await asked({ scope }), ['qc:account:read', 'qc:projects:read'])
  })

  it('asks for more than the client registered, and lets a client register what we do not know', async () => {
    const metadata = { scope: 'qc:account:read qc:moon:walk openid' }
    const scope = 'qc:account:read qc:live:write'
    assert.deepEqual(await asked({ scope }, metadata), ['qc:account:read', 'qc:live:write'])
  })

  it('names in the token response what was allowed (§5.1)', async () => {
    const client = await register(server)
    const request = authorizationRequest(server, client, { scope: 'qc:moon:walk qc:account:read qc:files:read' })
    const tokens = await redeem(server, client, request, await person.allow(request.url, ['qc:files:read']))
    assert.equal(tokens.scope, 'qc:files:read')
  })

  for (const [what, parameters] of Object.entries({
    'offline_access with prompt=consent': { scope: 'qc:account:read offline_access', prompt: 'consent' },
    'offline_access without a prompt': { scope: 'qc:account:read offline_access' },
    'a nonce without openid': { scope: 'qc:account:read', nonce: 'n' },
    'prompt=select_account': { scope: 'qc:account:read', prompt: 'select_account' },
    'openid with prompt, max_age, claims and acr_values': {
      scope: 'openid qc:account:read',
      prompt: 'consent select_account',
      max_age: '0',
      claims: '{"id_token":{"email":null}}',
      acr_values: 'urn:x',
    },
    'parameters that nobody knows': { scope: 'qc:account:read', audience: 'x', access_type: 'offline' },
  })) {
    it(`accepts what clients send out of habit: ${what}`, async () => {
      assert.deepEqual(await asked(parameters), ['qc:account:read'])
    })
  }

  for (const name of ['scope', 'state', 'code_challenge', 'prompt', 'response_type']) {
    it(`refuses a parameter given twice (§3.1): ${name}`, async () => {
      const url = new URL(authorizationRequest(server, await register(server), { prompt: 'consent' }).url)
      url.searchParams.set('scope', 'qc:account:read')
      url.searchParams.append(name, url.searchParams.get(name) ?? '')
      const back = (await person.open(url.href)).url
      assert.equal(back.origin, 'http://127.0.0.1:4567')
      assert.equal(back.searchParams.get('error'), 'invalid_request')
    })
  }

  for (const name of ['client_id', 'redirect_uri']) {
    it(`refuses a parameter given twice on a page, since the way back is in doubt: ${name}`, async () => {
      const client = await register(server, { redirect_uris: ['https://one.example/cb', 'https://two.example/cb'] })
      const url = new URL(authorizationRequest(server, client).url)
      url.searchParams.append(name, url.searchParams.get(name) ?? '')
      const page = await person.open(url.href)
      assert.equal(page.url.origin, server.origin)
      assert.equal(page.status, 400)
    })
  }

  for (const [scope, offered] of [
    ['qc:moon:walk qc:account:read', ['qc:account:read']],
    ['openid', [...GROUPS.research].sort()],
    [undefined, [...GROUPS.research].sort()],
  ] as const) {
    it(`asks for the same by a pushed request, whatever the browser adds to it (RFC 9126 §4): ${scope}`, async () => {
      const client = await register(server)
      const body = new URL(authorizationRequest(server, client, { scope }).url).searchParams
      const pushed = await fetch(`${server.origin}/par`, { method: 'POST', body })
      assert.equal(pushed.status, 201)
      const { request_uri } = (await pushed.json()) as { request_uri: string }
      const query = new URLSearchParams({ client_id: client.client_id, request_uri, scope: 'qc:live:write' })
      assert.deepEqual(boxes(await person.open(`${server.origin}/authorize?${query}`)).sort(), offered)
    })
  }

  it('is held to PKCE by a pushed request as well', async () => {
    const request = authorizationRequest(server, await register(server), { code_challenge: undefined })
    const refused = await fetch(`${server.origin}/par`, { method: 'POST', body: new URL(request.url).searchParams })
    assert.equal(await refusal(refused), '400 invalid_request')
  })
})
