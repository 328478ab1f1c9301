import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { claimsOf } from '../support/access-token.ts'
import { connect, connectAs, signedIn, useSignedIn } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { authorizationRequest, redeem, register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { boxes, RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { countGrants } from '../support/stored.ts'

const SCOPE = 'qc:account:read qc:projects:read qc:files:read'

describe('what a consent decides', () => {
  const server = useServer()
  const person = useSignedIn(server)

  async function visit() {
    const client = await register(server)
    const request = authorizationRequest(server, client, { scope: SCOPE })
    return { client, request, page: await person.open(request.url) }
  }
  const allow = (page: Place, scope: string[]) => person.submit(page, { scope, decision: 'allow' })

  /** Runs a submission that must grant nothing and stay on our pages. */
  async function grantsNothing(submission: () => Promise<Place>, status: number): Promise<Place> {
    const before = await countGrants(server)
    const place = await submission()
    assert.equal(place.url.origin, server.origin)
    assert.equal(place.status, status)
    assert.equal(await countGrants(server), before)
    return place
  }

  it('can allow every one of the 28 scopes at once', async () => {
    const { tokens } = await connect(server, { scope: ALL_SCOPES.join(' '), allow: ALL_SCOPES })
    assert.equal(tokens.scope, ALL_SCOPES.join(' '))
  })

  it('leaves an unticked scope out of the token', async () => {
    const { client, request, page } = await visit()
    const tokens = await redeem(server, client, request, await allow(page, ['qc:account:read', 'qc:files:read']))
    assert.equal(tokens.scope, 'qc:account:read qc:files:read')
    assert.equal(claimsOf(tokens.access_token).scope, tokens.scope)
    assert.equal((await rpc(server, tokens.access_token, toolCall('list_projects'))).status, 403)
  })

  it('ignores a box that was not offered', async () => {
    const { client, request, page } = await visit()
    const posted = ['qc:account:read', 'qc:moon:walk', 'openid', 'qc:live:write qc:admin:write', '']
    const tokens = await redeem(server, client, request, await allow(page, posted))
    assert.equal(tokens.scope, 'qc:account:read')
  })

  it('may be for more than the client asked for, since some clients cannot ask again', async () => {
    const { client, request, page } = await visit()
    assert.ok(!boxes(page).includes('qc:projects:delete'))
    const asked = await allow(page, ['qc:account:read', 'qc:projects:delete'])
    const tokens = await redeem(server, client, request, await person.prove(asked))
    assert.deepEqual(tokens.scope.split(' ').sort(), ['qc:account:read', 'qc:projects:delete'])
  })

  it('is an error on the page when nothing is ticked, and the person can go on from there', async () => {
    const { client, request, page } = await visit()
    const again = await grantsNothing(() => allow(page, []), 422)
    assert.match(again.html, /role="alert"[^>]*>Nothing is ticked/)
    const tokens = await redeem(server, client, request, await allow(again, ['qc:files:read']))
    assert.equal(tokens.scope, 'qc:files:read')
  })

  it('is an error on the page when only boxes are ticked that were not offered', async () => {
    const { page } = await visit()
    await grantsNothing(() => allow(page, ['qc:moon:walk']), 422)
  })

  it('needs a decision, and keeps the boxes as they were posted until there is one', async () => {
    const { page } = await visit()
    const again = await grantsNothing(() => person.submit(page, { scope: ['qc:files:read'] }), 422)
    assert.deepEqual(boxes(again, 'ticked'), ['qc:files:read'])
    await grantsNothing(() => person.submit(page, { scope: ['qc:files:read'], decision: 'whatever' }), 422)
  })

  it('gives the client access_denied when the person says no, whatever is ticked (RFC 6749 §4.1.2.1)', async () => {
    const { page } = await visit()
    const before = await countGrants(server)
    const { url } = await person.submit(page, { scope: boxes(page), decision: 'deny' })
    assert.equal(url.origin, 'http://127.0.0.1:4567')
    assert.equal(url.searchParams.get('error'), 'access_denied')
    assert.equal(url.searchParams.has('code'), false)
    assert.equal(await countGrants(server), before)
  })

  it('may be asked for again after a no', async () => {
    const { client, page } = await visit()
    await person.submit(page, { decision: 'deny' })
    const { tokens } = await connectAs(person, { client, parameters: { scope: SCOPE } })
    assert.equal(tokens.scope, SCOPE)
  })

  it("grants nothing without the form's own token, with a wrong one, or with one of another visit (CSRF)", async () => {
    const other = /name="csrf" value="([^"]+)"/.exec((await visit()).page.html)?.[1] ?? ''
    assert.ok(other)
    const { page } = await visit()
    for (const csrf of [undefined, '', 'wrong', 'w'.repeat(other.length), other]) {
      const form = new URLSearchParams({
        scope: 'qc:files:read',
        decision: 'allow',
        ...(csrf === undefined ? {} : { csrf }),
      })
      await grantsNothing(() => person.open(page.url.href, form), 410)
    }
    assert.ok((await allow(page, ['qc:files:read'])).url.searchParams.get('code')) // only the token was amiss
  })

  it('switches no account without the form token either', async () => {
    const { page } = await visit()
    const form = new URLSearchParams({ csrf: 'wrong' })
    await grantsNothing(() => person.open(`${page.url.href}/switch-account`, form), 410)
  })

  it('shows and grants nothing in another browser that learned the address of the visit', async () => {
    const { page } = await visit()
    const stranger = new RawPerson(server)
    const seen = await grantsNothing(() => stranger.open(page.url.href), 410)
    assert.match(seen.html, /connect again/)
    await grantsNothing(() => stranger.submit(page, { scope: ['qc:files:read'], decision: 'allow' }), 410)
    const signedInStranger = await signedIn(server)
    await grantsNothing(() => signedInStranger.open(page.url.href), 410)
  })

  it('is not opened by the cookie of another visit', async () => {
    const stranger = new RawPerson(server)
    await stranger.open(authorizationRequest(server, await register(server)).url)
    const { page } = await visit()
    for (const [name, cookie] of stranger.cookies) stranger.cookies.set(name, { ...cookie, path: '/' })
    await grantsNothing(() => stranger.open(page.url.href), 410)
  })

  it('is over once it was given: the same page posted again grants nothing', async () => {
    const { page } = await visit()
    await allow(page, ['qc:files:read'])
    await grantsNothing(() => allow(page, ['qc:files:read']), 410)
    await grantsNothing(() => person.open(page.url.href), 410)
  })

  it('is over after an hour', async () => {
    const { page } = await visit()
    await server.advance(3601)
    await grantsNothing(() => allow(page, ['qc:files:read']), 410)
  })

  it('is undisturbed by a second visit of the same browser in another tab', async () => {
    const one = await visit()
    const two = await visit()
    const second = await redeem(server, two.client, two.request, await allow(two.page, ['qc:files:read']))
    const first = await redeem(server, one.client, one.request, await allow(one.page, ['qc:account:read']))
    assert.deepEqual([first.scope, second.scope], ['qc:account:read', 'qc:files:read'])
  })
})
