// Which tools a client sees depends on what its person allows: what trades, spends, deletes or administers is not there
// until it is allowed, so no model can ask for it.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findTool, toolList } from '../../src/resource-server/tools/catalog.ts'
import { ALL_SCOPES, GROUPS, type Scope } from '../../src/scopes.ts'
import { useConnection } from '../support/connection.ts'
import { challengeOf, message, rpc, toolCall } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'
import { NEEDS, PUBLISHED } from './published-scopes.ts'

const HARMLESS = ['reads', 'changes']

describe('the list of tools', () => {
  const server = useServer()
  const connection = useConnection(server)

  const allow = (scopes: readonly Scope[], more = {}) => connection.change({ scopes, ...more })
  const seen = async (): Promise<string[]> => {
    const { result } = await message(
      await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    )
    return result.tools.map(({ name }: { name: string }) => name)
  }
  const names = toolList().map(({ name }) => name)

  for (const [who, scopes] of [
    ['nothing but to see the account', ['qc:account:read']],
    ['research', GROUPS.research],
    ['trading', GROUPS.trader],
    ['commands, but not to all at once', ['qc:live:execute']],
  ] as const) {
    it(`holds, for a client that is allowed ${who}, what it may do and what it may ask for without danger`, async () => {
      await allow(scopes)
      const mayDo = (name: string) => NEEDS[name]?.every((one) => (scopes as readonly string[]).includes(one))
      const isHarmless = (name: string) =>
        [findTool(name)?.risk, ...(NEEDS[name] ?? []).map((one) => PUBLISHED.risks[one])].every((risk) =>
          HARMLESS.includes(`${risk}`),
        )
      assert.deepEqual(
        await seen(),
        names.filter((name) => mayDo(name) || isHarmless(name)),
      )
    })
  }

  it('holds all of them for a client that may do everything', async () => {
    await allow(ALL_SCOPES)
    assert.deepEqual(await seen(), names)
  })

  it('shows a tool that is dangerous at the very next request after it was allowed, and not longer', async () => {
    const deleting: Scope[] = [...GROUPS.research, 'qc:projects:delete']
    await allow(GROUPS.research)
    assert.ok(!(await seen()).includes('delete_project'))
    await allow(deleting)
    assert.ok((await seen()).includes('delete_project'))
    await allow(GROUPS.research)
    assert.ok(!(await seen()).includes('delete_project'))
  })

  it('hides, and does not open: a hidden tool that is called by its name is refused like any other', async () => {
    await allow(GROUPS.research)
    const response = await rpc(server, connection.token, toolCall('delete_project', { projectId: 1 }))
    assert.equal(response.status, 403)
    assert.equal(challengeOf(response).scope, 'qc:projects:delete')
  })

  it('is the same for a client that is suspended', async () => {
    await allow(GROUPS.research, { suspended: false })
    const before = await seen()
    await allow(GROUPS.research, { suspended: true })
    assert.deepEqual(await seen(), before)
  })
})
