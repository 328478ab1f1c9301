import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeClient } from '../../src/authorization-server/clients.ts'

const CLAUDE = { clientId: 'https://claude.ai/oauth/x', clientName: 'Claude', clientIdMetadataDocument: true }
const standing = (redirect: string, client: object = {}) => describeClient({ ...CLAUDE, ...client }, redirect).standing

describe('what a person reads of a client with a metadata document (MCP 2026-07-28, Client ID Metadata Document Security)', () => {
  it('names the host that speaks for a hosted client', () => {
    assert.equal(
      standing('https://claude.ai/cb'),
      'claude.ai says that this is “Claude”. Go on only if you trust claude.ai.',
    )
  })

  it('warns that any program on this computer could name the same document', () => {
    for (const redirect of ['http://localhost:1234/callback', 'http://127.0.0.1/', 'com.example.app:/callback']) {
      assert.match(
        standing(redirect),
        /presents itself as “Claude” of claude\.ai; any program here could\. Go on only if/,
      )
    }
  })

  it('shows a host of foreign letters in its plain spelling', () => {
    assert.match(standing('https://a.example/', { clientId: 'https://clаude.ai/x' }), /^xn--/) // a Cyrillic а
  })

  it('names nobody for a client that registered, whatever its id looks like', () => {
    const registered = { clientIdMetadataDocument: false }
    assert.match(standing('https://claude.ai/cb', registered), /^Unverified/)
    assert.doesNotMatch(standing('http://localhost/cb', registered), /claude\.ai/)
  })
})
