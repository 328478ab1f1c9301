import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { claimsOf, grantIdOf } from '../support/access-token.ts'
import { ALICE, BOB } from '../support/accounts.ts'
import { ALIVE, connectAs, connectionState, signedIn } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, redeem, register, registerHosted } from '../support/raw-client.ts'
import { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { grantOf, withGrants } from '../support/stored.ts'

describe('another account in the same browser', () => {
  const server = useServer()

  /** Opens a request as whoever is signed in, and goes to the sign-in page by "use another account". */
  async function leaveFor(person: RawPerson, client: Registration, scope = 'qc:account:read') {
    const request = authorizationRequest(server, client, { scope })
    const page = await person.open(request.url)
    assert.match(page.html, /use another account/)
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    const signIn = await person.open(`${page.url.href}/switch-account`, new URLSearchParams({ csrf }))
    assert.match(signIn.html, /name="apiToken"/)
    return { request, signIn }
  }

  for (const [kind, enroll] of Object.entries({ loopback: register, https: registerHosted })) {
    it(`is who the tokens are for, and the first person's grant stays untouched: ${kind}`, async () => {
      const person = await signedIn(server, ALICE)
      const client = await enroll(server)
      const first = (await connectAs(person, { client, parameters: { scope: 'qc:account:read' } })).tokens
      const before = await grantOf(server, first.access_token)

      const { request, signIn } = await leaveFor(person, client, 'qc:account:read qc:projects:read')
      const consent = await person.submit(signIn, { ...BOB, account: 'own' })
      assert.match(consent.html, /<strong>100002<\/strong>/)
      assert.equal(consent.html.includes('>new</span>'), false)
      const place = await person.submit(consent, { scope: ['qc:projects:read'], decision: 'allow' })
      const second = await redeem(server, client, request, place)

      const bob = (await connectAs(await signedIn(server, BOB))).tokens
      assert.equal(claimsOf(second.access_token).sub, claimsOf(bob.access_token).sub)
      assert.notEqual(claimsOf(second.access_token).sub, claimsOf(first.access_token).sub)
      assert.notEqual(grantIdOf(second.access_token), grantIdOf(first.access_token))
      assert.deepEqual(await grantOf(server, first.access_token), before)
      assert.deepEqual(await connectionState(server, client, first), ALIVE)
      assert.deepEqual(await connectionState(server, client, second), ALIVE)
    })
  }

  it('stays signed in afterwards', async () => {
    const person = await signedIn(server, ALICE)
    const client = await register(server)
    const { signIn } = await leaveFor(person, client)
    await person.submit(await person.submit(signIn, { ...BOB, account: 'own' }), { decision: 'deny' })
    const page = await person.open(authorizationRequest(server, await register(server)).url)
    assert.match(page.html, /<strong>100002<\/strong>/)
  })

  it('is not used when its sign-in fails: the page says so, and nobody is let in', async () => {
    const person = await signedIn(server, ALICE)
    const { signIn } = await leaveFor(person, await register(server))
    const again = await person.submit(signIn, { userId: BOB.userId, apiToken: 'wrong', account: 'own' })
    assert.equal(again.status, 422)
    assert.match(again.html, /name="apiToken"/)
  })

  it('may be the same account after all', async () => {
    const person = await signedIn(server, ALICE)
    const client = await register(server)
    const { request, signIn } = await leaveFor(person, client)
    const consent = await person.submit(signIn, { ...ALICE, account: 'own' })
    const place = await person.submit(consent, { scope: ['qc:account:read'], decision: 'allow' })
    const tokens = await redeem(server, client, request, place)
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
  })

  it('cannot take over what the first person allowed: no silent return on https after the switch', async () => {
    const person = await signedIn(server, ALICE)
    const client = await registerHosted(server)
    await connectAs(person, { client, parameters: { scope: 'qc:account:read' } })
    const { signIn } = await leaveFor(person, await register(server))
    await person.submit(await person.submit(signIn, { ...BOB, account: 'own' }), { decision: 'deny' })
    const page = await person.open(authorizationRequest(server, client, { scope: 'qc:account:read' }).url)
    assert.match(page.html, /name="decision"/)
    assert.match(page.html, /<strong>100002<\/strong>/)
  })

  it('keeps two people in two browsers apart, with the same client', async () => {
    const client = await register(server)
    const [alice, bob] = [new RawPerson(server), new RawPerson(server)]
    const [one, two] = [authorizationRequest(server, client), authorizationRequest(server, client)]
    const [placeOne, placeTwo] = await Promise.all([
      alice.allow(one.url, undefined, ALICE),
      bob.allow(two.url, undefined, BOB),
    ])
    const first = await redeem(server, client, one, placeOne)
    const second = await redeem(server, client, two, placeTwo)
    assert.notEqual(claimsOf(first.access_token).sub, claimsOf(second.access_token).sub)
    await withGrants(server, (grants) => grants.end(grantIdOf(first.access_token)))
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    assert.equal((await rpc(server, first.access_token, list)).status, 401)
    assert.equal((await rpc(server, second.access_token, list)).status, 200)
  })

  it('can be two in two tabs: whoever signs in last is who consents, and the other visit is over', async () => {
    const person = new RawPerson(server)
    const begin = async () => {
      const client = await register(server)
      const request = authorizationRequest(server, client)
      return { client, request, page: await person.open(request.url) }
    }
    const [one, two] = [await begin(), await begin()]
    const alices = await person.submit(one.page, { account: 'own', userId: '100001', apiToken: 'sandbox-alice' })
    assert.match(alices.html, /100001/)
    const bobs = await person.submit(two.page, { account: 'own', userId: '100002', apiToken: 'sandbox-bob' })
    assert.match(bobs.html, /100002/)
    const place = await person.submit(bobs, { scope: 'qc:account:read', decision: 'allow' })
    const { access_token } = await redeem(server, two.client, two.request, place)
    assert.match(await (await rpc(server, access_token, toolCall('read_account'))).text(), /0ddba11f/)
    assert.equal((await person.submit(alices, { scope: 'qc:account:read', decision: 'allow' })).status, 410)
  })
})
