// A first passkey is offered after a sign-in with the API token, without a further proof. A program in the same browser can
// take that offer for itself, so such a passkey signs in, and proves nothing dangerous before a proof has named it, a day
// later at the earliest.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { challengeOfAct } from '../../../src/authorization-server/proofs/acts.ts'
import { KEYS } from '../../../src/storage/keys.ts'
import { grantIdOf } from '../../support/access-token.ts'
import { ALICE } from '../../support/accounts.ts'
import { connectAs } from '../../support/connection.ts'
import { startBeside } from '../../support/pair.ts'
import { asksForPasskey, newAuthenticator } from '../../support/passkeys.ts'
import { authorizationRequest, redeem, register } from '../../support/raw-client.ts'
import type { Place } from '../../support/raw-person.ts'
import { actOf, RawPerson } from '../../support/raw-person.ts'
import type { TestServer } from '../../support/server.ts'
import { startServer } from '../../support/server.ts'
import { grantOf, withGrants, withStore } from '../../support/stored.ts'
import { redisUrl } from '../../support/stores.ts'
import { whileRunning } from '../../support/while-running.ts'

const HARMLESS = 'qc:projects:read'
const DELETES = [HARMLESS, 'qc:files:delete']
const DAY = 24 * 60 * 60

for (const kind of ['SQLite', 'Redis'] as const) {
  describe(`a passkey that was added with a sign-in, on ${kind}`, () => {
    let started: TestServer | undefined
    before(async () => {
      started = await startServer(kind === 'Redis' ? { REDIS_URL: redisUrl('single', `young-${process.pid}:`) } : {})
    })
    after(() => started?.stop())
    const server = whileRunning('server', () => started)
    let person: RawPerson
    let id: string
    beforeEach(async () => {
      await server.advance(100) // an account may sign in ten times in a quarter of an hour
    })

    const account = (one = person, path = '') => one.open(`${server.origin}/account${path}`)
    const send = async (path: string, fields = {}, one = person) => one.submitTo(path, await account(one), fields)
    const widen = (one = person) =>
      send(`/account/connections/${id}`, { preset: 'custom', decision: 'allow', scope: DELETES }, one)
    const find = () => withGrants(server, (grants) => grants.find(id))
    const isDone = (place: Place) => assert.equal(place.url.pathname, '/account', place.html.slice(0, 2_000))
    async function signIn(): Promise<RawPerson> {
      const one = new RawPerson(server)
      await one.submitTo('/account/sign-in', await account(one), ALICE)
      return one
    }

    let phone: ReturnType<typeof newAuthenticator>

    it('is offered by the consent page, and the client’s visit goes on from there', async () => {
      person = new RawPerson(server)
      phone = newAuthenticator(person)
      const client = await register(server)
      const request = authorizationRequest(server, client, { scope: HARMLESS })
      const page = await person.arrive(request.url)
      assert.ok(asksForPasskey(page, 'create'))
      const choices = { scope: [HARMLESS, 'qc:files:read'], preset: 'custom', expires: 'never' }
      const added = await person.submit(page, { ...choices, decision: 'passkey', passkey: phone.create(page) })
      assert.match(added.html, /The passkey is added\. You can sign in with “[^”]+” from now on/)
      assert.match(added.html, /value="qc:files:read" checked/) // what was chosen is there still
      assert.match(added.html, /value="never" checked/)
      assert.ok(!asksForPasskey(added, 'create'))
      const place = await person.submit(added, { ...choices, decision: 'allow' })
      id = grantIdOf((await redeem(server, client, request, place)).access_token)
    })

    it('is told of on the account page, which says what it is not good for', async () => {
      const { html } = await account()
      assert.match(html, /The passkey .* was added/)
      assert.match(html, /cannot confirm in its first day/)
    })

    it('is offered no second time, and to no other browser', async () => {
      assert.ok(!asksForPasskey(await account(), 'create'))
      const other = await signIn()
      assert.ok(!asksForPasskey(await account(other), 'create'))
      assert.ok(actOf(await newAuthenticator(other).add()))
    })

    it('signs in, and only stops and narrows', async () => {
      const elsewhere = new RawPerson(server)
      const page = await account(elsewhere)
      isDone(await elsewhere.submitTo('/account/sign-in', page, { passkey: phone.get(page) }))
      isDone(
        await send(`/account/connections/${id}`, { preset: 'custom', decision: 'allow', scope: HARMLESS }, elsewhere),
      )
      assert.deepEqual((await find())?.scopes, [HARMLESS])
      const { tokens } = await connectAs(person, { parameters: { scope: HARMLESS } })
      isDone(await send(`/account/connections/${grantIdOf(tokens.access_token)}/revoke`, {}, elsewhere))
      assert.equal(await grantOf(server, tokens.access_token), undefined)
    })

    it('counts, in the visit that it begins, for what is harmless and not even for paper', async () => {
      const elsewhere = new RawPerson(server)
      const client = await register(server)
      const page = await elsewhere.open(authorizationRequest(server, client, { scope: HARMLESS }).url)
      const consent = await elsewhere.submit(page, { passkey: phone.get(page) })
      const paper = { scope: [HARMLESS, 'qc:live:write'], paper: 'on', decision: 'allow' }
      assert.ok(actOf(await elsewhere.submit(consent, paper)))
      const again = await elsewhere.open(consent.url.href)
      assert.ok((await elsewhere.submit(again, { scope: HARMLESS, decision: 'allow' })).url.searchParams.get('code'))
    })

    it('proves nothing dangerous in its first 24 hours', async () => {
      await server.advance(DAY - 60 * 60)
      const asked = await widen()
      assert.ok(!asksForPasskey(asked, 'get'))
      assert.doesNotMatch(asked.html, /Look twice/)
      assert.equal((await person.submit(asked, { passkey: await answerFor(asked) })).status, 422)
      assert.ok(!(await find())?.scopes.includes('qc:files:delete'))
    })

    it('is not taken along by a page that did not name it, though the day is over when the proof comes', async () => {
      const narrow = () => send(`/account/connections/${id}`, { preset: 'custom', decision: 'allow', scope: HARMLESS })
      await server.advance(60 * 60 - 900)
      const asked = await widen()
      assert.doesNotMatch(asked.html, /Look twice/)
      await server.advance(9 * 60)
      isDone(await person.prove(asked))
      await narrow()
      const again = await widen()
      assert.ok(!asksForPasskey(again, 'get'))
      assert.match(again.html, /Look twice/)
    })

    it('proves nothing after them either, across a restart and at a second process, before a proof with the API token has named it', async () => {
      await server.advance(60 * 60)
      await server.crashAndRestart()
      await server.advance(DAY + 1_000)
      const { server: second, address } = await startBeside(server, {})
      try {
        await second.advance(DAY + 1_000)
        const atSecond = (place: Place): Place => ({ ...place, url: new URL(place.url.pathname, address) })
        person = await signIn()
        const asked = await widen()
        assert.ok(!asksForPasskey(asked, 'get'))
        assert.match(asked.html, /Look twice/)
        for (const place of [asked, atSecond(asked)]) {
          assert.equal((await person.submit(place, { passkey: await answerFor(asked) })).status, 422)
        }
        assert.equal((await person.prove(atSecond(asked))).status, 303)
      } finally {
        await second.stop()
      }
      assert.ok((await find())?.scopes.includes('qc:files:delete'))
      assert.match((await account()).html, /confirms from now on what trades or deletes/)
    })

    it('proves as much as any from then on', async () => {
      const asked = await send('/account/erase')
      assert.ok(asksForPasskey(asked, 'get'))
      assert.doesNotMatch(asked.html, /Look twice/)
      assert.match((await person.submit(asked, { passkey: phone.get(asked) })).html, /The account is erased/)
    })

    /** What the passkey says to the very challenge of an act, which its page tells only those that count. */
    async function answerFor(asked: Place): Promise<string> {
      const act = actOf(asked) ?? ''
      const json = (await withStore(server, (store) => store.get(KEYS.act(act)))) ?? ''
      const options = JSON.stringify({ challenge: challengeOfAct({ id: act, json }) }).replaceAll('"', '&quot;')
      return phone.get({ html: `data-passkey="get" data-options="${options}"` } as Place)
    }
  })
}

