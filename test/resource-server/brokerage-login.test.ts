// authorize_connection: a person logs in to a brokerage in their own browser, and no model sees what comes of it.
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { connect, EVERYTHING, useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { callTool } from '../support/mcp-requests.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { noteSecrets } from '../support/secrets.ts'
import { useServer } from '../support/server.ts'
import { assertTextAndStructureAgree } from '../support/text-and-structure.ts'

describe('logging in to a brokerage', () => {
  const server = useServer({ TEST_SPEED: '10' })
  const connection = useConnection(server, EVERYTHING)
  const sandbox = sandboxOf(server)
  beforeEach(async () => void (await sandbox('/sandbox/reset')))

  const args = { brokerage: 'alpaca' }
  /** What the person does at the address: looks, and presses the one button there is. */
  async function approve(url: string): Promise<void> {
    const page = await fetch(url)
    assert.equal(page.status, 200)
    assert.match(await page.text(), /<button/)
    assert.ok((await fetch(url, { method: 'POST' })).ok)
  }
  /** A client that can open addresses, and what it was asked to open. */
  async function opener(action: (url: string) => Promise<'accept' | 'decline'>) {
    const client = new Client(
      { name: 'Opener', version: '1.0.0' },
      { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: { url: {} } } },
    )
    const opened: Json[] = []
    client.setRequestHandler('elicitation/create', async ({ params }: Json) => {
      opened.push(params)
      return { action: await action(params.url) }
    })
    const requestInit = { headers: { authorization: `Bearer ${connection.token}` } }
    await client.connect(new StreamableHTTPClientTransport(new URL(server.mcp), { requestInit }))
    return { client, opened }
  }

  it('without elicitation hands over the address in text and structure, and the next call finds the login', async () => {
    const asked = await callTool(server, connection.token, 'authorize_connection', args)
    assertTextAndStructureAgree(asked, 'authorize_connection')
    const { url, next } = asked.structuredContent
    assert.match(next, /authorize_connection with brokerage alpaca again/)
    await approve(url)
    const found = await callTool(server, connection.token, 'authorize_connection', args)
    assert.equal(found.isError, undefined)
    assertTextAndStructureAgree(found, 'authorize_connection')
    assert.ok('alpaca-access-token' in found.structuredContent.authorization)
  })

  it('with elicitation sends the person to the address through the client, and reads again', async () => {
    const { client, opened } = await opener(async (url) => {
      await approve(url)
      return 'accept'
    })
    const result: Json = await client.callTool({ name: 'authorize_connection', arguments: args })
    assert.equal(result.isError, undefined)
    assert.ok('alpaca-access-token' in result.structuredContent.authorization)
    assert.equal(opened.length, 1)
    assert.equal(opened[0].mode, 'url')
    assert.match(opened[0].message, /Alpaca/)
    await client.close()
  })

  it('a person who says no is not asked again', async () => {
    const { client, opened } = await opener(async () => 'decline')
    const result: Json = await client.callTool({ name: 'authorize_connection', arguments: args })
    assert.equal(opened.length, 1)
    assert.match(JSON.stringify(result.structuredContent), /not|no /i)
    assert.ok(!('authorization' in result.structuredContent))
    await client.close()
  })

  it('a stored login is used by create_live_algorithm, and its token is in no answer and no log', async () => {
    const asked = await callTool(server, connection.token, 'authorize_connection', args)
    await approve(asked.structuredContent.url)
    const { authorization } = await sandbox('/live/auth0/read', args)
    const secret: string = authorization['alpaca-access-token']
    noteSecrets({ 'brokerage token': secret })
    const found = await callTool(server, connection.token, 'authorize_connection', args)
    assert.ok(!JSON.stringify(found).includes(secret))

    const { projectId } = (await sandbox('/projects/create', { name: 'Alpaca', language: 'Py' })).projects[0]
    const { compileId } = await sandbox('/compile/create', { projectId })
    const { nodes } = await sandbox('/projects/nodes/read', { projectId })
    await server.advance(5)
    const deployed = await callTool(server, connection.token, 'create_live_algorithm', {
      projectId,
      compileId,
      nodeId: nodes.live[0].id,
      versionId: '-1',
      brokerage: { id: 'AlpacaBrokerage', 'alpaca-environment': 'paper' },
    })
    assert.equal(deployed.isError, undefined, JSON.stringify(deployed))
    assert.ok(!JSON.stringify(deployed).includes(secret))

    // Nor when QuantConnect repeats what it was sent.
    await sandbox('/sandbox/trouble', { path: '/live/create', kind: 'refuse', reason: `Bad token ${secret}` })
    const refused = await callTool(server, connection.token, 'create_live_algorithm', {
      projectId,
      compileId,
      nodeId: nodes.live[1].id,
      versionId: '-1',
      brokerage: { id: 'AlpacaBrokerage', 'alpaca-environment': 'paper' },
    })
    assert.match(refused.structuredContent.error, /Bad token \[secret\]/)
    assert.ok(!server.output().includes(secret))
  })

  it('without a stored login a deployment says which call makes one, and nothing is sent', async () => {
    const { structuredContent, isError } = await callTool(server, connection.token, 'create_live_algorithm', {
      projectId: 1,
      compileId: 'x',
      nodeId: 'y',
      versionId: '-1',
      brokerage: { id: 'AlpacaBrokerage', 'alpaca-environment': 'paper' },
    })
    assert.equal(isError, true)
    assert.match(structuredContent.next, /authorize_connection/)
  })
})

