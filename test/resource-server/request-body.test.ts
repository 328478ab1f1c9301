import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { useConnection } from '../support/connection.ts'
import { message, rpc, toolCall } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const MB = 1024 * 1024

describe('what a request to /mcp may be, JSON-RPC 2.0 and MCP transports', () => {
  const server = useServer()
  const connection = useConnection(server)

  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

  it('JSON: anything else is a parse error, -32700, with 400', async () => {
    for (const body of ['{', '{"jsonrpc":"2.0",}', "{'a':1}", 'NaN', '{"a":1}{"b":2}']) {
      const response = await rpc(server, connection.token, body)
      assert.equal(response.status, 400, body)
      const { error, id } = await message(response)
      assert.deepEqual([error.code, id], [-32700, null], body)
    }
  })

  it('a JSON-RPC message: any other JSON is an invalid request with 400', async () => {
    for (const body of ['5', 'null', '"text"', '{}', '{"jsonrpc":"1.0","id":1,"method":"tools/list"}']) {
      const response = await rpc(server, connection.token, body)
      assert.equal(response.status, 400, body)
      assert.ok((await message(response)).error, body)
    }
  })

  it('said to be JSON: any other content type is 415', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'application/foo+json']) {
      const response = await rpc(server, connection.token, list, { 'content-type': type })
      assert.equal(response.status, 415, type)
      assert.ok((await message(response)).error, type)
    }
    for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON']) {
      assert.equal((await rpc(server, connection.token, list, { 'content-type': type })).status, 200, type)
    }
  })

  it('up to 4 MB: more is 413, compressed or not', async () => {
    const long = (bytes: number) => JSON.stringify({ ...list, params: { _meta: { filler: 'x'.repeat(bytes) } } })
    assert.equal((await rpc(server, connection.token, long(3.9 * MB))).status, 200)
    const tooLong = await rpc(server, connection.token, long(4.1 * MB))
    assert.equal(tooLong.status, 413)
    assert.ok((await message(tooLong)).error)
    const bomb = await fetch(server.mcp, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${connection.token}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
      body: gzipSync(long(20 * MB)),
    })
    assert.equal(bomb.status, 413)
  })

  it('on a connection that goes on after what was too long or broken', async () => {
    const { hostname, port, host } = new URL(server.mcp)
    for (const [status, body, coding] of [
      [413, 'x'.repeat(12 * MB), 'identity'],
      [413, gzipSync('x'.repeat(20 * MB)), 'gzip'],
      [400, Buffer.alloc(3 * MB, 'no gzip'), 'gzip'],
    ] as const) {
      const socket = connect(Number(port), hostname)
      let heard = ''
      socket.setEncoding('latin1').on('data', (text) => {
        heard += text
      })
      const ask = (sent: string | Buffer, how: string) => {
        const common = `host: ${host}\r\nauthorization: Bearer ${connection.token}\r\ncontent-type: application/json`
        socket.write(
          `POST /mcp HTTP/1.1\r\n${common}\r\ncontent-encoding: ${how}\r\ntransfer-encoding: chunked\r\n\r\n`,
        )
        socket.write(`${sent.length.toString(16)}\r\n`)
        socket.write(sent)
        socket.write('\r\n0\r\n\r\n')
      }
      ask(body, coding)
      await until(`the answer to ${coding}`, () => heard.includes(`HTTP/1.1 ${status}`))
      ask(JSON.stringify({ ...list, method: 'ping' }), 'identity')
      await until(`the next one after ${coding}`, () => heard.includes('HTTP/1.1 200'))
      socket.destroy()
    }
  })

  it('a POST: with a good token every other method is 405 and told so (RFC 9110 §15.5.6)', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await fetch(server.mcp, { method, headers: { authorization: `Bearer ${connection.token}` } })
      assert.equal(response.status, 405, method)
      assert.match(response.headers.get('allow') ?? '', /\bPOST\b/, method)
    }
  })

  it('a call of an unknown tool, which is the error -32602 (MCP, Tools)', async () => {
    const { error } = await message(await rpc(server, connection.token, toolCall('nonsense')))
    assert.equal(error.code, -32602)
    assert.match(error.message, /nonsense/)
  })

  it('a call of an unknown method, which is the error -32601', async () => {
    const { error } = await message(
      await rpc(server, connection.token, { jsonrpc: '2.0', id: 1, method: 'tools/nonsense' }),
    )
    assert.equal(error.code, -32601)
  })

  it('a batch of a hundred messages at most, looked at before anything is decided or written down', async () => {
    const batch = (length: number) =>
      Array.from({ length }, (_, id) => toolCall('delete_project', { projectId: id }, id))
    assert.equal((await rpc(server, connection.token, batch(100))).status, 403)
    const longer = await rpc(server, connection.token, batch(101))
    assert.equal(longer.status, 400)
    assert.equal(((await longer.json()) as { error: { code: number } }).error.code, -32600)
  })

  it('a notification, which is taken with 202 and no body', async () => {
    const response = await rpc(server, connection.token, { jsonrpc: '2.0', method: 'notifications/initialized' })
    assert.equal(response.status, 202)
    assert.equal(await response.text(), '')
  })
})
