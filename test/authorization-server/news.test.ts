// What was added, removed, widened or joined stays on the account page until its person has said that they have seen it.
// Whoever drives the browser can load pages and press buttons too, so loading clears nothing, and passkeys stay for a week.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { grantIdOf } from '../support/access-token.ts'
import { ALICE } from '../support/accounts.ts'
import { connectAs } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { newAuthenticator } from '../support/passkeys.ts'
import { register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

const DAY = 24 * 60 * 60
const READS = 'qc:projects:read'

describe('the news of an account', () => {
  const server = useServer()
  let person: RawPerson
  const account = (path = '') => person.open(`${server.origin}/account${path}`)
  const send = async (path: string, fields = {}) => person.submitTo(path, await account(), fields)
  const news = ({ html }: Place): string[] =>
    (/aria-label="News">([\s\S]*?)<\/ul>/.exec(html)?.[1] ?? '')
      .split('<li>')
      .slice(1)
      .map((item) =>
        item
          .replace(/<span class="quiet">.*$/s, '')
          .replace(/<[^>]*>/g, '')
          .trim(),
      )
  before(async () => {
    person = new RawPerson(server)
    await person.submitTo('/account/sign-in', await account(), ALICE)
    await send('/account/seen')
  })
  const seen = async () => {
    await send('/account/seen')
    assert.deepEqual(
      news(await account()).filter((item) => !/passkey/.test(item)),
      [],
    )
  }
  async function connected(client_name: string, allow = [READS]) {
    const client = await register(server, { client_name })
    const { tokens } = await connectAs(person, { client, parameters: { scope: READS }, allow })
    return { tokens, path: `/account/connections/${grantIdOf(tokens.access_token)}` }
  }

  it('are a connection that was added, widened, joined, and revoked, each with what it comes to', async () => {
    const { path } = await connected('<b>Desk</b>')
    const [added] = news(await account())
    assert.equal(added, '&lt;b&gt;Desk&lt;/b&gt; connected')
    assert.match((await account()).html, /Desk.* can look at projects; it cannot build/)
    const wider = { preset: 'custom', decision: 'allow', scope: [READS, 'qc:files:delete'] }
    await person.prove(await send(path, wider))
    assert.match(news(await account())[0] ?? '', /^▲.*may do more, or for longer$/)
    await send(`${path}/revoke`)
    assert.match(news(await account())[0] ?? '', /revoked$/)
    assert.equal(news(await account()).length, 3)
    await seen()
  })

  it('are what was narrowed or named anew, on the account page', async () => {
    const { path } = await connected('Shed', [READS, 'qc:live:write'])
    await seen()
    await send(path, { preset: 'custom', decision: 'allow', scope: [READS], name: 'Barn' })
    assert.deepEqual(news(await account()).toSorted(), ['Barn has this name now', '▲ Barn may do less, or for shorter'])
    assert.match((await account()).html, /It was called “Shed”/)
    await seen()
    await send(path, { preset: 'custom', decision: 'allow', scope: [READS], name: 'Barn', expires: 'keep' })
    assert.deepEqual(news(await account()), [])
  })

  it('are what was narrowed on the consent page', async () => {
    const client = await register(server, { client_name: 'Mill' })
    await connectAs(person, { client, parameters: { scope: READS }, allow: [READS, 'qc:files:read'] })
    await seen()
    await connectAs(person, { client, parameters: { scope: READS }, allow: [READS] })
    assert.ok(news(await account()).includes('Mill may do less, or for shorter'))
    await seen()
  })

  it('and the counts of calls are cleared by no page that is loaded, however often and however late', async () => {
    const { tokens } = await connected('Caller')
    await rpc(server, tokens.access_token, toolCall('list_projects'))
    for (const path of ['', '/activity', '', '?page=2', '/token', '/delete']) await account(path)
    await server.advance(2 * DAY)
    const page = await account()
    assert.deepEqual(news(page), ['Caller connected'])
    assert.match(page.html, /<strong>1 call<\/strong>/)
    await seen()
    assert.match((await account()).html, /<strong>0 calls<\/strong>/)
  })

  it('that came after the page was made stay, though Seen is pressed on it', async () => {
    await connected('First')
    const page = await account()
    await server.advance(1)
    await connected('Second')
    await person.submitTo('/account/seen', page)
    assert.deepEqual(news(await account()), ['Second connected'])
    await seen()
  })

  it('are never seen in advance', async () => {
    await send('/account/seen', { upTo: `${Date.now() + 1_000 * DAY * 1_000}` })
    await server.advance(1)
    await connected('Later')
    assert.deepEqual(news(await account()), ['Later connected'])
    await seen()
  })

  it('of passkeys stay for seven days, whatever is pressed', async () => {
    const phone = newAuthenticator(person)
    await person.prove(await phone.add('Phone'))
    await seen()
    assert.deepEqual(news(await account()), ['The passkey Phone was added'])
    const removal = /action="(\/account\/passkeys\/[^"]+\/remove)"/.exec((await account()).html)?.[1] ?? ''
    await phone.prove(await send(removal))
    await seen()
    assert.deepEqual(news(await account()).toSorted(), ['The passkey Phone was added', 'The passkey Phone was removed'])
    await server.advance(7 * DAY)
    assert.deepEqual(news(await account()), [])
  })
})

describe('ending everything', () => {
  const server = useServer()
  let person: RawPerson
  let phone: ReturnType<typeof newAuthenticator>
  const account = (path = '') => person.open(`${server.origin}/account${path}`)
  const send = async (path: string, fields = {}) => person.submitTo(path, await account(), fields)
  const signIn = async () => {
    person = new RawPerson(server)
    return person.submitTo('/account/sign-in', await account(), ALICE)
  }
  before(async () => {
    await signIn()
    await send('/account/seen')
    phone = newAuthenticator(person)
    await person.prove(await phone.add('Phone'))
    const { tokens } = await connectAs(person, { allow: [READS, 'qc:live:read'] })
    await rpc(server, tokens.access_token, toolCall('list_projects'))
    await rpc(server, tokens.access_token, toolCall('list_live_algorithms'))
  })
  const calls = async () =>
    (await account('/activity')).html.match(/list_(projects|live_algorithms)<\/td>|list_projects|list_live/g)

  it('needs no proof, signs out everywhere, and takes the API token away', async () => {
    assert.match((await send('/account/delete')).html, /Everything is ended/)
    assert.match((await account()).html, /Sign in with your QuantConnect account/)
    const page = await account()
    assert.equal((await person.submitTo('/account/sign-in', page, { passkey: phone.get(page) })).status, 422)
  })

  it('leaves the record of what was done, and the passkeys, to whoever signs in anew, across a restart', async () => {
    await server.crashAndRestart()
    const page = await signIn()
    assert.match(page.html, /Every connection was ended/)
    assert.match(page.html, /Phone/)
    assert.match(page.html, /None\. <a href="\/">How to connect one/)
    assert.ok(await calls())
  })

  it('leaves that record for 30 days', async () => {
    await server.advance(30 * DAY + 60)
    await signIn()
    assert.equal(await calls(), null)
  })

  it('and erasing, with a proof, leaves nothing', async () => {
    const asked = await send('/account/erase')
    assert.match((await account()).html, /Phone/)
    assert.match((await person.submit(asked, { passkey: phone.get(asked) })).html, /The account is erased/)
    const page = await signIn()
    assert.doesNotMatch(page.html, /Phone|News/)
  })
})