describe('a brokerage’s secrets in the arguments', () => {
  const server = useServer()

  it('are struck out when QuantConnect repeats them, and are in no error and no log', async () => {
    const { access_token } = (await connect(server, { scope: ALL_SCOPES.join(' '), allow: ALL_SCOPES })).tokens
    const password = 'correct horse battery staple'
    noteSecrets({ 'brokerage password': password })
    const brokerage = {
      id: 'InteractiveBrokersBrokerage',
      'ib-user-name': 'alice',
      'ib-account': 'DU1',
      'ib-password': password,
      'ib-weekly-restart-utc-time': '22:00:00',
    }
    const args = { projectId: 1, compileId: 'x', nodeId: 'y', versionId: '-1', brokerage }
    const sandbox = sandboxOf(server)
    await sandbox('/sandbox/trouble', {
      path: '/live/create',
      kind: 'refuse',
      reason: `Bad password ${password} for alice`,
    })
    const refused = await callTool(server, access_token, 'create_live_algorithm', args)
    assert.equal(refused.isError, true)
    assert.match(refused.structuredContent.error, /Bad password \[secret\] for alice/)
    const misplaced = { ...args, brokerage: { ...brokerage, 'ib-account': undefined, unknown: password } }
    const invalid = await callTool(server, access_token, 'create_live_algorithm', misplaced)
    assert.equal(invalid.isError, true)
    for (const answer of [refused, invalid]) assert.ok(!JSON.stringify(answer).includes(password))
    assert.ok(!server.output().includes(password))
  })

  it('are struck out however they are spelled: escaped, encoded, on one line, cut, one beginning with another', async () => {
    const { access_token } = (await connect(server, { scope: ALL_SCOPES.join(' '), allow: ALL_SCOPES })).tokens
    const lines = [
      '-----BEGIN EC PRIVATE KEY-----',
      'MHcCAQEEIFakeFakeFakeFakeFake/+Fake',
      '-----END EC PRIVATE KEY-----',
    ]
    const pem = lines.join('\n')
    const coinbase = { id: 'CoinbaseBrokerage', 'coinbase-api-name': 'alice', 'coinbase-api-private-key': pem }
    const kraken = {
      id: 'KrakenBrokerage',
      'kraken-api-key': 'abcd1234',
      'kraken-api-secret': 'abcd1234-and "more"/of it',
      'kraken-verification-tier': 'Pro',
    }
    const secret = kraken['kraken-api-secret']
    const cases: [object, string][] = [
      [coinbase, `Bad key ${pem}`],
      [coinbase, `Bad key ${JSON.stringify(pem)}`],
      [coinbase, `Bad key ${encodeURIComponent(pem)}`],
      [coinbase, `Bad key ${Buffer.from(pem).toString('base64')}`],
      [coinbase, `Bad key ${lines[1]}`],
      [coinbase, `${'x'.repeat(980)} ${pem}`.slice(0, 500)],
      [kraken, `Bad secret ${secret}`],
      [kraken, `Bad secret ${JSON.stringify({ secret }).replaceAll('/', '\\/')}`],
      [kraken, `${'x'.repeat(450)} ${secret}`],
    ]
    for (const [brokerage, reason] of cases) {
      await sandboxOf(server)('/sandbox/trouble', { path: '/live/create', kind: 'refuse', reason })
      const args = { projectId: 1, compileId: 'x', nodeId: 'y', versionId: '-1', brokerage }
      const answer = await callTool(server, access_token, 'create_live_algorithm', args)
      assert.equal(answer.isError, true)
      assert.doesNotMatch(JSON.stringify(answer), /FakeFake|RmFrZU|abcd1234|more/, reason)
    }
  })
})
