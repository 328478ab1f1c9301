import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isNative, usableRedirectUris } from '../../src/authorization-server/clients/redirect-uris.ts'

describe('redirect URIs that a client may register', () => {
  for (const uri of [
    'https://client.example/cb',
    'https://client.example:8443/cb?tenant=1',
    'https://127.0.0.1:3000/cb',
    'http://localhost/callback',
    'http://127.0.0.1:33418/',
    'http://[::1]:4000/callback',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'vscode://vscode.github-authentication/did-authenticate',
    'vscode-insiders://mcp/callback',
    'windsurf://oauth/callback',
    'grokbot://mcp/oauth/callback',
    'com.example.app:/oauth2redirect/provider',
    'com.example.my-app://callback',
  ]) {
    it(`usable: ${uri}`, () => assert.deepEqual(usableRedirectUris([uri]), [uri]))
  }

  for (const [why, uris] of Object.entries({
    'http beyond this computer (OAuth 2.1 §1.5)': [
      'http://client.example/cb',
      'http://192.168.0.1/cb',
      'http://localhost.evil.example/cb',
      'http://0.0.0.0/cb',
    ],
    'a fragment (RFC 6749 §3.1.2)': ['https://client.example/cb#x', 'https://client.example/cb#'],
    userinfo: ['https://user@client.example/cb', 'https://user:pw@client.example/cb', 'https://@client.example/cb'],
    'a scheme that runs or shows something here': [
      'javascript:alert(1)',
      'JavaScript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'blob:https://client.example/1',
      'about:blank',
      'vbscript:msgbox(1)',
    ],
    'a scheme that nobody owns (RFC 8252 §7.1)': [
      'myapp://callback',
      'ws://client.example/',
      'mailto:a@client.example',
    ],
    'a wildcard in the host': [
      'https://*.client.example/cb',
      'https://%2a.client.example/cb',
      'com.example.app://*/callback',
    ],
    'no real host': ['https://', 'https:///cb', 'https:client.example', 'https://../cb', 'https://a..b/cb'],
    'another spelling of a host': ['http://127.1/cb', 'http://2130706433/cb', 'https://client.example\\@evil.example/'],
    'a control character, a space': [
      'https://client.example/\ncb',
      'https://client.example/\u0000',
      ' https://c.example/',
    ],
    'no URI at all': ['/relative', '', 'client.example/cb'],
    'more than 2048 characters': [`https://client.example/${'x'.repeat(2048)}`],
  })) {
    it(`never: ${why}`, () => assert.deepEqual(usableRedirectUris(uris), []))
  }

  it('are judged one by one: those that are usable stay, each once, in their order', () => {
    const [web, loopback] = ['https://client.example/cb', 'http://localhost:8787/callback']
    assert.deepEqual(usableRedirectUris([web, 'javascript:alert(1)', loopback, web, 7, null]), [web, loopback])
  })

  it('are fifty at most', () => {
    const many = Array.from({ length: 60 }, (_, i) => `https://client.example/${i}`)
    assert.deepEqual(usableRedirectUris(many), many.slice(0, 50))
  })

  it('are a list, or there are none', () => {
    for (const odd of [undefined, null, 'https://client.example/cb', { 0: 'https://client.example/cb' }, []]) {
      assert.deepEqual(usableRedirectUris(odd), [])
    }
  })

  it('make a native client when one of them is loopback http or an app’s own scheme, and else a web client', () => {
    assert.equal(isNative(['https://client.example/cb', 'http://localhost/cb']), true)
    assert.equal(isNative(['https://client.example/cb', 'cursor://anysphere.cursor-mcp/oauth/callback']), true)
    assert.equal(isNative(['https://client.example/cb', 'https://localhost/cb']), false)
  })

  it('on loopback with https are for web clients only', () => {
    const [secure, plain] = ['https://localhost:3000/cb', 'http://localhost:3000/cb']
    assert.deepEqual(usableRedirectUris([secure]), [secure])
    assert.deepEqual(usableRedirectUris([secure, plain]), [plain])
  })
})
