// Ways around the gate. The connection may see projects and nothing else; no request here may make one, or read more.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { message, messages, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { projectNames } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'

const ARGUMENTS = { name: 'Smuggled in', language: 'Py' }
const INVALID_PARAMS = -32602
const HEADER_MISMATCH = -32020

describe('no tool runs that the gate did not decide on', () => {
  const server = useServer()
  const connection = useConnection(server, { allow: ['qc:projects:read'] })
  afterEach(async () => assert.deepEqual(await projectNames(server, connection.token), []))

  let authorizedAt = 1
  /** Asserts HTTP 403, as a client gets it that was just authorised. */
  const assertForbidden = async (body: unknown, headers: Record<string, string> = {}) => {
    await connection.change({ authorizedAt: authorizedAt++ })
    assert.equal((await rpc(server, connection.token, body, headers)).status, 403)
  }
  const named = (name: unknown) => ({ ...toolCall(''), params: { name, arguments: ARGUMENTS } })

  it('though its name is known to nobody', async () => {
    for (const name of ['nonsense', '', '__proto__', 'constructor', 'toString']) {
      const { error } = await message(await rpc(server, connection.token, named(name)))
      assert.equal(error.code, INVALID_PARAMS, name)
    }
  })

  it('though its name is written almost right', async () => {
    const almost = ['Create_Project', 'CREATE_PROJECT', ' create_project', 'create_project ', 'create_project\n']
    for (const name of [
      ...almost,
      'create_project\0',
      'create-project',
      'сreate_project',
      'create_project/',
      'tools/create_project',
    ]) {
      const { error } = await message(await rpc(server, connection.token, named(name)))
      assert.equal(error.code, INVALID_PARAMS, JSON.stringify(name))
    }
  })

  it('though its name is a list, an object or a number', async () => {
    for (const name of [
      ['create_project'],
      [['create_project']],
      { name: 'create_project' },
      { 0: 'c' },
      1,
      true,
      null,
    ]) {
      const { error } = await message(await rpc(server, connection.token, named(name)))
      assert.equal(error.code, INVALID_PARAMS, JSON.stringify(name))
    }
  })

  it('though an unknown name stands beside it in a batch, or a known one beside an unknown', async () => {
    const batch = [
      toolCall('list_projects', {}, 1),
      { ...named('nonsense'), id: 2 },
      { ...named(['create_project']), id: 3 },
    ]
    const answers: Json[] = await messages(await rpc(server, connection.token, batch))
    const error = (id: number) => answers.find((answer) => answer.id === id)?.error?.code
    assert.deepEqual([error(1), error(2), error(3)], [undefined, INVALID_PARAMS, INVALID_PARAMS])
    await assertForbidden([
      { ...named('nonsense'), id: 1 },
      { ...named('create_project'), id: 2 },
    ])
  })

  it('though batches are nested', async () => {
    await rpc(server, connection.token, [[named('create_project')]])
    await rpc(server, connection.token, [toolCall('list_projects'), [[named('create_project')]]])
  })

  it('though the headers name one that is allowed (MCP 2026-07-28, Server Validation)', async () => {
    const body = modern('tools/call', { name: 'create_project', arguments: ARGUMENTS })
    await assertForbidden(body, mirror('tools/call', 'list_projects'))
    await assertForbidden(body, mirror('tools/list'))
    await assertForbidden(body)
  })

  it('though the headers name it and the body names one that is allowed (MCP 2026-07-28, Server Validation)', async () => {
    const body = modern('tools/call', { name: 'list_projects', arguments: {} })
    const names = ['create_project', 'create_project, list_projects', '=?base64?Y3JlYXRlX3Byb2plY3Q=?=']
    for (const headers of [...names.map((name) => mirror('tools/call', name)), mirror('tools/list', 'list_projects')]) {
      const response = await rpc(server, connection.token, body, headers)
      assert.equal(response.status, 400)
      assert.equal((await message(response)).error.code, HEADER_MISMATCH)
    }
  })

  it('though the body calls it by a method that the headers do not', async () => {
    const body = modern('tools/list', { name: 'create_project', arguments: ARGUMENTS })
    const response = await rpc(server, connection.token, body, mirror('tools/call', 'create_project'))
    assert.equal(response.status, 400)
    assert.equal((await message(response)).error.code, HEADER_MISMATCH)
  })

  it('though a key comes twice in its JSON: both sides read the same one', async () => {
    const twice = (...names: string[]) =>
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${names.map((name) => `"name":"${name}"`).join()},"arguments":${JSON.stringify(ARGUMENTS)}}}`
    await assertForbidden(twice('list_projects', 'create_project'))
    const { result } = await message(await rpc(server, connection.token, twice('create_project', 'list_projects')))
    assert.equal(result.isError, true) // list_projects takes no arguments

    const params = (name: string) => `"params":${JSON.stringify({ name, arguments: ARGUMENTS })}`
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/list",${params('list_projects')},"method":"tools/call",${params('create_project')}}`
    await assertForbidden(body)
  })

  it('though its name hides behind an escape or in a prototype', async () => {
    const escaped = JSON.stringify(named('create_project')).replace('create_project', '\\u0063reate_project')
    await assertForbidden(escaped)
    for (const name of ['__proto__', 'constructor']) {
      const inherited = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"${name}":{"name":"create_project"}}}`
      const { error } = await message(await rpc(server, connection.token, inherited))
      assert.ok(error, name)
    }
  })

  it('though the body is compressed', async () => {
    await connection.change({ authorizedAt: authorizedAt++ })
    const response = await fetch(server.mcp, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${connection.token}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        accept: 'application/json, text/event-stream',
      },
      body: gzipSync(JSON.stringify(named('create_project'))),
    })
    assert.equal(response.status, 403)
  })

  it('though the content type is one that only some parsers read as JSON', async () => {
    const types = [
      'application/json-patch+json',
      'application/vnd.api+json',
      'application/csp-report',
      'text/json',
      'text/plain',
    ]
    for (const type of types) {
      const response = await rpc(server, connection.token, named('create_project'), { 'content-type': type })
      assert.equal(response.status, 415, type)
    }
  })

  it('though the method is not POST', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const response = await fetch(server.mcp, {
        method,
        headers: { authorization: `Bearer ${connection.token}`, 'content-type': 'application/json', accept: '*/*' },
        body: JSON.stringify(named('create_project')),
      })
      assert.equal(response.status, 405, method)
    }
    const overridden = { 'x-http-method-override': 'GET' }
    await assertForbidden(named('create_project'), overridden)
  })
})
