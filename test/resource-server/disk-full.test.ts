// A disk that is full, under the embedded store: what could not be written down is not sent, what only stops goes out all the
// same, and the process is there when there is room again.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { EVERYTHING, useConnection } from '../support/connection.ts'
import type { Deed } from '../support/deeds.ts'
import { arrivalsOf, DONE, journalOf, newProject, oneOfEach, PERSON, standInEnv } from '../support/deeds.ts'
import type { Json } from '../support/json.ts'
import { callTool } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { held, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())
const FULL_DISK = new URL('../support/full-disk.ts', import.meta.url).href

describe('when the disk is full', () => {
  const server = useServer({ REDIS_URL: '', ...standInEnv(upstream), NODE_OPTIONS: `--import=${FULL_DISK}` })
  const connection = useConnection(server, { ...EVERYTHING, as: PERSON })
  let accountId: string
  before(async () => {
    accountId = (await connection.grant())?.accountId ?? ''
  })

  const call = ({ tool, args }: Pick<Deed, 'tool' | 'args'>): Promise<Json> =>
    callTool(server, connection.token, tool, args)
  const recorded = async () => (await journalOf(server, accountId)).map(({ tool, outcome }) => [tool, outcome])
  const paths = () => upstream.requests.map(({ path }) => path.replace('/api/v2', ''))
  const fill = async (isFull: boolean) => {
    const { databases } = (await server.ask({ isFull })) as { databases: number }
    assert.ok(databases > 0)
  }

  it('while QuantConnect has a call: its answer goes out, and the outcome is on record when there is room', async () => {
    const { reply, release } = held(DONE)
    upstream.replies.push(reply)
    const asked = upstream.next()
    const told = call(newProject())
    await asked
    await fill(true)
    release()
    const { isError, structuredContent } = await told
    assert.deepEqual([isError, structuredContent.projects.length], [undefined, 1])
    assert.deepEqual(await recorded(), [['create_project', 'unknown']])
    await fill(false)
    await until('the outcome to be on record', async () => (await recorded())[0]?.[1] === 'done')
  })

  it('nothing is sent that could not be written down, and the model reads that', async () => {
    await fill(true)
    for (const deed of oneOfEach()) {
      const { isError, structuredContent } = await call(deed)
      assert.equal(isError, true)
      assert.match(
        `${structuredContent.error} ${structuredContent.next}`,
        /could not write down|cannot reach its store/,
      )
      assert.match(structuredContent.next, /Nothing was (sent|done)/)
      assert.equal(arrivalsOf(upstream, deed), 0)
    }
  })

  it('a stop goes out all the same, and so does the end of an optimization', async () => {
    upstream.requests.splice(0)
    upstream.replies.push(DONE, DONE)
    const stops = [
      await call({ tool: 'stop_live_algorithm', args: { projectId: 7 } }),
      await call({ tool: 'abort_optimization', args: { optimizationId: 'O-1' } }),
    ]
    assert.deepEqual(
      stops.map(({ isError }) => isError),
      [undefined, undefined],
    )
    assert.deepEqual(paths(), ['/live/update/stop', '/optimizations/abort'])
    assert.match(server.output(), /database or disk is full.*"msg":"a stop is sent without its intent"/)
  })

  it('a stop goes out also when it has been full for minutes, and what was taken of the budget is used up', async () => {
    upstream.requests.splice(0)
    upstream.replies.push(DONE)
    await server.advance(300)
    assert.equal((await call({ tool: 'stop_live_algorithm', args: { projectId: 8 } })).isError, undefined)
    assert.deepEqual(paths(), ['/live/update/stop'])
  })

  it('the process outlives what it does each minute, and serves again when there is room', async () => {
    assert.deepEqual(await server.ask({ minute: true }).then((answer) => (answer as Json).eachMinute > 0), true)
    assert.equal((await fetch(`${server.origin}/healthz`)).status, 200)
    await fill(false)
    upstream.replies.push(DONE)
    assert.equal((await call(newProject())).isError, undefined)
    await until('the stops to be on record', async () => {
      const tools = (await recorded()).filter(([, outcome]) => outcome === 'done').map(([tool]) => tool)
      return ['stop_live_algorithm', 'abort_optimization'].every((tool) => tools.includes(tool))
    })
  })
})
