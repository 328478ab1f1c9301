import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { grantIdOf } from '../support/access-token.ts'
import { ALIVE, connectAs, connectionState, useSignedIn } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, redeem, register, registerHosted } from '../support/raw-client.ts'
import { boxes } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { changeGrant, grantOf, withGrants } from '../support/stored.ts'

const BOTH = 'qc:account:read qc:projects:read'

describe('when a person who agreed before is asked again', () => {
  const server = useServer()
  const person = useSignedIn(server)

  const open = (client: Registration, parameters: Record<string, string | undefined> = {}) =>
    person.open(authorizationRequest(server, client, { scope: BOTH, ...parameters }).url)
  const asks = ({ html }: { html: string }) => html.includes('name="decision"')
  const connected = async (client: Registration) => {
    const { tokens } = await connectAs(person, { client, parameters: { scope: BOTH } })
    return tokens
  }

  for (const [how, metadata] of Object.entries({
    loopback: {},
    localhost: { redirect_uris: ['http://localhost:4567/callback'] },
    'a private scheme': { redirect_uris: ['com.example.app:/callback'], application_type: 'native' },
  })) {
    it(`asks every time when the answer goes to ${how}, where any program may listen (RFC 8252 §8.6)`, async () => {
      const client = await register(server, metadata)
      await connected(client)
      assert.ok(asks(await open(client)))
      const { url } = await open(client, { prompt: 'none' })
      assert.equal(url.searchParams.get('error'), 'consent_required')
    })
  }

  it('does not ask again for a client on https that wants what it has, and gives it its living grant', async () => {
    const client = await registerHosted(server)
    const first = await connected(client)
    const request = authorizationRequest(server, client, { scope: BOTH })
    const second = await redeem(server, client, request, await person.open(request.url))
    assert.equal(second.scope, BOTH)
    assert.equal(grantIdOf(second.access_token), grantIdOf(first.access_token))
    assert.ok((await open(client, { prompt: 'none' })).url.searchParams.get('code'))
  })

  it('asks for every https address that was not agreed to: of an app’s scheme, or on this computer', async () => {
    const app = { redirect_uris: ['com.example.app://client.example/cb', 'https://client.example/cb'] }
    const both = await register(server, app)
    await connected(both)
    assert.ok(asks(await open(both, { redirect_uri: 'https://client.example/cb' })))
    const local = await register(server, { redirect_uris: ['https://localhost:7777/cb'] })
    await connected(local)
    const again = await open(local)
    assert.ok(asks(again))
    assert.match(again.html, /An app on this computer/)
  })

  it('asks when the client says prompt=consent', async () => {
    const client = await registerHosted(server)
    await connected(client)
    assert.ok(asks(await open(client, { prompt: 'consent' })))
  })

  it('never gives a connection with anything dangerous back unasked, whatever the prompt, pushed or not', async () => {
    const client = await registerHosted(server, { token_endpoint_auth_method: 'none' })
    const allow = ['qc:account:read', 'qc:live:write']
    await connectAs(person, { client, parameters: { scope: 'qc:account:read' }, allow })
    for (const scope of ['qc:account:read', allow.join(' ')]) {
      for (const prompt of ['none', 'consent', 'login', 'none consent', undefined]) {
        const request = authorizationRequest(server, client, { scope, prompt })
        const pushed = await fetch(`${server.origin}/par`, { method: 'POST', body: new URL(request.url).searchParams })
        const { request_uri } = (await pushed.json()) as { request_uri?: string }
        const query = new URLSearchParams({
          client_id: client.client_id,
          request_uri: request_uri ?? '',
          prompt: 'none',
        })
        for (const url of [request.url, `${server.origin}/authorize?${query}`]) {
          assert.equal((await person.open(url)).url.searchParams.get('code'), null, `${scope} ${prompt}`)
        }
      }
    }
  })

  it('gives a code for what stays allowed when nothing of what was asked is ticked', async () => {
    const client = await register(server)
    await connected(client)
    const request = authorizationRequest(server, client, { scope: 'qc:live:write' })
    const tokens = await redeem(server, client, request, await person.allow(request.url, ['qc:account:read']))
    assert.equal(tokens.scope, 'qc:account:read')
  })

  it('asks a client on https again for a scope that is new', async () => {
    const client = await registerHosted(server)
    await connected(client)
    assert.ok(asks(await open(client, { scope: `${BOTH} qc:files:read` })))
  })

  it('asks again for a scope that the person left unticked', async () => {
    const client = await registerHosted(server)
    await connectAs(person, { client, parameters: { scope: BOTH }, allow: ['qc:account:read'] })
    assert.ok(asks(await open(client)))
  })

  it('asks again when the answer would go to another host, port included, of the same client', async () => {
    const redirect_uris = ['https://one.example/cb', 'https://two.example/cb', 'https://one.example:8443/cb']
    const client = await registerHosted(server, { redirect_uris })
    await connected(client)
    assert.ok((await open(client, { redirect_uri: redirect_uris[0] })).url.searchParams.get('code'))
    assert.ok(asks(await open(client, { redirect_uri: redirect_uris[1] })))
    assert.ok(asks(await open(client, { redirect_uri: redirect_uris[2] })))
  })

  it('asks every client for itself, though it calls itself the same', async () => {
    await connected(await registerHosted(server))
    assert.ok(asks(await open(await registerHosted(server))))
  })

  it('asks again after the connection was ended, and makes a new grant', async () => {
    const client = await registerHosted(server)
    const first = await connected(client)
    await withGrants(server, (grants) => grants.end(grantIdOf(first.access_token)))
    assert.ok(asks(await open(client)))
    assert.notEqual(grantIdOf((await connected(client)).access_token), grantIdOf(first.access_token))
  })

  it('asks again after the grant has lost a scope', async () => {
    const client = await registerHosted(server)
    const tokens = await connected(client)
    await changeGrant(server, tokens.access_token, { scopes: ['qc:account:read'] })
    assert.ok(asks(await open(client)))
  })

  for (const [kind, enroll] of Object.entries({ loopback: register, https: registerHosted })) {
    it(`steps a connection up in its one grant, marks what is new, and keeps the rest ticked: ${kind}`, async () => {
      const client = await enroll(server)
      const first = await connected(client)
      const request = authorizationRequest(server, client, { scope: 'qc:files:read qc:live:execute' })
      const page = await person.open(request.url)
      assert.deepEqual(boxes(page).sort(), ['qc:account:read', 'qc:files:read', 'qc:live:execute', 'qc:projects:read'])
      assert.deepEqual(boxes(page, 'ticked').sort(), ['qc:account:read', 'qc:files:read', 'qc:projects:read'])
      const marked = page.html.split('<label').filter((label) => label.includes('>new</span>'))
      assert.deepEqual(marked.flatMap((label) => /value="([^"]+)"/.exec(label)?.[1]).sort(), [
        'qc:files:read',
        'qc:live:execute',
      ])
      const place = await person.submit(page, { scope: boxes(page, 'ticked'), decision: 'allow' })
      const second = await redeem(server, client, request, place)
      assert.equal(second.scope, 'qc:account:read qc:projects:read qc:files:read')
      assert.equal(grantIdOf(second.access_token), grantIdOf(first.access_token))
      assert.deepEqual(await connectionState(server, client, first), ALIVE)
    })
  }

  it('narrows the connection when something is unticked that was allowed, for tokens issued before too', async () => {
    const client = await register(server)
    const first = await connected(client)
    const page = await open(client)
    await person.submit(page, { scope: ['qc:account:read'], decision: 'allow' })
    assert.equal((await rpc(server, first.access_token, toolCall('list_projects'))).status, 403)
    assert.equal((await rpc(server, first.access_token, toolCall('read_account'))).status, 200)
  })

  it('leaves the connection as it was when the person says no to more', async () => {
    const client = await register(server)
    const first = await connected(client)
    const page = await open(client, { scope: 'qc:files:read' })
    await person.submit(page, { decision: 'deny' })
    const grant = await grantOf(server, first.access_token)
    assert.deepEqual(grant?.scopes, ['qc:account:read', 'qc:projects:read'])
    assert.deepEqual(await connectionState(server, client, first), ALIVE)
  })
})
