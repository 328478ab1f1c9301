// Where a store has replicas, what must not be lost is acknowledged by one of them before it counts: an intent that only its
// master has would be gone with it, and the deed a deed without a trace.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { EVERYTHING, useConnection } from '../support/connection.ts'
import type { Deed } from '../support/deeds.ts'
import { arrivalsOf, DONE, newProject, PERSON, standInEnv } from '../support/deeds.ts'
import type { Json } from '../support/json.ts'
import { callTool } from '../support/mcp-requests.ts'
import { useOwnRedis } from '../support/own-redis.ts'
import type { Tokens } from '../support/raw-client.ts'
import { refresh } from '../support/raw-client.ts'
import { startCluster, startSentinel } from '../support/redis-fleet.ts'
import { until } from '../support/until.ts'
import { startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

const FLEETS = {
  'a master under Sentinels': [startSentinel, [1, 2]],
  'a Cluster': [startCluster, [3, 4, 5]],
} as const

for (const [name, [startFleet, replicas]] of Object.entries(FLEETS)) {
  describe(`${name} without its replicas`, () => {
    const { server, signal } = useOwnRedis(standInEnv(upstream), startFleet)
    const connection = useConnection(server, { ...EVERYTHING, as: PERSON })
    const call = ({ tool, args }: Pick<Deed, 'tool' | 'args'>): Promise<Json> => {
      upstream.replies.splice(0, Infinity, DONE)
      return callTool(server, connection.token, tool, args)
    }
    const isSent = async (deed: Deed): Promise<boolean> => (await call(deed)).isError === undefined

    it('takes no deed: it is not sent, and the model reads that it could not be written down', async () => {
      assert.equal(await isSent(newProject()), true)
      await signal('SIGSTOP', replicas)
      const deed = newProject()
      const { isError, structuredContent } = await call(deed)
      assert.equal(isError, true)
      assert.match(structuredContent.error, /could not write down what it was about to do/)
      assert.equal(arrivalsOf(upstream, deed), 0)
    })

    it('lets a stop go out, and reads', async () => {
      for (const [tool, args] of [
        ['stop_live_algorithm', { projectId: 7 }],
        ['abort_optimization', { optimizationId: 'O-1' }],
        ['list_projects', {}],
      ] as const) {
        assert.equal((await call({ tool, args })).isError, undefined, tool)
      }
    })

    it('takes what others write, whoever is at a deed meanwhile', async () => {
      let isOver = false
      const deeds = Promise.all(Array.from({ length: 6 }, () => isSent(newProject()))).finally(() => {
        isOver = true
      })
      const statuses: number[] = []
      let { tokens } = connection
      while (!isOver) {
        const refreshed = await refresh(server, connection.client, tokens.refresh_token)
        statuses.push(refreshed.status)
        if (refreshed.ok) tokens = (await refreshed.json()) as Tokens
      }
      assert.deepEqual([...new Set(statuses)], [200])
      assert.ok((await deeds).every((sent) => !sent))
    })

    it('takes deeds again when a replica is back', async () => {
      await signal('SIGCONT', replicas)
      await until('a deed to be sent', () => isSent(newProject()))
    })
  })
}
