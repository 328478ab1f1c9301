// A request may name its host twice: in the Host header, and in a target in absolute form (RFC 9112 §3.2.2).
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { useServer } from './support/server.ts'

describe('the host that a request is for', () => {
  const server = useServer()

  /** Sends a request as written, and returns the answer as it came. */
  async function raw(target: string, host = new URL(server.origin).host, accept = '*/*'): Promise<string> {
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1')
    socket.end(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`)
    let answer = ''
    for await (const chunk of socket) answer += chunk
    return answer
  }
  const METADATA = '/.well-known/oauth-authorization-server'

  it('is not ours when the target says so, and then nothing is told about us under that name', async () => {
    for (const target of ['http://evil.example', 'http://localhost@evil.example', 'http://evil.example:80']) {
      const answer = await raw(target + METADATA)
      assert.match(answer, /^HTTP\/1\.1 403 /)
      assert.doesNotMatch(answer, /evil\.example\/(token|jwks)/)
    }
  })

  it('is not ours in a target that names none, which ends nothing but that request', async () => {
    for (const target of ['http://', 'http:', 'https:///', '*', '?x', '#', 'mailto:x', 'urn:a:b', '..', '\\\\', '%'])
      for (const accept of ['*/*', 'text/html']) {
        const answer = await raw(target, undefined, accept)
        assert.match(answer, /^HTTP\/1\.1 40[03] /, target)
        assert.equal(answer.includes('text/html'), accept === 'text/html' && answer.startsWith('HTTP/1.1 403'), target)
        assert.match(await raw('/healthz'), /^HTTP\/1\.1 200 /, target)
      }
  })

  it('may stand in the target, with addresses in the answer as ever', async () => {
    const answer = await raw(server.origin + METADATA, 'ignored.example')
    assert.match(answer, /^HTTP\/1\.1 200 /)
    assert.ok(answer.includes(`"token_endpoint":"${server.origin}/token"`))
  })

  it('is not ours with anything before or behind the name', async () => {
    for (const host of [
      'x@localhost',
      'localhost/..',
      'localhost?x',
      'localhost.evil.example',
      'localhost:80:80',
      '',
    ]) {
      assert.match(await raw('/', host), /^HTTP\/1\.1 40[03] /)
    }
  })
})
