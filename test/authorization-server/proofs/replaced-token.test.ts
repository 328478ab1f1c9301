// Another API token takes the place of one that may have leaked. Whoever had the old one may have added passkeys and connected
// something, and whoever drives the browser would like its person's passkeys gone: nothing goes on, and no passkey is removed,
// before a proof with the new token has named it.
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { grantIdOf } from '../../support/access-token.ts'
import { connectAs, signedIn } from '../../support/connection.ts'
import { asksForPasskey, newAuthenticator } from '../../support/passkeys.ts'
import { useQuantConnectStandIn } from '../../support/quantconnect-stand-in.ts'
import { authorizationRequest, redeem, register } from '../../support/raw-client.ts'
import type { Place } from '../../support/raw-person.ts'
import { actOf, RawPerson } from '../../support/raw-person.ts'
import { useServer } from '../../support/server.ts'
import { withGrants } from '../../support/stored.ts'

const READS = 'qc:projects:read'
const MONEY = { scope: [READS, 'qc:live:write'], paper: 'off', decision: 'allow' }
const [FIRST, SECOND, THIRD] = ['token-for-tests-first', 'token-for-tests-second', 'token-for-tests-third']

describe('where the API token was replaced', () => {
  const quantConnect = useQuantConnectStandIn()
  const server = useServer(() => quantConnect.env())
  let user = 100
  let person: RawPerson
  beforeEach(async () => {
    user += 1
    quantConnect.accept(FIRST)
    person = await signIn(FIRST)
  })

  const signIn = (apiToken: string) => signedIn(server, { userId: String(user), apiToken })
  const account = (path = '', one = person) => one.open(`${server.origin}/account${path}`)
  const send = async (path: string, fields = {}) => person.submitTo(path, await account(), fields)
  /** QuantConnect takes another token alone, and the person enters it, as far as the page that follows. */
  async function replace(apiToken: string): Promise<Place> {
    quantConnect.accept(apiToken)
    person.account = { userId: String(user), apiToken }
    return person.submit(await account('/token'), person.account)
  }
  /** The same by signing in, after everything was ended. */
  async function endAndComeBack(apiToken: string): Promise<Place> {
    await send('/account/delete')
    quantConnect.accept(apiToken)
    person = await signIn(apiToken)
    return account()
  }
  const connected = async () =>
    grantIdOf((await connectAs(person, { parameters: { scope: READS }, allow: [READS] })).tokens.access_token)
  const find = (id: string) => withGrants(server, (grants) => grants.find(id))
  async function addPasskey(name: string) {
    const authenticator = newAuthenticator(person)
    assert.match((await person.prove(await authenticator.add(name))).html, /The passkey is added/)
    return authenticator
  }
  async function twoPasskeysAlone() {
    await send('/account/seen') // the offer of a first one is answered
    const [phone, key] = [await addPasskey('Phone'), await addPasskey('Key')]
    await phone.prove(await send('/account/passkeys/only', { only: 'on' }))
    return [phone, key] as const
  }
  async function opens(passkey: ReturnType<typeof newAuthenticator>): Promise<boolean> {
    const elsewhere = new RawPerson(server)
    const page = await account('', elsewhere)
    return (await elsewhere.submitTo('/account/sign-in', page, { passkey: passkey.get(page) })).status === 200
  }
  const asksWhatGoesOn = ({ html }: Place) => html.includes('What shall go on?')
  const isDone = ({ html }: Place) => assert.match(html, /role="status">Done\. \d+ things? from before/)
  /** What a page offers to keep, by the title that it has there. */
  const kept = ({ html }: Place, title: string): string[] =>
    html
      .split('<tr>')
      .filter((item) => item.includes(`<strong>${title}</strong>`))
      .map((item) => /name="item:([^"]+)" value="keep"/.exec(item)?.[1] ?? '')
  /** What the page that asks for a proof says that it is about. */
  const items = ({ html }: Place) => html.match(/(?<=<li>)[^<]+(?=<\/li>)/g) ?? []

  it('passkeys wait, and do not confirm alone any more, though everything was ended in between', async () => {
    const [, key] = await twoPasskeysAlone()
    const page = await endAndComeBack(SECOND)
    assert.ok(asksWhatGoesOn(page))
    assert.equal(await opens(key), false)
    const decided = { keep: kept(page, 'Key'), end: kept(page, 'Phone'), confirmed: 'on' }
    isDone(await person.prove(await person.submit(page, decided)))
    assert.equal(await opens(key), true)
    assert.doesNotMatch((await account()).html, /Only a passkey confirms\.|Phone<\/strong>\s*<span class="quiet">added/)
  })

  it('nothing waits when it was the same one, entered anew after everything was ended, and passkeys confirm alone as before', async () => {
    const [phone] = await twoPasskeysAlone()
    const page = await endAndComeBack(FIRST)
    assert.ok(!asksWhatGoesOn(page))
    assert.match(page.html, /Only a passkey confirms\./)
    assert.equal(await opens(phone), true)
  })

  it('no passkey is removed without a proof, though nothing is kept, and no other one is offered in its place', async () => {
    await send('/account/seen')
    await addPasskey('Phone')
    const page = await replace(SECOND)
    const asked = await person.submit(page, { end: kept(page, 'Phone'), confirmed: 'on' })
    assert.ok(actOf(asked))
    assert.deepEqual(items(asked), ['The passkey “Phone” is removed.'])
    assert.equal(kept(await account(), 'Phone').length, 1)
    isDone(await person.prove(asked))
    const { html } = await account()
    assert.match(html, /The passkey <strong>Phone<\/strong> was removed/)
    assert.ok(!asksForPasskey({ html } as Place, 'create'))
  })

  it('the proof names each connection that goes on with what it may do, each browser, and each passkey', async () => {
    await send('/account/seen')
    for (const name of ['Phone', 'Key']) await addPasskey(name)
    const client = await register(server, { client_name: 'Desk' })
    await connectAs(person, { client, parameters: { scope: READS }, allow: [READS] })
    const request = authorizationRequest(server, client, { scope: READS })
    const visit = await person.submit(await person.open(request.url), { ...MONEY, connection: 'new' })
    const money = grantIdOf((await redeem(server, client, request, await person.prove(visit))).access_token)
    await signIn(FIRST)
    const page = await replace(SECOND)
    assert.equal(kept(page, 'Desk').length, 2)
    const keep = [money, ...kept(page, 'Phone'), page.html.match(/browser:[\w-]+/)?.[0] ?? '']
    const [other = ''] = kept(page, 'Desk').filter((id) => id !== money)
    const end = [other, ...kept(page, 'Key')]
    const asked = await person.submit(page, { keep, end, confirmed: 'on' })
    const [connection, browser, ...passkeys] = items(asked)
    assert.match(
      connection ?? '',
      /^“Desk” \(Desk, returns to .*\) goes on: Desk can look at projects and .* real money/,
    )
    assert.match(browser ?? '', /^A browser stays signed in: /)
    assert.deepEqual(passkeys, ['The passkey “Phone” goes on.', 'The passkey “Key” is removed.'])
    assert.equal(await find(other), undefined) // what is ended ends at once: that takes no proof
    isDone(await person.prove(asked))
    assert.equal((await find(money))?.suspended, false)
  })

  it('a proof of what goes on is none of something else that was ticked', async () => {
    const [one, other] = [await connected(), await connected()]
    const page = await replace(SECOND)
    const asked = await person.submit(page, { keep: one })
    isDone(await person.submit(asked, { keep: [one, other], apiToken: SECOND }))
    assert.equal((await find(one))?.suspended, false)
    assert.equal((await find(other))?.suspended, true) // it waits until its person decides
  })

  it('it can be replaced once more while something waits, since nothing is proven without the one that works', async () => {
    const id = await connected()
    const review = await replace(SECOND)
    quantConnect.accept(THIRD)
    const refused = await person.prove(await person.submit(review, { keep: id }))
    assert.match(refused.html, /Enter the new one on your account page first/)
    assert.match((await account('/token')).html, /<h1>Replace the API token/)
    const again = await replace(THIRD)
    isDone(await person.prove(await person.submit(again, { keep: id })))
    assert.equal((await find(id))?.suspended, false)
  })

  for (const [what, prefix] of Object.entries({ 'the connection': '', 'the passkey': 'passkey:' })) {
    it(`what goes on is ${what} that was ticked, and not what else has an id that is as good as the same`, async () => {
      const id = await connected()
      person = await signIn(FIRST)
      const page = await account()
      const passkeyId = id.replace('.', '') // an authenticator cannot choose a full stop (base64url)
      const program = newAuthenticator(person, passkeyId)
      await person.submitTo('/account/passkeys', page, { passkey: program.create(page), name: 'Program' })
      const review = await replace(SECOND)
      assert.deepEqual(kept(review, 'Program'), [`passkey:${passkeyId}`])
      isDone(await person.prove(await person.submit(review, { keep: prefix ? `${prefix}${passkeyId}` : id })))
      assert.equal((await find(id))?.suspended, prefix !== '')
      const waits = /<strong>Program<\/strong>[^<]*<span class="quiet">added(?:(?!<\/li>)[\s\S])*It waits/.test(
        (await account()).html,
      )
      assert.equal(waits, prefix === '')
    })
  }
})
