import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { authorizationRequest, register } from '../support/raw-client.ts'
import { RawPerson } from '../support/raw-person.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** A QuantConnect whose answer to everything the test chooses. */
describe('whose account it is, by QuantConnect’s word', () => {
  let upstream: Server
  let server: TestServer
  let answer: unknown
  before(async () => {
    upstream = createServer((_request, response) => response.end(JSON.stringify(answer))).listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    const at = upstream.address()
    server = await startServer({ QUANTCONNECT_API_URL: `http://127.0.0.1:${typeof at === 'object' ? at?.port : 0}` })
  })
  after(async () => {
    await server?.stop()
    upstream?.close()
  })

  async function signInAs(userId: string, apiToken: string) {
    const person = new RawPerson(server)
    const page = await person.open(authorizationRequest(server, await register(server)).url)
    return { person, place: await person.submit(page, { account: 'own', userId, apiToken }) }
  }
  const meets = async (person: RawPerson) => {
    const { html } = await person.open(authorizationRequest(server, await register(server)).url)
    return html.includes('name="apiToken"') ? 'sign-in' : 'consent'
  }

  for (const odd of [{}, { status: 'maintenance' }, { success: 'yes' }, []]) {
    it(`is not known from an answer that does not say yes: ${JSON.stringify(odd)}`, async () => {
      answer = odd
      const { place } = await signInAs('555', 'whatever')
      assert.equal(place.status, 503)
      assert.ok(place.html.includes('name="apiToken"'))
    })
  }

  it('is known from a plain yes', async () => {
    answer = { success: true }
    const { person } = await signInAs('555', 'right')
    assert.equal(await meets(person), 'consent')
  })

  it('has to be proved anew by every other browser when the API token was replaced', async () => {
    answer = { success: true }
    const { person: thief } = await signInAs('556', 'leaked')
    assert.equal(await meets(thief), 'consent')
    await server.advance(60)
    const { person: owner } = await signInAs('556', 'new')
    assert.deepEqual([await meets(thief), await meets(owner)], ['sign-in', 'consent'])
    await server.advance(60)
    const { person: second } = await signInAs('556', 'new')
    assert.deepEqual([await meets(owner), await meets(second)], ['consent', 'consent'])
  })
})

describe('a sandbox account where the sandbox was switched off', () => {
  it('is signed out, and its connections open nothing', async () => {
    const on = await startServer()
    const person = new RawPerson(on)
    const request = authorizationRequest(on, await register(on))
    const page = await person.arrive(request.url)
    assert.match(page.html, /100001/)
    const off = await startServer({
      SANDBOX: 'off',
      DATA_DIR: join(on.folder, 'data'),
      KEYS_DIR: join(on.folder, 'keys'),
    })
    try {
      const elsewhere = new RawPerson(off)
      for (const [key, cookie] of person.cookies) elsewhere.cookies.set(key, cookie)
      const { html } = await elsewhere.open(authorizationRequest(off, await register(off)).url)
      assert.ok(html.includes('name="apiToken"'))
    } finally {
      await off.stop()
      await on.stop()
    }
  })
})
