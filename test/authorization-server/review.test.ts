// After the API token was replaced its person decides on each thing: keep, end, or later. Nothing goes on by habit, nothing ends
// by one press too many, and whoever drives the browser gains nothing from putting it off.
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { grantIdOf } from '../support/access-token.ts'
import { callOutcome } from '../support/call-outcome.ts'
import { connectAs, signedIn } from '../support/connection.ts'
import { newAuthenticator } from '../support/passkeys.ts'
import { useQuantConnectStandIn } from '../support/quantconnect-stand-in.ts'
import { register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { actOf, RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { withGrants } from '../support/stored.ts'

const READS = 'qc:projects:read'
const [FIRST, SECOND, THIRD] = ['token-for-tests-first', 'token-for-tests-second', 'token-for-tests-third']

describe('the review after a replaced API token', () => {
  const quantConnect = useQuantConnectStandIn()
  const server = useServer(() => quantConnect.env())
  let user = 500
  let person: RawPerson
  let review: Place
  let ids: Record<'Desk' | 'Watcher', string>
  let token: string
  beforeEach(async () => {
    user += 1
    quantConnect.accept(FIRST)
    person = await signedIn(server, { userId: String(user), apiToken: FIRST })
    const [desk, watcher] = [await connected('Desk'), await connected('Watcher')]
    ids = { Desk: grantIdOf(desk), Watcher: grantIdOf(watcher) }
    token = desk
    review = await replace(SECOND)
    assert.match(review.html, /What shall go on\?/)
  })

  async function connected(client_name: string): Promise<string> {
    const client = await register(server, { client_name })
    return (await connectAs(person, { client, parameters: { scope: READS }, allow: [READS] })).tokens.access_token
  }
  async function replace(apiToken: string): Promise<Place> {
    quantConnect.accept(apiToken)
    person.account = { userId: String(user), apiToken }
    return person.submit(await account('/token'), person.account)
  }
  const account = (path = '') => person.open(`${server.origin}/account${path}`)
  const decide = (fields: Record<string, string | readonly string[]>) =>
    person.submitTo('/account/review', review, fields)
  const isSuspended = async (id: string) => (await withGrants(server, (grants) => grants.find(id)))?.suspended
  const both = async () => [await isSuspended(ids.Desk), await isSuspended(ids.Watcher)]

  it('has keep, end and later for each thing, and later is chosen', () => {
    const rows = review.html
      .split('<tr>')
      .slice(1)
      .filter((row) => row.includes('type="radio"'))
    assert.ok(rows.length >= 2)
    for (const row of rows) {
      assert.deepEqual(
        [...row.matchAll(/value="(\w+)" (checked)?/g)].map(([, value, on]) => `${value} ${on ?? ''}`.trim()),
        ['keep', 'end', 'later checked'],
      )
    }
  })

  it('changes nothing as it is, and the account page works from then on and says what still waits', async () => {
    const place = await decide({})
    assert.match(
      place.html,
      /role="status">Done\. 0 things from before the API token was replaced are kept; 2 things wait until you decide\.</,
    )
    assert.deepEqual(await both(), [true, true])
    assert.match(await callOutcome(server, token, 'list_projects'), /waits/)
    const { html, url } = await account()
    assert.equal(url.pathname, '/account')
    assert.match(html, /still waits, and does nothing\.\s*<a href="\/account\/review">Decide what goes on<\/a>/)
    assert.match((await account('/review')).html, /What shall go on\?/) // and may be decided at any time
  })

  it('asks once more before anything ends, by name, and then ends it with one press and no proof', async () => {
    const asked = await decide({ [`item:${ids.Desk}`]: 'end', [`item:${ids.Watcher}`]: 'end' })
    assert.match(asked.html, /<h1>End 2 connections\?<\/h1>\s*<ul><li>Desk<\/li><li>Watcher<\/li><\/ul>/)
    assert.deepEqual(await both(), [true, true])
    const fields = Object.fromEntries(
      [...asked.html.matchAll(/type="hidden" name="(item:[^"]+)" value="([^"]+)"/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    )
    const done = await person.submit(asked, { ...fields, confirmed: 'on' })
    assert.equal(actOf(done), undefined)
    assert.deepEqual(await both(), [undefined, undefined])
    assert.match(done.html, /0 things from [^<]* are kept; ended: <strong>Desk<\/strong>, <strong>Watcher<\/strong>\.</)
  })

  it('keeps with a proof, ends and leaves, each as it was chosen', async () => {
    const asked = await decide({ [`item:${ids.Desk}`]: 'keep', [`item:${ids.Watcher}`]: 'later' })
    assert.ok(actOf(asked))
    assert.deepEqual(await both(), [true, true])
    assert.match(
      (await person.prove(asked)).html,
      /1 thing from [^<]* is kept: <strong>Desk<\/strong>; 1 thing waits until you decide\./,
    )
    assert.deepEqual(await both(), [false, true])
    assert.equal(await callOutcome(server, token, 'list_projects'), 'answered')
    review = await account('/review')
    assert.equal(review.html.includes(ids.Desk), false)
    await decide({ [`item:${ids.Watcher}`]: 'end', confirmed: 'on' })
    assert.deepEqual(await both(), [false, undefined])
  })

  it('says all that was done, what ended before the proof as well', async () => {
    const asked = await decide({ [`item:${ids.Desk}`]: 'keep', [`item:${ids.Watcher}`]: 'end', confirmed: 'on' })
    assert.match(asked.html, /Ended already: “Watcher”\./)
    const done = await person.prove(asked)
    assert.match(done.html, /is kept: <strong>Desk<\/strong>; ended: <strong>Watcher<\/strong>\.</)
    const { html } = await account('/activity?view=all&kind=person')
    assert.match(html, /Confirmed with the API token: “Desk” is kept/)
  })

  it('says on its own page what a press did that only takes away', async () => {
    const stopped = await person.submitTo(`/account/connections/${ids.Watcher}/revoke`, review)
    assert.equal(stopped.url.pathname, '/account/review')
    assert.match(stopped.html, /role="status">Revoked: <strong>Watcher<\/strong>/)
    assert.doesNotMatch((await account('/review')).html, /role="status"/)
  })

  it('takes a choice that is no choice, or that is made twice, for later', async () => {
    for (const fields of [
      { [`item:${ids.Desk}`]: 'KEEP' },
      { [`item:${ids.Desk}`]: ['keep', 'keep'] },
      { keep: [ids.Desk], end: [ids.Desk] },
      { 'item:somebody-else': 'keep' },
      { 'item:__proto__': 'end' },
    ]) {
      const place = await decide(fields)
      assert.equal(actOf(place), undefined, JSON.stringify(fields))
      assert.doesNotMatch(place.html, /<h1>End /)
      assert.deepEqual(await both(), [true, true])
    }
  })

  it('is where alone goes on what waits for it: no button and no proof says so elsewhere', async () => {
    await decide({})
    const page = await account()
    for (const says of ['>Resume<', '>Resume everything<']) assert.equal(page.html.includes(says), false, says)
    const path = `/account/connections/${ids.Desk}`
    assert.equal((await person.submitTo(`${path}/resume`, page)).url.pathname, '/account/review')
    assert.equal((await person.submitTo('/account/resume', page)).url.search, '')
    assert.equal((await account(`/connections/${ids.Desk}`)).html.includes('>Resume<'), false)
    assert.deepEqual(await both(), [true, true])
  })

  it('and a suspension end each by itself, and each proof says what still holds', async () => {
    await decide({})
    await person.submitTo('/account/suspend', await account())
    const resuming = await person.submitTo('/account/resume', await account())
    assert.match(resuming.html, /“Desk”[^<]* still waits, since your API token was replaced/)
    assert.doesNotMatch(resuming.html, /“Desk”[^<]* goes on/)
    const resumed = await person.prove(resuming)
    const stillHeld =
      /You suspend it no more, and yet it waits for something else: (?:<strong>(?:Desk|Watcher)<\/strong>(?:, )?){2}\./
    assert.match(resumed.html, /role="status">It goes on: connections can be made again as ever\./)
    assert.match(resumed.html, stillHeld)
    assert.doesNotMatch(resumed.html, /Everything goes on/)
    assert.match(await callOutcome(server, token, 'list_projects'), /waits/)

    for (const id of [ids.Desk, ids.Watcher])
      await person.submitTo(`/account/connections/${id}/suspend`, await account())
    const released = await person.prove(await person.submitTo('/account/resume', await account()))
    assert.match(released.html, /role="status">You suspend it no more, and yet it waits/) // nothing else was suspended

    await person.submitTo(`/account/connections/${ids.Desk}/suspend`, await account())
    review = await account('/review')
    const keeping = await decide({ [`item:${ids.Desk}`]: 'keep' })
    assert.match(keeping.html, /“Desk”[^<]* is kept, and stays suspended until you resume it/)
    await person.prove(keeping)
    assert.notEqual(await callOutcome(server, token, 'list_projects'), 'answered')
    await person.prove(await person.submitTo(`/account/connections/${ids.Desk}/resume`, await account()))
    assert.equal(await callOutcome(server, token, 'list_projects'), 'answered')
  })

  it('comes back when the token is replaced once more, and a proof from before counts for nothing', async () => {
    await decide({})
    review = await account('/review')
    const asked = await decide({ [`item:${ids.Desk}`]: 'keep' })
    await server.advance(2)
    const again = await replace(THIRD)
    assert.match(again.html, /What shall go on\?/)
    assert.equal((await account()).url.pathname, '/account/review')
    await person.submit(asked, { apiToken: THIRD })
    assert.deepEqual(await both(), [true, true])
  })

  it('gives a program in the browser nothing by being put off: no browser, no passkey, no connection goes on', async () => {
    await decide({})
    const keys = newAuthenticator(person)
    await person.prove(await keys.add('Key'))
    const elsewhere = await signedIn(server, { userId: String(user), apiToken: SECOND })
    await replace(THIRD)
    review = await account('/review')
    assert.match(review.html, /Key/)
    const place = await decide({})
    assert.equal(actOf(place), undefined)
    assert.match((await elsewhere.open(`${server.origin}/account`)).html, /name="apiToken"/)
    const stranger = new RawPerson(server)
    const page = await stranger.open(`${server.origin}/account`)
    assert.notEqual((await stranger.submitTo('/account/sign-in', page, { passkey: keys.get(page) })).status, 200)
    assert.match(await callOutcome(server, token, 'list_projects'), /waits/)
    const removed = await person.submitTo('/account/review', await account('/review'), {
      'item:x': 'end',
      confirmed: 'on',
    })
    assert.equal(actOf(removed), undefined)
    const passkey = /name="item:(passkey:[^"]+)"/.exec((await account('/review')).html)?.[1] ?? ''
    review = await account('/review')
    assert.ok(actOf(await decide({ [`item:${passkey}`]: 'end', confirmed: 'on' }))) // which takes a proof, as ever
    assert.match((await account()).html, /<strong>Key<\/strong>/)
  })
})
