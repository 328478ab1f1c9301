import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { before, describe, it } from 'node:test'
import { connect, useConnection } from '../support/connection.ts'
import { message, rpc, toolCall } from '../support/mcp-requests.ts'
import type { TestServer } from '../support/server.ts'
import { useServer } from '../support/server.ts'

function forgetKeys({ folder }: TestServer): void {
  const db = new DatabaseSync(join(folder, 'data', 'qcgate.sqlite'))
  db.exec("DELETE FROM entries WHERE key = 'keys'")
  db.close()
}

describe('a server whose vault key was lost', () => {
  const server = useServer()
  const connection = useConnection(server)
  before(async () => {
    rmSync(join(server.folder, 'keys', 'vault.jwks.json'))
    forgetKeys(server) // as the message at the start tells the operator, who knows by now that the key is lost
    await server.crashAndRestart()
  })

  it('sends the client to its person, who signs in again (RFC 6750 §3.1)', async () => {
    for (const asked of [toolCall('list_projects'), { jsonrpc: '2.0', id: 1, method: 'tools/list' }]) {
      const response = await rpc(server, connection.token, asked)
      assert.equal(response.status, 401)
      assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
    }
  })

  it('serves the person again after the next sign-in, under the same connection too', async () => {
    await connect(server)
    const { result } = await message(await rpc(server, connection.token, toolCall('list_projects')))
    assert.equal(result.isError, undefined)
  })

  it('tells the operator', () => {
    assert.match(server.output(), /"level":(40|50),.*vault/)
  })
})
