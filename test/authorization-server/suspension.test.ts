// The hand on the brake, and whoever drives the person's own browser: a program may suspend and stop, and by none of
// that does it let anything go on, sell anything, or connect anything beside. The address for emergencies suspends
// everything, and can do nothing else.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { JWK } from 'jose'
import { verifyJournal } from '../../src/audit/verify.ts'
import type { Grant } from '../../src/grants/grant-record.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { claimsOf, grantIdOf } from '../support/access-token.ts'
import { connectAs, signedIn } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { callTool } from '../support/mcp-requests.ts'
import { useOwnRedis } from '../support/own-redis.ts'
import { authorizationRequest, register, registerHosted } from '../support/raw-client.ts'
import type { Place, RawPerson } from '../support/raw-person.ts'
import { actOf } from '../support/raw-person.ts'
import { noteSecrets } from '../support/secrets.ts'
import type { TestServer } from '../support/server.ts'
import { useServer } from '../support/server.ts'
import { withGrants, withStore } from '../support/stored.ts'
import { cut, held, json, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

const READS = 'qc:projects:read'
const TRADES = [READS, 'qc:live:write', 'qc:live:execute']
const TOKEN = 'token-for-tests-first'
const YES = json(200, { success: true })
const NO = json(200, { success: false, errors: ["Hash doesn't match."] })
const QUARTER_OF_AN_HOUR = 15 * 60
const env = { QUANTCONNECT_API_URL: upstream.url, SANDBOX: 'off', TRUSTED_PROXIES: '127.0.0.1,::1' }

type Fields = Record<string, string | readonly string[]>

/** A person at the account pages of a server. */
function accountPages(server: TestServer) {
  let user = 4_000
  let person: RawPerson
  const open = (path = '') => person.open(`${server.origin}/account${path}`)
  const send = async (path: string, fields: Fields = {}) => person.submitTo(path, await open(), fields)
  return {
    get person() {
      return person
    },
    /** Somebody who has not been here, in a new browser. */
    async enter(): Promise<void> {
      user += 1
      person = await signedIn(server, { userId: String(user), apiToken: TOKEN })
      await send('/account/seen') // the offer of a first passkey is answered
    },
    get userId() {
      return String(user)
    },
    open,
    send,
    /** Presses a button, and gives where it leads; what follows asks QuantConnect what runs, so it is not opened. */
    async press(path: string, fields: Fields = {}): Promise<string> {
      const page = await open()
      const { url } = await person.submit({ ...page, url: new URL(path, page.url) }, fields, false)
      return url.pathname + url.search
    },
    async connected(allow: readonly string[] = TRADES) {
      const { client, tokens } = await connectAs(person, { parameters: { scope: READS }, allow })
      const token = tokens.access_token
      return { client, token, id: grantIdOf(token), accountId: String(claimsOf(token).sub) }
    },
    /** A request of a client for what is harmless, answered: the page that follows. */
    async allow(client: Awaited<ReturnType<typeof register>>, fields: Fields = {}): Promise<Place> {
      const page = await person.open(authorizationRequest(server, client, { scope: READS }).url)
      return person.submit(page, { scope: READS, decision: 'allow', ...fields }, false)
    },
    grants: (accountId: string): Promise<Grant[]> => withGrants(server, (grants) => grants.list(accountId)),
    find: (id: string): Promise<Grant | undefined> => withGrants(server, (grants) => grants.find(id)),
    profile: async (accountId: string): Promise<Json> =>
      JSON.parse((await withStore(server, (store) => store.get(KEYS.profile(accountId)))) ?? '{}'),
  }
}
const asks = (place: Place) => actOf(place) !== undefined
const isOver = ({ status, html }: Place) => {
  assert.equal(status, 410, html.slice(0, 2_000))
  assert.match(html, /<h1>This is over/)
}
const isResumed = ({ url, html }: Place) => assert.equal(url.search, '?resumed', html.slice(0, 2_000))
const suspenders = (grant: Grant | undefined) => (grant?.suspensions ?? []).map(({ by }) => by)

describe('a program in the person’s browser', () => {
  const server = useServer(env)
  const pages = accountPages(server)
  const { open, send, press, connected, allow, grants, find, profile } = pages
  beforeEach(async () => {
    upstream.replies.splice(0)
    upstream.verdicts.splice(0)
    await server.advance(100)
    await pages.enter()
    upstream.requests.splice(0)
  })

  it('suspends one connection or all with one press, and lets neither go on: that takes a proof', async () => {
    const { id, accountId } = await connected()
    await connected()
    for (const [suspends, leadsTo, resumes] of [
      [`/account/connections/${id}/suspend`, '/account?suspended', `/account/connections/${id}/resume`],
      ['/account/suspend', '/account?all-suspended', '/account/resume'],
    ] as const) {
      assert.equal(await press(suspends), leadsTo)
      const [left, kept] = [await grants(accountId), await profile(accountId)]
      assert.ok(suspenders(await find(id)).includes('person'))
      const asked = await send(resumes)
      assert.equal(asked.status, 200)
      assert.ok(asks(asked))
      assert.ok(asks(await pages.person.prove(asked, 'another-token-for-tests')))
      assert.deepEqual(await grants(accountId), left)
      assert.equal((await profile(accountId)).everythingSuspendedAt, kept.everythingSuspendedAt)
      isResumed(await pages.person.prove(asked))
      assert.ok((await grants(accountId)).every((grant) => !suspenders(grant).length))
      assert.equal((await profile(accountId)).everythingSuspendedAt, undefined)
    }
  })

  it('without a form of ours suspends nothing', async () => {
    const { id, accountId } = await connected()
    const page = await open()
    for (const path of ['/account/suspend', `/account/connections/${id}/suspend`, '/account/running/7/stop']) {
      assert.equal((await pages.person.submitTo(path, { ...page, html: '' })).status, 403)
    }
    assert.deepEqual([suspenders(await find(id)), (await profile(accountId)).everythingSuspendedAt], [[], undefined])
    assert.deepEqual(
      upstream.requests.filter(({ path }) => path.includes('/live/')),
      [],
    )
  })

  for (const [what, again] of Object.entries({
    'that connection was suspended once more': (id: string) => press(`/account/connections/${id}/suspend`),
    'everything was suspended once more': () => press('/account/suspend'),
    'everything was disconnected': () => press('/account/stop'),
  })) {
    it(`gets nothing by a proof that was asked for before ${what}`, async () => {
      const { id } = await connected()
      await press('/account/suspend')
      const asked = [await send(`/account/connections/${id}/resume`), await send('/account/resume')]
      await again(id)
      const csrf = /name="csrf" value="([^"]+)"/.exec((await open()).html)?.[1] ?? ''
      for (const place of asked) {
        assert.ok(asks(place))
        const { status } = await pages.person.submit(place, { csrf, apiToken: TOKEN })
        assert.ok([410, 404].includes(status), String(status))
      }
      const left = await find(id)
      if (left) assert.deepEqual(suspenders(left), ['person'])
    })
  }

  for (const [what, verdict] of Object.entries({ works: YES, 'does not work any more': NO })) {
    it(`gets nothing by a proof that was asked for before an API token was replaced that ${what}`, async () => {
      const { id, accountId } = await connected()
      await press('/account/suspend')
      const asked = [await send(`/account/connections/${id}/resume`), await send('/account/resume')]
      await server.advance(2) // a session tells when it began in whole seconds
      const page = await open('/token')
      upstream.verdicts.push(YES, verdict)
      pages.person.account = { userId: pages.userId, apiToken: 'token-for-tests-second' }
      await pages.person.submit(page, pages.person.account)
      const csrf = /name="csrf" value="([^"]+)"/.exec((await open()).html)?.[1] ?? ''
      for (const place of asked) {
        assert.ok(asks(place))
        const answer = await pages.person.submit(place, { csrf, ...pages.person.account })
        if (verdict === YES) isOver(answer)
        else assert.equal(answer.url.pathname, '/account/review')
      }
      assert.deepEqual(suspenders(await find(id)), ['person'])
      assert.ok((await profile(accountId)).everythingSuspendedAt)
    })
  }

  it('keeps what its person suspended suspended, when they keep it after the API token was replaced', async () => {
    const [{ id, token }, other] = [await connected(), await connected()]
    await press(`/account/connections/${id}/suspend`)
    const page = await open('/token')
    upstream.verdicts.push(YES, NO)
    pages.person.account = { userId: pages.userId, apiToken: 'token-for-tests-second' }
    assert.equal((await pages.person.submit(page, pages.person.account)).url.pathname, '/account/review')
    const asked = await pages.person.submit(await open('/review'), { keep: [id, other.id] })
    assert.ok(asks(asked))
    assert.match((await pages.person.prove(asked)).html, /goes on/)
    for (const [one, by] of [
      [id, ['person']],
      [other.id, []],
    ] as const) {
      assert.deepEqual([(await find(one))?.suspended, suspenders(await find(one))], [false, by])
    }
    const { structuredContent } = await callTool(server, token, 'list_projects')
    assert.equal(structuredContent.rule, 'suspended')
    assert.match(structuredContent.error, /The person has suspended this connection/)
    assert.equal((await callTool(server, other.token, 'list_projects')).isError, undefined)
  })

  for (const scope of [[READS], TRADES]) {
    it(`gets nothing by a consent to ${scope.join(', ')}, held back while everything was suspended`, async () => {
      const { accountId } = await connected()
      const request = authorizationRequest(server, await register(server), { scope: READS })
      const page = await pages.person.open(request.url)
      const answered = await pages.person.submit(page, { scope, paper: 'off', decision: 'allow' }, false)
      const end = asks(answered) ? await pages.person.prove(answered, TOKEN, false) : answered
      await press('/account/suspend')
      const before = await grants(accountId)
      assert.match((await pages.person.open(end.url.href)).html, /name="decision" value="allow"/)
      assert.deepEqual(await grants(accountId), before)
    })
  }

  it('connects a suspended client anew with a proof alone, however harmless, and others as ever', async () => {
    const { id, client, accountId } = await connected()
    await press(`/account/connections/${id}/suspend`)
    const before = await grants(accountId)
    for (const fields of [{ connection: 'new' }, { connection: 'new', decision: 'separate' }, { connection: id }]) {
      assert.ok(asks(await allow(client, fields)), JSON.stringify(fields))
    }
    assert.deepEqual(await grants(accountId), before)
    assert.ok(!asks(await allow(await register(server))))
  })

  it('gives no silent return to a suspended connection', async () => {
    const client = await registerHosted(server)
    const { url } = authorizationRequest(server, client, { scope: READS })
    const { tokens } = await connectAs(pages.person, { client, parameters: { scope: READS }, allow: [READS] })
    const id = grantIdOf(tokens.access_token)
    assert.ok((await pages.person.open(url)).url.searchParams.get('code'))
    await press(`/account/connections/${id}/suspend`)
    assert.match((await pages.person.open(url)).html, /name="decision" value="allow"/)
    assert.deepEqual(suspenders(await find(id)), ['person'])
  })

  it('connects nothing without a proof while all is suspended, also when all was disconnected since', async () => {
    const { accountId } = await connected()
    assert.ok(!asks(await allow(await register(server))))
    await press('/account/suspend')
    const before = await grants(accountId)
    assert.ok(asks(await allow(await register(server))))
    assert.deepEqual(await grants(accountId), before)
    assert.equal(await press('/account/stop'), '/account?stopped')
    const asked = await allow(await register(server))
    assert.ok(asks(asked))
    assert.deepEqual(await grants(accountId), [])
    const resumes = await send('/account/resume')
    assert.ok(asks(resumes))
    isResumed(await pages.person.prove(resumes))
    assert.ok(!asks(await allow(await register(server))))
  })

  describe('at what runs live', () => {
    /** What is looked at before a liquidation: the list, the deployment and what it holds. */
    const lives = (deployId: string) => {
      const one = { projectId: 7, deployId, status: 'Running', brokerage: 'PaperBrokerage' }
      upstream.replies.push(
        json(200, { success: true, live: [one] }),
        ...[one, one].map((read) => json(200, { success: true, ...read, projectName: 'Mine' })),
      )
    }
    const sentTo = (does: string) => upstream.requests.filter(({ path }) => path.endsWith(`/live/update/${does}`))
    const stop = (deployId: string) => press('/account/running/7/stop', { deployId })
    const [SENT, BEFORE] = ['/account/running', '/account/running?sent-before']

    it('stops it with one press, once for several, and again what was started since', async (test) => {
      const { reply, release } = held(YES)
      test.after(release) // a test that fails must not leave the server waiting
      upstream.replies.push(reply)
      const arrived = upstream.next()
      const first = stop('L-1')
      await arrived
      assert.equal(await stop('L-1'), BEFORE)
      release()
      assert.equal(await first, SENT)
      assert.equal(await stop('L-1'), BEFORE)
      assert.equal(sentTo('stop').length, 1)
      assert.deepEqual(JSON.parse(sentTo('stop')[0]?.body ?? ''), { projectId: 7 })
      assert.equal(await stop('L-2'), SENT)
      assert.equal(sentTo('stop').length, 2)
      assert.deepEqual((await Promise.all([stop('L-3'), stop('L-3')])).toSorted(), [SENT, BEFORE])
      assert.equal(sentTo('stop').length, 3)
    })

    it('stops it again at once when that failed, or nobody knows', async () => {
      upstream.replies.push(NO_ALGORITHM, cut)
      for (let i = 1; i <= 3; i++) {
        assert.equal(await stop('L-1'), SENT)
        assert.equal(sentTo('stop').length, i)
      }
      assert.equal(await stop('L-1'), BEFORE)
    })

    it('liquidates nothing without a proof, and then that deployment alone', async () => {
      const liquidate = () => send('/account/running/7/liquidate', { deployId: 'L-1' })
      lives('L-1')
      const asked = await liquidate()
      assert.ok(asks(asked))
      assert.match(asked.html, /“Mine” is liquidated/)
      assert.equal(sentTo('liquidate').length, 0)
      lives('L-2')
      const replaced = await pages.person.prove(asked)
      assert.equal(replaced.status, 409)
      assert.match(replaced.html, /<h1>Nothing was sent/)
      lives('L-2')
      assert.equal((await liquidate()).status, 409) // what was seen runs no more
      assert.equal(sentTo('liquidate').length, 0)

      lives('L-1')
      const again = await liquidate()
      lives('L-1')
      const { url } = await pages.person.prove(again, TOKEN, false)
      assert.equal(url.pathname + url.search, SENT)
      assert.equal(sentTo('liquidate').length, 1)
      isOver(await pages.person.prove(again))
      assert.equal(sentTo('liquidate').length, 1)
    })

    it('has it on record as what its person did, with what became of it, in a file that is whole', async () => {
      upstream.replies.push(YES)
      await stop('L-1')
      upstream.replies.push(NO_ALGORITHM)
      await stop('L-2')
      upstream.replies.push(cut)
      await stop('L-3')
      const { html } = await open('/activity.jsonl')
      const { keys } = (await (await fetch(`${server.origin}/jwks`)).json()) as { keys: JWK[] }
      assert.equal((await verifyJournal(html.split('\n'), keys)).kind, 'whole')
      const records: Json[] = html
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      const deeds = records.filter(({ tool }) => tool !== undefined)
      for (const { kind, tool, project } of deeds) {
        assert.deepEqual([kind, tool, project], ['person', 'stop_live_algorithm', 7])
      }
      assert.deepEqual(
        deeds.map(({ outcome }) => outcome),
        [undefined, 'done', undefined, 'failed', undefined, 'unknown'],
      )
      for (const [intent, outcome] of [deeds.slice(0, 2), deeds.slice(2, 4), deeds.slice(4)]) {
        assert.equal(intent.ref, outcome.ref)
        assert.match(intent.what, /^Stop what project 7 runs live/)
      }
      assert.match(deeds[3].what, /QuantConnect refused: No live algorithm/)
    })
  })
})
const NO_ALGORITHM = json(200, { success: false, errors: ['No live algorithm runs there.'] })

