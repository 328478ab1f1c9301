// A proof of presence is for one act. Whoever drives the person's own browser has its session, makes passkeys of its own and
// keeps back what it likes; by none of that does it get anything that trades, spends, deletes, administers or lasts longer.
import assert from 'node:assert/strict'
import { before, beforeEach, describe, it } from 'node:test'
import type { GrantChange } from '../../../src/grants/grants.ts'
import type { Scope } from '../../../src/scopes.ts'
import { ALL_SCOPES, isHarmless, SCOPES } from '../../../src/scopes.ts'
import { grantIdOf } from '../../support/access-token.ts'
import { ALICE, BOB } from '../../support/accounts.ts'
import { connectAs } from '../../support/connection.ts'
import { newAuthenticator } from '../../support/passkeys.ts'
import { authorizationRequest } from '../../support/raw-client.ts'
import type { Place } from '../../support/raw-person.ts'
import { actOf, RawPerson } from '../../support/raw-person.ts'
import { useServer } from '../../support/server.ts'
import { withGrants } from '../../support/stored.ts'

const HARMLESS: Scope = 'qc:projects:read'
const TRADES: readonly Scope[] = [HARMLESS, 'qc:live:write']
const DAY = 24 * 60 * 60

describe('a proof', () => {
  const server = useServer()
  let person: RawPerson
  const account = (path = '') => person.open(`${server.origin}/account${path}`)
  const send = async (path: string, fields = {}) => person.submitTo(path, await account(), fields)
  const find = (id: string) => withGrants(server, (grants) => grants.find(id))
  const edit = (id: string, fields: object) =>
    send(`/account/connections/${id}`, { preset: 'custom', decision: 'allow', scope: [HARMLESS], ...fields })
  const heading = ({ html }: Place) => /<h1>([^<]*)<\/h1>/.exec(html)?.[1]
  const isOver = (place: Place) => assert.deepEqual([place.status, heading(place)], [410, 'This is over'])
  const isDone = (place: Place) => assert.equal(place.url.pathname, '/account', place.html.slice(0, 2_000))

  async function signIn(): Promise<RawPerson> {
    await server.advance(100) // an account may sign in ten times in a quarter of an hour
    const one = new RawPerson(server)
    await one.submitTo('/account/sign-in', await one.open(`${server.origin}/account`), ALICE)
    return one
  }
  async function connected(allow: readonly string[] = [HARMLESS]): Promise<string> {
    return grantIdOf((await connectAs(person, { allow })).tokens.access_token)
  }
  before(async () => {
    person = await signIn()
  })

  describe('is needed', () => {
    let id: string
    before(async () => {
      id = await connected()
    })
    const as = (from: readonly Scope[], change: GrantChange = {}) =>
      withGrants(server, (grants) => grants.change(id, { scopes: from, paperOnly: true, ...change }))
    const widening: [what: string, from: readonly Scope[], fields: object][] = [
      ...ALL_SCOPES.filter((scope) => !isHarmless(SCOPES[scope].risk)).map((scope): (typeof widening)[number] => [
        `before ${scope} is added`,
        [HARMLESS],
        { scope: [HARMLESS, scope] },
      ]),
      ['before paper becomes real money', TRADES, { scope: TRADES, paper: 'off' }],
      ['before what trades lasts until it is ended', TRADES, { scope: TRADES, expires: 'never' }],
    ]
    for (const [what, from, fields] of widening) {
      it(what, async () => {
        const seen = await as(from)
        assert.ok(actOf(await edit(id, fields)))
        assert.deepEqual(await find(id), seen)
      })
    }

    // The end is a time: the name of a lifetime says nothing about it.
    for (const [had, left, chosen, asks] of [
      ['1h', 2 * 60, '1h', true],
      ['30d', 10 * 60, '1d', true],
      ['1d', 60, '1h', true],
      ['30d', 10 * DAY, '1d', false],
      ['1h', 2 * 60, 'keep', false],
      ['never', 10 * DAY, '30d', false],
      ['never', 10 * DAY, 'never', false],
    ] as const) {
      const seconds = left < DAY ? `${left / 60} minutes` : `${left / DAY} days`
      it(`${asks ? '' : 'not '}before one of ${had} with ${seconds} left is saved as ${chosen}`, async () => {
        const expiresAt = (await nowThere()) + left
        await as(TRADES, { paperOnly: false, endless: had === 'never', expiresAt })
        const answered = await edit(id, { scope: TRADES, paper: 'off', expires: chosen })
        assert.equal(actOf(answered) !== undefined, asks)
        if (!asks && chosen === 'keep') assert.equal((await find(id))?.expiresAt, expiresAt)
      })
    }

    it('before a passkey is added', async () => assert.ok(actOf(await newAuthenticator(person).add())))
    it('before the record is erased', async () => assert.ok(actOf(await send('/account/erase'))))

    it('before a passkey is removed, by whichever road', async () => {
      const phone = newAuthenticator(person)
      isDone(await person.prove(await phone.add()))
      const path = removalOf(await account())
      const asked = await send(path)
      assert.ok(actOf(asked))
      assert.match((await account()).html, /Phone/)
      isDone(await phone.prove(asked))
      assert.doesNotMatch((await account()).html, /\/remove"/)
    })

    it('before what was suspended goes on, on the account page and on the consent page', async () => {
      const { client, tokens } = await connectAs(person, { parameters: { scope: HARMLESS }, allow: [HARMLESS] })
      const id = grantIdOf(tokens.access_token)
      await withGrants(server, (grants) => grants.change(id, { suspended: true }))
      const consent = await person.open(authorizationRequest(server, client, { scope: HARMLESS }).url)
      const asked = [
        await person.submit(consent, { scope: HARMLESS, decision: 'allow' }),
        await send('/account/review', { keep: id }),
      ]
      for (const place of asked) assert.ok(actOf(place))
      assert.equal((await find(id))?.suspended, true)
      isDone(await person.prove(asked[1] as Place))
      assert.equal((await find(id))?.suspended, false)
      isOver(await person.prove(asked[0] as Place)) // it was decided on what waited
    })
  })

  describe('is never needed', () => {
    it('to narrow, to shorten, to return to paper, or to change nothing', async () => {
      const id = await connected([...TRADES, 'qc:files:delete'])
      for (const fields of [
        { scope: [...TRADES, 'qc:files:delete'], paper: 'off' },
        { scope: TRADES, paper: 'off' },
        { scope: TRADES, paper: 'off', expires: '1h' },
        { scope: TRADES, paper: 'on' },
        { scope: [HARMLESS] },
      ]) {
        isDone(await edit(id, fields))
      }
      assert.deepEqual((await find(id))?.scopes, [HARMLESS])
    })

    it('to revoke, to stop everything, to sign out, and to end everything', async () => {
      for (const path of ['/account/stop', '/account/sign-out-everywhere', '/account/sign-out', '/account/delete']) {
        person = await signIn()
        const id = await connected(TRADES)
        await send(`/account/connections/${id}/revoke`)
        assert.equal(await find(id), undefined)
        assert.equal(actOf(await send(path)), undefined)
      }
    })
  })

  describe('is good for its act alone', () => {
    let [one, other] = ['', '']
    before(async () => {
      person = await signIn()
    })
    beforeEach(async () => {
      ;[one, other] = [await connected(), await connected()]
    })
    const widened = { scope: [HARMLESS, 'qc:collaboration:write'] }

    it('and once: what it did is not done again by the same form', async () => {
      const asked = await edit(one, widened)
      isDone(await person.prove(asked))
      isDone(await edit(one, {}))
      isOver(await person.prove(asked))
      assert.deepEqual((await find(one))?.scopes, [HARMLESS])
    })

    it('so one for a connection does nothing to another', async () => {
      const act = actOf(await edit(one, widened)) ?? ''
      const proof = { act, apiToken: ALICE.apiToken }
      isOver(await edit(other, { ...widened, ...proof }))
      for (const path of ['/account/erase', '/account/passkeys', '/account/review', '/account/passkeys/only']) {
        const place = await send(path, { ...proof, only: 'on', keep: other })
        assert.ok(place.status === 410 || place.url.pathname === '/account', path)
      }
      assert.deepEqual((await find(other))?.scopes, [HARMLESS])
    })

    it('so one that was given a moment ago opens nothing more', async () => {
      isDone(await person.prove(await edit(one, widened)))
      for (const asked of [
        await edit(other, widened),
        await newAuthenticator(person).add(),
        await send('/account/erase'),
      ]) {
        assert.ok(actOf(asked))
      }
    })

    it('and what else the second form says counts for nothing', async () => {
      const asked = await edit(one, widened)
      const more = {
        scope: [...ALL_SCOPES],
        paper: 'off',
        expires: 'never',
        decision: 'allow',
        apiToken: ALICE.apiToken,
      }
      isDone(await person.submit(asked, more))
      const grant = await find(one)
      assert.deepEqual([...(grant?.scopes ?? [])].sort(), [...widened.scope].sort())
      assert.equal(grant?.endless, false)
    })

    it('and an API token in a form that names no act proves nothing', async () => {
      const asked = await edit(one, { ...widened, apiToken: ALICE.apiToken })
      assert.ok(actOf(asked))
      assert.deepEqual((await find(one))?.scopes, [HARMLESS])
    })

    it('and it holds until the end that its page showed, however late it comes', async () => {
      const before = await nowThere()
      const asked = await edit(one, { ...widened, expires: '1h' })
      await server.advance(9 * 60)
      isDone(await person.prove(asked))
      const { expiresAt = 0 } = (await find(one)) ?? {}
      assert.ok(expiresAt >= before + 60 * 60 && expiresAt < before + 60 * 60 + 60, `${expiresAt - before}`)
    })

    it('and it is over after ten minutes', async () => {
      const asked = await edit(one, widened)
      await server.advance(10 * 60 + 1)
      isOver(await person.prove(asked))
      assert.deepEqual((await find(one))?.scopes, [HARMLESS])
    })

    for (const [what, change] of Object.entries({
      'the connection was narrowed': () => edit(one, { scope: ['qc:files:read'] }),
      'the connection was made shorter': () => edit(one, { expires: '1h' }),
      'the connection was revoked': () => send(`/account/connections/${one}/revoke`),
      'everything was stopped': () => send('/account/stop'),
      'its person signed out everywhere and in again': async () => {
        await send('/account/sign-out-everywhere')
        await server.advance(2)
        return person.submitTo('/account/sign-in', await account(), ALICE)
      },
    })) {
      it(`and it is over when ${what} meanwhile`, async () => {
        await edit(one, { scope: [HARMLESS, 'qc:files:read'] })
        const asked = await edit(one, { scope: [HARMLESS, 'qc:files:read', 'qc:files:delete'] })
        await change()
        const csrf = { csrf: /name="csrf" value="([^"]+)"/.exec((await account()).html)?.[1] ?? '' }
        const place = await person.submit(asked, { ...csrf, apiToken: ALICE.apiToken })
        assert.ok([410, 404].includes(place.status), `${place.status}`)
        assert.ok(!(await find(one))?.scopes.includes('qc:files:delete'))
      })
    }

    it('and belongs to its browser and its account', async () => {
      const elsewhere = await signIn() // before the act, so that nothing but the browser tells them apart
      const asked = await edit(one, widened)
      const act = actOf(asked) ?? ''
      const path = `/account/connections/${one}`
      const form = { act, apiToken: ALICE.apiToken }
      isOver(await elsewhere.submitTo(path, await elsewhere.open(`${server.origin}/account`), form))
      await send('/account/sign-out')
      await person.submitTo('/account/sign-in', await account(), BOB)
      const place = await person.submitTo(path, await account(), { act, apiToken: BOB.apiToken })
      assert.equal(place.status, 404)
      assert.deepEqual((await find(one))?.scopes, [HARMLESS])
      person = await signIn()
    })

    it('and a wrong one leaves it waiting, with its name and words', async () => {
      const asked = await edit(one, widened)
      for (const wrong of [{ apiToken: 'of somebody else' }, { apiToken: BOB.apiToken }, { passkey: '{}' }, {}]) {
        const again = await person.submit(asked, wrong)
        assert.equal(again.status, 422)
        assert.equal(actOf(again), actOf(asked))
        assert.match(again.html, /manage people or organizations/)
      }
      isDone(await person.prove(asked))
    })

    it('and two at once come to one', async () => {
      const asked = await edit(one, widened)
      const places = await Promise.all(Array.from({ length: 5 }, () => person.prove(asked)))
      const statuses = places.map(({ status }) => status).sort()
      assert.deepEqual(statuses, [200, 410, 410, 410, 410])
    })

    it('and one browser does not fill the store with what waits', async () => {
      person = await signIn()
      const page = await account()
      const begin = () => person.submitTo('/account/erase', page)
      for (let n = 0; n < 100; n += 1) assert.equal((await begin()).status, 200)
      assert.equal((await begin()).status, 429)
      assert.equal(actOf(await send(`/account/connections/${one}/revoke`)), undefined)
      assert.equal(await find(one), undefined)
    })
  })

  describe('of a passkey', () => {
    before(async () => {
      person = await signIn()
      await send('/account/seen') // the page after signing in is answered
    })

    it('answers one act, and no other, and no sign-in', async () => {
      const phone = newAuthenticator(person)
      isDone(await person.prove(await phone.add()))
      const [one, other] = [await connected(), await connected()]
      const [first, second] = [
        await edit(one, { scope: [HARMLESS, 'qc:files:delete'] }),
        await edit(other, { scope: [HARMLESS, 'qc:files:delete'] }),
      ]
      const answer = phone.get(first)
      assert.equal((await person.submit(second, { passkey: answer })).status, 422)
      const stranger = new RawPerson(server)
      const signIn = await stranger.open(`${server.origin}/account`)
      assert.equal((await stranger.submitTo('/account/sign-in', signIn, { passkey: answer })).status, 422)
      const signingIn = phone.get(signIn)
      assert.equal((await person.submit(first, { passkey: signingIn })).status, 422)
      isDone(await person.submit(first, { passkey: answer }))
      assert.ok((await find(one))?.scopes.includes('qc:files:delete'))
      assert.ok(!(await find(other))?.scopes.includes('qc:files:delete'))
      await send(removalOf(await account())).then((asked) => phone.prove(asked))
    })

    it('is offered first, so that a proof is one touch', async () => {
      const phone = newAuthenticator(person)
      const before = await phone.add()
      assert.doesNotMatch(before.html, /Use a passkey/)
      isDone(await person.prove(before))
      const { html } = await send('/account/erase')
      assert.ok(html.indexOf('Use a passkey') > 0 && html.indexOf('Use a passkey') < html.indexOf('name="apiToken"'))
      await send(removalOf(await account())).then((asked) => phone.prove(asked))
    })
  })

  /** The time at the server, in seconds since 1970. */
  async function nowThere(): Promise<number> {
    return (await find(await connected()))?.createdAt ?? 0
  }
  const removalOf = ({ html }: Place): string => /action="(\/account\/passkeys\/[^"]+\/remove)"/.exec(html)?.[1] ?? ''
})
