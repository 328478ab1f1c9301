// A server with an https address has a proxy in front. When it was not told which one to trust, everybody has the proxy's
// address, and an address tells nothing.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useServer } from '../support/server.ts'

describe('a public server that trusts no proxy', () => {
  const server = useServer({ PUBLIC_URL: 'https://qcgate.example' })
  it('says at the start what that means, and what to set', () => {
    assert.match(server.output(), /"level":40.*TRUSTED_PROXIES.*all visitors look like one/)
  })
})

describe('a public server that trusts its proxy', () => {
  const server = useServer({ PUBLIC_URL: 'https://qcgate.example', TRUSTED_PROXIES: '10.0.0.0/8' })
  it('has nothing to complain about', () => assert.doesNotMatch(server.output(), /"level":40/))
})