describe('the address for emergencies', () => {
  const server = useServer(env)
  const pages = accountPages(server)
  const { open, send, connected, grants, profile } = pages
  let made: Awaited<ReturnType<typeof connected>>
  let address: string
  before(async () => {
    await pages.enter()
    made = await connected()
    address = await makeOne()
  })

  async function makeOne(): Promise<string> {
    const place = await pages.person.prove(await send('/account/pause'))
    const [found = '', secret = ''] = /http[^<\s]*\/pause\/([\w.-]+)/.exec(place.html) ?? []
    noteSecrets({ 'address for emergencies': secret, 'secret of an address': secret.split('.')[1] })
    assert.equal(found, `${server.origin}/pause/${secret}`)
    return found
  }
  /** Presses there from nowhere in particular: without a session, and without a token of ours. */
  async function pressAt(url: string, from = '198.51.100.1') {
    const response = await fetch(url, { method: 'POST', headers: { 'x-forwarded-for': from }, redirect: 'manual' })
    return { status: response.status, html: await response.text(), headers: response.headers }
  }
  const state = async () => [await grants(made.accountId), await profile(made.accountId)]
  const resume = async () => isResumed(await pages.person.prove(await send('/account/resume')))
  /** A page that says nothing about whose it is. */
  function assertTellsNothing({ html }: { html: string }): void {
    const secret = address.split('/').at(-1) ?? ''
    for (const known of [pages.userId, made.accountId, made.id, String(made.client.client_name), secret]) {
      assert.ok(!html.includes(known), known)
    }
  }

  it('is made without a proof the first time, and with one when it takes the place of another', async () => {
    const before = await profile(made.accountId)
    const asked = await send('/account/pause')
    assert.ok(asks(asked))
    assert.deepEqual((await profile(made.accountId)).pauseAddress, before.pauseAddress)
    const old = address
    address = await makeOne()
    assert.notEqual(address, old)
    const left = await state()
    assert.equal((await pressAt(old)).status, 404)
    assert.deepEqual(await state(), left)
  })

  it('does nothing to whoever looks at it, and tells them nothing', async () => {
    const before = await state()
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(address, { method })
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
      assert.deepEqual(response.headers.getSetCookie(), [])
      assertTellsNothing({ html: await response.text() })
    }
    assert.deepEqual(await state(), before)
  })

  it('suspends everything for whoever is signed out, changes nothing beside, and tells them nothing', async () => {
    const beside = await signedIn(server, { userId: '5999', apiToken: TOKEN })
    const { tokens } = await connectAs(beside, { parameters: { scope: READS }, allow: [READS] })
    const [{ suspensions: _none, ...before } = assert.fail()] = await grants(made.accountId)
    const { sessions, passkeys } = await profile(made.accountId)
    const place = await pressAt(address)
    assert.equal(place.status, 200)
    assert.match(place.html, /<h1>Everything is suspended/)
    assert.deepEqual(place.headers.getSetCookie(), [])
    assertTellsNothing(place)

    const [{ suspensions = [], ...rest } = assert.fail(), ...more] = await grants(made.accountId)
    assert.deepEqual([rest, more, suspensions.map(({ by }) => by)], [before, [], ['address']])
    const after = await profile(made.accountId)
    assert.deepEqual([after.sessions, after.passkeys], [sessions, passkeys])
    assert.ok(after.everythingSuspendedAt)
    assert.ok(after.news.some(({ what }: Json) => what === 'suspended-by-address'))
    assert.equal((await callTool(server, made.token, 'list_projects')).structuredContent.rule, 'suspended')
    assert.equal((await callTool(server, tokens.access_token, 'list_projects')).isError, undefined)
  })

  it('is good once: when its person has let everything go on, a replay changes nothing, and another takes no proof', async () => {
    await resume()
    const left = await state()
    const replayed = await pressAt(address)
    assert.equal(replayed.status, 404)
    assertTellsNothing(replayed)
    assert.deepEqual(await state(), left)
    assert.match((await open()).html, /There was one\. It was used <time/)
    const another = await send('/account/pause')
    assert.ok(!asks(another))
    assert.match(another.html, /\/pause\//)
  })

  it('keeps everything suspended when it is pressed once more, and ends what waits for a proof', async () => {
    address = await makeOne()
    await pressAt(address)
    const asked = [await send('/account/resume'), await send(`/account/connections/${made.id}/resume`)]
    for (const one of asked) assert.ok(asks(one))
    assert.equal((await pressAt(address)).status, 200)
    for (const one of asked) isOver(await pages.person.prove(one))
    assert.deepEqual((await grants(made.accountId)).map(suspenders), [['address']])
    await resume()
    address = await makeOne()
  })

  it('is good no more when its person has suspended everything anew since it was used', async () => {
    await pressAt(address)
    await send('/account/suspend')
    const left = await state()
    assert.equal((await pressAt(address)).status, 404)
    assert.deepEqual(await state(), left)
    await resume()
    address = await makeOne()
  })

  it('is not guessed: another secret of the same account, and what is none, change nothing', async () => {
    const before = await state()
    const secret = address.split('/').at(-1) ?? ''
    const other = secret.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    const [accountId] = secret.split('.')
    for (const wrong of [
      other,
      secret.toUpperCase(),
      `${accountId}.`,
      `${accountId}.${'A'.repeat(43)}`,
      `nobody.${secret.split('.')[1]}`,
      secret.slice(0, -1),
      `${secret}A`,
      'x',
      '__proto__',
      '%00',
      'a'.repeat(2_000),
    ]) {
      const place = await pressAt(`${server.origin}/pause/${wrong}`, '203.0.113.7')
      assert.equal(place.status, 404, wrong)
      assertTellsNothing(place)
    }
    assert.deepEqual(await state(), before)
  })

  it('works all the same where twenty guesses came from, which then have to wait', async () => {
    const from = '192.0.2.9'
    const guess = async (at = from) => pressAt(`${server.origin}/pause/${made.accountId}.${'B'.repeat(43)}`, at)
    for (let i = 0; i < 20; i++) assert.equal((await guess()).status, 404)
    const { status, headers } = await guess()
    assert.equal(status, 429)
    assert.equal(Number(headers.get('retry-after')), QUARTER_OF_AN_HOUR)
    assert.equal((await guess('198.18.0.1')).status, 404)
    assert.equal((await pressAt(address, from)).status, 200)
    assert.deepEqual((await grants(made.accountId)).map(suspenders), [['address']])
    await resume()
  })

  it('is kept as a hash alone, and stands in no log', async () => {
    const secret = address.split('/').at(-1) ?? ''
    const kept = JSON.stringify(await profile(made.accountId))
    for (const text of [secret, secret.split('.')[1] ?? '']) {
      assert.ok(text.length > 40)
      assert.ok(!kept.includes(text) && !server.output().includes(text))
      assert.ok(!(await open()).html.includes(text))
    }
  })
})

