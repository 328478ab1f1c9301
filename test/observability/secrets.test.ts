// One journey at the most talkative level, and then a search for what must be nowhere.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { authorizationRequest, redeem, refresh, register } from '../support/raw-client.ts'
import { RawPerson } from '../support/raw-person.ts'
import { dumpRedis } from '../support/redis-entries.ts'
import { dumpFolder } from '../support/secrets.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { journeyStores } from '../support/stores.ts'

const BOB = { userId: '100002', apiToken: 'sandbox-bob' }

for (const { name, env } of journeyStores('secrets'))
  describe(`after a journey on ${name}`, () => {
    let server: TestServer
    const secrets: Record<string, string> = { 'the API token': BOB.apiToken }
    before(async () => {
      server = await startServer({ ...env, LOG_LEVEL: 'trace' })
      const client = await register(server)
      const person = new RawPerson(server)
      const request = authorizationRequest(server, client)
      await person.arrive(request.url, { ...BOB, apiToken: 'a-mistyped-token' })
      secrets['a mistyped API token'] = 'a-mistyped-token'
      const place = await person.allow(request.url, undefined, BOB)
      secrets['the authorization code'] = place.url.searchParams.get('code') ?? ''
      secrets['the code verifier'] = request.verifier
      for (const { name, value } of person.cookies.values()) {
        if (name.includes('session') && !name.endsWith('.sig')) secrets[`the cookie ${name}`] = value
      }

      const tokens = await redeem(server, client, request, place)
      await rpc(server, tokens.access_token, toolCall('create_project', { name: 'P', language: 'Py' }))
      await rpc(server, tokens.access_token, toolCall('delete_project', { projectId: 1 }))
      const next = (await (await refresh(server, client, tokens.refresh_token)).json()) as typeof tokens
      secrets['the access token'] = tokens.access_token
      secrets['its signature'] = tokens.access_token.split('.')[2] ?? ''
      secrets['the refresh token'] = tokens.refresh_token
      secrets['the next access token'] = next.access_token
      secrets['the next refresh token'] = next.refresh_token
      await rpc(server, `${next.access_token}x`, toolCall('list_projects'))
      await fetch(`${server.mcp}?access_token=${next.access_token}`)
      await redeem(server, client, request, place).catch(() => 'a code serves once')
      await refresh(server, client, `${next.refresh_token}x`)
    })
    after(() => server?.stop())

    it('there are secrets to look for', () => {
      assert.ok(Object.keys(secrets).length >= 10, Object.keys(secrets).join(', '))
      for (const [name, secret] of Object.entries(secrets)) assert.ok(secret.length >= 10, name)
    })

    it('none of them is in the log, which tells what happened all the same', () => {
      const output = server.output()
      for (const [name, secret] of Object.entries(secrets)) assert.ok(!output.includes(secret), name)
      for (const word of ['"path":"/mcp"', '"path":"/token"', 'gate refused', 'missing-scope', 'invalid-token']) {
        assert.ok(output.includes(word), word)
      }
    })

    it('none of them is in the bytes of the store, where every entry has an end', async () => {
      const bytes = env.REDIS_URL
        ? JSON.stringify(await dumpRedis(env.REDIS_URL))
        : dumpFolder(join(server.folder, 'data'))
      assert.ok(bytes.includes('credentials:{'), 'the store was read')
      for (const [name, secret] of Object.entries(secrets)) assert.ok(!bytes.includes(secret), name)
    })
  })
