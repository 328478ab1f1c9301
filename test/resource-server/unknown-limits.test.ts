// A grant that a later release narrowed in a way that this one does not know, which its `crit` says (as RFC 7515 §4.1.11 does of a
// header): going back to this release widens nothing. Such a grant does nothing, whatever this release writes into it.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { put } from '../../src/storage/store.ts'
import { grantIdOf } from '../support/access-token.ts'
import { connectAs, useSignedIn } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { initialize, message, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest, refresh } from '../support/raw-client.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'
import { withGrants, withStore } from '../support/stored.ts'

const WHY = /limits that a later release of this server has set/
const request = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 1, method, params })

describe('a grant with a limit that this release does not know', () => {
  const server = useServer()
  const person = useSignedIn(server)
  let client: Registration
  let tokens: Tokens
  let id: string
  let path: string
  before(async () => {
    ;({ client, tokens } = await connectAs(person, { allow: ALL_SCOPES }))
    id = grantIdOf(tokens.access_token)
    path = `/account/connections/${id}`
  })

  const stored = async (): Promise<Json> =>
    JSON.parse((await withStore(server, (store) => store.get(KEYS.grant(id)))) ?? '{}')
  /** Writes the grant as another release would. */
  const write = async (members: object) => {
    const record = { ...(await stored()), ...members }
    await withStore(server, (store) => put(store, KEYS.grant(id), JSON.stringify(record), 3_600))
  }
  const LATER = { projects: 'these', crit: ['projects'] }
  const ask = async (body: object, headers = {}) => message(await rpc(server, tokens.access_token, body, headers))
  const call = async (name: string, args = {}): Promise<Json> => (await ask(toolCall(name, args))).result
  const account = () => person.open(`${server.origin}/account`)
  const post = async (address: string, fields: Record<string, string | readonly string[]>) =>
    person.prove(await person.submitTo(address, await account(), fields))
  const projects = async () => (await sandboxOf(server)('/projects/read')).projects.length
  async function assertDoesNothing(what: string): Promise<void> {
    const { isError, structuredContent } = await call('list_projects')
    assert.deepEqual([isError, structuredContent?.rule], [true, 'suspended'], what)
    assert.match(structuredContent.error, WHY)
    const { crit, projects } = await stored()
    assert.ok(crit.includes('projects') && projects === 'these', `${what}: ${crit}`)
  }

  it('works as long as `crit` lists nothing unknown: without it, and with what narrows it here', async () => {
    assert.deepEqual([(await stored()).crit, (await call('list_projects')).isError], [undefined, undefined])
    await withGrants(server, (grants) => grants.change(id, { paperOnly: true }))
    assert.deepEqual([(await stored()).crit, (await call('list_projects')).isError], [['paperOnly'], undefined])
    await withGrants(server, (grants) => grants.change(id, { paperOnly: false }))
    assert.equal((await stored()).crit, undefined)
    await write({ note: 'a member that narrows nothing' })
    assert.equal((await call('list_projects')).isError, undefined)
  })

  it('does nothing, and tells every tool’s caller so', async () => {
    const stream = await rpc(
      server,
      tokens.access_token,
      modern('subscriptions/listen', { notifications: { toolsListChanged: true } }),
      mirror('subscriptions/listen'),
    )
    const events = (stream.body as ReadableStream).pipeThrough(new TextDecoderStream()).getReader()
    await events.read()
    await write(LATER)
    let heard = ''
    while (!heard.includes('notifications/tools/list_changed'))
      heard += (await events.read()).value ?? assert.fail(heard)
    await events.cancel()

    const before = await projects()
    for (const name of ['list_projects', 'create_project', 'stop_live_algorithm']) {
      const { isError, structuredContent } = await call(name, { name: 'Never made', language: 'Py', projectId: 7 })
      assert.deepEqual([isError, structuredContent.rule], [true, 'suspended'], name)
      assert.match(structuredContent.error, WHY)
      assert.match(structuredContent.next, /Nothing was done\. Ask the person.*nothing needs reconnecting/)
    }
    assert.equal(await projects(), before)
    const calls = await withStore(server, (store) => createAuditLog(store).calls((id.split('.') as [string])[0]))
    assert.partialDeepStrictEqual(calls[0], { outcome: 'blocked', rule: 'suspended' })
  })

  it('reads and offers nothing, lists what there is, and says why in its instructions', async () => {
    assert.match((await ask(request('resources/read', { uri: 'qc://projects/1' }))).error.message, WHY)
    assert.ok((await ask(request('tools/list'))).result.tools.length)
    assert.deepEqual((await ask(request('resources/list'))).result?.resources ?? [], [])
    const discovered = await ask(modern('server/discover'), mirror('server/discover'))
    for (const { result } of [await ask(initialize()), discovered]) assert.match(result.instructions, WHY)
  })

  it('is told so on the account page, and nothing of what its permissions would allow', async () => {
    await post('/account/seen', {}) // news tell what it was allowed when it came
    const { html } = await account()
    assert.match(html, /It can do nothing now: it has limits that a later release/)
    assert.doesNotMatch(html, /real money/)
    assert.match((await person.open(`${server.origin}${path}`)).html, /limits that a later release/)
  })

  for (const [what, act] of Object.entries({
    'a use that is noted': async () => {
      await withGrants(server, async (grants) => grants.touch({ ...(await find()), usedAt: 1 }))
    },
    'a new name': () =>
      post(path, {
        preset: 'custom',
        scope: ALL_SCOPES,
        paper: 'off',
        expires: 'keep',
        name: 'Mine',
        decision: 'allow',
      }),
    'fewer permissions': () =>
      post(path, { preset: 'custom', scope: ['qc:projects:read'], expires: '1d', decision: 'allow' }),
    'more permissions, after a proof': () =>
      post(path, { preset: 'custom', scope: ALL_SCOPES, paper: 'off', expires: 'never', decision: 'allow' }),
    'paper, and away from it': async () => {
      await post(path, { preset: 'custom', scope: ALL_SCOPES, paper: 'on', expires: 'keep', decision: 'allow' })
      assert.deepEqual((await stored()).crit, ['paperOnly', 'projects'])
      await post(path, { preset: 'custom', scope: ALL_SCOPES, paper: 'off', expires: 'keep', decision: 'allow' })
    },
    'its suspension, and a person who keeps it': async () => {
      await withGrants(server, async (grants) => {
        await grants.suspendAll((await find()).accountId)
        assert.equal((await find()).suspended, true)
        await grants.change(id, { suspended: false })
      })
    },
    'several sessions, and an authorization that ended': async () => {
      await withGrants(server, async (grants) => {
        await grants.markSeveralSessions(id)
        await grants.noteAuthorization(id)
        await grants.endAuthorization(id, 'another')
      })
      assert.ok((await stored()).endedAuthorizations.another)
    },
    'a client that comes back, and its person who agrees again': async () => {
      const { url } = authorizationRequest(server, client)
      const page = await person.open(url)
      assert.match(page.html, /limits that a later release/)
      await person.prove(
        await person.submit(page, { scope: ALL_SCOPES, paper: 'off', connection: id, decision: 'allow' }),
      )
    },
    'a refresh': async () => {
      tokens = (await (await refresh(server, client, tokens.refresh_token)).json()) as Tokens
      assert.equal(grantIdOf(tokens.access_token), id)
    },
  })) {
    it(`does nothing after ${what}, and keeps the limit`, async () => {
      await act()
      await assertDoesNothing(what)
    })
  }

  it('works again as soon as the later release takes the limit away', async () => {
    await write({ crit: undefined })
    assert.equal((await call('list_projects')).isError, undefined)
  })

  it('allows nothing when its `crit` cannot be read, and knows no limit by the name of what every object has', async () => {
    for (const crit of [['constructor'], ['toString', 'paperOnly']]) {
      await write({ crit })
      assert.equal((await call('list_projects')).structuredContent.rule, 'suspended', String(crit))
    }
    for (const crit of ['projects', [1], {}]) {
      await write({ crit })
      assert.equal((await rpc(server, tokens.access_token, toolCall('list_projects'))).status, 401, String(crit))
    }
  })

  const find = async () => (await withGrants(server, (grants) => grants.find(id))) ?? assert.fail('it has ended')
})
