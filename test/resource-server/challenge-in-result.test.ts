// ChatGPT and Codex take HTTP 403 for the end of a call. They look for the challenge in the tool's result, and send their
// person to allow more from there.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { connectAs, useSignedIn } from '../support/connection.ts'
import { message, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration } from '../support/raw-client.ts'
import { register } from '../support/raw-client.ts'
import { addedProjects } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'

const CHATGPT = 'https://chatgpt.com/connector_platform_oauth_redirect'
const MODERN = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'create_project' }
const create = { name: 'create_project', arguments: { name: 'P', language: 'Py' } }

describe('a call that was not allowed, of a client that returns to chatgpt.com', () => {
  const server = useServer()
  const person = useSignedIn(server)
  let client: Registration
  let token: string
  const connectWith = async (scopes: readonly string[]) => {
    const parameters = { scope: 'qc:projects:read qc:projects:write' }
    return (await connectAs(person, { client, parameters, allow: scopes })).tokens.access_token
  }
  before(async () => {
    client = await register(server, { redirect_uris: [CHATGPT] })
    token = await connectWith(['qc:projects:read'])
  })

  for (const [era, ask] of [
    ['2025', () => rpc(server, token, toolCall(create.name, create.arguments))],
    ['2026-07-28', () => rpc(server, token, modern('tools/call', create), MODERN)],
  ] as const) {
    it(`is told in the result what to ask for, in the ${era} era`, async () => {
      const response = await ask()
      assert.equal(response.status, 200)
      const { result } = await message(response)
      assert.equal(result.isError, true)
      const [challenge, ...more] = result._meta['mcp/www_authenticate']
      assert.deepEqual(more, [])
      assert.match(challenge, /^Bearer error="insufficient_scope", .*scope="qc:projects:write"/)
      assert.ok(challenge.includes(`resource_metadata="${server.origin}/.well-known/oauth-protected-resource/mcp"`))
      assert.match(result.content[0].text, /was not allowed to/)
    })
  }

  it('changes nothing', async () => {
    const { result } = await message(await rpc(server, token, toolCall('list_projects')))
    assert.deepEqual(addedProjects(result.structuredContent.projects), [])
  })

  it('runs once the person has allowed it', async () => {
    token = await connectWith(['qc:projects:read', 'qc:projects:write'])
    const { result } = await message(await rpc(server, token, toolCall(create.name, create.arguments)))
    assert.equal(result.isError, undefined)
  })

  it('is told in the result when Codex had no document and registered by its name', async () => {
    client = await register(server, { client_name: 'Codex' })
    token = await connectWith(['qc:projects:read'])
    const { result } = await message(await rpc(server, token, toolCall(create.name, create.arguments)))
    assert.match(result._meta['mcp/www_authenticate'][0], /scope="qc:projects:write"/)
  })

  it('gets HTTP 403 for every other client', async () => {
    client = await register(server, { redirect_uris: ['https://chatgpt.com.example/cb'] })
    token = await connectWith(['qc:projects:read'])
    assert.equal((await rpc(server, token, toolCall(create.name, create.arguments))).status, 403)
  })
})
