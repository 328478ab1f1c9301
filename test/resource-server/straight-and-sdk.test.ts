// The straight road answers a call itself, as the SDK would. So the same requests go down both roads, from the same client to the
// same server, and come back alike: when either changes its mind, this says so. A member of the params that nobody knows takes a
// request the long way, and means nothing to anybody.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { toolList } from '../../src/resource-server/tools/catalog.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { grantIdOf } from '../support/access-token.ts'
import { connect, EVERYTHING } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { messages, mirror, modern, toolCall } from '../support/mcp-requests.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { changeGrant } from '../support/stored.ts'
import type { Reply } from '../support/upstream.ts'
import { cut, json, startUpstream, text } from '../support/upstream.ts'
import { argumentsFor, MADE_UP } from './tool-arguments.ts'

/** One request, as it may go down either road. */
interface Asked {
  readonly body: Json
  readonly headers?: Readonly<Record<string, string>>
}
type Era = 'modern' | 'legacy'

/** What suits every tool that looks at it: nothing is loading, and all that was started is over. */
const OVER = {
  success: true,
  state: 'BuildSuccess',
  status: 'Completed',
  completed: true,
  progress: 1,
  url: 'https://www.quantconnect.com/file',
  backtest: { backtestId: 'b-1', completed: true, progress: 1, status: 'Completed.', statistics: { Trades: '9' } },
  projects: [{ projectId: 10_150_461, name: 'Pairs — déjà vu', language: 'Py', modified: '2026-01-02 03:04:05' }],
}
/** By which a stream is told from one document. */
const FORMS = { both: 'application/json, text/event-stream', json: 'application/json', stream: 'text/event-stream' }

const call = (era: Era, name: string, args: unknown, more: { id?: unknown; meta?: object; params?: object } = {}) => {
  const { id = 1, meta, params } = more
  const made: Json =
    era === 'modern' ? modern('tools/call', { name, arguments: args }) : toolCall(name, args as object as Json)
  const _meta = { ...made.params._meta, ...meta }
  const withMeta = Object.keys(_meta).length ? { _meta } : {}
  return { ...made, id, params: { ...made.params, ...withMeta, ...params } }
}
const headersOf = (era: Era, name: string) =>
  era === 'modern' ? mirror('tools/call', name) : { 'mcp-protocol-version': '2025-11-25' }
const asked = (
  era: Era,
  name: string,
  args: unknown,
  more: Parameters<typeof call>[3] & { headers?: object } = {},
): Asked => ({
  body: call(era, name, args, more),
  headers: { ...headersOf(era, name), ...more.headers },
})

