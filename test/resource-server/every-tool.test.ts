// Every tool of the catalogue, called over HTTP by the real SDK client against the sandbox: once with exactly the scopes
// that it needs, and once for each of them with all scopes but that one.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { toolList } from '../../src/resource-server/tools/catalog.ts'
import { ALL_SCOPES, type Scope } from '../../src/scopes.ts'
import { useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { challengeOf } from '../support/mcp-requests.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'
import { assertTextAndStructureAgree } from '../support/text-and-structure.ts'
import { NEEDS } from './published-scopes.ts'
import type { ArgumentValues } from './tool-arguments.ts'
import { argumentsFor, createOneOfEach, inCallOrder, keepIds } from './tool-arguments.ts'

describe('every tool', () => {
  const server = useServer()
  const connection = useConnection(server)
  let client: Client
  let latest: Response
  let world: ArgumentValues
  before(async () => {
    await allow(ALL_SCOPES) // so that all tools are listed
    client = new Client({ name: 'Every tool', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
    const transport = new StreamableHTTPClientTransport(new URL(server.mcp), {
      requestInit: { headers: { authorization: `Bearer ${connection.token}` } },
      fetch: async (url, init) => {
        latest = await fetch(url, init)
        return latest
      },
    })
    await client.connect(transport)
    await client.listTools() // from here on the client checks answers against their output schemas
    world = await createOneOfEach(server, sandboxOf(server))
  })
  after(async () => {
    await client?.close()
  })

  let authorizedAt = 1
  /** As if the person had just agreed to these; a refusal of before is then the first again. */
  const allow = (scopes: readonly Scope[]) => connection.change({ scopes, authorizedAt: authorizedAt++ })

  for (const tool of inCallOrder(toolList())) {
    const needs = (NEEDS[tool.name] ?? []) as Scope[]

    it(`${tool.name} works with exactly ${needs.join(' and ')}`, async () => {
      await allow(needs)
      const result: Json = await client.callTool({ name: tool.name, arguments: argumentsFor(tool, world) })
      assert.equal(result.isError, undefined, JSON.stringify(result.structuredContent))
      assertTextAndStructureAgree(result, tool.name)
      assert.ok(Buffer.byteLength(JSON.stringify(result)) <= 1_000_000)
      keepIds(world, tool.name, result)
    })

    for (const missing of needs) {
      it(`${tool.name} is refused without ${missing}, and all that it needs is named`, async () => {
        await allow(ALL_SCOPES.filter((scope) => scope !== missing))
        await assert.rejects(client.callTool({ name: tool.name, arguments: argumentsFor(tool, world) }))
        assert.equal(latest.status, 403)
        const { error, scope } = challengeOf(latest)
        assert.deepEqual([error, scope], ['insufficient_scope', needs.join(' ')])
      })
    }
  }
})
