// What a model is told when QuantConnect misbehaves. A scripted upstream stands in for it, and the account is a real one.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import { connect } from '../support/connection.ts'
import { callTool, initialize, message, rpc, toolCall } from '../support/mcp-requests.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Upstream } from '../support/upstream.ts'
import { cut, json, never, startUpstream, text } from '../support/upstream.ts'

describe('when QuantConnect misbehaves, a tool call', () => {
  let upstream: Upstream
  let server: TestServer
  let token: string
  before(async () => {
    upstream = await startUpstream()
    server = await startServer({ QUANTCONNECT_API_URL: upstream.url, SANDBOX: 'off' })
    const as = { userId: '123456', apiToken: 'token-for-tests' }
    token = (await connect(server, { as })).tokens.access_token
    upstream.requests.splice(0)
  })
  after(async () => {
    await server?.stop()
    await upstream?.close()
  })
  afterEach(() => {
    upstream.requests.splice(0)
    upstream.replies.splice(0)
  })

  const read = () => callTool(server, token, 'list_projects')
  let projects = 0
  /** Another project each time: the same one would not be sent again. */
  const write = () => callTool(server, token, 'create_project', { name: `P${projects++}`, language: 'Py' })
  const failed = async (asked: ReturnType<typeof read>): Promise<string> => {
    const { isError, content } = await asked
    assert.equal(isError, true)
    return content[0].text
  }

  it('that reads is made three times, and says that nothing was changed', async () => {
    upstream.replies.push(text(502, '<html>'), text(503, ''), text(504, ''))
    const words = await failed(read())
    assert.match(words, /HTTP 504/)
    assert.match(words, /Nothing was changed/)
    assert.equal(upstream.requests.length, 3)
  })

  it('that reads succeeds when the trouble passes', async () => {
    upstream.replies.push(cut, text(502, ''), json(200, { success: true, projects: [], versions: [1] }))
    const { structuredContent } = await read()
    assert.deepEqual([structuredContent.projects, structuredContent.versions], [[], undefined])
    assert.equal(upstream.requests.length, 3)
  })

  it('that writes is made once, and says that its fate is unknown', async () => {
    for (const trouble of [text(502, ''), text(500, 'Internal error'), cut]) {
      upstream.replies.push(trouble)
      assert.match(await failed(write()), /unknown whether this was done.*list_projects/)
    }
    assert.equal(upstream.requests.filter(({ path }) => path.endsWith('/projects/create')).length, 3)
  })

  it('says so when the stored API token is not accepted any more, and what a person can do', async () => {
    const refusals = [
      json(401, { success: false, errors: ['no'] }),
      json(200, { success: false, errors: ["Hash doesn't match."] }),
    ]
    for (const refusal of refusals) {
      upstream.replies.push(refusal)
      upstream.verdicts.push(refusal)
      const words = await failed(read())
      assert.match(words, /does not accept the stored API token/)
      assert.ok(words.includes(`${server.origin}/account`), words)
    }
    assert.equal(upstream.requests.length, 4) // each with the question to /authenticate
  })

  it('makes an error of HTML where JSON was expected, without repeating it to the model', async () => {
    upstream.replies.push(
      text(200, '<html>Maintenance'),
      text(200, '<html>Maintenance'),
      text(200, '<html>Maintenance'),
    )
    assert.doesNotMatch(await failed(read()), /Maintenance/)
  })

  for (const accept of ['application/json, text/event-stream', 'application/json', 'text/event-stream', '*/*']) {
    it(`ends upstream when the client hangs up, which accepts ${accept}`, async () => {
      upstream.replies.push(never)
      const asked = upstream.next()
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept }
      const client = request(server.mcp, { method: 'POST', headers, agent: false })
      client.on('error', () => 'nobody listens').end(JSON.stringify(toolCall('list_projects')))
      const { hungUp } = await asked
      client.destroy()
      await hungUp
    })
  }

  it('is told in the instructions to be about a real account', async () => {
    const hello = await rpc(server, token, initialize())
    const { instructions } = (await message(hello)).result
    assert.match(instructions, /real QuantConnect account 123456/)
    assert.doesNotMatch(instructions, /SANDBOX|token-for-tests/)
  })
})
