import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useServer } from '../support/server.ts'
import { rawRequest } from './raw-request.ts'

describe('a server with a public https address, behind a proxy', () => {
  const server = useServer({ PUBLIC_URL: 'https://qcgate.example', SANDBOX: 'on' })

  const get = (path: string, headers: Record<string, string> = {}) =>
    rawRequest(server.port, path, { host: 'qcgate.example', ...headers })

  it('names its endpoints by PUBLIC_URL, whatever X-Forwarded-* says', async () => {
    const forged = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'x-forwarded-port': '1' }
    for (const headers of [{}, forged]) {
      const metadata = JSON.parse((await get('/.well-known/oauth-authorization-server', headers)).text)
      assert.equal(metadata.issuer, 'https://qcgate.example')
      const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name))
      assert.ok(endpoints.length >= 6)
      for (const [name, url] of endpoints) assert.equal(new URL(String(url)).origin, 'https://qcgate.example', name)
    }
  })

  it('refuses every other Host, loopback included', async () => {
    for (const host of [
      'evil.example',
      'qcgate.example.evil.example',
      `127.0.0.1:${server.port}`,
      `localhost:${server.port}`,
    ]) {
      assert.equal((await get('/', { host })).status, 403, host)
    }
  })

  it('asks browsers to stay with https (RFC 6797)', async () => {
    assert.match(String((await get('/')).headers['strict-transport-security']), /^max-age=\d{7,}/)
  })

  it('shows the sandbox only because it was switched on', async () => {
    assert.match((await get('/')).text, />SANDBOX</)
  })
})
