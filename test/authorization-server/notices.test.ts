// After a press the account page says what was done, and what with: no notice speaks of a change without its object. And the list
// below tells things apart.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { grantIdOf } from '../support/access-token.ts'
import { BOB } from '../support/accounts.ts'
import { connectAs, signedIn, useSignedIn } from '../support/connection.ts'
import { newAuthenticator } from '../support/passkeys.ts'
import { register } from '../support/raw-client.ts'
import type { Place, RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

const READS = ['qc:projects:read']
const TRADES = [...READS, 'qc:live:write']

/** What the page says has been done; undefined when it says nothing. */
const noticeOn = ({ html }: Place): string | undefined =>
  /role="status">([\s\S]*?)<\/p>/
    .exec(html)?.[1]
    ?.replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')

describe('what the account page says after a press', () => {
  const server = useServer()
  const person = useSignedIn(server)
  const account = (query = '') => person.open(`${server.origin}/account${query}`)
  const press = async (path: string, fields = {}) =>
    noticeOn(await person.prove(await person.submitTo(path, await account(), fields)))
  async function connected(client_name: string, scopes = READS): Promise<string> {
    const client = await register(server, { client_name })
    const wish = { client, parameters: { scope: scopes.join(' ') }, allow: scopes }
    return `/account/connections/${grantIdOf((await connectAs(person, wish)).tokens.access_token)}`
  }

  it('names the connection, what it may do from now on, and until when', async () => {
    const form = { preset: 'custom', decision: 'allow', expires: '30d' }
    const path = await connected('Gemini CLI')
    const says = async (fields: object) => press(path, { ...form, ...fields })
    assert.match(
      (await says({ scope: TRADES, paper: 'off' })) ?? '',
      /^Saved: Gemini CLI may now trade with real money, until \d{1,2} [A-Z][a-z]{2} \d{4}\. It holds/,
    )
    assert.match(
      (await says({ scope: TRADES, paper: 'on', expires: '1h' })) ?? '',
      /may now trade on paper, until \d\d:\d\d/,
    )
    assert.match(
      (await says({ scope: READS, expires: 'never' })) ?? '',
      /may now look, and change nothing, until you end/,
    )
    assert.match((await says({ scope: READS, name: 'Desk' })) ?? '', /Desk may now look/)
    assert.match((await says({ scope: READS, expires: 'keep' })) ?? '', /^Saved: /)
  })

  it('names the one that was saved, though nothing of it changed and another one was changed a moment ago', async () => {
    const [first, second] = [await connected('First'), await connected('Second')]
    const save = (path: string, fields: object) =>
      press(path, { preset: 'custom', decision: 'allow', expires: 'keep', scope: READS, ...fields })
    assert.match((await save(second, { name: 'Renamed' })) ?? '', /^Saved: Renamed may/)
    assert.match((await save(first, {})) ?? '', /^Saved: First may now look/)
  })

  it('says of one that is suspended that nothing holds before it goes on', async () => {
    const path = await connected('Sleeper')
    await press(`${path}/suspend`)
    const fields = { preset: 'custom', decision: 'allow', expires: 'keep', scope: TRADES, paper: 'on' }
    assert.match(
      (await press(path, fields)) ?? '',
      /^Saved: Sleeper may now trade on paper, .* can do nothing now; this/,
    )
    await press(`${path}/revoke`)
  })

  it('says of an API token that was stored already that nothing has changed', async () => {
    const { account: known } = person
    assert.match((await press('/account/token', known)) ?? '', /^That API token was stored already/)
  })

  it('names what is suspended, goes on and is revoked, one by one or all', async () => {
    const path = await connected('Watcher')
    assert.match((await press(`${path}/suspend`)) ?? '', /^Suspended\. Watcher:/)
    assert.match((await press(`${path}/resume`)) ?? '', /^It goes on: Watcher\./)
    assert.match((await press('/account/suspend')) ?? '', /^Everything is suspended/)
    assert.match((await press('/account/resume')) ?? '', /^It goes on: .*Watcher/)
    assert.match((await press(`${path}/revoke`)) ?? '', /^Revoked: Watcher\./)
    assert.match((await press('/account/stop')) ?? '', /^Everything is disconnected/)
  })

  it('names no more than fit, and counts the rest', async () => {
    for (let number = 1; number <= 8; number += 1) await connected(`Nr ${number}`)
    await press('/account/suspend')
    assert.match((await press('/account/resume')) ?? '', /^It goes on: (Nr \d, ){5}3 more\. Calls/)
    await press('/account/stop')
  })

  it('names passkeys', async () => {
    const key = await newAuthenticator(person).add('Blue key')
    assert.match(noticeOn(await person.prove(key)) ?? '', /^The passkey is added: Blue key\./)
    const [path = ''] = /\/account\/passkeys\/[^"]+\/remove/.exec((await account()).html) ?? []
    assert.match((await press(path)) ?? '', /^The passkey is removed: Blue key\./)
  })

  it('names what was changed elsewhere meanwhile', async () => {
    const path = await connected('Twice')
    const [here, page] = [await signedIn(server), await account()]
    // Of two presses that resume one connection the second comes too late.
    await person.submitTo(`${path}/suspend`, page)
    await person.prove(await person.submitTo(`${path}/resume`, page))
    const late = await here.submitTo(`${path}/resume`, await here.open(`${server.origin}/account`))
    assert.match(noticeOn(late) ?? '', /^Twice was changed elsewhere in this moment, so nothing was saved/)
  })

  const ADDRESSES = [
    ...['saved', 'overtaken', 'revoked', 'suspended', 'resumed', 'stopped', 'all-suspended', 'all-overtaken'],
    ...['reviewed', 'passkey-added', 'passkey-removed', 'only-passkeys', 'token-too', 'token-saved', 'signed-out'],
    ...['reviewed=1-1-1', 'overtaken=nobody', 'saved=x', 'nonsense', '__proto__', 'constructor', '%3Cb%3Ex'],
  ]
  const saysNothing = async (visitor: RawPerson) => {
    for (const query of ADDRESSES)
      assert.equal(noticeOn(await visitor.open(`${server.origin}/account?${query}`)), undefined, query)
    for (const query of ['sent-before', 'unrecorded'])
      assert.equal(noticeOn(await visitor.open(`${server.origin}/account/running?${query}`)), undefined, query)
  }
  const notice = () => person.cookies.get('qcgate-notice /')
  /** A press whose page is still to come. */
  const pressOnly = async (path: string) =>
    person.submit({ ...(await account()), url: new URL(path, server.origin) }, {}, false)

  it('is nothing for who opens its address by hand', async () => {
    await connected('By hand')
    await saysNothing(person)
  })

  it('is said once, where the press led, and nowhere else', async () => {
    const path = await connected('Once')
    await pressOnly(`${path}/suspend`)
    assert.match(noticeOn(await account('?suspended')) ?? '', /^Suspended\. Once/)
    assert.equal(noticeOn(await account('?suspended')), undefined)
    await pressOnly(`${path}/suspend`)
    for (const query of ['?revoked', '?saved', '', '/activity'])
      assert.equal(noticeOn(await account(query)), undefined, query)
    assert.match(noticeOn(await account('?suspended')) ?? '', /^Suspended\. Once/) // which waited for its page
    await saysNothing(person)
  })

  it('is nothing a minute later, to another person, or when it was written by somebody else', async () => {
    const path = await connected('Somebody')
    await pressOnly(`${path}/suspend`)
    const { value = '', ...rest } = notice() ?? { name: 'qcgate-notice', path: '/' }
    const keep = (on: RawPerson, text: string) => on.cookies.set('qcgate-notice /', { ...rest, value: text })
    const other = await signedIn(server, BOB)
    keep(other, value)
    assert.equal(noticeOn(await other.open(`${server.origin}/account?suspended`)), undefined)
    const [text = '', signature = ''] = value.split('.')
    const forged = Buffer.from(Buffer.from(text, 'base64url').toString().replace('Somebody', 'Anybody')).toString(
      'base64url',
    )
    for (const wrong of [`${forged}.${signature}`, `${text}.`, text, '.', 'x', `${text}.${signature}x`]) {
      keep(person, wrong)
      assert.equal(noticeOn(await account('?suspended')), undefined, wrong)
    }
    keep(person, value)
    assert.match(noticeOn(await account('?suspended')) ?? '', /^Suspended\. Somebody/)
    await server.advance(61)
    keep(person, value)
    assert.equal(noticeOn(await account('?suspended')), undefined)
  })
})

describe('the list of connections', () => {
  const server = useServer()
  const person = useSignedIn(server)
  let html = ''
  const connect = async (client_name: string, scopes: readonly string[], redirect = 4567) => {
    const client = await register(server, {
      client_name,
      redirect_uris: [`http://127.0.0.1:${redirect}/callback`, `http://127.0.0.1:${redirect}/${client_name.length}`],
    })
    await connectAs(person, { client, parameters: { scope: scopes.join(' ') }, allow: scopes })
  }
  before(async () => {
    await connect('Trader', TRADES)
    await server.advance(5) // so it is not the newest
    await connect('Reader', READS, 4568)
    await connect('Reader', [...READS, 'qc:files:read'], 4569)
    html = (await person.open(`${server.origin}/account`)).html
  })
  const headings = () =>
    [...html.matchAll(/<h3 id="c-[^"]+">([\s\S]*?)<\/h3>/g)].map(([, heading = '']) =>
      heading
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )

  it('begins with the gravest, and says in its head how many trade with real money', () => {
    assert.match(headings()[0] ?? '', /^Trader .*real money$/)
    assert.match(html, /<strong class="badge">1 with real money<\/strong>/)
  })

  it('tells two of one name apart by when they were made', () => {
    const readers = headings().filter((heading) => heading.startsWith('Reader'))
    assert.equal(readers.length, 2)
    for (const reader of readers) assert.match(reader, /^Reader of \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
    assert.doesNotMatch(headings()[0] ?? '', /^Trader of/)
  })

  it('says of what was made a moment ago that it has not called yet, and not that it is idle', () => {
    assert.match(html, /<dt>Connected<\/dt><dd>[\s\S]*?(just now|\d+ seconds? ago)/)
    assert.match(html, /<dt>Last call<\/dt><dd>none yet/)
    assert.doesNotMatch(html, /none in 30 days/)
  })
})

describe('browsers that are signed in', () => {
  const server = useServer()
  let here: RawPerson
  let there: RawPerson
  before(async () => {
    ;[here, there] = [await signedIn(server), await signedIn(server)]
  })
  const page = (person: RawPerson) => person.open(`${server.origin}/account`)
  const isIn = async (person: RawPerson) => (await page(person)).html.includes('Where you are signed in')
  const others = ({ html }: Place) =>
    [...html.matchAll(/<li class="row"><span><strong id="b-([^"]+)">(?:(?!<\/li>)[\s\S])*<\/li>/g)]
      .filter(([item]) => !item.includes('this browser'))
      .map(([, uid = '']) => uid)

  it('have each when they were last used, which a look at these pages is', async () => {
    await page(there)
    await server.advance(11 * 60)
    await page(there)
    const { html } = await page(here)
    assert.match(html, /this browser<\/span>[\s\S]*?last used just now/)
    await server.advance(20 * 60)
    assert.match((await page(here)).html, /last used 20 minutes ago/)
  })

  it('are signed out one by one, with one press and without a proof', async () => {
    const [uid = ''] = others(await page(here))
    const stranger = await signedIn(server, BOB)
    await stranger.submitTo(`/account/browsers/${uid}/sign-out`, await page(stranger))
    assert.ok(await isIn(there)) // it is nobody else's to press
    const said = await here.submitTo(`/account/browsers/${uid}/sign-out`, await page(here))
    assert.equal(noticeOn(said), 'Signed out: A browser.')
    assert.deepEqual([await isIn(here), await isIn(there)], [true, false])
    assert.deepEqual(others(await page(here)), [])
  })
})