describe('a request on the straight road and the same on the SDK’s', () => {
  let upstream: Awaited<ReturnType<typeof startUpstream>>
  let server: TestServer
  /** A connection for each road, so that neither call is a repetition of the other. */
  const tokens = { straight: '', elsewhere: '' }
  type Road = keyof typeof tokens
  const ROADS: readonly Road[] = ['straight', 'elsewhere']
  before(async () => {
    upstream = await startUpstream()
    server = await startServer({
      QUANTCONNECT_API_URL: upstream.url,
      SANDBOX: 'off',
      CALL_BUDGET: '9000,9000,9000,9000',
      LOG_LEVEL: 'info',
    })
    for (const road of ROADS) {
      const { tokens: given } = await connect(server, {
        ...EVERYTHING,
        as: { userId: '123456', apiToken: 'for-tests' },
      })
      tokens[road] = given.access_token
    }
  })
  beforeEach(() => change({ scopes: ALL_SCOPES, paperOnly: false, brake: false, suspensions: [] }))
  const change = (changes: Parameters<typeof changeGrant>[2]) =>
    Promise.all(ROADS.map((road) => changeGrant(server, tokens[road], changes)))

  after(async () => {
    await upstream.close()
    await server.stop()
  })

  /** Sends a request down a road, and tells all of its answer but what no two answers have in common. */
  async function answerOn(road: Road, { body, headers }: Asked, replies: readonly Reply[], packed = false) {
    upstream.replies.splice(0, Number.POSITIVE_INFINITY, ...replies)
    const sent = road === 'straight' ? body : aside(body)
    const plain = typeof sent === 'string' ? sent : JSON.stringify(sent)
    const response = await fetch(server.mcp, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: FORMS.both,
        authorization: `Bearer ${tokens[road]}`,
        ...(packed ? { 'content-encoding': 'gzip' } : {}),
        ...headers,
      },
      body: packed ? gzipSync(plain) : plain,
    })
    const own = grantIdOf(tokens[road])
    const text = (await response.clone().text())
      .replaceAll(own, 'OWN-GRANT')
      .replaceAll(encodeURIComponent(own), 'OWN-GRANT')
      .replaceAll(/(\breference |\bref: |"ref":")[a-z0-9]+/g, '$1…')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d+ s ago/g, '…')
    const names = [...response.headers.keys()].filter((name) => !FRAMING.includes(name)).sort()
    const type = response.headers.get('content-type')
    const isWhole = response.headers.has('content-length') // which the SDK does not know when it begins
    return { status: response.status, type, names, text, isWhole, messages: await messages(response).catch(() => []) }
  }
  /** How long an answer is, or in which pieces it comes, is each road's own affair. */
  const FRAMING = ['content-length', 'transfer-encoding', 'date']

  /** Sends a request down both, and finds no difference. Gives the answer. */
  async function alike(one: Asked, replies: readonly Reply[] = [], what = JSON.stringify(one.body).slice(0, 300)) {
    const straight = await answerOn('straight', one, replies)
    const elsewhere = await answerOn('elsewhere', one, replies)
    const { messages: said, isWhole, ...rest } = straight
    const { messages: saidThere, isWhole: isWholeThere, ...restThere } = elsewhere
    assert.deepEqual(rest, restThere, what)
    assert.equal(said.length, saidThere.length, what)
    return { ...straight, isStraight: isWhole && !isWholeThere }
  }

  for (const era of ['modern', 'legacy'] as const) {
    describe(`of a client of ${era === 'modern' ? '2026-07-28' : '2025'}`, () => {
      for (const tool of toolList()) {
        it(`is answered alike by ${tool.name}, with good arguments and bad ones`, async () => {
          const { properties = {} } = tool.inputSchema
          const wait = 'waitSeconds' in properties ? { waitSeconds: 0 } : {}
          const good = { ...argumentsFor(tool, MADE_UP), ...wait }
          const replies = Array(9).fill(json(200, OVER))
          const { messages: said } = await alike(asked(era, tool.name, good), replies)
          assert.ok(said[0]?.result, JSON.stringify(said))
          for (const bad of [{ ...good, unknown: 1 }, { projectId: 'none' }, [], 'text', 7])
            await alike(asked(era, tool.name, bad), replies)
        })
      }

      const NAME = 'list_projects'
      const ids = [0, -1, 2 ** 53, 1.5, '', 'a text', '✓', 'x'.repeat(256), 'x'.repeat(257), null, true, {}]
      it('whatever its id is', async () => {
        for (const id of ids) await alike(asked(era, NAME, {}, { id }))
      })

      const metas: Readonly<Record<string, unknown>>[] = [
        { progressToken: 1 },
        { progressToken: 'p' },
        { progressToken: {} },
        { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
        { traceparent: 7 },
        { 'example.com/own': { a: [1] } },
        { 'io.modelcontextprotocol/clientInfo': 'none' },
        { 'io.modelcontextprotocol/clientInfo': { name: 'n' } },
        { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} }, sampling: {} } },
        { 'io.modelcontextprotocol/clientCapabilities': [] },
        { 'io.modelcontextprotocol/protocolVersion': '2025-11-25' },
        { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' },
        { 'io.modelcontextprotocol/protocolVersion': 1 },
        { 'io.modelcontextprotocol/logLevel': 'debug' },
        { 'io.modelcontextprotocol/related-task': { taskId: 't' } },
        { 'io.modelcontextprotocol/subscriptionId': 's' },
      ]
      it('whatever it says of itself', async () => {
        for (const meta of metas) await alike(asked(era, NAME, {}, { meta }))
        for (const _meta of [null, [], 'text', 1]) await alike(asked(era, NAME, {}, { params: { _meta } }))
      })

      it('whatever else stands in it', async () => {
        for (const params of [
          { task: { ttl: 1 } },
          { inputResponses: {} },
          { inputResponses: { login: { action: 'accept' } } },
          { requestState: 'x' },
          { requestState: 1 },
          { name: 'no_such_tool' },
          { name: 7 },
          { name: null },
          { arguments: null },
        ])
          await alike(asked(era, NAME, {}, { params }))
        for (const more of [
          { jsonrpc: '1.0' },
          { jsonrpc: undefined },
          { method: 'tools/none' },
          { extra: 1 },
          { id: undefined },
        ])
          await alike({ ...asked(era, NAME, {}), body: { ...call(era, NAME, {}), ...more } })
        const { params: _params, ...bare } = call(era, NAME, {})
        await alike({ ...asked(era, NAME, {}), body: bare })
        for (const params of [null, [], 'text']) await alike({ ...asked(era, NAME, {}), body: { ...bare, params } })
        await alike({ ...asked(era, NAME, {}), body: [call(era, NAME, {})] })
      })

      const HEADERS: readonly Record<string, string>[] = [
        ...Object.values(FORMS).map((accept) => ({ accept })),
        ...['*/*', 'text/event-stream, application/json;q=0.5', 'text/html', ''].map((accept) => ({ accept })),
        ...[
          '2025-11-25',
          '2025-06-18',
          '2025-03-26',
          '2024-11-05',
          '2024-10-07',
          '2026-07-28',
          '1.0',
          ' 2026-07-28 ',
        ].map((version) => ({ 'mcp-protocol-version': version })),
        { 'mcp-method': 'tools/list' },
        { 'mcp-method': 'tools/call', 'mcp-name': 'read_project' },
        { 'mcp-method': 'tools/call', 'mcp-name': NAME },
        { 'mcp-name': ` ${NAME} ` },
        { 'mcp-name': `=?base64?${Buffer.from(NAME).toString('base64')}?=` },
        { 'mcp-name': '=?base64?***?=' },
        { 'mcp-session-id': 'none' },
        { 'last-event-id': '7' },
        { origin: 'http://localhost:5000' },
        { origin: 'https://evil.example' },
        { 'content-type': 'application/json; charset=utf-8' },
        { 'content-type': 'text/plain' },
        { 'accept-language': 'de' },
      ]
      it('whatever its headers say, or leave out', async () => {
        for (const headers of HEADERS) await alike(asked(era, NAME, {}, { headers }))
        const unversioned = { 'mcp-method': 'tools/call', 'mcp-name': NAME }
        for (const headers of [{}, unversioned, ...HEADERS.slice(-8)])
          await alike({ body: call(era, NAME, {}), headers })
      })

      it('whatever QuantConnect answers', async () => {
        const many = {
          ...OVER,
          projects: Array.from({ length: 2_000 }, (_, i) => ({ projectId: i, name: `Project ${i}` })),
        }
        for (const reply of [
          json(200, many),
          json(200, { success: false, errors: ['No “such” thing'] }),
          json(400, { success: false }),
          json(401, {}),
          json(413, {}),
          text(200, 'no JSON'),
          text(302, '', { location: 'https://www.quantconnect.com/' }),
        ])
          await alike(asked(era, NAME, {}), [reply])
        for (const reply of [text(500, ''), cut])
          await alike(asked(era, 'create_project', { name: 'n', language: 'Py' }), [reply])
      })

      it('that sends its person to an address, where the client can', async () => {
        const page = text(302, '', { location: 'https://www.quantconnect.com/login' })
        const canOpen = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} } } }
        for (const meta of [{}, canOpen])
          await alike(asked(era, 'authorize_connection', { brokerage: 'alpaca' }, { meta }), [page])
      })

      const look = (method: string, more: { id?: unknown; meta?: object; params?: object } = {}): Asked => {
        const made: Json = modern(method)
        const { _meta, ...params } = made.params
        const meta = { ...(era === 'modern' ? _meta : {}), ...more.meta }
        return {
          body: {
            ...made,
            ...('id' in more ? { id: more.id } : {}),
            params: { ...params, ...(Object.keys(meta).length ? { _meta: meta } : {}), ...more.params },
          },
          headers: era === 'modern' ? mirror(method) : { 'mcp-protocol-version': '2025-11-25' },
        }
      }
      for (const method of ['tools/list', 'server/discover']) {
        it(`and so is ${method}, whatever is allowed and whatever stands in it`, async () => {
          for (const scopes of [ALL_SCOPES, [], ['qc:projects:read'], ALL_SCOPES.slice(3).reverse()] as const) {
            await change({ scopes: [...scopes], paperOnly: scopes.length === 1 })
            const { messages: said, isStraight } = await alike(look(method))
            const isThere = era === 'modern' || method === 'tools/list'
            assert.deepEqual([Boolean(said[0]?.result), isStraight], [isThere, isThere], JSON.stringify(said))
          }
          for (const id of [...ids, '…', 'null', '"tools":null']) await alike(look(method, { id }))
          for (const meta of metas) await alike(look(method, { meta }))
          for (const params of [
            { cursor: 'x' },
            { cursor: 7 },
            { name: 'read_project' },
            { _meta: null },
            { _meta: [] },
            { _meta: 1 },
          ])
            await alike(look(method, { params }))
          for (const headers of HEADERS) {
            const one = look(method)
            await alike({ ...one, headers: { ...one.headers, ...headers } })
          }
          const { body } = look(method)
          for (const more of [
            { jsonrpc: '1.0' },
            { extra: 1 },
            { id: undefined },
            { params: null },
            { params: undefined },
          ])
            await alike({ ...look(method), body: { ...body, ...more } })
          await change({ suspensions: [{ by: 'person', at: 1_800_000_000_000 }] })
          await alike(look(method))
        })
      }

      it('that is not allowed, or suspended', async () => {
        await change({ scopes: [] })
        // Told by HTTP at first, and then in a result.
        for (let times = 0; times < 3; times += 1) await alike(asked(era, NAME, {}))
        await change({ scopes: ALL_SCOPES, suspensions: [{ by: 'person', at: 1_800_000_000_000 }] })
        await alike(asked(era, NAME, {}))
        await alike(asked(era, 'stop_live_algorithm', { projectId: 1 }))
      })

      it('of which most is said twice: sent again, and too much at once', async () => {
        const start = { projectId: 1, compileId: 'c', nodeId: 'n', brokerage: { id: 'QuantConnectBrokerage' } }
        const replies = [json(200, OVER), cut, json(200, OVER), json(200, OVER)]
        const first = await alike(asked(era, 'create_live_algorithm', start), replies)
        assert.match(first.text, /isError/)
        assert.match((await alike(asked(era, 'create_live_algorithm', start), [])).text, /same call was sent/)
        await alike(asked(era, 'update_file_contents', { projectId: 1, name: 'a.py', content: 'x'.repeat(5_000_000) }))
        await alike(asked(era, 'update_file_contents', { projectId: 1, name: 'a.py', content: '"\\'.repeat(90_000) }), [
          json(200, OVER),
        ])
      })

      it('that comes packed', async () => {
        const one = asked(era, NAME, {})
        const { text } = await answerOn('straight', one, [])
        assert.equal((await answerOn('straight', one, [], true)).text, text)
      })
    })
  }

  it('take the roads that they should: the log counts them', async () => {
    await server.end('SIGTERM')
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.includes('calls by road'))
    const counts = lines.map((line) => JSON.parse(line) as { straight: number; elsewhere: number })
    const [sum] = counts
    assert.equal(counts.length, 1)
    assert.ok(sum && sum.straight > 400 && sum.elsewhere > sum.straight, JSON.stringify(sum))
  })
})

/** The same request with something in its params that sends it the long way. What has no params of its own goes that way anyway. */
function aside(body: Json): Json {
  if (Array.isArray(body) || typeof body !== 'object' || body === null) return body
  const { params } = body
  const isObject = typeof params === 'object' && params !== null && !Array.isArray(params)
  return isObject ? { ...body, params: { ...params, aside: true } } : body
}
