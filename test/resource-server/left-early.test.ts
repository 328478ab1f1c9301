// A caller who leaves: before the intent of a call is written nothing is sent, and afterwards nothing is called off. On either road.
import assert from 'node:assert/strict'
import { after, beforeEach, describe, it } from 'node:test'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { claimsOf } from '../support/access-token.ts'
import { useConnectionTo } from '../support/connection.ts'
import { DONE, newCommand } from '../support/deeds.ts'
import type { Json } from '../support/json.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { withStore } from '../support/stored.ts'
import { until } from '../support/until.ts'
import type { Received } from '../support/upstream.ts'
import { held, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

/** What takes a request the long way; see straight-and-sdk.test.ts. */
const ROADS = { straight: {}, 'of the SDK': { aside: true } }

describe('a caller who leaves', () => {
  const { server, connection } = useConnectionTo(upstream.url)
  beforeEach(() => void upstream.requests.splice(0))

  const start = (projectId: number) => ({
    projectId,
    compileId: 'c',
    nodeId: 'n',
    brokerage: { id: 'QuantConnectBrokerage' },
  })
  const callOf = (name: string, args: Record<string, unknown>, more: object): Json => {
    const call: Json = toolCall(name, args)
    return { ...call, params: { ...call.params, ...more } }
  }
  const recorded = () =>
    withStore(server, (store) => createAuditLog(store).calls(String(claimsOf(connection.token).sub)))
  const paths = () => upstream.requests.map(({ path }) => path.replace('/api/v2', ''))
  let [project, left] = [100, 0]

  for (const [road, more] of Object.entries(ROADS)) {
    it(`before an intent is written sends nothing, on the road ${road}`, async () => {
      const look = held(DONE)
      upstream.replies.push(look.reply) // the look at the project's name, which the intent is to tell
      const leaves = new AbortController()
      const projectId = ++project
      const asked = upstream.next()
      const gone = rpc(
        server,
        connection.token,
        callOf('create_live_algorithm', start(projectId), more),
        {},
        leaves.signal,
      )
      const { hungUp }: Received = await asked
      leaves.abort()
      await assert.rejects(gone)
      await hungUp // a look is given up
      left += 1 // equal ones are counted, within a minute
      const refused = async () => (await recorded()).find(({ tool }) => tool === 'create_live_algorithm')
      await until('it to be on record', async () => (await refused())?.count === left)
      const { kind, outcome, why } = (await refused()) ?? {}
      assert.deepEqual([kind, outcome, why], ['refused', 'failed', 'The caller left before the answer.'])
      assert.deepEqual(
        paths().filter((path) => path !== '/projects/read'),
        [],
      )
      look.release()
    })

    it(`afterwards calls nothing off, on the road ${road}`, async () => {
      const answer = held(DONE)
      upstream.replies.push(answer.reply)
      const leaves = new AbortController()
      const deed = newCommand()
      const asked = upstream.next()
      const gone = rpc(server, connection.token, callOf(deed.tool, { ...deed.args }, more), {}, leaves.signal)
      await asked
      leaves.abort()
      await assert.rejects(gone)
      answer.release()
      const own = async () => (await recorded()).find(({ ids }) => ids.projectId === deed.args.projectId)
      await until('its outcome to be on record', async () => (await own())?.outcome)
      assert.deepEqual([(await own())?.kind, (await own())?.outcome], ['sent', 'done'])
      assert.deepEqual(paths(), ['/live/commands/create'])
    })
  }
})
