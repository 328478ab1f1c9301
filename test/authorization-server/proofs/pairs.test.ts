// Each rule about proofs holds for itself in its own file. Here two of them meet, in the order that suits whoever drives the
// browser.
import assert from 'node:assert/strict'
import { after, beforeEach, describe, it } from 'node:test'
import { grantIdOf } from '../../support/access-token.ts'
import { connectAs, signedIn } from '../../support/connection.ts'
import { asksForPasskey, newAuthenticator } from '../../support/passkeys.ts'
import type { Registration } from '../../support/raw-client.ts'
import { authorizationRequest, register } from '../../support/raw-client.ts'
import type { Place } from '../../support/raw-person.ts'
import { actOf, RawPerson } from '../../support/raw-person.ts'
import { useServer } from '../../support/server.ts'
import { countGrants, withGrants } from '../../support/stored.ts'
import { startUpstream } from '../../support/upstream.ts'

const READS = 'qc:projects:read'
const TRADES = [READS, 'qc:live:write']
const MONEY = { scope: TRADES, paper: 'off', decision: 'allow' }
const PAPER = { ...MONEY, paper: 'on' }
const HOUR = 60 * 60
const apiToken = 'token-for-tests'

const upstream = await startUpstream()

describe('rules about proofs, two at a time', () => {
  const server = useServer({ QUANTCONNECT_API_URL: upstream.url, SANDBOX: 'off' })
  after(() => upstream.close())
  let user = 700
  let person: RawPerson
  beforeEach(async () => {
    user += 1
    person = await signIn()
  })

  const signIn = () => signedIn(server, { userId: String(user), apiToken })
  const account = (path = '', one = person) => one.open(`${server.origin}/account${path}`)
  const send = async (path: string, fields = {}, one = person) => one.submitTo(path, await account('', one), fields)
  const visit = async (client?: Registration) =>
    person.open(authorizationRequest(server, client ?? (await register(server)), { scope: READS }).url)
  const connected = async (client?: Registration) =>
    grantIdOf(
      (await connectAs(person, { ...(client ? { client } : {}), parameters: { scope: READS }, allow: [READS] })).tokens
        .access_token,
    )
  const widen = (id: string) => send(`/account/connections/${id}`, { ...MONEY, preset: 'custom' })
  const find = (id: string) => withGrants(server, (grants) => grants.find(id))
  const code = ({ url }: Place) => url.searchParams.get('code')
  const isThrough = (place: Place) => assert.ok(code(place), place.url.href)
  const isOver = ({ status }: Place) => assert.equal(status, 410)
  const isDone = ({ url, html }: Place) => assert.equal(url.pathname, '/account', html.slice(0, 2_000))
  const removalOf = ({ html }: Place) => /action="(\/account\/passkeys\/[^"]+\/remove)"/.exec(html)?.[1] ?? ''
  /** Adds the passkey that the page after signing in offers. */
  async function takeOffer(name: string, passkey = newAuthenticator(person)): Promise<Place> {
    const page = await account()
    return person.submitTo('/account/passkeys', page, { passkey: passkey.create(page), name })
  }

  // First: whoever is started anew has the clock of everybody else.
  it('what waits for its proof outlives a restart, but not leaving and coming back', async () => {
    const [one, other] = [await connected(), await connected()]
    const asked = await widen(one)
    await server.crashAndRestart()
    isDone(await person.prove(asked))
    assert.equal((await find(one))?.paperOnly, false)
    for (const leave of ['/account/sign-out', '/account/delete']) {
      const waiting = await widen(other)
      const page = await account()
      await person.submitTo(leave, page)
      await server.advance(2)
      await person.submitTo('/account/sign-in', await account(), person.account)
      const csrf = /name="csrf" value="([^"]+)"/.exec((await account()).html)?.[1] ?? ''
      assert.ok([404, 410].includes((await person.submit(waiting, { csrf, apiToken })).status))
      assert.notEqual((await find(other))?.paperOnly, false)
    }
  })

  describe('of passkeys:', () => {
    it('the offer of a first one is used up, though that one was removed, here or in another browser', async () => {
      for (const where of [person, await signIn()]) {
        person = await signIn()
        await takeOffer('Program')
        const removed = await where.prove(await send(removalOf(await account()), {}, where))
        assert.match(removed.html, /The passkey is removed/)
        assert.ok(!asksForPasskey(await account(), 'create'))
        assert.ok(actOf(await newAuthenticator(person).add('Program again')))
      }
    })

    it('a browser that was offered none has no offer when the last one of another was removed', async () => {
      await takeOffer('Phone')
      const other = await signIn()
      isDone(await person.prove(await send(removalOf(await account()))))
      assert.ok(!asksForPasskey(await account('', other), 'create'))
      assert.ok(actOf(await newAuthenticator(other).add('Program')))
    })

    it('a new one takes the place of none, though it chose the same id', async () => {
      await takeOffer('Phone')
      const id = decodeURIComponent(removalOf(await account()).split('/')[3] ?? '')
      const answer = await newAuthenticator(person, id).add('Laptop')
      assert.deepEqual([answer.status, actOf(answer)], [422, undefined])
      assert.match((await account()).html, /Phone/)
    })

    it('one of two that wait for a proof under the same id is added', async () => {
      await send('/account/seen')
      const id = Buffer.from('chosen').toString('base64url')
      const asked = [await newAuthenticator(person, id).add('Phone'), await newAuthenticator(person, id).add('Laptop')]
      isDone(await person.prove(asked[0] as Place))
      isOver(await person.prove(asked[1] as Place))
      assert.match((await account()).html, /<strong>Phone<\/strong>\s*<span class="quiet">added/)
    })

    it('one that would count after a proof does not by the proof that removes it, or erases everything', async () => {
      await takeOffer('Unknown')
      await server.advance(25 * HOUR)
      for (const path of [removalOf(await account()), '/account/erase']) {
        const asked = await send(path)
        assert.ok(actOf(asked))
        assert.doesNotMatch(asked.html, /From then on the passkey/)
      }
      assert.match((await widen(await connected())).html, /From then on the passkey “Unknown”/)
    })

    it('what one answers to sign in on the account page signs in to no visit of a client', async () => {
      await send('/account/seen')
      const phone = newAuthenticator(person)
      isDone(await person.prove(await phone.add()))
      await send('/account/sign-out')
      const answer = phone.get(await account())
      assert.equal((await person.submit(await visit(), { passkey: answer })).status, 422)
    })
  })

  describe('of visits:', () => {
    it('a page that showed no connection gives nothing dangerous to one that came since: it is asked again', async () => {
      const client = await register(server)
      const page = await visit(client)
      const between = await connected(client)
      const before = await countGrants(server)
      const again = await person.submit(page, MONEY)
      assert.equal(again.status, 422)
      assert.match(again.html, /It was connected meanwhile/)
      assert.match(again.html, new RegExp(`name="connection" value="${between}"`))
      assert.deepEqual((await find(between))?.scopes, [READS])
      isThrough(await person.prove(await person.submit(again, { ...MONEY, connection: 'new' })))
      assert.deepEqual((await find(between))?.scopes, [READS])
      assert.equal(await countGrants(server), before + 1)
    })

    it('what widens a connection is over when somebody joined it since', async () => {
      const client = await register(server)
      const id = await connected(client)
      const asked = await widen(id)
      assert.equal(await connected(client), id)
      isOver(await person.prove(asked))
      assert.deepEqual((await find(id))?.scopes, [READS])
    })

    it('Deny ends what waits for a proof in the same visit', async () => {
      const page = await visit()
      const asked = await person.submit(page, MONEY)
      await person.submit(page, { decision: 'deny' }, false)
      isOver(await person.prove(asked))
    })

    it('what waits for a proof in one visit is none of another, of the same client too', async () => {
      const client = await register(server)
      const [one, other] = [await visit(client), await visit(client)]
      const asked = await person.submit(one, MONEY)
      isOver(await person.submit(other, { act: actOf(asked) ?? '', apiToken }))
      isThrough(await person.prove(asked))
    })

    it('signing in counts for an hour in its visit, however often that is begun anew by an answer that comes late', async () => {
      person = new RawPerson(server)
      const { url } = authorizationRequest(server, await register(server), { scope: READS })
      let page = await person.arrive(url, { userId: String(user), apiToken })
      for (let n = 0; n < 2; n += 1) {
        const late = await person.submit(page, { scope: READS, decision: 'allow' }, false)
        await server.advance(HOUR - 60)
        page = await person.open(late.url.href)
      }
      assert.match(page.html, /name="decision"/)
      assert.ok(actOf(await person.submit(page, PAPER)))
    })

    it('what is pressed on a page that was left for another account is no mistake of theirs in signing in', async () => {
      const page = await visit()
      await person.submitTo(`${page.url.pathname}/switch-account`, page)
      const answer = await person.submit(page, MONEY)
      assert.equal(answer.status, 200)
      assert.match(answer.html, /name="apiToken"/)
      assert.doesNotMatch(answer.html, /id="problem"/)
    })
  })

  it('an API token proves for its own account alone, though another one has the same', async () => {
    const id = await connected()
    const asked = await send('/account/erase')
    user += 1
    await send('/account/sign-out')
    await person.submitTo('/account/sign-in', await account(), { userId: String(user), apiToken })
    const csrf = /name="csrf" value="([^"]+)"/.exec((await account()).html)?.[1] ?? ''
    isOver(await person.submit(asked, { csrf, apiToken }))
    assert.ok(await find(id))
  })
})