describe('the offer of a first passkey', () => {
  let started: TestServer | undefined
  before(async () => {
    started = await startServer()
  })
  after(() => started?.stop())
  const server = whileRunning('server', () => started)
  let person: RawPerson
  const account = () => person.open(`${server.origin}/account`)
  const signIn = async (form: object = ALICE) => {
    await server.advance(100)
    person = new RawPerson(server)
    return person.submitTo('/account/sign-in', await account(), { ...form })
  }
  const later = async (page: Place) => {
    const program = newAuthenticator(person)
    return person.submitTo('/account/passkeys', await account(), { passkey: program.create(page), name: 'Program' })
  }

  it('stands on the account page, and adds one without a proof', async () => {
    const page = await signIn()
    assert.ok(asksForPasskey(page, 'create'))
    const added = await later(page)
    assert.match(added.html, /cannot confirm in its first day/)
    const removal = /action="(\/account\/passkeys\/[^"]+\/remove)"/.exec(added.html)?.[1] ?? ''
    assert.match((await person.prove(await person.submitTo(removal, added))).html, /The passkey is removed/)
  })

  for (const [what, path] of [
    ['a form of it was sent', '/account/seen'],
    ['everything was stopped', '/account/stop'],
  ] as const) {
    it(`is over when ${what}`, async () => {
      const page = await signIn()
      assert.ok(asksForPasskey(page, 'create'))
      await person.submitTo(path, page)
      assert.ok(!asksForPasskey(await account(), 'create'))
      assert.ok(actOf(await later(page)))
    })
  }

  it('is over when the consent page was answered, with yes or with no', async () => {
    for (const decision of ['allow', 'deny']) {
      await server.advance(100)
      person = new RawPerson(server)
      const page = await person.arrive(authorizationRequest(server, await register(server), { scope: HARMLESS }).url)
      assert.ok(asksForPasskey(page, 'create'))
      await person.submit(page, { scope: HARMLESS, decision })
      assert.ok(!asksForPasskey(await account(), 'create'))
      assert.ok(actOf(await later(page)))
    }
  })

  it('is over an hour after the sign-in', async () => {
    const page = await signIn()
    await server.advance(60 * 60 + 1)
    assert.ok(!asksForPasskey(await account(), 'create'))
    assert.ok(page)
  })

  it('is not made to whoever signs in with one click, since that shows nothing', async () => {
    assert.ok(!asksForPasskey(await signIn({ account: 'sandbox' }), 'create'))
  })
})
