// What a tool says it sends is what goes out, once: the record's digest, and what keeps a call from being sent twice, stand on it.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { findTool, TOOLS, toolList } from '../../src/resource-server/tools/catalog.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { useConnectionTo } from '../support/connection.ts'
import { callTool } from '../support/mcp-requests.ts'
import type { Received } from '../support/upstream.ts'
import { startUpstream } from '../support/upstream.ts'
import { argumentsFor, inCallOrder, MADE_UP } from './tool-arguments.ts'

const upstream = await startUpstream()
after(() => upstream.close())

const READING = new Set<string | undefined>(
  TOOLS.filter(({ annotations }) => annotations.readOnlyHint).map(({ endpoint }) => endpoint),
)
const endpointOf = ({ path }: Received) => path.replace('/api/v2', '')

describe('what goes out', () => {
  const { server, connection } = useConnectionTo(upstream.url)
  before(async () => {
    await connection.change({ scopes: ALL_SCOPES })
  })
  beforeEach(() => {
    upstream.requests.splice(0)
  })

  for (const listed of inCallOrder(toolList()).filter(({ annotations }) => !annotations?.readOnlyHint)) {
    it(`of ${listed.name} is what it says, in one request that changes something`, async () => {
      const tool = findTool(listed.name) ?? assert.fail()
      const args = argumentsFor(listed, MADE_UP)
      await callTool(server, connection.token, tool.name, args)
      // A login is looked for where it is stored, before its person is asked for it.
      const reads = (endpoint: string) =>
        endpoint !== tool.endpoint && (READING.has(endpoint) || /auth0\/read$/.test(endpoint))
      const changing = upstream.requests.filter((one) => !reads(endpointOf(one)))
      const said = tool.outgoing(tool.input.parse(args) as Record<string, unknown>)
      assert.deepEqual(changing.map(endpointOf), [said.endpoint])
      const [{ body, headers } = assert.fail()] = changing
      if (headers['content-type']?.startsWith('multipart/form-data')) {
        for (const value of [args.organizationId, args.key, args.objectData]) assert.ok(body.includes(String(value)))
      } else assert.deepEqual(JSON.parse(body), JSON.parse(JSON.stringify(said.body)))
      assert.equal(said.repeat, false)
    })
  }

  it('of a login that is fetched on the way has it beside what the tool says', async () => {
    const brokerage = { id: 'AlpacaBrokerage', 'alpaca-environment': 'paper' }
    const args = { projectId: 7, compileId: 'c', nodeId: 'n', versionId: '-1', brokerage }
    upstream.replies.push((response) =>
      response.end(
        JSON.stringify({ success: true, authorization: { 'alpaca-access-token': 'stored-login-of-alpaca' } }),
      ),
    )
    await callTool(server, connection.token, 'create_live_algorithm', args)
    const tool = findTool('create_live_algorithm') ?? assert.fail()
    const { body } = tool.outgoing(tool.input.parse(args) as Record<string, unknown>)
    assert.partialDeepStrictEqual(JSON.parse(upstream.requests.at(-1)?.body ?? '{}'), JSON.parse(JSON.stringify(body)))
    assert.doesNotMatch(JSON.stringify(body), /stored-login/)
    assert.match(upstream.requests.at(-1)?.body ?? '', /stored-login/)
  })
})
