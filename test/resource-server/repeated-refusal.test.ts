// Many clients fail on HTTP 403, and their model tries again. The second time it is told in words, with the address where
// its person can allow more; a client that was authorised anew meanwhile understands 403, and gets it.
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { connect, useConnection } from '../support/connection.ts'
import { challengeOf, message, messages, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import type { Tokens } from '../support/raw-client.ts'
import { refresh } from '../support/raw-client.ts'
import { projectNames } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'

describe('a call that is refused again', () => {
  const server = useServer()
  const connection = useConnection(server, { allow: ['qc:projects:read'] })
  let authorizedAt = 1

  /** What the consent page notes when a person has agreed. */
  const authorizeAnew = () => connection.change({ authorizedAt: authorizedAt++ })
  beforeEach(authorizeAnew)
  const ask = (name: string, args = {}, token = connection.token) => rpc(server, token, toolCall(name, args))
  const create = (token?: string) => ask('create_project', { name: 'Never made', language: 'Py' }, token)

  it('says in the result what is missing and where a person allows it, with the challenge, and does nothing', async () => {
    const first = await create()
    assert.equal(first.status, 403)
    const challenge = first.headers.get('www-authenticate')
    const second = await create()
    assert.deepEqual([second.status, second.headers.get('www-authenticate')], [200, null])
    const { result } = await message(second)
    assert.equal(result.isError, true)
    assert.deepEqual(result._meta['mcp/www_authenticate'], [challenge])
    const [{ text }] = result.content
    assert.match(text, /Create projects, rename them and change their settings/)
    assert.ok(text.includes(`${server.origin}/account/connections/${connection.grantId}`), text)
    assert.match(text, /Nothing was done/)
    assert.deepEqual(await projectNames(server, connection.token), [])
  })

  it('says the same in the 2026-07-28 era', async () => {
    await create()
    const body = modern('tools/call', { name: 'create_project', arguments: { name: 'P', language: 'Py' } })
    const { result } = await message(await rpc(server, connection.token, body, mirror('tools/call', 'create_project')))
    assert.match(result._meta['mcp/www_authenticate'][0], /insufficient_scope/)
  })

  it('is one of the same tool: another one is refused with HTTP 403 first', async () => {
    await create()
    assert.equal((await ask('read_account')).status, 403)
    assert.equal((await ask('read_account')).status, 200)
  })

  it('is the first again once the client was authorised anew, though the person did not allow it', async () => {
    await create()
    assert.equal((await create()).status, 200)
    await authorizeAnew()
    assert.equal((await create()).status, 403)
  })

  it('is the first again of another connection', async () => {
    await create()
    const other = (await connect(server, { allow: ['qc:projects:read'] })).tokens.access_token
    assert.equal((await rpc(server, other, toolCall('create_project'))).status, 403)
  })

  it('counts for every refused tool of a batch, and for no tool that was allowed', async () => {
    const batch = [toolCall('create_project', {}, 1), toolCall('read_account', {}, 2), toolCall('list_projects', {}, 3)]
    assert.equal((await rpc(server, connection.token, batch)).status, 403)
    assert.equal((await ask('list_projects')).status, 200)
    const { result } = await message(await ask('read_account'))
    assert.match(result._meta['mcp/www_authenticate'][0], /scope="qc:account:read"/)
    const all = await messages(await rpc(server, connection.token, batch))
    assert.deepEqual(
      all.map(({ result }) => result.isError),
      [true, true, true],
    )
  })

  it('stays HTTP 403 by address, whose answer has no place for it, and leaves a call of the same tool the first', async () => {
    const uri = 'qc://projects/1/files/main.py'
    const reading = { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } }
    for (let times = 0; times < 3; times += 1) {
      const response = await rpc(server, connection.token, reading)
      assert.equal(response.status, 403)
      assert.equal(challengeOf(response).scope, 'qc:files:read')
    }
    const modernReading = modern('resources/read', { uri })
    assert.equal((await rpc(server, connection.token, modernReading, mirror('resources/read', uri))).status, 403)
    assert.equal((await ask('read_file', { projectId: 1 })).status, 403)
    assert.equal((await ask('read_file', { projectId: 1 })).status, 200)
    const batch = [toolCall('read_file', { projectId: 1 }, 2), reading]
    assert.equal((await rpc(server, connection.token, batch)).status, 403)
  })

  it('is the first again an hour later', async () => {
    await create()
    await server.advance(3601)
    const { client, tokens } = connection
    const { access_token } = (await (await refresh(server, client, tokens.refresh_token)).json()) as Tokens
    assert.equal((await create(access_token)).status, 403)
  })
})
