import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { KEYS } from '../../src/storage/keys.ts'
import { ALIVE, connectAs, connectionState, signedIn } from '../support/connection.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, redeem, tokenRequest } from '../support/raw-client.ts'
import type { RawPerson } from '../support/raw-person.ts'
import { withStore } from '../support/stored.ts'
import { until } from '../support/until.ts'
import { PUBLIC_ADDRESS, useWeb } from '../support/web.ts'

const CLAUDE_CODE = {
  client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
  redirect_uris: ['http://localhost/callback'],
}
const DAY = 24 * 60 * 60
const url = (name: string) => `https://app.example/${name}.json`

describe('a metadata document that cannot be fetched: what we ship stands in', () => {
  const { server, web } = useWeb({ 'claude.ai': [], 'app.example': [] }) // nobody can be reached

  it('lets Claude Code connect from any port without any network', async () => {
    const person = await signedIn(server)
    for (const host of ['localhost', '127.0.0.1']) {
      const redirect_uri = `http://${host}:${50_000 + Math.floor(Math.random() * 9_999)}/callback`
      const request = authorizationRequest(server, CLAUDE_CODE, { redirect_uri })
      const page = await person.open(request.url)
      assert.match(page.html, /presents itself as “Claude Code” of claude\.ai/)
      const tokens = await redeem(server, CLAUDE_CODE, request, await person.allow(request.url))
      assert.deepEqual(await connectionState(server, CLAUDE_CODE, tokens), ALIVE)
    }
  })

  it('knows no other client, and no other document on the same host', async () => {
    const person = await signedIn(server)
    for (const client_id of [url('unknown'), 'https://claude.ai/oauth/other', `${CLAUDE_CODE.client_id}/`]) {
      assert.equal((await person.open(authorizationRequest(server, { ...CLAUDE_CODE, client_id }).url)).status, 400)
    }
    assert.equal(web.knocks(), 0)
  })
})

describe('a metadata document that cannot be fetched: the last good copy stands in', () => {
  const { server, web } = useWeb({ 'app.example': [[PUBLIC_ADDRESS]] })
  let person: RawPerson
  before(async () => {
    person = await signedIn(server)
  })

  function publish(name: string): Registration {
    const client = { client_id: url(name), redirect_uris: [`https://app.example/${name}`] }
    web.serve(url(name), { ...client, client_name: name, token_endpoint_auth_method: 'none' })
    return client
  }
  const fails = (name: string, status = 403) =>
    web.serve(url(name), (_request, response) => response.writeHead(status).end('<!doctype html><title>No</title>'))
  const known = async ({ client_id }: Registration) => {
    const answer = await tokenRequest(server, { client_id, grant_type: 'refresh_token', refresh_token: 'any' })
    return (await answer.text()).includes('invalid_grant')
  }
  const kept = ({ client_id }: Registration) => withStore(server, (store) => store.get(KEYS.clientDocument(client_id)))

  it('for a client that was used, even after kill -9', async () => {
    const client = publish('used')
    const { tokens } = await connectAs(person, { client })
    fails('used')
    await server.crashAndRestart()
    assert.deepEqual(await connectionState(server, client, tokens), ALIVE)
    assert.equal((await person.open(authorizationRequest(server, client).url)).status, 303)
  })

  it('whatever goes wrong: an error of the host, a page instead of a document', async () => {
    const client = publish('broken')
    await connectAs(person, { client })
    for (const status of [200, 204, 301, 404, 500, 503]) {
      fails('broken', status)
      await server.advance(6 * 60)
      assert.ok(await known(client), `${status}`)
    }
  })

  it('only until the real one can be had again, which is tried after minutes', async () => {
    const client = publish('back')
    await connectAs(person, { client })
    fails('back')
    await server.advance(6 * 60)
    assert.ok(await known(client))
    const changed = { ...client, redirect_uris: ['https://app.example/moved'] }
    web.serve(client.client_id, { ...changed, token_endpoint_auth_method: 'none' })
    await server.advance(6 * 60)
    await connectAs(person, { client: changed })
    assert.match((await kept(client)) ?? '', /moved/)
  })

  it('not for a client that nobody ever let in: nothing of it is stored', async () => {
    const client = publish('seen')
    assert.equal((await person.open(authorizationRequest(server, client).url)).status, 200)
    assert.ok(await known(client))
    assert.equal(await kept(client), undefined)
    fails('seen')
    await server.crashAndRestart()
    assert.equal(await known(client), false)
  })

  it('not for a document that its host has withdrawn for good (RFC 9110 §15.5.11)', async () => {
    const client = publish('gone')
    await connectAs(person, { client })
    fails('gone', 410)
    await server.advance(6 * 60)
    assert.equal(await known(client), false)
    fails('gone', 503) // nor when it says nothing more
    await server.crashAndRestart()
    assert.equal(await known(client), false)
    publish('gone')
    await server.advance(6 * 60)
    assert.ok(await known(client))
  })

  it('not because we are too busy to ask: else whoever keeps us busy could bring an old copy back', async () => {
    const client = publish('changed')
    await connectAs(person, { client })
    web.serve(client.client_id, { client_id: client.client_id, redirect_uris: ['https://app.example/elsewhere'] })
    await server.advance(6 * 60)
    const hanging = Array.from({ length: 16 }, (_, i) => url(`hangs-${i}`))
    for (const one of hanging) web.serve(one, () => {})
    const answers = Promise.all(hanging.map((client_id) => known({ client_id, redirect_uris: [] })))
    await until('all sixteen to be asked', () => hanging.every((one) => web.visits(one)))
    const answer = await tokenRequest(server, {
      client_id: client.client_id,
      grant_type: 'refresh_token',
      refresh_token: 'any',
    })
    assert.equal(answer.status, 429)
    await answers
    assert.equal((await person.open(authorizationRequest(server, client).url)).status, 400) // it moved
  })

  it('for a year after it was last fetched, however often it stood in since', async () => {
    const client = publish('old')
    await connectAs(person, { client })
    fails('old')
    for (const days of [200, 160]) {
      await server.advance(days * DAY)
      assert.ok(await known(client))
      person = await signedIn(server)
      await connectAs(person, { client })
    }
    await server.advance(10 * DAY)
    assert.equal(await known(client), false)
  })
})
