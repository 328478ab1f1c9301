import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeClient } from '../../src/authorization-server/clients/clients.ts'

const CLAUDE = { clientId: 'https://claude.ai/oauth/x', clientName: 'Claude', clientIdMetadataDocument: true }
const about = (redirect: string, client: object = {}) => describeClient({ ...CLAUDE, ...client }, redirect)

describe('what a person reads of a client with a metadata document (MCP 2026-07-28, Client ID Metadata Document Security)', () => {
  it('calls the domain verified when the answer goes to the host that published the document', () => {
    const { standing, says } = about('https://claude.ai/cb')
    assert.equal(standing, 'domain')
    assert.equal(says, 'claude.ai says that this is “Claude”. Go on only if you trust claude.ai.')
  })

  it('does not when the answer goes to another host, and names both', () => {
    const { standing, says, returnsTo } = about('https://a.example/cb')
    assert.deepEqual([standing, returnsTo], ['unverified', 'a.example'])
    assert.match(says, /calls itself “Claude”, in a document of claude\.ai/)
  })

  it('warns that any program on this computer could name the same document', () => {
    for (const redirect of ['http://localhost:1234/callback', 'http://127.0.0.1/', 'com.example.app:/callback']) {
      const { standing, says } = about(redirect)
      assert.equal(standing, 'computer')
      assert.match(says, /presents itself as “Claude” of claude\.ai; any program here could\. Go on only if/)
    }
  })

  it('shows a host of foreign letters in its plain spelling first', () => {
    const lookAlike = 'https://clаude.ai/x' // a Cyrillic а
    assert.match(about('https://a.example/', { clientId: lookAlike }).says, /document of xn--clude-5ve\.ai/)
    assert.match(about(lookAlike).returnsTo, /^xn--clude-5ve\.ai \(which can be displayed as clаude\.ai\)$/)
  })

  it('names nobody for a client that registered, whatever its id looks like', () => {
    const registered = { clientIdMetadataDocument: false }
    assert.equal(about('https://claude.ai/cb', registered).standing, 'unverified')
    assert.doesNotMatch(about('http://localhost/cb', registered).says, /claude\.ai/)
  })
})

describe('a client that bears the name of a well-known assistant on the web', () => {
  const warningFor = (clientName: string, redirect: string) =>
    describeClient({ clientId: 'x', clientName }, redirect).warning?.says

  for (const name of [
    'Claude',
    'claude.ai',
    'Сlaude',
    'ChatGPT',
    'C h a t G P T',
    'Chаt GРT',
    'CIaude',
    'Open AI',
    'Google Gemini',
  ]) {
    it(`is warned of when its answer goes elsewhere: ${name}`, () => {
      assert.match(warningFor(name, 'https://client.example/cb') ?? '', /would return to/)
      assert.match(warningFor(name, 'http://127.0.0.1:1234/cb') ?? '', /stays on this computer/)
    })
  }

  it('is not warned of when it returns to its makers', () => {
    assert.equal(warningFor('Claude', 'https://claude.ai/api/mcp/auth_callback'), undefined)
    assert.equal(warningFor('Claude', 'https://claude.com/api/mcp/auth_callback'), undefined)
    assert.equal(warningFor('ChatGPT', 'https://chatgpt.com/connector_platform_oauth_redirect'), undefined)
    assert.match(warningFor('ChatGPT', 'https://chatgpt.com.evil.example/') ?? '', /returns somewhere else/)
  })

  it('is another than the programs on a computer with names like it', () => {
    for (const name of [
      'Claude Code',
      'Claude Code (quantconnect)',
      'Codex',
      'Gemini CLI MCP Client',
      'Cursor',
      'Visual Studio Code',
    ]) {
      assert.equal(warningFor(name, 'http://localhost:1234/callback'), undefined, name)
    }
  })
})
