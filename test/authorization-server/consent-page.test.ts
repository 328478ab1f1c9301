import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALL_SCOPES, SCOPES } from '../../src/scopes.ts'
import { BOB } from '../support/accounts.ts'
import { signedIn, useSignedIn } from '../support/connection.ts'
import { authorizationRequest, register, registerHosted } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { boxes } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

const SCHEME = 'com.example.app'

describe('what the consent page shows', () => {
  const server = useServer()
  const person = useSignedIn(server)

  const consentFor = async (metadata: Record<string, unknown>, scope?: string): Promise<Place> =>
    person.open(authorizationRequest(server, await register(server, metadata), { scope }).url)
  /** The page as a person reads it. */
  const wordsOf = ({ html }: Place) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

  it("shows the client's name as text, never as markup", async () => {
    const client_name = `<script>alert('x')</script>&'<img src=x>`
    const { html } = await consentFor({ client_name })
    assert.equal(/<script(?! src="\/assets\/)|<img/i.test(html), false)
    assert.ok(html.includes('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&#39;&lt;img src=x&gt;'))
  })

  it('shows the name as text on the sign-in page too', async () => {
    const client = await register(server, { client_name: '<script>alert(1)</script>' })
    const { html } = await (await signedIn(server)).open(authorizationRequest(server, client, { prompt: 'login' }).url)
    assert.ok(html.includes('name="apiToken"') && html.includes('&lt;script&gt;'))
    assert.equal(/<script(?! src="\/assets\/)/.test(html), false)
  })

  it('takes control, direction and invisible characters out of the name', async () => {
    const page = await consentFor({ client_name: 'Good\u202E\u2066\u0007\u200B\u2028\uFEFF\u0000App' })
    assert.ok(page.html.includes('GoodApp'))
    assert.equal(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(page.html.replaceAll('\n', '')), false)
  })

  it('lets no name end the quotation that it stands in, tower up or stay invisible', async () => {
    const spoof = await consentFor({ client_name: 'Claude”. Verified by QuantConnect. “Claude' })
    assert.ok(spoof.html.includes('It says it is “Claude. Verified by QuantConnect. Claude”;'))
    const tower = await consentFor({ client_name: `A${'\u0301\u0302'.repeat(20)}` })
    assert.ok(!/\p{M}{3}/u.test(tower.html))
    const blank = await consentFor({ client_name: '\u3164\u2800' })
    assert.ok(blank.html.includes('A program without a name'))
  })

  it('cuts a long name and says so', async () => {
    const { html } = await consentFor({ client_name: 'x'.repeat(500) })
    assert.ok(html.includes(`${'x'.repeat(60)}…`))
    assert.equal(html.includes('x'.repeat(61)), false)
  })

  it('calls a client without a name what it is', async () => {
    assert.match((await consentFor({ client_name: undefined })).html, /A program without a name/)
    assert.match((await consentFor({ client_name: '\u200B\u202E' })).html, /A program without a name/)
  })

  for (const [how, metadata] of Object.entries({
    'a loopback address': { redirect_uris: ['http://127.0.0.1:4567/callback'] },
    localhost: { redirect_uris: ['http://localhost:4567/callback'] },
    'a scheme of its own': { redirect_uris: [`${SCHEME}:/callback`], application_type: 'native' },
  })) {
    it(`calls a client an app on this computer that says who it is when it returns to ${how}`, async () => {
      const words = wordsOf(await consentFor({ ...metadata, client_name: 'Claude' }))
      assert.match(words, /An app on this computer It says it is “Claude”/)
      assert.equal(/(?<!un)verified/i.test(words), false)
    })
  }

  it('calls no registered client verified, and names the host it returns to', async () => {
    const client = await registerHosted(server, { client_name: 'Claude' })
    const page = await person.open(authorizationRequest(server, client).url)
    assert.match(page.html, /Unverified<\/span> It calls itself “Claude”/)
    assert.ok(page.html.includes('<strong>client.example</strong>'))
    assert.equal(/(?<!un)verified/i.test(wordsOf(page)), false)
  })

  it('names the host and port, or the scheme, that the answer goes to', async () => {
    assert.ok((await consentFor({})).html.includes('<strong>127.0.0.1:4567</strong>'))
    const custom = await consentFor({ redirect_uris: [`${SCHEME}:/callback`], application_type: 'native' })
    assert.ok(custom.html.includes(`${SCHEME}:`))
  })

  it('names the QuantConnect user id that is signed in', async () => {
    assert.match(wordsOf(await consentFor({})), /as QuantConnect user 100001/)
    const bob = await signedIn(server, BOB)
    const page = await bob.open(authorizationRequest(server, await register(server)).url)
    assert.match(wordsOf(page), /as QuantConnect user 100002/)
    assert.equal(page.html.includes('100001'), false)
  })

  it('explains each requested scope in its sentence, and asks for no other', async () => {
    const page = await consentFor({}, ALL_SCOPES.join(' '))
    assert.deepEqual(boxes(page).sort(), [...ALL_SCOPES].sort())
    for (const scope of ALL_SCOPES) assert.ok(page.html.includes(SCOPES[scope].says), scope)
    const one = await consentFor({}, 'qc:files:read')
    assert.deepEqual(boxes(one), ['qc:files:read'])
  })

  it('folds away what nobody asked for, unticked, for a person who wants to give more', async () => {
    const page = await consentFor({}, 'qc:files:read')
    assert.deepEqual(boxes(page, 'more').sort(), ALL_SCOPES.filter((scope) => scope !== 'qc:files:read').sort())
    assert.match(page.html, /<details><summary>Allow more than it asks for<\/summary>/)
    assert.doesNotMatch(page.html.split('<details>')[1]?.split('</details>')[0] ?? 'checked', /checked/)
    assert.doesNotMatch((await consentFor({}, ALL_SCOPES.join(' '))).html, /<details>/)
  })

  it('ticks beforehand only what reads and changes, never what trades, spends, deletes or administers', async () => {
    const page = await consentFor({}, ALL_SCOPES.join(' '))
    const harmless = ALL_SCOPES.filter((scope) => ['reads', 'changes'].includes(SCOPES[scope].risk))
    assert.deepEqual(boxes(page, 'ticked').sort(), [...harmless].sort())
  })

  it('marks what moves money', async () => {
    // one part more than there are marks
    const marks = async (scope: string) =>
      (await consentFor({}, scope)).html.split('<details>')[0]?.split('moves money').length
    assert.equal(await marks('qc:account:read qc:projects:write qc:files:delete'), 1)
    assert.equal(await marks('qc:live:write qc:live:execute qc:optimizations:write'), 4)
  })
})
