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

  it('tells the model that the person must connect again', async () => {
    const response = await rpc(server, connection.token, toolCall('list_projects'))
    assert.equal(response.status, 200)
    const { result } = await message(response)
    assert.equal(result.isError, true)
    assert.match(result.content[0].text, /[Cc]onnect again/)
  })

  it('still lists its tools', async () => {
    assert.equal((await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method: 'tools/list' })).status, 200)
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
