// How a client says which form of an answer it takes, RFC 9110 §12.5.1, and that it gets that one. The specification wants
// both forms in every header; who says less, or says it in another way, means well all the same.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { describe, it } from 'node:test'
import { formFor } from '../../src/resource-server/content-negotiation.ts'
import { EVERYTHING, useConnection } from '../support/connection.ts'
import { initialize, message, messages, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'

const JSON_TYPE = 'application/json'
const STREAM_TYPE = 'text/event-stream'

const ONLY_JSON = [
  'application/json',
  'Application/JSON',
  'application/*',
  'application/json; charset=utf-8',
  'application/json;q=0.5',
  'text/html, application/json',
  'application/json, text/event-stream;q=0',
  'text/event-stream; Q=0.0, */*',
  'application/json;profile="text/event-stream, text/event-stream"',
]
const ONLY_STREAM = [
  'text/event-stream',
  'TEXT/Event-Stream',
  'text/*',
  'text/event-stream;charset=UTF-8',
  'text/event-stream, application/json;q=0',
  'application/json; q=0.000, */*, text/event-stream',
  'text/html, text/event-stream;q=0.1',
]
const BOTH = [
  'application/json, text/event-stream',
  'text/event-stream,application/json',
  'Text/Event-Stream , APPLICATION/JSON',
  'application/json;q=0.9, text/event-stream;q=0.9',
  'application/*, text/*',
  '*/*;q=0.1, application/json, text/event-stream',
]
const ANYTHING = ['*/*', '*', '', 'text/html, */*;q=0.8', '*/*; q=0.1', 'nonsense']
const NEITHER = [
  'text/html',
  'image/*',
  '*/*;q=0',
  'application/json;q=0, text/event-stream;q=0',
  'application/xml, text/plain',
]

describe('the Accept header at /mcp', () => {
  const server = useServer({ CALL_BUDGET: '900,900,900,900', TEST_SPEED: '10' }) // quicker than a model is, and a compile
  const connection = useConnection(server, EVERYTHING)

  const ERAS = [
    { era: '2025', ask: (accept: string) => rpc(server, connection.token, toolCall('read_account'), { accept }) },
    {
      era: '2026-07-28',
      ask: (accept: string) => {
        const body = modern('tools/call', { name: 'read_account', arguments: {} })
        return rpc(server, connection.token, body, { ...mirror('tools/call', 'read_account'), accept })
      },
    },
  ]
  const typeOf = (response: Response) => response.headers.get('content-type')?.split(';')[0]

  for (const { era, ask } of ERAS) {
    const answered = async (accept: string) => {
      const response = await ask(accept)
      assert.equal(response.status, 200, accept)
      const { result } = await message(response)
      assert.ok(result.structuredContent.organizationId, accept)
      return typeOf(response)
    }

    it(`that takes JSON only is answered with JSON, ${era}`, async () => {
      for (const accept of ONLY_JSON) assert.equal(await answered(accept), JSON_TYPE, accept)
    })

    it(`that takes a stream only is answered with a stream, ${era}`, async () => {
      for (const accept of ONLY_STREAM) assert.equal(await answered(accept), STREAM_TYPE, accept)
    })

    it(`that takes both is answered with either, as before, ${era}`, async () => {
      for (const accept of BOTH) assert.equal(await answered(accept), era === '2025' ? STREAM_TYPE : JSON_TYPE, accept)
    })

    it(`that takes anything, or says nothing, is answered with JSON, ${era}`, async () => {
      for (const accept of ANYTHING) assert.equal(await answered(accept), JSON_TYPE, accept)
    })

    it(`that takes neither is answered with 406, and nothing is done, ${era}`, async () => {
      for (const accept of NEITHER) {
        const response = await ask(accept)
        assert.equal(response.status, 406, accept)
        const { error, id } = await message(response)
        assert.deepEqual([error.code, id], [-32000, null], accept)
        assert.match(error.message, /application\/json or text\/event-stream/)
      }
    })
  }

  it('may be left out', async () => {
    const { port, pathname } = new URL(server.mcp)
    const headers = { authorization: `Bearer ${connection.token}`, 'content-type': 'application/json' }
    const sending = request({ host: 'localhost', port, path: pathname, method: 'POST', headers })
    const [response] = (await once(sending.end(JSON.stringify(initialize())), 'response')) as [IncomingMessage]
    assert.deepEqual([response.statusCode, response.headers['content-type']], [200, JSON_TYPE])
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    assert.equal(JSON.parse(Buffer.concat(chunks).toString()).result.serverInfo.name, 'qcgate')
  })

  it('of a batch: JSON has all of its answers in a list, and a stream brings them one by one', async () => {
    const batch = [toolCall('read_account', {}, 1), { jsonrpc: '2.0', id: 2, method: 'ping' }]
    for (const accept of [JSON_TYPE, STREAM_TYPE]) {
      const response = await rpc(server, connection.token, batch, { accept })
      assert.equal(typeOf(response), accept)
      const ids = (await messages(response)).map(({ id }) => id)
      assert.deepEqual(ids.toSorted(), [1, 2])
    }
    const alone = await rpc(server, connection.token, batch.slice(1), { accept: JSON_TYPE })
    assert.deepEqual(await alone.json(), [{ jsonrpc: '2.0', id: 2, result: {} }])
  })

  it('of a call with progress: a stream tells it, and JSON has the answer alone', async () => {
    const { structuredContent } = (await message(await ask('create_project', { name: 'P', language: 'Py' }))).result
    const { projectId } = structuredContent.projects[0]
    for (const accept of [JSON_TYPE, STREAM_TYPE]) {
      const all = await messages(await ask('create_compile', { projectId }, { progressToken: 'p' }, accept))
      const progress = all.filter(({ method }) => method === 'notifications/progress')
      assert.equal(progress.length > 0, accept === STREAM_TYPE)
      assert.ok(all.at(-1)?.result.structuredContent.compileId)
    }
  })
  const ask = (name: string, args: object, _meta: object = {}, accept = JSON_TYPE) => {
    const body = modern('tools/call', { name, arguments: args })
    const params = { ...body.params, _meta: { ...body.params._meta, ..._meta } }
    return rpc(server, connection.token, { ...body, params }, { ...mirror('tools/call', name), accept })
  }

  it('of a notification says nothing, since no answer has a body', async () => {
    for (const accept of ['text/html', JSON_TYPE, '*/*']) {
      const body = { jsonrpc: '2.0', method: 'notifications/initialized' }
      assert.equal((await rpc(server, connection.token, body, { accept })).status, 202)
    }
  })

  it('of a request that listens must take a stream', async () => {
    const body = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
    const listen = (accept: string, signal: AbortSignal | null = null) =>
      rpc(server, connection.token, body, { ...mirror('subscriptions/listen'), accept }, signal)
    assert.equal((await listen(JSON_TYPE)).status, 406)
    for (const accept of ['text/event-stream', '*/*', 'application/json, text/*']) {
      const leaving = new AbortController()
      const response = await listen(accept, leaving.signal)
      assert.deepEqual([response.status, typeOf(response)], [200, STREAM_TYPE], accept)
      leaving.abort()
    }
  })

  for (const accept of [JSON_TYPE, STREAM_TYPE, `${JSON_TYPE}, ${STREAM_TYPE}`]) {
    it(`keeps no connection that its client wants closed, and accepts ${accept}`, async () => {
      const headers = {
        authorization: `Bearer ${connection.token}`,
        'content-type': JSON_TYPE,
        accept,
        connection: 'close',
      }
      const sent = request(server.mcp, { method: 'POST', agent: false, headers }).end(
        JSON.stringify(toolCall('read_account')),
      )
      const [response]: IncomingMessage[] = await once(sent, 'response')
      assert.equal(response?.headers.connection, 'close')
      response?.resume()
    })
  }

  it('changes nothing about a refusal: its cause is JSON, and its challenge a header', async () => {
    await connection.change({ scopes: ['qc:account:read'], authorizedAt: 1 })
    const response = await rpc(server, connection.token, toolCall('list_projects'), { accept: STREAM_TYPE })
    assert.equal(response.status, 403)
    assert.match(response.headers.get('www-authenticate') ?? '', /insufficient_scope/)
    assert.equal(typeOf(response), JSON_TYPE)
  })
})

describe('a long or strange Accept header', () => {
  it('is read as far as it matters, and quickly', () => {
    assert.equal(formFor(`${'text/html, '.repeat(10_000)}${JSON_TYPE}`), undefined)
    assert.equal(formFor(`${'"\\'.repeat(8_000)}`), 'json')
    assert.equal(formFor(','.repeat(16_000)), 'json')
  })
})
