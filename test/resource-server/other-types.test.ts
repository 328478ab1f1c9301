// Every tool, answered by a QuantConnect whose fields have another type than ever before, and read by a client of SDK v1: it
// checks answers against the output schemas, and throws what does not fit.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { toolList } from '../../src/resource-server/tools/catalog.ts'
import { connect, EVERYTHING } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { changeGrant } from '../support/stored.ts'
import { changed, mixed, READABLE, UNREADABLE } from './other-types.ts'
import { type Recorded, recordAnswers } from './recorded-answers.ts'

/** Where the id stands of what a tool has made: in QuantConnect's answer, and in that of the tool. */
interface Made {
  readonly endpoint: string
  readonly theirs: (body: Json) => unknown
  readonly ours: (told: Json) => unknown
}
const MADE: Readonly<Record<string, Made>> = {
  create_project: {
    endpoint: '/projects/create',
    theirs: ({ projects }) => projects[0].projectId,
    ours: ({ projects }) => projects[0].projectId,
  },
  create_compile: {
    endpoint: '/compile/create',
    theirs: ({ compileId }) => compileId,
    ours: ({ compileId }) => compileId,
  },
  create_backtest: {
    endpoint: '/backtests/create',
    theirs: ({ backtest }) => backtest.backtestId,
    ours: ({ backtest }) => backtest.backtestId,
  },
  create_optimization: {
    endpoint: '/optimizations/create',
    theirs: ({ optimizations }) => optimizations[0].optimizationId,
    ours: ({ optimizationId }) => optimizationId,
  },
  create_live_algorithm: {
    endpoint: '/live/create',
    theirs: ({ deployId }) => deployId,
    ours: ({ deployId }) => deployId,
  },
  read_object_store_file_job_id: {
    endpoint: '/object/get',
    theirs: ({ jobId }) => jobId,
    ours: ({ jobId }) => jobId,
  },
}
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)
const MIXTURES = 2
/** Answers with a redirect, and with nothing else. */
const LOGIN_PAGE = '/live/auth0/authorize'

describe('every tool, when QuantConnect sends other types than ever before', () => {
  let recorded: ReadonlyMap<string, Recorded>
  let server: TestServer
  let client: Client
  /** What the stand-in answers, by endpoint; what is asked for again it answers as it always did. */
  let answers = new Map<string, Json>()
  let usual: ReadonlyMap<string, Json> = answers
  const standIn = createServer((request, response) => {
    const endpoint = (request.url ?? '').replace('/api/v2', '')
    const body = endpoint === '/authenticate' ? { success: true } : (answers.get(endpoint) ?? usual.get(endpoint))
    answers.delete(endpoint)
    request.resume().once('end', () => {
      if (endpoint === LOGIN_PAGE) response.writeHead(302, { location: 'https://app.alpaca.markets/oauth' }).end()
      else
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? { success: true }))
    })
  })
  before(async () => {
    recorded = await recordAnswers()
    await once(standIn.listen(0, '127.0.0.1'), 'listening')
    const { port } = standIn.address() as AddressInfo // sound: it listens on TCP
    server = await startServer({
      QUANTCONNECT_API_URL: `http://127.0.0.1:${port}/api/v2`,
      SANDBOX: 'off',
      CALL_BUDGET: '10000,10000,10000,10000',
      TEST_SPEED: '10', // what is not there yet is looked for again
    })
    const as = { userId: '123456', apiToken: 'token-for-tests' }
    const { access_token } = (await connect(server, { ...EVERYTHING, as })).tokens
    await changeGrant(server, access_token, { paperOnly: false, brake: false })
    client = new Client({ name: 'Other types', version: '1.0.0' })
    const requestInit = { headers: { authorization: `Bearer ${access_token}` } }
    await client.connect(new StreamableHTTPClientTransport(new URL(server.mcp), { requestInit }) as never)
    assert.equal((await client.listTools()).tools.length, toolList().length)
  })
  after(async () => {
    await client?.close()
    await server?.stop()
    standIn.close()
    standIn.closeAllConnections()
  })

  /** What a tool tells when every value of QuantConnect's answers is changed. */
  async function told(name: string, change: Parameters<typeof changed>[1]): Promise<Json> {
    const { args, answers: good } = recorded.get(name) ?? assert.fail(name)
    usual = good
    answers = new Map([...good].map(([endpoint, body]) => [endpoint, changed(body, change)]))
    const result: Json = await client.callTool({ name, arguments: args })
    assert.equal(result.isError, undefined, JSON.stringify(result.structuredContent))
    return result.structuredContent
  }

  for (const { name } of toolList()) {
    it(`${name} answers as its schema says (seed ${SEED})`, async () => {
      const hasFields = [...(recorded.get(name)?.answers.values() ?? [])].some((body) => Object.keys(body).length > 1)
      const mixtures = Array.from({ length: MIXTURES }, (_, at) => [`mixture ${at}`, mixed(SEED + at)] as const)
      const changes = hasFields ? [...Object.entries({ ...READABLE, ...UNREADABLE }), ...mixtures] : []
      for (const [what, change] of [['as ever', (value: unknown) => value] as const, ...changes]) {
        await told(name, change).catch((error) => assert.fail(`${what}: ${error}`))
      }
    })
  }

  for (const [name, { endpoint, theirs, ours }] of Object.entries(MADE)) {
    for (const [what, change] of Object.entries(READABLE)) {
      it(`${name} tells the id of what it made, with ${what}`, async () => {
        const id = change(theirs(recorded.get(name)?.answers.get(endpoint)))
        assert.equal(String(ours(await told(name, change))), String(id))
      })
    }
  }
})
