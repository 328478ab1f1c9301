// When an answer may go back without a page: to software that proves itself, into its only connection, which holds nothing
// dangerous and just what was asked for.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mayReturnSilently } from '../../src/authorization-server/oidc/consent-policy.ts'
import type { Grant } from '../../src/grants/grant-record.ts'

const HOST = 'client.example'
const CALLBACK = `https://${HOST}/cb`
const LOOPBACK = 'http://127.0.0.1:4567/callback'

const grant = (more: Partial<Grant> = {}): Grant => ({
  version: 1,
  id: 'g',
  accountId: 'a',
  clientId: 'c',
  scopes: ['qc:projects:read', 'qc:files:write'],
  paperOnly: true,
  brake: true,
  endless: false,
  expiresAt: 2_000_000_000,
  redirectHost: HOST,
  createdAt: 1_700_000_000,
  ...more,
})
const ASKED = 'qc:projects:read qc:files:write'

describe('an answer', () => {
  for (const [whom, client, redirect_uri, mayGo] of [
    ['the https host that the connection was made for', {}, CALLBACK, true],
    ['another host', {}, 'https://other.example/cb', false],
    ['another port of that host', {}, `https://${HOST}:8443/cb`, false],
    [
      'the own host of its document',
      { clientId: `https://doc.example/c`, clientIdMetadataDocument: true },
      'https://doc.example/cb',
      true,
    ],
    [
      'another host than that of its document',
      { clientId: `https://doc.example/c`, clientIdMetadataDocument: true },
      'https://other.example/cb',
      false,
    ],
    [
      'a host that looks like that of its document',
      { clientId: `https://doc.example/c` },
      'https://doc.example/cb',
      false,
    ],
    ['a client with a key', { clientAuthMethod: 'private_key_jwt' }, LOOPBACK, true],
    ['a client with a secret', { clientAuthMethod: 'client_secret_basic' }, 'https://other.example/cb', true],
    ['a public client on this computer', { clientAuthMethod: 'none' }, LOOPBACK, false],
    ['https on this computer', {}, 'https://localhost:7777/cb', false],
    ['an app’s own scheme', {}, 'com.example.app://client.example/cb', false],
  ] as const) {
    it(`${mayGo ? 'may' : 'must not'} go without a page to ${whom}`, () => {
      const one = grant()
      assert.equal(mayReturnSilently(one, [one], { clientId: 'c', ...client }, { redirect_uri, scope: ASKED }), mayGo)
    })
  }

  for (const host of ['vscode.dev', 'insiders.vscode.dev']) {
    it(`must not to ${host}, which passes it on to this computer, not even by its own document`, () => {
      const one = grant({ redirectHost: host })
      const client = { clientId: `https://${host}/client`, clientIdMetadataDocument: true }
      const request = { redirect_uri: `https://${host}/redirect`, scope: ASKED }
      assert.equal(mayReturnSilently(one, [one], client, request), false)
    })
  }

  for (const [what, one] of Object.entries({
    'that trades, on paper too': grant({ scopes: ['qc:live:write'] }),
    'that overwrites': grant({ scopes: ['qc:objects:write'] }),
    'that administers': grant({ scopes: ['qc:collaboration:delete'] }),
    'that waits for its person': grant({ suspended: true }),
  })) {
    it(`must not give a connection ${what}, though its client has a key`, () => {
      const request = { redirect_uri: CALLBACK, scope: one.scopes.join(' ') }
      const client = { clientId: 'c', clientAuthMethod: 'private_key_jwt' }
      assert.equal(mayReturnSilently(one, [one], client, request), false)
    })
  }

  for (const [what, scope] of Object.entries({
    'fewer permissions than the connection has': 'qc:projects:read',
    'more than it has': `${ASKED} qc:files:read`,
    'as many others': 'qc:projects:read qc:files:read',
  })) {
    it(`must not to a request for ${what}`, () => {
      const one = grant()
      assert.equal(mayReturnSilently(one, [one], { clientId: 'c' }, { redirect_uri: CALLBACK, scope }), false)
    })
  }

  it('must not where its client has several connections, or none', () => {
    const [one, other] = [grant(), grant({ id: 'other' })]
    const request = { redirect_uri: CALLBACK, scope: ASKED }
    assert.equal(mayReturnSilently(one, [one, other], { clientId: 'c' }, request), false)
    assert.equal(mayReturnSilently(undefined, [], { clientId: 'c' }, request), false)
  })
})