describe('a press while the store takes only part of it', () => {
  const { server, acl } = useOwnRedis(env)
  const pages = accountPages(server)
  const { send, connected, find, press } = pages
  /** One that the store lets change, and one that it does not. */
  let [takes, refuses]: [string, string] = ['', '']
  let address: string
  before(async () => {
    await pages.enter()
    ;[takes, refuses] = [(await connected()).id, (await connected()).id]
    address = /http[^<\s]*\/pause\/[\w.-]+/.exec((await send('/account/pause')).html)?.[0] ?? ''
  })
  const isUnfinished = ({ status, html }: Place, action: string, button: string) => {
    assert.equal(status, 503)
    assert.match(html, /<h1>This is not finished/)
    assert.ok(html.includes(`action="${action}"`) && html.includes(`>${button}</button>`), html.slice(0, 3_000))
  }
  const suspended = async () => [suspenders(await find(takes)), suspenders(await find(refuses))]
  const failing = () =>
    acl(
      'resetkeys',
      '%R~*',
      ...['profile', 'grants-of', 'journal', 'seal', 'attempts', 'oidc'].map((part) => `~*${part}*`),
      `~*${takes.split('.')[1]}*`,
    )
  const working = () => acl('allkeys')

  it('says how far it came, with the button to press again, and is done once the store takes it', async () => {
    await failing()
    const one = await send(`/account/connections/${refuses}/suspend`)
    isUnfinished(one, `/account/connections/${refuses}/suspend`, 'Suspend')
    const all = await send('/account/suspend')
    isUnfinished(all, '/account/suspend', 'Suspend everything')
    assert.match(all.html, /1 of 2 connections are suspended\. Of the rest the store did not say it\./)
    assert.deepEqual(await suspended(), [['person'], []])
    const emergency = await fetch(address, { method: 'POST' })
    assert.equal(emergency.status, 503)
    assert.match(await emergency.text(), /<h1>This is not finished.*Go back and press again/s)
    await working()
    assert.equal(await press('/account/suspend'), '/account?all-suspended')
    assert.deepEqual(await suspended(), [['address', 'person'], ['person']])
  })

  it('says so of what disconnects everything as well', async () => {
    await failing()
    const all = await send('/account/stop')
    isUnfinished(all, '/account/stop', 'Disconnect everything')
    assert.match(all.html, /1 of 2 connections are disconnected/)
    await working()
    assert.equal(await press('/account/stop'), '/account?stopped')
    assert.deepEqual([await find(takes), await find(refuses)], [undefined, undefined])
  })
})
