// The account page's forms, sent as they are by browsers without scripts and by whoever makes them up.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { allowanceOf } from '../../src/grants/allowance.ts'
import type { Grant } from '../../src/grants/grant-record.ts'
import { claimsOf, grantIdOf } from '../support/access-token.ts'
import { ALICE, BOB } from '../support/accounts.ts'
import { ALIVE, connectAs, connectionState } from '../support/connection.ts'
import { authorizationRequest, redeem, registerHosted } from '../support/raw-client.ts'
import { actOf, RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { changeGrant, grantOf, withGrants } from '../support/stored.ts'

const LARGEST = 50_000
const READS = ['qc:projects:read']

describe('the account page', () => {
  const server = useServer()
  let person: RawPerson
  before(async () => {
    person = new RawPerson(server)
    await person.submitTo('/account/sign-in', await person.open(`${server.origin}/account`), ALICE)
  })
  const account = (path = '') => person.open(`${server.origin}/account${path}`)
  const send = async (path: string, fields = {}) => person.submitTo(path, await account(), fields)

  it('shows the boxes of another preset before it saves them', async () => {
    const { tokens } = await connectAs(person, { parameters: { scope: 'qc:projects:read' }, allow: READS })
    const id = grantIdOf(tokens.access_token)
    const form = { rendered: 'custom', preset: 'trader', scope: READS, decision: 'allow', expires: '30d', paper: 'on' }
    const page = await send(`/account/connections/${id}`, form)
    assert.match(page.html, /value="qc:live:write" checked/)
    assert.deepEqual((await grantOf(server, tokens.access_token))?.scopes, READS)
    assert.match((await send(`/account/connections/${id}`, { ...form, rendered: 'trader' })).url.search, /saved/)
    assert.deepEqual((await grantOf(server, tokens.access_token))?.scopes, READS)
  })

  it('cleans a name as it does that of a client', async () => {
    const { tokens } = await connectAs(person, { parameters: { scope: 'qc:projects:read' }, allow: READS })
    const form = {
      preset: 'custom',
      scope: READS,
      decision: 'allow',
      expires: '30d',
      name: 'My \u202E\u0007<b>desk</b>',
    }
    await send(`/account/connections/${grantIdOf(tokens.access_token)}`, form)
    assert.equal((await grantOf(server, tokens.access_token))?.name, 'My <b>desk</b>')
    assert.ok((await account()).html.includes('My &lt;b&gt;desk&lt;/b&gt;'))
  })

  it('takes the token of its own account only', async () => {
    const page = await send('/account/token', BOB)
    assert.equal(page.status, 422)
    assert.match(page.html, /This account is that of user 100001/)
    assert.match((await account()).html, /QuantConnect user <strong>100001/)
  })

  it('takes a field that is given twice for one that is not there', async () => {
    const allow = ['qc:projects:read', 'qc:live:write']
    const { tokens } = await connectAs(person, { parameters: { scope: 'qc:projects:read' }, allow })
    await changeGrant(server, tokens.access_token, { paperOnly: true })
    const allowed = async () => allowanceOf((await grantOf(server, tokens.access_token)) as Grant)
    const before = await allowed()
    const form = { preset: 'custom', decision: 'allow', scope: allow, paper: 'on', expires: 'keep' }
    for (const [name, values] of Object.entries({
      paper: ['off', 'off'],
      expires: ['never', 'never'],
      preset: ['admin', 'admin'],
      rendered: ['admin', 'custom'],
      decision: ['allow', 'allow'],
    })) {
      const place = await send(`/account/connections/${grantIdOf(tokens.access_token)}`, { ...form, [name]: values })
      assert.equal(actOf(place), undefined, name)
      assert.deepEqual(await allowed(), before, name)
    }
  })

  for (const [what, fields] of Object.entries({
    'over 32 kB': { scope: READS, more: 'a'.repeat(33_000) },
    'that names an act which never was': { scope: READS, act: '__proto__', apiToken: ALICE.apiToken },
    'whose act has 20,000 characters': { scope: READS, act: 'a'.repeat(20_000) },
    'whose act is no text': { scope: READS, act: '\u0000', apiToken: '\uFFFD' },
  })) {
    it(`does nothing by a form ${what}`, async () => {
      const { tokens } = await connectAs(person, {
        parameters: { scope: 'qc:projects:read' },
        allow: [...READS, 'qc:files:read'],
      })
      const before = await grantOf(server, tokens.access_token)
      const form = { preset: 'custom', decision: 'allow', ...fields }
      const { status } = await send(`/account/connections/${grantIdOf(tokens.access_token)}`, form)
      assert.ok([410, 413].includes(status), `${status}`)
      assert.deepEqual(await grantOf(server, tokens.access_token), before)
    })
  }

  it('has no page over 50 kB, however much is connected', async () => {
    await withGrants(server, async (grants) => {
      const { tokens } = await connectAs(person)
      const facts = await grants.find(grantIdOf(tokens.access_token))
      assert.ok(facts)
      for (let n = 0; n < 45; n += 1) await grants.create({ ...facts, name: `Assistant number ${n} of very many` })
    })
    const first = await account()
    assert.match(first.html, /Page 1 of 3/)
    const pages = [first, await account('?page=3'), await account('/activity'), await account('/connections/nonsense')]
    for (const { html, url } of pages) assert.ok(html.length < LARGEST, `${url}: ${html.length}`)
    assert.equal(first.html.split('>Revoke<').length, 21)
  })
})

describe('a hosted client whose connection waits for its person', () => {
  const server = useServer()

  it('gets no silent return, is shown whole, and works again once it is allowed', async () => {
    const person = new RawPerson(server)
    const client = await registerHosted(server)
    const wish = { client, parameters: { scope: 'qc:projects:read' }, allow: READS }
    const { tokens } = await connectAs(person, wish)
    const request = authorizationRequest(server, client, { scope: 'qc:projects:read' })
    assert.ok((await person.open(request.url)).url.searchParams.get('code')) // as long as nothing is wrong
    await changeGrant(server, tokens.access_token, { suspended: true })
    const page = await person.open(request.url)
    assert.match(page.html, /before your API token was replaced/)
    assert.doesNotMatch(page.html, /You have allowed this before/)
    const asked = await person.submit(page, { scope: READS, decision: 'allow' })
    assert.equal((await grantOf(server, tokens.access_token))?.suspended, true)
    const again = await redeem(server, client, request, await person.prove(asked))
    assert.equal(claimsOf(again.access_token).grant_id, grantIdOf(tokens.access_token))
    assert.deepEqual(await connectionState(server, client, again), ALIVE)
    const [grant] = await withGrants(server, (grants) => grants.list(String(claimsOf(tokens.access_token).sub)))
    assert.equal(grant?.suspended, false)
  })
})
