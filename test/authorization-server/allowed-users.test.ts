import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { createAccounts } from '../../src/accounts/accounts.ts'
import { withPasskey } from '../../src/accounts/profile.ts'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { createPasskeys } from '../../src/authorization-server/passkeys/passkeys.ts'
import { createGrants } from '../../src/grants/grants.ts'
import { loadCookieKeys } from '../../src/key-files/cookie-keys.ts'
import { createLog } from '../../src/observability/log.ts'
import { openVault } from '../../src/vault/vault.ts'
import { type Account, ALICE, BOB } from '../support/accounts.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { ALIVE, connect, connectAs, connectionState } from '../support/connection.ts'
import { callTool, challengeOf, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import type { AuthorizationRequest, Registration, Tokens } from '../support/raw-client.ts'
import {
  authorizationRequest,
  credentialsOf,
  redemption,
  refresh,
  refusal,
  register,
  tokenRequest,
} from '../support/raw-client.ts'
import { actOf, type Place, RawPerson } from '../support/raw-person.ts'
import { type TestServer, useServer } from '../support/server.ts'
import { entriesOf, grantOf, withStore } from '../support/stored.ts'

const WRONG = 'a-wrong-token'
const ITS_OWN = /This server is for its own users, and you are not one of them\. Whoever runs it can add/
const said = ({ html }: Place) => /role="alert"[^>]*>([^<]+)/.exec(html)?.[1] ?? ''
const asksToSignIn = ({ html }: Place) => html.includes('name="apiToken"') && html.includes('data-passkey="get"')

/** The two roads to the sign-in page, for a new browser: an assistant's request, and the person's own account. */
const ROADS = {
  'an assistant': async (server: TestServer, person = new RawPerson(server)) => {
    const page = await person.open(authorizationRequest(server, await register(server)).url)
    return { page, submit: (fields: Record<string, string>) => person.submit(page, fields) }
  },
  'the account page': async (server: TestServer, person = new RawPerson(server)) => {
    const page = await person.open(`${server.origin}/account`)
    return { page, submit: (fields: Record<string, string>) => person.submitTo('/account/sign-in', page, fields) }
  },
}
const own = (account: Account) => ({ ...account, account: 'own' })
/** The keys of what a store holds of people. */
const kept = async (server: TestServer) =>
  (await entriesOf(server)).map(({ key }) => key).filter((key) => /^(credentials|account|profile|grant)/.test(key))

describe('a server that lists its users in ALLOWED_USERS', () => {
  const server = useServer({ ALLOWED_USERS: `${ALICE.userId}, 123456` })

  for (const [road, arrive] of Object.entries(ROADS)) {
    it(`tells a person who is not listed that it is for its own users, and keeps nothing of them: ${road}`, async () => {
      const { submit } = await arrive(server)
      const answer = await submit(own(BOB))
      assert.equal(answer.status, 403)
      assert.match(said(answer), ITS_OWN)
      assert.ok(asksToSignIn(answer))
      assert.equal(answer.html.includes(BOB.apiToken), false)
      assert.deepEqual(await kept(server), [])
    })

    it(`tells nobody who is listed: a wrong token gets the answer that it gets everywhere: ${road}`, async () => {
      const answers = [ALICE, BOB].map(async ({ userId }) => {
        const { submit } = await arrive(server)
        const { status, html } = await submit(own({ userId, apiToken: WRONG }))
        const same = html.replaceAll(userId, '').replace(/(name="csrf" value|data-options)="[^"]*"/g, '')
        return { status, html: same.replace(/Raw client \d+/g, '') }
      })
      const [listed, other] = await Promise.all(answers)
      assert.equal(listed?.status, 422)
      assert.deepEqual(other, listed)
    })
  }

  for (const [road, arrive] of Object.entries(ROADS)) {
    it(`lets in who is listed, and with one click where that is the sandbox’s first account: ${road}`, async () => {
      for (const fields of [own(ALICE), { account: 'sandbox' }]) {
        const { page, submit } = await arrive(server)
        assert.match(page.html, /Use the sandbox account/)
        const answer = await submit(fields)
        assert.equal(answer.status, 200)
        assert.equal(asksToSignIn(answer), false)
      }
      assert.notDeepEqual(await kept(server), [])
    })
  }
})

describe('the button of the sandbox, where its account is not among ALLOWED_USERS', () => {
  const server = useServer({ ALLOWED_USERS: BOB.userId })

  it('is not shown', async () => {
    for (const arrive of Object.values(ROADS)) {
      assert.doesNotMatch((await arrive(server)).page.html, /Use the sandbox account/)
    }
    const { html } = await new RawPerson(server).open(`${server.origin}/`)
    assert.doesNotMatch(html, /one click|100001|sandbox-alice/)
    assert.match(html, /100002/)
    assert.doesNotMatch(server.output(), /one click/)
  })

  it('signs nobody in', async () => {
    for (const arrive of Object.values(ROADS)) {
      const answer = await (await arrive(server)).submit({ account: 'sandbox' })
      assert.equal(answer.status, 403)
      assert.match(said(answer), ITS_OWN)
    }
    assert.deepEqual(await kept(server), [])
  })

  it('leaves the listed account of the sandbox its own sign-in', async () => {
    const answer = await (await ROADS['the account page'](server)).submit(own(BOB))
    assert.match(answer.html, /100002/)
    assert.equal(asksToSignIn(answer), false)
  })
})

describe('a user who was taken off ALLOWED_USERS', () => {
  const server = useServer()
  const authenticator = () => passkey
  let passkey: ReturnType<typeof createAuthenticator>
  let client: Registration
  let tokens: Tokens
  let person: RawPerson
  let second: Awaited<ReturnType<typeof connect>>
  let prover: Awaited<ReturnType<typeof connectAs>>
  let consent: Place
  let account: Place
  let waiting: Place
  let held: Place
  let code: { client: Registration; request: AuthorizationRequest; place: Place }
  before(async () => {
    const connected = await connect(server)
    client = connected.client
    tokens = connected.tokens
    person = connected.person
    second = await connect(server)
    const proving = await register(server, { token_endpoint_auth_method: 'client_secret_post' })
    prover = await connectAs(person, { client: proving })
    passkey = await addPasskey(server, tokens)
    const asking = await register(server)
    const request = authorizationRequest(server, asking)
    code = { client: asking, request, place: await person.allow(request.url) }
    account = await person.open(`${server.origin}/account`)
    // In the browser of another tab's visit, so that it stays open.
    consent = await person.open(authorizationRequest(server, await register(server)).url)
    const open = async () => person.open(authorizationRequest(server, await register(server)).url)
    waiting = await person.submit(await open(), { scope: 'qc:live:write', paper: 'off', decision: 'allow' })
    held = await person.submit(await open(), { scope: 'qc:account:read', decision: 'allow' }, false)
    await server.crashAndRestart({ ALLOWED_USERS: BOB.userId })
  })

  const usePasskey = async (road: keyof typeof ROADS) => {
    const { page, submit } = await ROADS[road](server)
    const [, options = ''] = /data-options="([^"]*)"/.exec(page.html) ?? []
    return submit({ passkey: authenticator().get(JSON.parse(options.replaceAll('&quot;', '"'))) })
  }
  const post = (path: string, client: Registration, token: string) =>
    fetch(`${server.origin}${path}`, { method: 'POST', body: new URLSearchParams({ ...credentialsOf(client), token }) })
  const introspect = async (token: string) =>
    (await post('/introspect', prover.client, token)).json() as Promise<{ active: boolean }>

  const CALLS: Record<string, [body: object, headers?: Record<string, string>]> = {
    'tools/list': [{ jsonrpc: '2.0', id: 1, method: 'tools/list' }],
    'tools/call': [toolCall('read_account')],
    'resources/read': [{ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'qc://projects' } }],
    'completion/complete': [
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'completion/complete',
        params: {
          ref: { type: 'ref/resource', uri: 'qc://projects/{projectId}' },
          argument: { name: 'projectId', value: '' },
        },
      },
    ],
    'prompts/list': [{ jsonrpc: '2.0', id: 1, method: 'prompts/list' }],
    'subscriptions/listen': [
      modern('subscriptions/listen', { notifications: { toolsListChanged: true } }),
      mirror('subscriptions/listen'),
    ],
  }
  for (const [method, [body, headers]] of Object.entries(CALLS)) {
    it(`is nobody at the next call: ${method} is answered as for any token that is not good (RFC 6750 §3.1)`, async () => {
      const response = await rpc(server, tokens.access_token, body, headers)
      assert.equal(response.status, 401)
      assert.equal(challengeOf(response).error, 'invalid_token')
      assert.match(challengeOf(response).resource_metadata ?? '', /oauth-protected-resource/)
    })
  }

  it('gets nothing for a refresh token, nor for a code from before, and the connection stays', async () => {
    assert.equal(await refusal(await refresh(server, client, tokens.refresh_token)), '400 invalid_grant')
    const redeemed = { client_id: code.client.client_id, ...redemption(code.request, code.place) }
    assert.equal(await refusal(await tokenRequest(server, redeemed)), '400 invalid_grant')
    assert.ok(await grantOf(server, tokens.access_token))
  })

  it('has tokens that are not active (RFC 7662 §2.2)', async () => {
    for (const token of [prover.tokens.access_token, prover.tokens.refresh_token]) {
      assert.deepEqual(await introspect(token), { active: false })
    }
  })

  it('has assistants that can still give back what they have (RFC 7009 §2.1)', async () => {
    assert.equal((await post('/revoke', second.client, second.tokens.access_token)).status, 200)
    assert.equal(await grantOf(server, second.tokens.access_token), undefined)
  })

  it('is signed out: account pages and requests of assistants lead to the sign-in page', async () => {
    for (const arrive of Object.values(ROADS)) assert.ok(asksToSignIn((await arrive(server, person)).page))
    const silent = authorizationRequest(server, client, { prompt: 'none' })
    assert.equal((await person.open(silent.url)).url.searchParams.get('error'), 'login_required')
    const posted = await person.submitTo('/account/stop', account)
    assert.deepEqual([posted.status, asksToSignIn(posted)], [403, true])
  })

  it('can allow nothing on a page from before', async () => {
    const before = await kept(server)
    assert.equal((await person.open(consent.url.href)).status, 410)
    const answer = await person.submit(consent, { scope: 'qc:account:read', decision: 'allow' })
    assert.ok(asksToSignIn(answer))
    assert.deepEqual(await kept(server), before)
  })

  it('can prove nothing that waited, and bring no answer to its end', async () => {
    const before = await kept(server)
    assert.ok(actOf(waiting))
    assert.ok(asksToSignIn(await person.prove(waiting)))
    assert.ok(asksToSignIn(await person.open(held.url.href)))
    assert.deepEqual(await kept(server), before)
  })

  it('is told so with a passkey as with the API token', async () => {
    for (const road of Object.keys(ROADS) as (keyof typeof ROADS)[]) {
      for (const answer of [await usePasskey(road), await (await ROADS[road](server)).submit(own(ALICE))]) {
        assert.equal(answer.status, 403)
        assert.match(said(answer), ITS_OWN)
      }
    }
  })

  it('does not concern the others', async () => {
    const other = await connect(server, { as: BOB })
    assert.deepEqual(await connectionState(server, other.client, other.tokens), ALIVE)
    assert.equal((await callTool(server, other.tokens.access_token, 'read_account')).isError, undefined)
  })

  describe('and put back', () => {
    before(() => server.crashAndRestart({ ALLOWED_USERS: `${BOB.userId},${ALICE.userId}` }))

    it('goes on as if nothing had been: connections, browsers and passkeys', async () => {
      assert.equal((await callTool(server, tokens.access_token, 'read_account')).isError, undefined)
      assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
      assert.equal((await introspect(prover.tokens.access_token)).active, true)
      assert.match((await person.open(`${server.origin}/account`)).html, /100001/)
      assert.match((await usePasskey('the account page')).html, /100001/)
    })
  })
})

/** Gives the account of a connection a passkey, and returns what holds it. */
async function addPasskey(server: TestServer, { access_token }: Tokens) {
  const keys = join(server.folder, 'keys')
  const { accountId = '' } = (await grantOf(server, access_token)) ?? {}
  const authenticator = createAuthenticator(server.origin)
  await withStore(server, async (store) => {
    const passkeys = createPasskeys({ issuer: server.origin, store, cookieKeys: await loadCookieKeys(keys) })
    const vault = await openVault(keys, store, createLog('silent'))
    const accounts = createAccounts({ store, vault, grants: createGrants(store), auditLog: createAuditLog(store) })
    const { passkeys: known } = await accounts.profile(accountId)
    const options = passkeys.creationOptions({ accountId, userId: ALICE.userId, sandbox: true, passkeys: known })
    const made = await passkeys.verifyCreation(accountId, authenticator.create(options))
    assert.ok(made)
    await accounts.change(accountId, (profile) => withPasskey(profile, { ...made, name: 'Laptop' }))
  })
  return authenticator
}
