// The brake: a connection that sends the same dangerous call more than five times within a minute, over all processes,
// is suspended by it until its person has looked. What was not done, what only looks and what only stops counts for
// nothing. It is on until its person switches it off, which takes a proof.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import type { GrantChange } from '../../src/grants/grants.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { claimsOf, grantIdOf } from '../support/access-token.ts'
import { ALICE } from '../support/accounts.ts'
import { connect, connectAs, EVERYTHING } from '../support/connection.ts'
import { PERSON, standInEnv } from '../support/deeds.ts'
import type { Json } from '../support/json.ts'
import { message, rpc, toolCall } from '../support/mcp-requests.ts'
import { usePair } from '../support/pair.ts'
import { authorizationRequest, redeem, register } from '../support/raw-client.ts'
import { actOf, RawPerson } from '../support/raw-person.ts'
import { ageRedis } from '../support/redis-entries.ts'
import { useServer } from '../support/server.ts'
import { changeGrant, grantOf, withGrants, withStore } from '../support/stored.ts'
import { journeyStores } from '../support/stores.ts'
import { cut, json, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

const MOST = 5
const sentTo = (endpoint: string): number => upstream.requests.filter(({ path }) => path.endsWith(endpoint)).length
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

let made = 0
/** A deletion like no other before: a call that may be sent again at once. */
const newDeletion = () => ({ projectId: 7, name: `file-${++made}.py` })
const newOrder = () => ({ projectId: 7, command: { $type: 'OrderCommand', quantity: ++made } })

// One SQLite file takes one step after the other; there the journey of the brake has it.
for (const { name, env } of journeyStores('brake').filter(({ env }) => env.REDIS_URL)) {
  describe(`the brake, at two processes that share ${name}`, () => {
    const pair = usePair(() => ({ ...env, ...standInEnv(upstream) }))
    let person: RawPerson
    let accountId: string
    before(async () => {
      const first = await connect(pair.one, { ...EVERYTHING, as: PERSON })
      person = first.person
      accountId = String(claimsOf(first.tokens.access_token).sub)
    })
    beforeEach(() => {
      upstream.requests.splice(0)
      upstream.replies.splice(0)
    })

    /** Another connection, with all there is but what the test changes of it. */
    async function connected(change: GrantChange = {}) {
      const { tokens } = await connectAs(person)
      const token = tokens.access_token
      await changeGrant(pair.one, token, { scopes: ALL_SCOPES, paperOnly: false, ...change })
      const call = async (tool: string, args: Record<string, unknown> = {}, at = 0): Promise<Json> => {
        const mcp = `${pair.addresses[at % 2]}/mcp`
        return (await message(await rpc({ mcp }, token, toolCall(tool, args)))).result
      }
      return {
        id: grantIdOf(token),
        token,
        call,
        grant: () => grantOf(pair.one, token),
        remove: (args: Record<string, unknown>, at = 0) => call('delete_file', args, at),
      }
    }
    type Connected = Awaited<ReturnType<typeof connected>>

    const isDone = ({ isError, content }: Json) => assert.equal(isError, undefined, content[0].text)
    const isBraked = ({ isError, structuredContent }: Json) => {
      assert.deepEqual([isError, structuredContent.rule], [true, 'suspended'], JSON.stringify(structuredContent))
      assert.match(structuredContent.error, /^This connection was suspended by its brake, at 20[\d-]+T[\d:]+Z\. /)
    }
    /** These many equal deletions are sent, by turns at both processes, and one more is not. */
    async function assertFree({ remove }: Connected, args: Record<string, unknown>, count = MOST): Promise<void> {
      const before = sentTo('/files/delete')
      for (let i = 0; i < count; i++) isDone(await remove(args, i))
      assert.equal(sentTo('/files/delete'), before + count)
    }
    async function assertBrakes({ remove }: Connected, args: Record<string, unknown>): Promise<void> {
      const before = sentTo('/files/delete')
      isBraked(await remove(args, 1))
      assert.equal(sentTo('/files/delete'), before)
    }
    const pass = async (seconds: number) => {
      await Promise.all([pair.one.advance(seconds), pair.two.advance(seconds)])
      await ageRedis(env.REDIS_URL, seconds)
    }

    it(`lets ${MOST} equal calls of a minute through, and suspends in place of one more, with the reason`, async () => {
      const one = await connected()
      const args = newDeletion()
      await assertFree(one, args)
      assert.deepEqual((await one.grant())?.suspensions ?? [], [])
      const { isError, structuredContent } = await one.remove(args, 1)
      assert.deepEqual([isError, structuredContent.rule], [true, 'suspended'])
      assert.match(
        structuredContent.next,
        /^Nothing was done\. Stop repeating it, and tell the person what it was for\./,
      )
      assert.ok(structuredContent.next.includes(`at ${pair.one.origin}/account/connections/${one.id}.`))
      assert.equal(sentTo('/files/delete'), MOST)
      for (const at of [0, 1]) isBraked(await one.call('list_projects', {}, at))

      const [suspension] = (await one.grant())?.suspensions ?? []
      assert.equal(suspension?.by, 'brake')
      const call = `Delete file "${args.name}" of project 7`
      const says = `It sent the same call more than ${MOST} times within a minute: ${call}.`
      assert.equal(suspension.says?.replace(/[“”]/g, '"'), says)
      assert.ok(structuredContent.error.endsWith(suspension.says))
      const profile = await withStore(pair.one, (store) => store.get(KEYS.profile(accountId)))
      const [news] = JSON.parse(profile ?? '{}').news.filter(({ of }: Json) => of === one.id)
      assert.deepEqual([news.what, news.says, news.grave], ['connection-braked', suspension.says, true])
      assert.match((await person.open(`${pair.one.origin}/account`)).html, /was suspended by its brake/)
      const calls = await withStore(pair.one, (store) => createAuditLog(store).calls(accountId))
      const deletions = calls.filter(({ connection, tool }) => connection === one.id && tool === 'delete_file')
      assert.deepEqual(deletions.map(({ kind, outcome, rule }) => [kind, outcome, rule].join(' ')).toSorted(), [
        'refused blocked suspended',
        ...times(MOST, () => 'sent done '),
      ])
    })

    it('goes off once its person lets the connection go on, which takes a proof', async () => {
      const one = await connected()
      const args = newDeletion()
      await assertFree(one, args)
      await assertBrakes(one, args)
      const page = await person.open(`${pair.one.origin}/account`)
      const asked = await person.submitTo(`/account/connections/${one.id}/resume`, page)
      assert.ok(actOf(asked))
      isBraked(await one.call('list_projects'))
      assert.equal((await person.prove(asked, PERSON.apiToken)).url.search, '?resumed')
      for (const at of [0, 1]) isDone(await one.call('list_projects', {}, at))
    })

    it('counts what is sent again on purpose with what is not', async () => {
      const one = await connected()
      const args = newOrder()
      for (let i = 0; i < MOST; i++) isDone(await one.call('create_live_command', { ...args, repeat: i % 2 > 0 }, i))
      isBraked(await one.call('create_live_command', { ...args, repeat: true }, 1))
      assert.equal(sentTo('/live/commands/create'), MOST)
    })

    it('counts what comes at once, at both', async () => {
      const one = await connected()
      await one.call('list_projects') // its use is noted by then
      const args = newDeletion()
      const all = await Promise.all(times(3 * MOST, (i) => one.remove(args, i)))
      assert.equal(all.filter(({ isError }) => isError === undefined).length, MOST)
      assert.equal(sentTo('/files/delete'), MOST)
      await assertBrakes(one, args)
    })

    it('counts what nobody knows of', async () => {
      const one = await connected()
      const args = newDeletion()
      upstream.replies.push(...times(MOST, () => cut))
      for (let i = 0; i < MOST; i++) assert.match((await one.remove(args, i)).content[0].text, /unknown/)
      await assertBrakes(one, args)
    })

    it('counts other calls and other connections by themselves', async () => {
      const [one, other] = [await connected(), await connected()]
      const [args, more] = [newDeletion(), newDeletion()]
      for (let i = 0; i < MOST; i++) {
        for (const { remove } of [one, other]) for (const each of [args, more]) isDone(await remove(each, i))
      }
      await assertBrakes(one, args)
      isBraked(await one.remove(more))
      isDone(await other.call('list_projects', {}, 1))
      await assertBrakes(other, more)
    })

    it('never counts what only stops, what reads, and what changes nothing dangerous', async () => {
      const { call, grant } = await connected()
      for (const [tool, args] of [
        ['stop_live_algorithm', { projectId: 7 }],
        ['abort_optimization', { optimizationId: 'O-1' }],
        ['list_projects', {}],
        ['update_file_contents', { projectId: 7, name: 'main.py', content: 'pass' }],
      ] as const) {
        for (let i = 0; i <= MOST; i++) isDone(await call(tool, args, i))
      }
      for (const endpoint of ['/live/update/stop', '/optimizations/abort', '/files/update']) {
        assert.equal(sentTo(endpoint), MOST + 1, endpoint)
      }
      assert.deepEqual((await grant())?.suspensions ?? [], [])
    })

    for (const [what, change, answer] of [
      ['what QuantConnect refused', {}, { success: false, errors: ['No such project.'] }],
      ['what paper alone refused', { paperOnly: true }, { success: true, live: [{ brokerage: 'TradierBrokerage' }] }],
      ['what it lacks the permission for', { scopes: ['qc:projects:read'] }, {}],
    ] satisfies [string, GrantChange, object][]) {
      it(`does not count ${what}`, async () => {
        const { token } = await connected(change)
        const args = { projectId: ++made }
        const ask = async (i: number): Promise<Json> => {
          const mcp = `${pair.addresses[i % 2]}/mcp`
          const response = await rpc({ mcp }, token, toolCall('delete_project', args))
          return response.status === 200 ? (await message(response)).result : { isError: true, status: response.status }
        }
        for (let i = 0; i <= MOST; i++) {
          upstream.replies.splice(0, 1, json(200, answer))
          const { isError, structuredContent } = await ask(i)
          assert.equal(isError, true)
          assert.notEqual(structuredContent?.rule, 'suspended')
        }
        upstream.replies.splice(0)
        await changeGrant(pair.one, token, { scopes: ALL_SCOPES, paperOnly: false })
        for (let i = 0; i < MOST; i++) isDone(await ask(i))
        isBraked(await ask(0))
      })
    }

    it('is free again when a minute is over', async () => {
      const one = await connected()
      const args = newDeletion()
      await assertFree(one, args)
      await pass(61)
      await assertFree(one, args)
      await assertBrakes(one, args)
    })

    it('stops nothing where its person has switched it off', async () => {
      await assertFree(await connected({ brake: false }), newDeletion(), 2 * MOST)
    })
  })
}

describe('the choice of the brake', () => {
  const server = useServer()
  const TRADES = ['qc:projects:read', 'qc:live:write']
  let person: RawPerson
  before(async () => {
    person = new RawPerson(server)
    await person.submitTo('/account/sign-in', await person.open(`${server.origin}/account`), ALICE)
  })
  const find = (id: string) => withGrants(server, (grants) => grants.find(id))
  const edit = async (id: string, fields: Record<string, string | readonly string[]>) => {
    const form = { preset: 'custom', decision: 'allow', expires: 'keep', paper: 'on', scope: TRADES, ...fields }
    return person.submitTo(`/account/connections/${id}`, await person.open(`${server.origin}/account`), form)
  }
  const isSaved = ({ url }: { url: URL }) => assert.equal(url.search, '?saved')

  it('is on at first, off with a proof, on without one, and stays where a form does not name it', async () => {
    const { tokens } = await connectAs(person, { allow: TRADES })
    const id = grantIdOf(tokens.access_token)
    await changeGrant(server, tokens.access_token, { paperOnly: true })
    const first = await find(id)
    assert.equal(first?.brake, true)
    isSaved(await edit(id, {}))
    assert.equal((await find(id))?.brake, true)
    const asked = await edit(id, { brake: 'off' })
    assert.ok(actOf(asked))
    assert.match(asked.html, /No brake stops it when it repeats itself/)
    assert.equal((await find(id))?.brake, true)
    isSaved(await person.prove(asked))
    assert.equal((await find(id))?.brake, false)
    isSaved(await edit(id, {}))
    assert.equal((await find(id))?.brake, false)
    isSaved(await edit(id, { brake: 'on' }))
    assert.equal((await find(id))?.brake, true)
    isSaved(await edit(id, { brake: ['off', 'off'] }))
    assert.equal((await find(id))?.brake, true)
  })

  it('is off on the consent page with a proof, where paper trading takes none after a sign-in', async () => {
    const answer = async (fields: Record<string, string>) => {
      const visitor = new RawPerson(server)
      const client = await register(server)
      const request = authorizationRequest(server, client, { scope: TRADES.join(' ') })
      const page = await visitor.arrive(request.url, ALICE)
      const place = await visitor.submit(page, { scope: TRADES, paper: 'on', decision: 'allow', ...fields })
      const asked = actOf(place) !== undefined
      const tokens = await redeem(server, client, request, await visitor.prove(place))
      return [asked, (await find(grantIdOf(tokens.access_token)))?.brake]
    }
    assert.deepEqual(await answer({}), [false, true])
    assert.deepEqual(await answer({ brake: 'on' }), [false, true])
    assert.deepEqual(await answer({ brake: 'off' }), [true, false])
  })

  it('is nothing to switch off where nothing is dangerous, so it is on when something is added', async () => {
    const { tokens } = await connectAs(person, { allow: TRADES })
    const id = grantIdOf(tokens.access_token)
    const harmless = await edit(id, { scope: ['qc:projects:read'], brake: 'off' })
    assert.equal(actOf(harmless), undefined)
    assert.equal((await find(id))?.brake, true)
    isSaved(await person.prove(await edit(id, {})))
    assert.deepEqual([(await find(id))?.scopes, (await find(id))?.brake], [TRADES, true])
  })
})
