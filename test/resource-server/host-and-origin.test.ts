import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { describe, it } from 'node:test'
import { rawRequest } from '../authorization-server/raw-request.ts'
import { useConnection } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'

/** A request that says what it likes in `Host`. */
async function visit(port: number, path: string, headers: Record<string, string>): Promise<number> {
  const asked = request({ host: '127.0.0.1', port, path, headers, method: path === '/mcp' ? 'POST' : 'GET' }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode ?? 0
}

const METADATA = '/.well-known/oauth-protected-resource/mcp'
const LOCAL = ['localhost', 'localhost:1', '127.0.0.1:3000', '127.0.0.1', '[::1]:8080', '[::1]']
const FOREIGN = ['evil.example', 'localhost.evil.example', 'evil.example:3000', '192.168.0.1', '127.0.0.1.evil.example']

describe('on this machine, a server that answers to loopback names', () => {
  const server = useServer()
  const connection = useConnection(server)

  it('answers under each of them, with any port, since a balancer may stand in front', async () => {
    for (const host of LOCAL) {
      assert.equal(await visit(server.port, METADATA, { host }), 200, host)
      assert.equal(await visit(server.port, '/mcp', { host }), 401, host)
    }
  })

  it('turns away every other name, which somebody has pointed at it (DNS rebinding)', async () => {
    for (const host of FOREIGN) {
      for (const path of ['/mcp', METADATA, '/', '/jwks'])
        assert.equal(await visit(server.port, path, { host }), 403, host + path)
    }
  })

  it('is not talked into a name by a proxy header that nobody vouches for', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': `localhost:${server.port}` }
    assert.equal(await visit(server.port, '/mcp', headers), 403)
  })

  it('tells whoever watches it that it is well, by any name', async () => {
    for (const host of [...LOCAL, ...FOREIGN]) {
      assert.equal(await visit(server.port, '/healthz', { host }), 200, host)
      assert.equal(await visit(server.port, '/readyz', { host }), 200, host)
    }
  })

  const from = (origin: string) => rpc(server, connection.token, toolCall('list_projects'), { origin })

  it('serves pages from its own origin and from this machine', async () => {
    const origins = [
      server.origin,
      'http://localhost',
      'http://localhost:6274',
      'http://127.0.0.1:80',
      'http://[::1]:99',
    ]
    for (const origin of origins) {
      const response = await from(origin)
      assert.equal(response.status, 200, origin)
      assert.equal(response.headers.get('access-control-allow-origin'), origin)
      assert.match(response.headers.get('vary') ?? '', /\bOrigin\b/i)
    }
  })

  it('turns away a page from anywhere else, though its token is good (MCP, Transports)', async () => {
    const foreign = ['https://evil.example', 'http://localhost.evil.example', 'null', 'nonsense', 'http://192.168.0.1']
    for (const origin of [
      ...foreign,
      'chrome-extension://abcdefgh',
      'ftp://localhost',
      `${server.origin}.evil.example`,
    ]) {
      const response = await from(origin)
      assert.equal(response.status, 403, origin)
      assert.equal(response.headers.get('access-control-allow-origin'), null, origin)
    }
  })

  it('turns away its preflight too', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    assert.equal((await fetch(server.mcp, { method: 'OPTIONS', headers })).status, 403)
  })
})

describe('under a public name, with origins of its own choice', () => {
  const listed = ['https://app.example', 'https://other.example', 'chrome-extension://abcdefgh', 'tauri://localhost']
  const env = { PUBLIC_URL: 'https://qcgate.example', ALLOWED_ORIGINS: listed.join(', ') }
  const server = useServer(env)

  const host = 'qcgate.example'

  it('answers under this name only, so not under loopback ones either', async () => {
    assert.equal(await visit(server.port, METADATA, { host }), 200)
    for (const other of [
      ...LOCAL,
      ...FOREIGN,
      'qcgate.example:444',
      'qcgate.example:80',
      'qcgate.example..',
      'www.qcgate.example',
    ]) {
      assert.equal(await visit(server.port, METADATA, { host: other }), 403, other)
    }
    for (const path of ['/healthz', '/readyz']) assert.equal(await visit(server.port, path, { host: 'localhost' }), 200)
  })

  it('answers a client that says the port of https, writes capitals, or ends the name in a dot: it is the same name', async () => {
    for (const same of ['qcgate.example:443', 'qcgate.example.', 'qcgate.example.:443', 'QCGate.Example']) {
      const answer = await rawRequest(server.port, METADATA, { host: same })
      assert.equal(answer.status, 200, same)
      assert.equal(JSON.parse(answer.text).resource, 'https://qcgate.example/mcp')
      assert.equal(await visit(server.port, '/mcp', { host: same }), 401, same)
    }
  })

  it('lets through the origins of ALLOWED_ORIGINS, extensions and desktop programs too, and no others: not its own, not loopback', async () => {
    for (const origin of listed) {
      const answer = await rawRequest(server.port, '/mcp', { host, origin }, {})
      assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [401, origin])
    }
    for (const origin of [
      'https://evil.example',
      'chrome-extension://abcdefg',
      'chrome-extension://abcdefgh.evil.example',
      'moz-extension://abcdefgh',
      'tauri://localhost:1',
      'null',
      'http://app.example',
      'https://app.example:444',
      'http://localhost:1',
    ]) {
      assert.equal(await visit(server.port, '/mcp', { host, origin }), 403, origin)
    }
  })
})

describe('with ALLOWED_ORIGINS=*', () => {
  const server = useServer({ ALLOWED_ORIGINS: '*' })

  it('lets pages from everywhere call, since no cookie is read there', async () => {
    const response = await fetch(server.mcp, { method: 'POST', headers: { origin: 'https://anywhere.example' } })
    assert.equal(response.status, 401)
    assert.equal(response.headers.get('access-control-allow-credentials'), null)
  })
})
