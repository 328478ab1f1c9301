// The record that a person downloads, and that a stranger verifies with `qcgate journal verify`: offline, years later, and never
// with a key that is good for anything else.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { JWK } from 'jose'
import { makeSigningKey } from '../../src/key-files/signing-keys.ts'
import { forge } from '../resource-server/forged-token.ts'
import { claimsOf } from '../support/access-token.ts'
import { connect, EVERYTHING } from '../support/connection.ts'
import { temporaryFolder } from '../support/folder.ts'
import { callTool, rpc, toolCall } from '../support/mcp-requests.ts'
import { runProgram } from '../support/program.ts'
import type { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

const YEAR = 366 * 24 * 60 * 60

describe('the record as a file', () => {
  const server = useServer({ JOURNAL_DAYS: '3650' })
  const folder = temporaryFolder()
  after(() => folder.remove())
  let person: RawPerson
  let token: string
  let account: string
  before(async () => {
    const connection = await connect(server, EVERYTHING)
    person = connection.person
    token = connection.tokens.access_token
    account = String(claimsOf(token).sub)
    await callTool(server, token, 'create_project', { name: 'On record', language: 'Py' })
    await callTool(server, token, 'list_projects')
    await callTool(server, token, 'create_project', { language: 'none' })
  })

  const download = (query = '') => person.open(`${server.origin}/account/activity.jsonl${query}`)
  const lines = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  function keep(name: string, text: string): string {
    const file = join(folder.path, name)
    writeFileSync(file, text)
    return file
  }
  const verify = (file: string, jwks = `${server.origin}/jwks`) =>
    runProgram(['journal', 'verify', file, '--jwks', jwks])
  const publishedKeys = async () => ((await (await fetch(`${server.origin}/jwks`)).json()) as { keys: JWK[] }).keys

  it('has what the person did, and what was sent with its outcome; nothing that only read', async () => {
    const { status, html, headers } = await download()
    assert.equal(status, 200)
    assert.match(headers.get('content-type') ?? '', /^application\/jsonl/)
    assert.match(headers.get('content-disposition') ?? '', /qcgate-activity\.jsonl/)
    assert.equal(headers.get('cache-control'), 'no-store')
    const [first, ...rest] = lines(html)
    const seal = rest.pop()
    assert.deepEqual(first, { journal: 1, iss: server.origin, account, from: 1, prev: '' })
    assert.deepEqual(Object.keys(seal), ['seal'])
    assert.deepEqual(
      rest.map(({ kind, tool, outcome }) => [kind, tool, outcome].filter(Boolean).join(' ')),
      [
        'person', // signing in
        'person', // the proof
        'person', // allowing
        'intent create_project',
        'outcome create_project done',
        'refused create_project failed',
      ],
    )
    assert.match(rest[0].what, /^Signed in with the API token/)
    assert.match(rest[1].what, /^Confirmed with the API token/)
    assert.match(rest[2].what, /^Allowed a connection/)
    assert.match(rest[3].what, /On record/)
    assert.equal(rest[3].ref, rest[4].ref)
    assert.equal(rest[3].digest, rest[4].digest)
    for (const { connection } of rest.slice(2)) assert.equal(connection, claimsOf(token).grant_id)
  })

  it('is whole for whoever verifies it, at the address of the keys and with a copy of them', async () => {
    const file = keep('whole.jsonl', (await download()).html)
    const copy = keep('jwks.json', JSON.stringify({ keys: await publishedKeys() }))
    for (const jwks of [`${server.origin}/jwks`, copy]) {
      const { code, output } = await verify(file, jwks)
      assert.deepEqual([code, /^whole {3}6 records, 1 to 6, of http/.test(output)], [0, true], output)
    }
  })

  it('is broken once anything of it is changed, and the program says where', async () => {
    const { html } = await download()
    const file = keep('changed.jsonl', html.replace('On record', 'Something'))
    const { code, output } = await verify(file)
    assert.deepEqual([code, output], [1, 'broken  at record 4: it was changed\n'])
    const cut = keep('cut.jsonl', html.trim().split('\n').slice(0, -1).join('\n'))
    assert.match((await verify(cut)).output, /^broken {2}at record 7: the file ends without its seal/)
  })

  it('cannot be verified with what is no file and no keys: the program says what to give', async () => {
    const file = keep('good.jsonl', (await download()).html)
    for (const [args, says] of [
      [[join(folder.path, 'none'), '--jwks', `${server.origin}/jwks`], /ENOENT/],
      [[file, '--jwks', join(folder.path, 'none')], /--jwks .* cannot be read .*address of the server's \/jwks/],
      [[file, '--jwks', `${server.origin}/healthz`], /is no JWK Set/],
      [[file, '--jwks', `${server.origin}/nothing`], /HTTP 404|cannot be read/],
      [[file], /required option '--jwks/],
      [[keep('other.json', '{}'), '--jwks', `${server.origin}/jwks`], /is no exported record/],
      [[keep('empty', ''), '--jwks', `${server.origin}/jwks`], /is no exported record: it is empty/],
    ] as const) {
      const { code, output } = await runProgram(['journal', 'verify', ...args])
      assert.equal(code, 2, output)
      assert.match(output, says)
      assert.doesNotMatch(output, /\n {4}at /)
    }
  })

  it('has reads in a file of their own, with positions, a chain and a seal of their own', async () => {
    const { html, headers } = await download('?journal=reads')
    assert.match(headers.get('content-disposition') ?? '', /qcgate-reads\.jsonl/)
    const [, read, ...rest] = lines(html)
    assert.deepEqual([read.seq, read.kind, read.tool, read.outcome], [1, 'read', 'list_projects', 'done'])
    assert.equal(rest.length, 1)
    assert.equal((await verify(keep('reads.jsonl', html))).code, 0)
  })

  it('is the person’s alone: nobody else gets it, and who is not signed in is asked to', async () => {
    const response = await fetch(`${server.origin}/account/activity.jsonl`)
    assert.match(await response.text(), /data-page="sign-in"/)
  })

  it('is sealed by a key that is good for nothing else: no access token that it signs is', async () => {
    const [key = {}]: JWK[] = JSON.parse(readFileSync(join(server.folder, 'keys', 'journal.jwks.json'), 'utf8')).keys
    const keys = await publishedKeys()
    assert.ok(keys.some(({ kid }) => kid === key.kid))
    assert.ok(keys.every(({ d }) => d === undefined))
    const forged = await forge(server, token, {}, {}, key)
    assert.equal((await rpc(server, forged, toolCall('list_projects'))).status, 401)
    const [header] = token.split('.')
    assert.notEqual(JSON.parse(Buffer.from(header ?? '', 'base64url').toString()).kid, key.kid)
  })

  it('verifies a year later, after its key was replaced, and goes on under the new one', async () => {
    const old = keep('old.jsonl', (await download()).html)
    const file = join(server.folder, 'keys', 'journal.jwks.json')
    const [{ d: _gone, ...replaced } = {}]: JWK[] = JSON.parse(readFileSync(file, 'utf8')).keys
    const next = await makeSigningKey()
    // As keys/README.md says: behind the old one first, so that all know it.
    const before = JSON.parse(readFileSync(file, 'utf8')).keys
    writeFileSync(file, JSON.stringify({ keys: [...before, next] }))
    await server.crashAndRestart()
    writeFileSync(file, JSON.stringify({ keys: [next, replaced] }))
    await server.crashAndRestart()
    await server.advance(YEAR)
    assert.equal((await verify(old)).code, 0)
    const page = await person.open(`${server.origin}/account`)
    await person.submitTo('/account/sign-in', page, { ...person.account })
    const { html } = await download()
    const records = lines(html)
    assert.equal(records[0].from, 1)
    assert.equal(records.at(-2).kind, 'person')
    const { code, output } = await verify(keep('new.jsonl', html))
    assert.equal(code, 0, output)
  })
})
