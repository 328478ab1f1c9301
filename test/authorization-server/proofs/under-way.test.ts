// Checking a proof takes as long as QuantConnect does. Whatever its person takes away in that time, in this browser or in
// another, is not given back by the answer.
import assert from 'node:assert/strict'
import { after, beforeEach, describe, it } from 'node:test'
import { grantIdOf } from '../../support/access-token.ts'
import { connectAs, signedIn } from '../../support/connection.ts'
import { newAuthenticator } from '../../support/passkeys.ts'
import { authorizationRequest, register } from '../../support/raw-client.ts'
import type { Place, RawPerson } from '../../support/raw-person.ts'
import { actOf } from '../../support/raw-person.ts'
import { useServer } from '../../support/server.ts'
import { withGrants } from '../../support/stored.ts'
import { held, json, startUpstream } from '../../support/upstream.ts'

const READS = 'qc:projects:read'
const MONEY = { scope: [READS, 'qc:live:write'], paper: 'off', decision: 'allow' }
const YES = json(200, { success: true })
const NO = json(200, { success: false, errors: ["Hash doesn't match."] })

const upstream = await startUpstream()

describe('a proof whose check is under way', () => {
  const server = useServer({ QUANTCONNECT_API_URL: upstream.url, SANDBOX: 'off' })
  after(() => upstream.close())
  let user = 700
  let person: RawPerson
  /** The same person in another browser. */
  let other: RawPerson
  beforeEach(async () => {
    user += 1
    person = await signIn()
    await send('/account/seen') // the offer of a first passkey is answered
    other = await signIn()
  })

  const signIn = (apiToken = 'token-for-tests-old') => signedIn(server, { userId: String(user), apiToken })
  const account = (path = '', one = person) => one.open(`${server.origin}/account${path}`)
  const send = async (path: string, fields = {}, one = person) => one.submitTo(path, await account('', one), fields)
  const find = (id: string) => withGrants(server, (grants) => grants.find(id))
  const connected = async (allow: readonly string[] = [READS]) =>
    grantIdOf((await connectAs(person, { parameters: { scope: READS }, allow })).tokens.access_token)

  /** Shows the API token, and gives what happens when QuantConnect, which was asked about it by then, says yes at last. */
  async function prove(asked: Place): Promise<() => Promise<Place>> {
    assert.ok(actOf(asked))
    const answer = held(YES)
    upstream.verdicts.push(answer.reply)
    const arrived = upstream.next()
    const proving = person.prove(asked)
    await Promise.race([arrived, proving])
    return () => {
      answer.release()
      return proving
    }
  }
  const isOver = (place: Place) => {
    assert.equal(place.status, 410)
    assert.match(place.html, /<h1>This is over/)
  }
  /** Enters a new API token in the other browser; of the one before QuantConnect says whether it still works. */
  async function replaceToken(before: typeof YES): Promise<void> {
    const page = await account('/token', other)
    upstream.verdicts.push(YES, before)
    const fields = { userId: String(user), apiToken: 'token-for-tests-new' }
    assert.equal((await other.submit(page, fields)).url.pathname, before === YES ? '/account' : '/account/review')
  }

  /** What is asked for, and what shows on the account page that it was done. */
  const ACTS: readonly [ask: () => Promise<Place>, done: RegExp][] = [
    [
      async () => {
        const request = authorizationRequest(server, await register(server), { scope: READS })
        return person.submit(await person.open(request.url), MONEY)
      },
      /class="badge">real money/,
    ],
    [
      async () => send(`/account/connections/${await connected()}`, { ...MONEY, preset: 'custom' }),
      /class="badge">real money/,
    ],
    [() => newAuthenticator(person).add('Late'), /<strong>Late<\/strong>/],
  ]
  for (const [what, meanwhile] of Object.entries({
    'stopped everything': () => send('/account/stop', {}, other),
    'ended everything': () => send('/account/delete', {}, other),
    'signed out everywhere': () => send('/account/sign-out-everywhere', {}, other),
    'signed out here': () => send('/account/sign-out'),
    'replaced an API token that works': () => replaceToken(YES),
    'replaced an API token that does not work any more': () => replaceToken(NO),
  })) {
    it(`makes no connection, makes none wider and adds no passkey when its person ${what} meanwhile`, async () => {
      const answers = []
      for (const [ask] of ACTS) answers.push(await prove(await ask()))
      await meanwhile()
      for (const answered of answers) isOver(await answered())
      const { html } = await account('', await signIn('token-for-tests-new'))
      for (const [, done] of ACTS) assert.doesNotMatch(html, done)
    })
  }

  it('makes a connection no wider that was narrowed, made shorter or revoked meanwhile', async () => {
    for (const [path, fields] of [
      ['', { ...MONEY, scope: [READS] }],
      ['', { ...MONEY, scope: [READS, 'qc:files:read'], expires: '1h' }],
      ['/revoke', {}],
    ] as const) {
      const id = await connected([READS, 'qc:files:read'])
      const address = `/account/connections/${id}`
      const answered = await prove(await send(address, { ...MONEY, preset: 'custom' }))
      await send(`${address}${path}`, { ...fields, preset: 'custom' }, other)
      const left = await find(id)
      isOver(await answered())
      assert.deepEqual(await find(id), left)
    }
  })

  it('allows nothing in a visit that its person denied meanwhile', async () => {
    const request = authorizationRequest(server, await register(server), { scope: READS })
    const page = await person.open(request.url)
    const answered = await prove(await person.submit(page, MONEY))
    await person.submit(page, { decision: 'deny' }, false)
    isOver(await answered())
  })

  it('keeps nothing that waited when the API token was replaced once more meanwhile', async () => {
    const id = await connected(MONEY.scope)
    ;[person, other] = [other, person]
    await replaceToken(NO)
    ;[person, other] = [other, await signIn('token-for-tests-new')]
    person.account = { userId: String(user), apiToken: 'token-for-tests-new' }
    const answered = await prove(await person.submit(await account('/review'), { keep: id }))
    upstream.verdicts.push(YES, NO)
    await signIn('token-for-tests-third')
    isOver(await answered())
    assert.equal((await find(id))?.suspended, true)
  })

  it('is done when nothing happened meanwhile, whatever else was looked at', async () => {
    const id = await connected()
    const answered = await prove(await send(`/account/connections/${id}`, { ...MONEY, preset: 'custom' }))
    await account('/activity', other)
    await send('/account/seen', {}, other)
    assert.match((await answered()).html, /Saved/)
    assert.equal((await find(id))?.paperOnly, false)
  })
})
