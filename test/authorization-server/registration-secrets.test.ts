import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Registration } from '../support/raw-client.ts'
import { refusal, register } from '../support/raw-client.ts'
import { dumpFolder } from '../support/secrets.ts'
import { useServer } from '../support/server.ts'

describe('client secrets', () => {
  const server = useServer()

  const ask = (client: Registration, secret = '') => {
    const basic = client.token_endpoint_auth_method === 'client_secret_basic'
    const credentials = Buffer.from(`${client.client_id}:${secret}`).toString('base64')
    return fetch(`${server.origin}/token`, {
      method: 'POST',
      headers: basic ? { authorization: `Basic ${credentials}` } : {},
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: 'never-was',
        ...(basic ? {} : { client_id: client.client_id, client_secret: secret }),
      }),
    }).then(refusal)
  }
  /** Everything in the store's folder: the file, and what is still in its write-ahead log. */
  const stored = () => dumpFolder(join(server.folder, 'data')).toString('latin1')

  for (const token_endpoint_auth_method of ['client_secret_basic', 'client_secret_post']) {
    it(`open the token endpoint, before and after kill -9: ${token_endpoint_auth_method}`, async () => {
      const client = await register(server, { token_endpoint_auth_method })
      assert.equal(await ask(client, client.client_secret), '400 invalid_grant')
      await server.crashAndRestart()
      assert.equal(await ask(client, client.client_secret), '400 invalid_grant')
      for (const wrong of ['wrong', `${client.client_secret}x`, client.client_secret?.slice(1)])
        assert.equal(await ask(client, wrong), '401 invalid_client', wrong)
    })

    it(`stand nowhere in the store, and what does stand there opens nothing: ${token_endpoint_auth_method}`, async () => {
      const client = await register(server, { token_endpoint_auth_method })
      const secret = client.client_secret ?? ''
      assert.ok(secret.length >= 43)
      const text = stored()
      assert.ok(text.includes(client.client_name as string))
      assert.ok(!text.includes(secret))
      const hash = [...text.matchAll(/sha256:[\w-]{43}/g)].map(([found]) => found)
      assert.ok(hash.length)
      for (const found of new Set(hash)) assert.equal(await ask(client, found), '401 invalid_client')
    })
  }

  it('are stored in records with a version', async () => {
    const { client_name } = await register(server, { client_name: 'Versioned' })
    assert.match(stored(), new RegExp(`"version":1,[^\\n]*"client_name":"${client_name}"`))
  })
})
