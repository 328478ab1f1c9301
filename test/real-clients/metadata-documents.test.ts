// Real clients that do not register: their id is the URL of a document.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { knownClient } from '../../src/authorization-server/clients/documents/known-clients.ts'
import type { ClientKey } from '../support/client-assertion.ts'
import { assertionBy, newKey } from '../support/client-assertion.ts'
import { ALIVE, connectAs, connectionState, signedIn } from '../support/connection.ts'
import { DOCUMENTS, documented } from '../support/known-clients.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest, redemption, tokenRequest } from '../support/raw-client.ts'
import type { RawPerson } from '../support/raw-person.ts'
import { PUBLIC_ADDRESS, useWeb } from '../support/web.ts'

type Name = keyof typeof DOCUMENTS
const NAMES = Object.keys(DOCUMENTS) as Name[]
const JWKS = 'https://chatgpt.com/oauth/jwks.json'
const THERE = [[PUBLIC_ADDRESS]]

describe('real clients: metadata documents', () => {
  // One server whose clients' hosts refuse with 403 what they are not told to hand out, as some do to every address of a
  // cloud; and one that finds no host at all.
  const refused = useWeb({ 'vscode.dev': THERE, 'zed.dev': THERE })
  const alone = useWeb({ 'claude.ai': [], 'chatgpt.com': [] })
  let people: Record<'refused' | 'alone', RawPerson>
  let key: ClientKey
  before(async () => {
    people = { refused: await signedIn(refused.server), alone: await signedIn(alone.server) }
    key = await newKey('RS256')
    refused.web.serve(JWKS, { keys: [key.jwk] })
  })

  /** ChatGPT's token requests, which carry a proof by its key. */
  async function connectWithKey(person: RawPerson, client: Registration) {
    const { server } = person
    const request = authorizationRequest(server, client)
    const { url } = await person.allow(request.url)
    const prove = () => assertionBy(key, client.client_id, server.origin)
    const redeemed = await tokenRequest(server, {
      ...redemption(request, { url }),
      resource: server.mcp,
      ...(await prove()),
    })
    assert.equal(redeemed.status, 200, await redeemed.clone().text())
    const { refresh_token } = (await redeemed.json()) as Tokens
    const refreshed = await tokenRequest(server, {
      grant_type: 'refresh_token',
      refresh_token,
      resource: server.mcp,
      ...(await prove()),
    })
    assert.equal(refreshed.status, 200, await refreshed.clone().text())
    const { access_token } = (await refreshed.json()) as Tokens
    assert.equal((await rpc(server, access_token, toolCall('list_projects'))).status, 200)
  }

  const open = (person: RawPerson, client: Registration) =>
    person.open(authorizationRequest(person.server, client, { prompt: 'consent' }).url)

  describe('requirement 14: clients with a metadata document get in without a secret, also when their host does not hand it out', () => {
    it('claude.ai: the server says that it takes documents, and lists none', async () => {
      const answer = await fetch(`${refused.server.origin}/.well-known/oauth-authorization-server`)
      const metadata = (await answer.json()) as Record<string, unknown>
      assert.equal(metadata.client_id_metadata_document_supported, true)
      assert.ok((metadata.token_endpoint_auth_methods_supported as string[]).includes('none'))
    })

    for (const [world, trouble] of [
      ['refused', 'its host answers 403'],
      ['alone', 'its host cannot be found'],
    ] as const) {
      for (const name of NAMES.filter((one) => one !== 'ChatGPT')) {
        it(`${name}: connects by the copy that we keep, though ${trouble}`, async () => {
          const client = documented(name)
          const { tokens } = await connectAs(people[world], { client })
          assert.deepEqual(await connectionState(people[world].server, client, tokens), ALIVE)
        })
      }
    }

    it('ChatGPT: its document is refused with 403, its keys are not, and the copy of the document does', async () => {
      await connectWithKey(people.refused, documented('ChatGPT'))
      assert.ok(refused.web.visits(DOCUMENTS.ChatGPT.client_id))
    })

    it('ChatGPT: comes to the consent page and back with a code, though its host cannot be found', async () => {
      const { url } = await people.alone.allow(authorizationRequest(alone.server, documented('ChatGPT')).url)
      assert.equal(url.hostname, 'chatgpt.com')
      assert.ok(url.searchParams.get('code'))
    })

    it('ChatGPT: the document of one connector, with its list of auth methods', async () => {
      const client_id = 'https://chatgpt.com/oauth/a1b2c3/client.json'
      const redirect_uris = ['https://chatgpt.com/connector_platform_oauth_redirect']
      refused.web.serve(client_id, {
        client_id,
        client_name: 'ChatGPT',
        client_uri: 'https://chatgpt.com/',
        redirect_uris,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
        token_endpoint_auth_signing_alg: 'RS256',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        jwks_uri: JWKS,
      })
      await connectWithKey(people.refused, { client_id, redirect_uris })
    })

    for (const name of NAMES) {
      it(`${name}: its document is taken as it was published, when it can be had`, async () => {
        const { server, web } = refused
        const client = documented(name)
        const document = JSON.parse(knownClient(client.client_id) ?? '{}')
        web.serve(client.client_id, { ...document, client_name: `${name}, fresh` })
        await server.advance(6 * 60) // a copy that stood in is not used for longer
        const before = web.visits(client.client_id)
        const page = await open(people.refused, client)
        assert.match(page.html, new RegExp(`“${name}, fresh”`))
        assert.equal(web.visits(client.client_id), before + 1)
      })
    }
  })
})
