// A person suspends a connection, or everything, with one press at one of two processes. The very next call is refused
// at both, what is under way ends, and what waited is not sent; what was sent is told of as it went. Once they let it
// go on, it goes on.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import type { Call } from '../../src/audit/records.ts'
import { createGrants } from '../../src/grants/grants.ts'
import { createPermit } from '../../src/resource-server/calls/permit.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { claimsOf, grantIdOf } from '../support/access-token.ts'
import { connect, connectAs, EVERYTHING } from '../support/connection.ts'
import { PERSON, standInEnv } from '../support/deeds.ts'
import type { Json } from '../support/json.ts'
import { message, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { usePair } from '../support/pair.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { refresh } from '../support/raw-client.ts'
import type { Place, RawPerson } from '../support/raw-person.ts'
import { actOf } from '../support/raw-person.ts'
import { withGrants, withStore } from '../support/stored.ts'
import { journeyStores } from '../support/stores.ts'
import { until } from '../support/until.ts'
import type { Received, Reply } from '../support/upstream.ts'
import { cut, held, json, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

const ANOTHER = { userId: '654321', apiToken: 'another-token-for-tests' }
const DONE = json(200, { success: true })
const sentTo = (endpoint: string) => upstream.requests.filter(({ path }) => path.endsWith(endpoint))
let orders = 0
/** An order like no other. */
const newOrder = (projectId = 7) => ({ projectId, command: { $type: 'OrderCommand', quantity: ++orders } })
const START = { projectId: 7, compileId: 'c', nodeId: 'n', brokerage: { id: 'QuantConnectBrokerage' } }

/** A connection with all there is. */
interface Connected {
  readonly client: Registration
  readonly tokens: Tokens
  readonly token: string
  readonly id: string
}

for (const { name, env } of journeyStores('suspending')) {
  describe(`suspending, at two processes that share ${name}`, () => {
    const pair = usePair(() => ({ ...env, ...standInEnv(upstream) }))
    let person: RawPerson
    let accountId: string
    /** A connection of another person. */
    let elsewhere: string
    before(async () => {
      const first = await connect(pair.one, { ...EVERYTHING, as: PERSON })
      person = first.person
      accountId = String(claimsOf(first.tokens.access_token).sub)
      elsewhere = (await connect(pair.one, { ...EVERYTHING, as: ANOTHER })).tokens.access_token
    })
    beforeEach(() => {
      upstream.requests.splice(0)
      upstream.replies.splice(0)
    })
    /** What QuantConnect still owes an answer. A test that fails must not leave a process waiting for it. */
    const owed = new Set<() => void>()
    afterEach(() => {
      for (const release of owed) release()
      owed.clear()
    })

    const account = () => person.open(`${pair.one.origin}/account`)
    const send = async (path: string, fields: Record<string, string | readonly string[]> = {}) =>
      person.submitTo(path, await account(), fields)
    /** Presses a button, and does not look at the page that follows, which asks QuantConnect what runs. */
    async function press(path: string, leadsTo: string): Promise<void> {
      const page = await account()
      const place = await person.submit({ ...page, url: new URL(path, page.url) }, {}, false)
      assert.deepEqual([place.status, place.url.pathname + place.url.search], [303, leadsTo])
    }
    const suspend = ({ id }: Connected) => press(`/account/connections/${id}/suspend`, '/account?suspended')
    const suspendAll = () => press('/account/suspend', '/account?all-suspended')
    async function proven(asked: Place, leadsTo: string): Promise<void> {
      assert.ok(actOf(asked))
      const { url } = await person.prove(asked, PERSON.apiToken)
      assert.equal(url.pathname + url.search, leadsTo)
    }
    async function connected(): Promise<Connected> {
      const scope = ALL_SCOPES.join(' ')
      const { client, tokens } = await connectAs(person, { parameters: { scope }, allow: ALL_SCOPES })
      return { client, tokens, token: tokens.access_token, id: grantIdOf(tokens.access_token) }
    }

    const send2025 = (body: object, token: string, at: 0 | 1) => rpc({ mcp: `${pair.addresses[at]}/mcp` }, token, body)
    const callAs = async (token: string, at: 0 | 1, tool: string, args: Record<string, unknown> = {}): Promise<Json> =>
      (await message(await send2025(toolCall(tool, args), token, at))).result
    const works = async (token: string, at: 0 | 1) => (await callAs(token, at, 'list_projects')).isError === undefined
    /** Lets a process hear everything that was said to it so far: it has answered several others by then. */
    async function heard(at: 0 | 1): Promise<void> {
      const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
      for (let i = 0; i < 8; i++) await (await send2025(ping, elsewhere, at)).text()
    }
    /** The next request to QuantConnect gets its answer when it is told to. */
    function hold(reply: Reply = DONE) {
      const { reply: later, release } = held(reply)
      owed.add(release)
      upstream.replies.push(later)
      return release
    }
    /** A call whose next request to QuantConnect has arrived there and waits. */
    async function underWay(token: string, at: 0 | 1, tool: string, args: Record<string, unknown> = {}, reply = DONE) {
      const release = hold(reply)
      const arrived = upstream.next()
      const answer = callAs(token, at, tool, args)
      answer.catch(() => {}) // heard where a test asks for it
      return { answer, release, request: await arrived }
    }
    const journal = (): Promise<Call[]> => withStore(pair.one, (store) => createAuditLog(store).calls(accountId))
    const recordOf = async ({ id }: Connected, tool: string) =>
      (await journal()).find((call) => call.connection === id && call.tool === tool)

    /** A result that says what happened, and where the person lets it go on. */
    function assertSuspended({ isError, structuredContent, content }: Json, { id }: Connected): void {
      assert.deepEqual([isError, structuredContent.rule], [true, 'suspended'], JSON.stringify(structuredContent))
      assert.match(structuredContent.error, /^The person has suspended this connection, at 20[\d-]+T[\d:]+Z\.$/)
      const { next } = structuredContent
      assert.ok(
        next.includes(`Only the person can let it go on, at ${pair.one.origin}/account/connections/${id}.`),
        next,
      )
      assert.match(next, /nothing needs reconnecting/)
      assert.ok(content[0].text.includes(structuredContent.error) && content[0].text.includes(next))
    }
    const assertNothingDone = (result: Json, one: Connected) => {
      assertSuspended(result, one)
      assert.match(result.structuredContent.next, /^Nothing was done\. /)
    }

    it('refuses the very next call at both, with words, and neither a refresh nor anybody else’s', async () => {
      const [one, beside] = [await connected(), await connected()]
      upstream.requests.splice(0)
      await suspend(one)
      for (const at of [0, 1] as const) {
        for (const tool of ['list_projects', 'create_live_command', 'stop_live_algorithm']) {
          assertNothingDone(await callAs(one.token, at, tool, newOrder()), one)
        }
      }
      assert.deepEqual(upstream.requests, [])
      for (const at of [0, 1] as const) assert.ok((await works(beside.token, at)) && (await works(elsewhere, at)))
      const refreshed = await refresh(pair.one, one.client, one.tokens.refresh_token)
      assert.equal(refreshed.status, 200)
      const { access_token } = (await refreshed.json()) as Tokens
      assertNothingDone(await callAs(access_token, 1, 'list_projects'), one)
    })

    it('lets the very next call through at both once its person goes on with it, which takes a proof', async () => {
      const one = await connected()
      await suspend(one)
      const asked = await send(`/account/connections/${one.id}/resume`)
      assertNothingDone(await callAs(one.token, 1, 'list_projects'), one)
      await proven(asked, '/account?resumed')
      for (const at of [1, 0] as const) assert.ok(await works(one.token, at))
    })

    it('of everything reaches all connections of the person at both, and ends with one proof', async () => {
      const both = [await connected(), await connected()] as const
      await suspendAll()
      for (const one of both) {
        for (const at of [0, 1] as const) assertNothingDone(await callAs(one.token, at, 'list_projects'), one)
        assert.equal((await refresh(pair.one, one.client, one.tokens.refresh_token)).status, 200)
      }
      for (const at of [0, 1] as const) assert.ok(await works(elsewhere, at))
      await proven(await send('/account/resume'), '/account?resumed')
      for (const one of both) for (const at of [0, 1] as const) assert.ok(await works(one.token, at))
    })

    it('is heard by whoever listens at the other process, and ends what looks and what follows there', async () => {
      const one = await connected()
      const listening = await rpc(
        { mcp: `${pair.addresses[1]}/mcp` },
        one.token,
        modern('subscriptions/listen', { notifications: { toolsListChanged: true } }),
        mirror('subscriptions/listen'),
      )
      const events = (listening.body as ReadableStream).pipeThrough(new TextDecoderStream()).getReader()
      await events.read()
      const read = await underWay(one.token, 1, 'list_projects')
      upstream.replies.push(json(200, { success: true, compileId: 'c-1', state: 'InQueue' }))
      const release = hold()
      const build = callAs(one.token, 1, 'create_compile', { projectId: 7, waitSeconds: 50 })
      await until('it to look at the build', () => sentTo('/compile/read').length)

      await suspend(one)
      assertNothingDone(await read.answer, one)
      await read.request.hungUp
      await (sentTo('/compile/read')[0] as Received).hungUp
      const { isError, structuredContent, content } = await build
      assert.deepEqual([isError, structuredContent.compileId], [undefined, 'c-1'])
      assert.match(content[0].text, /The person has suspended this connection/)
      assert.ok(content[0].text.includes(`/account/connections/${one.id}`), content[0].text)
      assert.equal((await recordOf(one, 'create_compile'))?.outcome, 'done')
      for (let told = ''; !told.includes('notifications/tools/list_changed'); ) {
        told += (await events.read()).value ?? assert.fail(told)
      }
      await events.cancel()
      for (const end of [read.release, release]) end()
    })

    /** What a person may do while a call waits, and what that is told; where it has ended it may be cut off instead. */
    const meanwhile: Record<
      string,
      { act: (one: Connected) => Promise<unknown>; told: RegExp; mayBeCutOff?: boolean }
    > = {
      'was suspended': { act: suspend, told: /The person has suspended this connection/ },
      'was suspended with everything': { act: suspendAll, told: /The person has suspended this connection/ },
      'has ended': {
        act: ({ id }) => press(`/account/connections/${id}/revoke`, '/account?revoked'),
        told: /The person has ended this connection\..*Nothing was sent/s,
        mayBeCutOff: true,
      },
      'may not start anything any more': {
        act: async ({ id }) => {
          const scope = ALL_SCOPES.filter((one) => one !== 'qc:live:write')
          const fields = { preset: 'custom', decision: 'allow', expires: 'keep', paper: 'off', scope }
          assert.equal((await send(`/account/connections/${id}`, fields)).url.search, '?saved')
        },
        told: /changed what this connection may do, while this call waited\..*Nothing was sent/s,
      },
      'may use paper alone': {
        act: async ({ id }) => {
          const fields = { preset: 'custom', decision: 'allow', expires: 'keep', paper: 'on', scope: ALL_SCOPES }
          assert.equal((await send(`/account/connections/${id}`, fields)).url.search, '?saved')
        },
        told: /changed what this connection may do, while this call waited\..*Nothing was sent/s,
      },
    }
    for (const [what, { act, told, mayBeCutOff = false }] of Object.entries(meanwhile)) {
      it(`sends nothing that was looked up for the record while its connection ${what}`, async () => {
        const one = await connected()
        const { answer, release, request } = await underWay(one.token, 1, 'create_live_algorithm', START)
        assert.match(request.path, /projects\/read$/)
        await act(one)
        release()
        const result = await (mayBeCutOff ? answer.catch(() => undefined) : answer)
        if (result) {
          assert.equal(result.isError, true)
          assert.match(result.content[0].text, told)
        }
        await until('it to be on record', () => recordOf(one, 'create_live_algorithm'))
        assert.equal((await recordOf(one, 'create_live_algorithm'))?.kind, 'refused')
        assert.deepEqual(sentTo('/live/create'), [])
        if (what.endsWith('everything')) await proven(await send('/account/resume'), '/account?resumed')
      })
    }

    it('lets no step be taken that was looked at before its connection was suspended, ended or narrowed', async () => {
      for (const act of [meanwhile['was suspended'], meanwhile['has ended'], meanwhile['may use paper alone']]) {
        const { id, ...one } = await connected()
        await withStore(pair.one, async (store) => {
          const grants = createGrants(store)
          const decided = (await grants.find(id)) ?? assert.fail('it has ended')
          const { expect = {} } = await createPermit(decided, { brake: undefined }, { grants }).parts(undefined)
          assert.equal(await store.commit({ expect }), true)
          await act?.act({ id, ...one })
          assert.equal(await store.commit({ expect }), false)
        })
      }
    })

    it('sends nothing that waits for another call in its project, and tells of that one as it went', async () => {
      const one = await connected()
      const sent = await underWay(one.token, 0, 'create_live_command', newOrder())
      const waiting = callAs(one.token, 1, 'liquidate_live_algorithm', { projectId: 7 })
      await heard(1)
      await suspend(one)
      sent.release()
      const { isError, content } = await sent.answer
      assert.equal(isError, undefined, content[0].text)
      assertNothingDone(await waiting, one)
      assert.deepEqual(sentTo('/live/update/liquidate'), [])
      const [deed, refused] = [
        await recordOf(one, 'create_live_command'),
        await recordOf(one, 'liquidate_live_algorithm'),
      ]
      assert.deepEqual([deed?.outcome, refused?.kind, refused?.rule], ['done', 'refused', 'suspended'])
    })

    it('sends nothing that waits for a turn at QuantConnect', async () => {
      const [one, beside] = [await connected(), await connected()]
      const running = []
      for (let i = 0; i < 8; i++) running.push(await underWay(beside.token, 1, 'list_projects'))
      const waiting = callAs(one.token, 1, 'delete_file', { projectId: 7, name: 'main.py' })
      await heard(1)
      await suspend(one)
      for (const { release } of running) release()
      assertNothingDone(await waiting, one)
      for (const { answer } of running) assert.equal((await answer).isError, undefined)
      assert.deepEqual(sentTo('/files/delete'), [])
    })

    for (const [outcome, reply] of Object.entries({
      done: DONE,
      failed: json(200, { success: false, errors: ['No such file.'] }),
      unknown: cut,
    })) {
      it(`has on record as ${outcome} what was sent before, and ${outcome} then`, async () => {
        const one = await connected()
        const args = { projectId: 7, name: 'main.py' }
        const { answer, release } = await underWay(one.token, 1, 'delete_file', args, reply)
        await suspend(one)
        release()
        assert.equal((await answer).isError, outcome === 'done' ? undefined : true)
        const { kind, outcome: recorded } = (await recordOf(one, 'delete_file')) ?? {}
        assert.deepEqual([kind, recorded, sentTo('/files/delete').length], ['sent', outcome, 1])
        assert.equal((await withGrants(pair.one, (grants) => grants.find(one.id)))?.suspensions?.[0]?.by, 'person')
      })
    }
  })
}
