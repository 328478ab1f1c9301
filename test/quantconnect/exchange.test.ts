// How what changes something is sent: once, over connections that nobody has left idle for long, and with no more said of its
// fate than is known.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingHttpHeaders, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createLog } from '../../src/observability/log.ts'
import type { Answer } from '../../src/quantconnect/answer.ts'
import type { CallOptions } from '../../src/quantconnect/client.ts'
import { createQuantConnect } from '../../src/quantconnect/client.ts'
import { freePort } from '../support/server.ts'
import { until } from '../support/until.ts'
import { credentialsOf } from './callers.ts'

const unknown = (status?: number): Answer => ({
  kind: 'unavailable',
  ...(status === undefined ? {} : { status }),
  sent: true,
})
const NOT_SENT: Answer = { kind: 'unavailable', sent: false }
const DONE: Answer = { kind: 'done', body: { success: true } }
const YES = '{"success":true}'

describe('a deed', () => {
  let server: Server
  let url: string
  let listener: RequestListener
  const sockets: Socket[] = []
  const requests: IncomingHttpHeaders[] = []
  /** One for each test: an address of its own has connections of its own. */
  beforeEach(async () => {
    for (const list of [sockets, requests]) list.splice(0)
    server = createServer((request, response) => {
      requests.push(request.headers)
      request.resume().once('end', () => listener(request, response))
    })
    server.keepAliveTimeout = 0 // it closes no connection by itself, and says nothing of when it would
    server.on('connection', (socket) => sockets.push(socket.on('error', () => {})))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.close()
    server.closeAllConnections()
  })
  /** When a connection is closed, as the stand-in sees it. */
  const closed = (index = 0) =>
    until('the connection to be closed', () => sockets[index]?.destroyed || sockets[index]?.readableEnded, 10)

  const sendTo = (live: string, options: CallOptions = {}) =>
    createQuantConnect({ live }, createLog('silent')).call(credentialsOf(1), '/live/create', { n: 1 }, options)
  /** Sends one that is answered in this way. */
  const answeredBy = (answer: (response: ServerResponse, socket: Socket) => void, options?: CallOptions) => {
    listener = (request, response) => answer(response, request.socket)
    return sendTo(url, options)
  }
  const yes = (response: ServerResponse) => void response.end(YES)
  /** Answers with these very bytes, and leaves the connection open. */
  const raw = (bytes: string) => (_response: ServerResponse, socket: Socket) => void socket.write(bytes)
  /** The same, and ends it. */
  const rawEnd = (bytes: string) => (_response: ServerResponse, socket: Socket) => void socket.end(bytes)

  it('uses the connection of one that went moments before', async () => {
    assert.deepEqual(await answeredBy(yes), DONE)
    assert.deepEqual(await answeredBy(yes), DONE)
    assert.equal(sockets.length, 1)
  })

  it('closes its connection when nothing has used it for a second, and the next one never meets it dead', async () => {
    assert.deepEqual(await answeredBy(yes), DONE)
    const [first] = sockets as [Socket]
    // Like one that a firewall has forgotten: whatever comes over it now is lost.
    listener = (request, response) => (request.socket === first ? first.destroy() : yes(response))
    await closed()
    assert.deepEqual(await sendTo(url), DONE)
    assert.equal(sockets.length, 2)
  })

  it('waits longer than that for an answer, and closes its connection a second after it', async () => {
    const waiting = Promise.withResolvers<ServerResponse>()
    const slow = answeredBy((response) => waiting.resolve(response))
    const response = await waiting.promise
    assert.deepEqual(await answeredBy(yes), DONE)
    await closed(1) // it has been idle for a second, and the first one has waited longer
    yes(response)
    assert.deepEqual(await slow, DONE)
    await closed(0)
  })

  it('uses none that QuantConnect closed after its last answer', async () => {
    assert.deepEqual(await answeredBy((response, socket) => response.end(YES, () => socket.end())), DONE)
    await closed()
    assert.deepEqual(await answeredBy(yes), DONE)
    assert.equal(sockets.length, 2)
  })

  it('asks for no compression, and undoes it all the same', async () => {
    await answeredBy(yes)
    assert.equal(requests[0]?.['accept-encoding'], undefined)
    const gzipped = await answeredBy((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(YES)),
    )
    assert.deepEqual(gzipped, DONE)
  })

  const ANSWERS: Readonly<Record<string, [answer: Parameters<typeof answeredBy>[0], means: Answer]>> = {
    'that hands over the connection (101)': [
      raw('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      unknown(),
    ],
    'that comes after a hint (103)': [
      raw(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n${YES}`),
      DONE,
    ],
    'that is empty': [(response) => response.end(), unknown(200)],
    'that has no content (204)': [(response) => response.writeHead(204).end(), unknown(204)],
    'that resets what nobody filled in (205)': [raw('HTTP/1.1 205 OK\r\ncontent-length: 0\r\n\r\n'), unknown(205)],
    'that has no content, of which half is missing (205)': [
      rawEnd('HTTP/1.1 205 OK\r\ncontent-length: 9\r\n\r\nhalf'),
      unknown(205),
    ],
    'that says that nothing is new (304)': [(response) => response.writeHead(304).end(), unknown(304)],
    'that points elsewhere (307)': [
      (response) => response.writeHead(307, { location: 'https://www.quantconnect.com/x' }).end(),
      { kind: 'redirect', location: 'https://www.quantconnect.com/x' },
    ],
    'of a server that does not take it (421)': [(response) => response.writeHead(421).end(), unknown(421)],
    'with a status that there is none of': [raw('HTTP/1.1 999 Odd\r\ncontent-length: 2\r\n\r\n{}'), unknown()],
    'that breaks off before its end': [rawEnd('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"succ'), unknown()],
    'in chunks that breaks off': [
      rawEnd('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\n{"succ'),
      unknown(),
    ],
    'that begins well, and goes on as none of HTTP': [
      (response, socket) => {
        response.write('{"success":', () => setTimeout(() => socket.write('none\r\n'), 20)) // when its head was read
      },
      unknown(),
    ],
    'that breaks off in its head': [rawEnd('HTTP/1.1 200 O'), unknown()],
    'that is none of HTTP': [rawEnd('Hello\r\n\r\n'), unknown()],
    'that never begins, since the connection ends': [(_response, socket) => socket.destroy(), unknown()],
    'that is reset': [(_response, socket) => socket.resetAndDestroy(), unknown()],
  }
  for (const [what, [answer, means]] of Object.entries(ANSWERS)) {
    it(`is sent once, whatever becomes of it: an answer ${what}`, async () => {
      assert.deepEqual(await answeredBy(answer), means)
      assert.equal(requests.length, 1)
    })
  }

  it('reads no answer to its end that is too large', async () => {
    const answer = await answeredBy((response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ')
      const go = () => {
        while (response.write(chunk));
        response.once('drain', go)
      }
      go()
    })
    assert.deepEqual(answer, unknown(200))
    await closed()
  })

  it('that nobody could take was not sent: a port without a server, a name with two addresses, a name without any', async () => {
    const port = await freePort()
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'nobody.invalid']) {
      assert.deepEqual(await sendTo(`http://${host}`), NOT_SENT, host)
    }
  })

  const LATE: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'does not begin': () => {},
    'does not end': (response) => void response.write('{"success":'),
  }
  for (const [what, answer] of Object.entries(LATE)) {
    it(`is given up after 30 seconds when its answer ${what}, and its connection with it`, async () => {
      mock.timers.enable({ apis: ['setTimeout'] })
      try {
        const arrived = Promise.withResolvers<void>()
        const sent = answeredBy((response) => {
          answer(response)
          arrived.resolve()
        })
        await arrived.promise
        mock.timers.tick(29_999)
        assert.equal(await Promise.race([sent, new Promise((resolve) => setImmediate(resolve, 'waits'))]), 'waits')
        mock.timers.tick(1)
        assert.deepEqual(await sent, { kind: 'timeout' })
        await closed()
      } finally {
        mock.timers.reset()
      }
    })
  }
})
