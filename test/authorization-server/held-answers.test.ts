// Whoever drives a browser can hold a form, an answer or a page back and use it later. By then it must not undo what the
// person has decided since.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Scope } from '../../src/scopes.ts'
import { claimsOf, grantIdOf } from '../support/access-token.ts'
import { ALICE, BOB } from '../support/accounts.ts'
import { ALIVE, connect, connectAs, connectionState, signedIn } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { AuthorizationRequest, Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest, redeem, refresh, register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { actOf, RawPerson } from '../support/raw-person.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'
import { changeGrant, grantOf, withGrants } from '../support/stored.ts'

const HARMLESS = 'qc:projects:read'
const TRADES = ['qc:projects:read', 'qc:live:write', 'qc:live:execute']
const allowing = (scope: readonly string[], more: Record<string, string> = {}) => ({
  scope,
  decision: 'allow',
  ...more,
})
const asksWho = (place: Place) => actOf(place) !== undefined
const asksAgain = ({ html }: Place) => html.includes('name="decision" value="allow"')

describe('what is held back', () => {
  const server = useServer()
  const account = (person: RawPerson, path = '') => person.open(`${server.origin}/account${path}`)
  const newPerson = async (as = ALICE) => {
    await server.advance(100) // an account may sign in ten times in a quarter of an hour
    const person = new RawPerson(server)
    await person.submitTo('/account/sign-in', await account(person), as)
    return person
  }
  const act = async (person: RawPerson, path: string, fields = {}) =>
    person.submitTo(path, await account(person), fields)
  const signInAs = async (person: RawPerson, as: typeof ALICE) => {
    await act(person, '/account/sign-out')
    await person.submitTo('/account/sign-in', await account(person), as)
  }

  describe('an answer of the consent page', () => {
    let person: RawPerson
    let client: Registration
    let tokens: Tokens
    before(async () => {
      person = await newPerson()
      client = await register(server)
    })

    /** A connection that trades, and an answer to a second request for it, given and not brought to its end. */
    async function hold(): Promise<{ request: AuthorizationRequest; held: Place; id: string }> {
      person = await newPerson()
      tokens = (await connectAs(person, { client, parameters: { scope: HARMLESS }, allow: TRADES })).tokens
      const request = authorizationRequest(server, client, { scope: HARMLESS })
      const asked = await person.submit(await person.open(request.url), allowing(TRADES))
      return { request, held: await person.prove(asked, ALICE.apiToken, false), id: grantIdOf(tokens.access_token) }
    }
    const scopesOf = async (id: string) => (await withGrants(server, (grants) => grants.find(id)))?.scopes

    it('counts when it comes at once', async () => {
      const { held, request } = await hold()
      const place = await person.open(held.url.href)
      assert.ok((await redeem(server, client, request, place)).access_token)
    })

    it('does not when it comes a minute later: the person is asked again', async () => {
      const { held } = await hold()
      await server.advance(61)
      assert.ok(asksAgain(await person.open(held.url.href)))
    })

    it('does not undo a narrowing', async () => {
      const { held, id } = await hold()
      await act(person, `/account/connections/${id}`, allowing([HARMLESS], { preset: 'custom', expires: '30d' }))
      assert.deepEqual(await scopesOf(id), [HARMLESS])
      assert.ok(asksAgain(await person.open(held.url.href)))
      assert.deepEqual(await scopesOf(id), [HARMLESS])
    })

    for (const [what, path] of Object.entries({ 'a revocation': '', 'stopping everything': '/account/stop' })) {
      it(`does not undo ${what}`, async () => {
        const { held, id } = await hold()
        await act(person, path || `/account/connections/${id}/revoke`)
        const left = async () => withGrants(server, (grants) => grants.list(String(claimsOf(tokens.access_token).sub)))
        const before = await left()
        assert.ok(asksAgain(await person.open(held.url.href)))
        assert.deepEqual(await left(), before)
        assert.ok(before.every((grant) => grant.id !== id))
      })
    }

    it('is not the beginning of a connection after everything was stopped', async () => {
      const newcomer = await register(server)
      const request = authorizationRequest(server, newcomer, { scope: HARMLESS })
      const asked = await person.submit(await person.open(request.url), allowing(TRADES))
      const held = await person.prove(asked, ALICE.apiToken, false)
      await act(person, '/account/stop')
      assert.ok(asksAgain(await person.open(held.url.href)))
    })

    it('does not outlive signing out everywhere and in again', async () => {
      const { held } = await hold()
      await act(person, '/account/sign-out-everywhere')
      await server.advance(2)
      await person.submitTo('/account/sign-in', await account(person), ALICE)
      assert.ok(asksAgain(await person.open(held.url.href)))
    })

    it('does not release a connection that waits for its person', async () => {
      const { held, id } = await hold()
      await withGrants(server, (grants) => grants.change(id, { suspended: true }))
      assert.ok(asksAgain(await person.open(held.url.href)))
      assert.equal((await withGrants(server, (grants) => grants.find(id)))?.suspended, true)
      await withGrants(server, (grants) => grants.end(id))
    })

    it('of one person is none of the next one who signs in', async () => {
      const { held } = await hold()
      await signInAs(person, BOB)
      const place = await person.open(held.url.href)
      assert.equal(place.url.origin, server.origin)
      assert.equal(place.status, 400)
      const bob = claimsOf((await connectAs(await newPerson(BOB))).tokens.access_token).sub
      const granted = await withGrants(server, (grants) => grants.list(String(bob)))
      assert.ok(granted.every(({ scopes }) => !scopes.includes('qc:live:write')))
    })
  })

  it('a form of one person does nothing to the next one who signs in', async () => {
    const person = await newPerson(ALICE)
    const page = await account(person, '/delete')
    await signInAs(person, BOB)
    const { client, tokens } = await connect(server, { as: BOB })
    assert.equal((await person.submit(page, {})).status, 403)
    assert.equal((await person.submitTo('/account/stop', page)).status, 403)
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })
})

describe('while something waits since the API token was replaced', () => {
  const server = useServer()
  let person: RawPerson
  let client: Registration
  let tokens: Tokens
  const account = () => person.open(`${server.origin}/account`)
  const suspend = () => changeGrant(server, tokens.access_token, { suspended: true })
  before(async () => {
    person = new RawPerson(server)
    client = await register(server)
    tokens = (await connectAs(person, { client, parameters: { scope: HARMLESS }, allow: TRADES })).tokens
    await suspend()
  })

  it('the same client on the consent page is a question of who is here, and the page says why', async () => {
    const page = await person.open(authorizationRequest(server, client, { scope: HARMLESS }).url)
    assert.match(page.html, /before your API token was replaced/)
    assert.ok(asksWho(await person.submit(page, allowing(TRADES))))
    assert.equal((await grantOf(server, tokens.access_token))?.suspended, true)
  })

  it('nothing is kept without that question', async () => {
    const place = await person.submitTo('/account/review', await account(), { keep: grantIdOf(tokens.access_token) })
    assert.ok(asksWho(place))
  })

  it('a person can stop everything and sign out all the same', async () => {
    const page = await account()
    assert.match(page.html, /What shall go on\?/)
    assert.match((await person.submitTo('/account/stop', page)).html, /Everything is disconnected/)
    assert.deepEqual(await withGrants(server, (grants) => grants.list(String(claimsOf(tokens.access_token).sub))), [])
    await person.submitTo('/account/sign-out', page)
    assert.match((await account()).html, /name="apiToken"/)
  })
})

describe('showing who is here', () => {
  const server = useServer()
  let person: RawPerson
  /** Erases the record, which takes a proof, as far as the page that asks for it; then with what is shown there. */
  const askNow = async ({ apiToken }: { apiToken: string }) => {
    const asked = await person.submitTo('/account/erase', await person.open(`${server.origin}/account`))
    return person.prove(asked, apiToken)
  }
  before(async () => {
    person = new RawPerson(server)
    await connectAs(person)
  })

  it('is not possible with a token that QuantConnect does not take any more', async () => {
    await sandboxOf(server)('/sandbox/trouble', { path: '*', kind: 'unauthorized', times: 2 })
    const place = await askNow({ apiToken: ALICE.apiToken })
    assert.equal(place.status, 422)
    assert.match(place.html, /does not accept this API token any more/)
  })

  it('is not possible while QuantConnect cannot be asked', async () => {
    await sandboxOf(server)('/sandbox/reset')
    await sandboxOf(server)('/sandbox/trouble', { path: '/authenticate', kind: 'http-500', times: 5 })
    assert.equal((await askNow({ apiToken: ALICE.apiToken })).status, 503)
    await sandboxOf(server)('/sandbox/reset')
  })

  it('is not kept from the person by a stranger who tries to sign in', async () => {
    const stranger = new RawPerson(server)
    const page = await stranger.open(`${server.origin}/account`)
    for (let n = 0; n < 12; n += 1)
      await stranger.submitTo('/account/sign-in', page, { userId: '100001', apiToken: `${n}` })
    assert.match((await askNow({ apiToken: ALICE.apiToken })).html, /<h1>The account is erased/)
  })

  it('may go wrong ten times before one is told to wait, and a good proof counts all the same', async () => {
    await server.advance(20 * 60)
    person = await signedIn(server)
    for (let n = 0; n < 10; n += 1) assert.equal((await askNow({ apiToken: `wrong ${n}` })).status, 422)
    const place = await askNow({ apiToken: 'wrong again' })
    assert.equal(place.status, 429)
    assert.ok(Number(place.headers.get('retry-after')) > 0)
    assert.match((await askNow({ apiToken: ALICE.apiToken })).html, /<h1>The account is erased/)
  })
})

describe('what a person changes', () => {
  const server = useServer()
  const edit = async (person: RawPerson, id: string, fields: Record<string, string | readonly string[]>) =>
    person.submitTo(`/account/connections/${id}`, await person.open(`${server.origin}/account`), fields)

  it('beside a client that asks in vain holds, though the client hears no', async () => {
    const person = new RawPerson(server)
    const client = await register(server)
    const scopes: Scope[] = ['qc:projects:read', 'qc:live:write']
    const { tokens } = await connectAs(person, { client, parameters: { scope: HARMLESS }, allow: scopes })
    const request = authorizationRequest(server, client, { scope: `${scopes.join(' ')} qc:files:delete` })
    const answer = async (scope: readonly string[]) =>
      person.prove(await person.submit(await person.open(request.url), allowing(scope, { paper: 'on' })))
    assert.ok((await answer(scopes)).url.searchParams.get('code'))
    assert.equal((await answer([HARMLESS])).url.searchParams.get('error'), 'access_denied')
    assert.deepEqual((await grantOf(server, tokens.access_token))?.scopes, [HARMLESS])
  })

  it('for a longer time reaches a client that had less', async () => {
    const person = new RawPerson(server)
    const client = await register(server)
    const request = authorizationRequest(server, client, { scope: HARMLESS })
    const place = await person.submit(await person.arrive(request.url), allowing([HARMLESS], { expires: '1h' }))
    const tokens = await redeem(server, client, request, place)
    await edit(person, grantIdOf(tokens.access_token), allowing([HARMLESS], { preset: 'custom', expires: 'never' }))
    await server.advance(2 * 60 * 60)
    const refreshed = await refresh(server, client, tokens.refresh_token)
    assert.equal(refreshed.status, 200)
    const { access_token } = (await refreshed.json()) as Tokens
    assert.equal((await rpc(server, access_token, toolCall('list_projects'))).status, 200)
  })

  it('for a longer time asks who is here where anything is dangerous', async () => {
    const person = new RawPerson(server)
    const { tokens } = await connectAs(person, { parameters: { scope: HARMLESS }, allow: TRADES })
    const longer = allowing(TRADES, { preset: 'custom', expires: 'never', paper: 'on' })
    assert.ok(asksWho(await edit(person, grantIdOf(tokens.access_token), longer)))
  })

  it('is told in words of ours only, whatever the address says', async () => {
    const person = new RawPerson(server)
    await connectAs(person)
    for (const query of ['constructor', '__proto__', 'toString', 'saved&x']) {
      assert.doesNotMatch((await person.open(`${server.origin}/account?${query}`)).html, /role="status"/)
    }
    assert.match((await person.open(`${server.origin}/account/stop`)).html, /<h1>Your account/)
  })
})
