// A look and the act that follows it are one, over all processes: nobody else starts, ends or steers in the same project in
// between. Whoever waits in vain sent nothing, and a process that dies holds up nobody for longer than a lease lasts.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { put, remove } from '../../src/storage/store.ts'
import { connect, EVERYTHING, useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { callTool, message, rpc, toolCall } from '../support/mcp-requests.ts'
import { useOwnRedis } from '../support/own-redis.ts'
import { startBeside } from '../support/pair.ts'
import type { Tokens } from '../support/raw-client.ts'
import { ageRedis } from '../support/redis-entries.ts'
import { sandboxOf } from '../support/sandbox.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { changeGrant, grantOf, withStore } from '../support/stored.ts'
import { journeyStores } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { held, json, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

const PERSON = { userId: '123456', apiToken: 'token-for-tests' }
const ON_PAPER = json(200, { success: true, deployId: 'L-1', status: 'Running', brokerage: 'PaperBrokerage' })
const DONE = json(200, { success: true })
const paths = () => upstream.requests.map(({ path }) => path.replace('/api/v2', ''))
/** Calls a tool at an address, whatever the token's server is called. */
const callAt = async (origin: string, token: string, name: string, args: Record<string, unknown>): Promise<Json> =>
  (await message(await rpc({ mcp: `${origin}/mcp` }, token, toolCall(name, args)))).result

for (const { name, env } of journeyStores('one-at-a-time')) {
  describe(`two processes that share ${name}`, () => {
    let one: TestServer
    let two: TestServer
    let there: string
    let accountId: string
    /** May trade on paper only, and may use real money. */
    let tokens: { paper: string; real: string }
    before(async () => {
      one = await startServer({ ...env, QUANTCONNECT_API_URL: upstream.url })
      const impatient = { ...env, QUANTCONNECT_API_URL: upstream.url, TEST_SPEED: '50' }
      ;({ server: two, address: there } = await startBeside(one, impatient))
      const [paper, real] = [await connected(true), await connected(false)]
      tokens = { paper, real }
      accountId = (await grantOf(one, paper))?.accountId ?? ''
    })
    after(async () => {
      await two?.stop()
      await one?.stop()
    })
    beforeEach(() => {
      upstream.requests.splice(0)
      upstream.replies.splice(0)
    })

    /** What QuantConnect still owes an answer. A test that fails must not leave a process waiting for it. */
    const owed = new Set<() => void>()
    afterEach(async () => {
      for (const release of owed) release()
      owed.clear()
      await withStore(one, (store) => remove(store, lease()))
    })

    async function connected(paperOnly: boolean): Promise<string> {
      const { access_token }: Tokens = (await connect(one, { ...EVERYTHING, as: PERSON })).tokens
      await changeGrant(one, access_token, { scopes: ALL_SCOPES, paperOnly, brake: false })
      return access_token
    }
    /** A stop on paper at the first process, which has asked how the deployment trades and waits for the answer. */
    async function looking() {
      const { reply, release } = held(ON_PAPER)
      owed.add(release)
      upstream.replies.push(reply)
      const asked = upstream.next()
      const answer = callAt(one.origin, tokens.paper, 'stop_live_algorithm', { projectId: 7 })
      answer.catch(() => {}) // heard where a test asks for it
      await asked
      return { answer, release }
    }
    const lease = () => KEYS.lease('project-7', accountId)
    const holder = () => withStore(one, (store) => store.get(lease()))
    const brokerage = { id: 'QuantConnectBrokerage' }
    const start = { projectId: 7, compileId: 'c', nodeId: 'n', brokerage }

    it('let nobody start, end or steer in a project that another call looks at, and say that nothing was sent', async () => {
      const { answer, release } = await looking()
      const others = [
        [tokens.real, 'create_live_algorithm', start],
        [tokens.real, 'liquidate_live_algorithm', { projectId: 7 }],
        [tokens.real, 'create_live_command', { projectId: 7, command: {} }],
        [tokens.real, 'delete_project', { projectId: 7 }],
        [tokens.paper, 'stop_live_algorithm', { projectId: 7 }],
        [tokens.paper, 'delete_project_collaborator', { projectId: 7, collaboratorId: 'x' }],
      ] as const
      for (const { isError, structuredContent } of await Promise.all(
        others.map(([token, tool, args]) => callAt(there, token, tool, args)),
      )) {
        assert.deepEqual([isError, structuredContent.rule], [true, undefined])
        assert.match(structuredContent.error, /Another call.*same project.*Nothing was sent/)
        assert.match(structuredContent.next, /again/)
      }
      assert.deepEqual(paths(), ['/live/read'])
      upstream.replies.push(DONE, ON_PAPER)
      release()
      assert.equal((await answer).isError, undefined)
      assert.deepEqual(paths(), ['/live/read', '/live/update/stop', '/live/read'])
    })

    it('hold up no other project, and nothing that only stops where real money is allowed', async () => {
      const { answer, release } = await looking()
      upstream.replies.push(DONE, DONE)
      const elsewhere = await callAt(there, tokens.real, 'liquidate_live_algorithm', { projectId: 8 })
      const stop = await callAt(there, tokens.real, 'stop_live_algorithm', { projectId: 7 })
      assert.deepEqual([elsewhere.isError, stop.isError], [undefined, undefined])
      upstream.replies.push(DONE, ON_PAPER)
      release()
      assert.equal((await answer).isError, undefined)
    })

    it('let the next one go on as soon as the first has looked again', async () => {
      const { answer, release } = await looking()
      const { reply, release: answerAgain } = held(ON_PAPER)
      owed.add(answerAgain)
      upstream.replies.push(DONE, reply)
      release()
      await until('the second look', () => paths().length === 3)
      assert.notEqual(await holder(), undefined)
      answerAgain()
      await answer
      assert.equal(await holder(), undefined)
      upstream.replies.push(DONE)
      const next = await callAt(there, tokens.real, 'liquidate_live_algorithm', { projectId: 7 })
      assert.equal(next.isError, undefined)
    })

    it('send nothing when the look took longer than the lease, and leave it to whoever has it now', async () => {
      const { answer, release } = await looking()
      await withStore(one, (store) => put(store, lease(), 'somebody else', 60))
      release()
      const { isError, structuredContent } = await answer
      assert.equal(isError, true)
      assert.match(structuredContent.error, /Another call.*Nothing was sent/)
      assert.deepEqual(paths(), ['/live/read'])
      assert.equal(await holder(), 'somebody else')
    })

    it('change no Object Store on paper while something is being started', async () => {
      const { reply, release } = held(DONE)
      owed.add(release)
      upstream.replies.push(reply)
      const asked = upstream.next()
      const started = callAt(one.origin, tokens.real, 'create_live_algorithm', start)
      await asked
      const object = { organizationId: 'own', key: 'k', objectData: 'x' }
      const { structuredContent } = await callAt(there, tokens.paper, 'upload_object', object)
      assert.match(structuredContent.error, /Nothing was sent/)
      upstream.replies.push(DONE)
      assert.equal((await callAt(there, tokens.real, 'upload_object', object)).isError, undefined)
      release()
      await started
    })

    it('are free again a minute after one of them died', async () => {
      await looking()
      await one.end('SIGKILL')
      const again = () => callAt(there, tokens.real, 'liquidate_live_algorithm', { projectId: 7 })
      assert.match((await again()).structuredContent.error, /Nothing was sent/)
      assert.deepEqual(paths(), ['/live/read'])
      if (env.REDIS_URL) await ageRedis(env.REDIS_URL, 60)
      else await two.advance(60)
      upstream.replies.push(DONE)
      assert.equal((await again()).isError, undefined)
    })
  })
}

/** What may be written while leases may not. */
const WRITABLE = ['grant', 'activity', 'attempts', 'sandbox', 'account', 'credentials']

describe('when the store takes no lease', () => {
  const { server, acl } = useOwnRedis()
  const connection = useConnection(server)
  const sandbox = sandboxOf(server)
  let projectId: number
  before(async () => {
    projectId = (await sandbox('/projects/create', { name: 'Leased', language: 'Py' })).projects[0].projectId
    const { compileId } = await sandbox('/compile/create', { projectId })
    await server.advance(5)
    const nodeId = (await sandbox('/projects/nodes/read', { projectId })).nodes.live[0].id
    const brokerage = { id: 'QuantConnectBrokerage' }
    await sandbox('/live/create', { projectId, compileId, nodeId, versionId: '-1', brokerage })
    await acl('resetkeys', '%R~*', ...WRITABLE.map((keys) => `%RW~*${keys}*`))
  })

  const call = (name: string) => callTool(server, connection.token, name, { projectId })
  const status = async () => (await sandbox('/live/read', { projectId })).status

  for (const [name, paperOnly] of [
    ['stop_live_algorithm', true],
    ['liquidate_live_algorithm', true],
    ['liquidate_live_algorithm', false],
    ['delete_project', true],
  ] as const) {
    it(`${name} ${paperOnly ? 'on paper' : 'with real money'} does nothing, and says so`, async () => {
      await connection.change({ scopes: ALL_SCOPES, paperOnly })
      const { isError, structuredContent } = await call(name)
      assert.equal(isError, true)
      assert.match(`${structuredContent.error} ${structuredContent.next}`, /cannot reach its store.*Nothing was done/)
      assert.equal(await status(), 'LoggingIn')
    })
  }

  it('what only stops goes out all the same where real money is allowed', async () => {
    await connection.change({ scopes: ALL_SCOPES, paperOnly: false })
    assert.equal((await call('stop_live_algorithm')).isError, undefined)
    assert.equal(await status(), 'Stopped')
    assert.match(server.output(), /"level":50.*"msg":"a stop is sent without its intent"/)
  })

  it('what came of it is on record as soon as the store takes it', async () => {
    await acl('allkeys')
    const accountId = (await connection.grant())?.accountId ?? ''
    await until('the stop to be on record', () =>
      withStore(server, async (store) => {
        const calls = await createAuditLog(store).calls(accountId)
        return calls.some(({ tool, outcome }) => tool === 'stop_live_algorithm' && outcome === 'done')
      }),
    )
  })
})
