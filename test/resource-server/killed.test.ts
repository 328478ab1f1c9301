// No deed goes without a trace, whenever the process is killed: what reached QuantConnect is on its person's record, and a
// client that was cut off and calls again sends nothing a second time.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { EVERYTHING, useConnection } from '../support/connection.ts'
import type { Deed } from '../support/deeds.ts'
import {
  arrivalsOf,
  arrivedAt,
  DONE,
  journalOf,
  later,
  newCommand,
  newProject,
  oneOfEach,
  PERSON,
  standInEnv,
} from '../support/deeds.ts'
import type { Moment } from '../support/dies-at.ts'
import type { Json } from '../support/json.ts'
import { callTool } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'
import { journeyStores } from '../support/stores.ts'
import { never, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

const DIES_AT = new URL('../support/dies-at.ts', import.meta.url).href
const RANDOM_KILLS = 5
/** Milliseconds that calls need, all at once, and that the stand-in thinks about one of them at most. */
const LASTS = 60
const THINKS = 20

/** What is said of a call by the journal, how often it arrived, and what whoever calls again is told it came to. */
type Trace = readonly [recorded: string | undefined, arrived: number, toldBefore: string | undefined]

for (const { name, env } of journeyStores('killed')) {
  describe(`a process that is killed at eleven instants, on ${name}`, () => {
    const server = useServer({ ...env, ...standInEnv(upstream), NODE_OPTIONS: `--import=${DIES_AT}` })
    const connection = useConnection(server, { ...EVERYTHING, as: PERSON })
    let accountId: string
    before(async () => {
      accountId = (await connection.grant())?.accountId ?? ''
    })
    afterEach(() => {
      upstream.requests.splice(0)
      upstream.replies.splice(0)
    })

    const call = ({ tool, args }: Deed): Promise<Json> => callTool(server, connection.token, tool, args)
    const answerAll = () => upstream.replies.push(...Array.from({ length: 20 }, () => DONE))
    const recorded = async ({ digest }: Deed): Promise<string | undefined> => {
      const found = (await journalOf(server, accountId)).filter((one) => one.digest === digest)
      assert.ok(found.length <= 1, 'one record of one call')
      return found[0] && String(found[0].outcome)
    }

    /** What is left of a call that was cut off, and then, of the same when its client has called again. */
    async function trace(deed: Deed): Promise<{ left: readonly unknown[]; again: Trace; told: Json }> {
      const left = [await recorded(deed), arrivalsOf(upstream, deed)]
      answerAll()
      const told = await call(deed)
      const { repeated } = told.structuredContent
      return { left, again: [await recorded(deed), arrivalsOf(upstream, deed), repeated?.outcome], told }
    }

    async function killedAt(moment: Moment, deed: Deed) {
      await server.ask({ dieAt: moment })
      answerAll()
      await assert.rejects(call(deed))
      await server.crashAndRestart()
      return later(server, () => trace(deed))
    }

    it('when a call arrives: it is sent when its client calls again', async () => {
      const { left, again } = await killedAt('arrival', newCommand())
      assert.deepEqual(left, [undefined, 0])
      assert.deepEqual(again, ['done', 1, undefined])
    })

    it('during the look before the intent: it is sent when its client calls again', async () => {
      const deed = newCommand()
      await connection.change({ paperOnly: true })
      upstream.replies.push(never)
      const looked = upstream.next()
      const cutOff = assert.rejects(call(deed))
      await looked
      await server.crashAndRestart()
      await cutOff
      const { left, again } = await later(server, () => trace(deed))
      await connection.change({ paperOnly: false })
      assert.deepEqual(left, [undefined, 0])
      assert.deepEqual(again, ['done', 1, undefined])
    })

    it('between the intent and the sending: nobody knows, and it is not sent again by accident', async () => {
      const { left, again, told } = await killedAt('sending', newCommand())
      assert.deepEqual(left, ['unknown', 0])
      assert.deepEqual(again, ['unknown', 0, 'unknown'])
      assert.equal(told.isError, true)
      assert.match(told.structuredContent.error, /nobody knows/)
    })

    it('while QuantConnect has it: nobody knows, and it is not sent again', async () => {
      const deed = newProject()
      upstream.replies.push(never)
      const asked = upstream.next()
      const cutOff = assert.rejects(call(deed))
      await asked
      await server.crashAndRestart()
      await cutOff
      const { left, again } = await later(server, () => trace(deed))
      assert.deepEqual(left, ['unknown', 1])
      assert.deepEqual(again, ['unknown', 1, 'unknown'])
    })

    it('between the answer and the outcome: nobody knows, and it is not sent again', async () => {
      const { left, again } = await killedAt('answer', newCommand())
      assert.deepEqual(left, ['unknown', 1])
      assert.deepEqual(again, ['unknown', 1, 'unknown'])
    })

    it('between the outcome and the response: it was done, and its client gets the answer', async () => {
      const { left, again, told } = await killedAt('response', newProject())
      assert.deepEqual(left, ['done', 1])
      assert.deepEqual(again, ['done', 1, 'done'])
      assert.equal(told.structuredContent.projects[0].projectId, 7)
    })

    it('at five random instants of four calls each: all that arrived is on record, and nothing arrives twice', async () => {
      for (let kill = 0; kill < RANDOM_KILLS; kill += 1) {
        const thinking = () => pause(THINKS * Math.random())
        upstream.replies.push(
          ...Array.from({ length: 20 }, () => (response: Parameters<typeof DONE>[0]) => {
            void thinking().then(() => DONE(response))
          }),
        )
        const deeds = oneOfEach()
        const heard = Promise.allSettled(deeds.map(call))
        await pause(LASTS * Math.random())
        await server.crashAndRestart()
        const cutOff = (await heard).flatMap(({ status }, i) => (status === 'rejected' ? deeds.slice(i, i + 1) : []))
        const digests = new Set((await journalOf(server, accountId)).map(({ digest }) => digest))
        assert.deepEqual(
          arrivedAt(upstream).filter((one) => !digests.has(one)),
          [],
        )
        await later(server, async () => {
          for (const deed of cutOff) {
            const { left, again } = await trace(deed)
            const expected = left[0] === undefined ? ['done', 1, undefined] : [...left, left[0]]
            assert.deepEqual(again, expected, deed.tool)
          }
        })
        for (const deed of deeds) assert.ok(arrivalsOf(upstream, deed) <= 1, deed.tool)
      }
    })
  })
}
