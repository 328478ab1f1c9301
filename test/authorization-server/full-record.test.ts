// A record that is full: nothing is sent any more that would have to stand in it, and what only stops something still is.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { RECORDS_AT_MOST } from '../../src/audit/audit-log.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { claimsOf } from '../support/access-token.ts'
import { connect, EVERYTHING } from '../support/connection.ts'
import { callTool } from '../support/mcp-requests.ts'
import type { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

describe('an account with 200,000 records', () => {
  const server = useServer({ REDIS_URL: '', QUANTCONNECT_API_URL: upstream.url, SANDBOX: 'off' })
  let person: RawPerson
  let token: string
  before(async () => {
    const connection = await connect(server, { ...EVERYTHING, as: { userId: '123456', apiToken: 'token-for-tests' } })
    person = connection.person
    token = connection.tokens.access_token
    fill(KEYS.journal(String(claimsOf(token).sub)))
  })

  /** Puts so many lines into a journal, in one step: one by one each would wait for the disk. */
  function fill(key: string): void {
    const db = new DatabaseSync(join(server.folder, 'data', 'qcgate.sqlite'))
    try {
      const at = Date.now()
      const line = JSON.stringify({ version: 1, kind: 'person', at, ref: 'x', what: 'One of many' })
      db.exec('BEGIN IMMEDIATE')
      db.prepare(
        `WITH RECURSIVE counted (n) AS (SELECT MAX(position) + 1 FROM journal_lines WHERE key = $key UNION ALL SELECT n + 1 FROM counted WHERE n < $most)
         INSERT INTO journal_lines (key, position, at, expires_at, line) SELECT $key, n, $at, $at + 86400000, $line FROM counted`,
      ).run({ key, most: RECORDS_AT_MOST, at, line })
      db.exec('COMMIT')
    } finally {
      db.close()
    }
  }
  const sent = () => upstream.requests.map(({ path }) => path.replace('/api/v2', ''))

  it('sends nothing that changes something, and says so', async () => {
    upstream.requests.splice(0)
    for (const [name, args] of [
      ['create_project', { name: 'One more', language: 'Py' }],
      ['create_live_command', { projectId: 1, command: {} }],
      ['liquidate_live_algorithm', { projectId: 1 }],
      ['delete_file', { projectId: 1, name: 'a.py' }],
    ] as const) {
      const { isError, structuredContent } = await callTool(server, token, name, args)
      assert.equal(isError, true)
      assert.match(structuredContent.error, /record of this account is full/)
      assert.match(structuredContent.next, /Nothing was sent/)
    }
    assert.deepEqual(sent(), [])
  })

  it('stops and aborts all the same, and looks', async () => {
    upstream.requests.splice(0)
    assert.equal((await callTool(server, token, 'stop_live_algorithm', { projectId: 1 })).isError, undefined)
    assert.equal((await callTool(server, token, 'abort_optimization', { optimizationId: 'O-1' })).isError, undefined)
    assert.equal((await callTool(server, token, 'list_projects')).isError, undefined)
    assert.deepEqual(sent(), ['/live/update/stop', '/optimizations/abort', '/projects/read'])
  })

  it('tells its person, on a page that is still there', async () => {
    const { html } = await person.open(`${server.origin}/account`)
    assert.match(html, /The record is full: nothing is sent any more that would stand in it/)
    assert.match((await person.open(`${server.origin}/account/activity?view=person`)).html, /One of many/)
  })
})
