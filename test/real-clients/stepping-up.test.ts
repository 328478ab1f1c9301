// How real clients come to more than they were first allowed. Several give up on HTTP 403, so there are other ways: when
// their model tries again, it is told in the result where its person can allow more.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { grantIdOf } from '../support/access-token.ts'
import { useSignedIn } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { documented, REGISTRATIONS } from '../support/known-clients.ts'
import { challengeOf, message, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest, redeem, register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { boxes } from '../support/raw-person.ts'
import { projectNames } from '../support/sandbox.ts'
import { isUnauthorized, usePrograms } from '../support/sdk-client.ts'
import { useWeb } from '../support/web.ts'

const LITTLE = ['qc:account:read', 'qc:projects:read']
const CREATE = { name: 'create_project', arguments: { name: 'Stepped up', language: 'Py' } }

describe('real clients: stepping up', () => {
  const { server } = useWeb() // where every document is refused with 403, so that the copies we ship are used
  const newProgram = usePrograms(server)
  const person = useSignedIn(server)

  const create = (token: string) => rpc(server, token, toolCall(CREATE.name, CREATE.arguments))
  const done = async (response: Response) => {
    assert.equal(response.status, 200)
    const { result } = await message(response)
    assert.equal(result.isError, undefined, JSON.stringify(result.content))
  }

  /** Connects a client whose person ticks little of what it asks for. */
  async function connectWithLittle(client: Registration) {
    await server.advance(1) // the same client may have been authorised before, and it is the second that tells
    const request = authorizationRequest(server, client)
    return redeem(server, client, request, await person.allow(request.url, LITTLE))
  }

  /** What a person sees who connects again, and ticks one more. */
  async function tickMore(client: Registration, scope: string, more: string) {
    const request = authorizationRequest(server, client, { scope })
    const page: Place = await person.open(request.url)
    assert.ok(boxes(page).includes(more), more)
    const place = await person.submit(page, { decision: 'allow', scope: [...LITTLE, more] })
    return redeem(server, client, request, place)
  }

  /** Asserts that a call is refused by HTTP 403 with the challenge of RFC 6750 §3.1. */
  function assertForbidden(response: Response) {
    assert.equal(response.status, 403)
    const { error, scope, resource_metadata } = challengeOf(response)
    assert.deepEqual([error, scope], ['insufficient_scope', 'qc:projects:write'])
    assert.equal(resource_metadata, `${server.origin}/.well-known/oauth-protected-resource/mcp`)
  }

  /** Asserts that a call is refused in its result, in words, with the address where the person of a connection allows more. */
  function assertToldWhere({ isError, content, _meta }: Json, tokens: Tokens) {
    assert.equal(isError, true)
    const [{ text }] = content
    assert.match(text, /Create projects/)
    assert.ok(text.includes(`${server.origin}/account/connections/${grantIdOf(tokens.access_token)}`), text)
    const headers = { 'www-authenticate': _meta['mcp/www_authenticate'][0] }
    assertForbidden(new Response(null, { status: 403, headers }))
  }

  /** Asserts that a client gets HTTP 403, and words when it calls again. */
  async function assertForbiddenThenTold(tokens: Tokens) {
    assertForbidden(await create(tokens.access_token))
    assertToldWhere((await message(await create(tokens.access_token))).result, tokens)
  }

  describe('requirement 10: where HTTP 403 fails, the person can allow more on the consent page, and ChatGPT and Codex read the challenge in the tool result', () => {
    for (const name of ['ChatGPT', 'Codex'] as const) {
      const read = async (response: Response) => {
        assert.equal(response.status, 200)
        assert.equal(response.headers.get('www-authenticate'), null)
        const { result } = await message(response)
        assert.equal(result.isError, true)
        const [header, ...more] = result._meta['mcp/www_authenticate']
        assert.deepEqual(more, [])
        return header as string
      }

      it(`${name}: HTTP 200, and the challenge in _meta["mcp/www_authenticate"]`, async () => {
        const client = name === 'Codex' ? documented('Codex') : await register(server, REGISTRATIONS.ChatGPT) // one by its id, one by where it returns
        const { access_token } = await connectWithLittle(client)
        const before = await projectNames(server, access_token)
        const header = await read(await create(access_token))
        assertForbidden(new Response(null, { status: 403, headers: { 'www-authenticate': header } }))
        assert.match(header, /^Bearer error="insufficient_scope", /)
        assert.deepEqual(await projectNames(server, access_token), before)

        const body = modern('tools/call', CREATE)
        const recent = await rpc(server, access_token, body, mirror('tools/call', CREATE.name))
        assert.equal(await read(recent), header)
      })

      it(`${name}: asks for what the challenge names, the person ticks it, and the call goes through`, async () => {
        const client = name === 'Codex' ? documented('Codex') : await register(server, REGISTRATIONS.ChatGPT)
        const first = await connectWithLittle(client)
        const challenge = new Response(null, {
          headers: { 'www-authenticate': await read(await create(first.access_token)) },
        })
        const { scope = '' } = challengeOf(challenge)
        const second = await tickMore(client, scope, 'qc:projects:write')
        assert.equal(grantIdOf(second.access_token), grantIdOf(first.access_token))
        await done(await create(second.access_token))
        await done(await create(first.access_token)) // the grant decides, so the old token can do it as well
      })
    }

    for (const name of ['claude.ai', 'Claude Code', 'VS Code', 'Zed'] as const) {
      it(`${name}: HTTP 403 with the challenge in the header, as for every other client, and words when it calls again`, async () => {
        await assertForbiddenThenTold(await connectWithLittle(documented(name)))
      })
    }
    for (const name of ['Cursor', 'Gemini CLI', 'Goose', 'mcp-remote', 'MCP Inspector', 'LibreChat'] as const) {
      it(`${name}: HTTP 403 with the challenge in the header, as for every other client, and words when it calls again, when it has registered`, async () => {
        const client = await register(server, { ...REGISTRATIONS[name], token_endpoint_auth_method: 'none' })
        await assertForbiddenThenTold(await connectWithLittle(client))
      })
    }

    it('claude.ai: asks for the union at 403, and the person ticks what is new', async () => {
      const client = documented('claude.ai')
      const { access_token } = await connectWithLittle(client)
      const { scope } = challengeOf(await create(access_token))
      await done(await create((await tickMore(client, `${LITTLE.join(' ')} ${scope}`, `${scope}`)).access_token))
    })

    it('AI SDK: 403 is an error; connecting again with the scopes of the metadata, the person ticks more', async () => {
      const client = await register(server, REGISTRATIONS['use-mcp'])
      const first: Tokens = await connectWithLittle(client)
      assert.equal((await create(first.access_token)).status, 403)
      const metadata = await fetch(`${server.origin}/.well-known/oauth-protected-resource/mcp`)
      const { scopes_supported } = (await metadata.json()) as { scopes_supported: string[] }
      await tickMore(client, scopes_supported.join(' '), 'qc:projects:write')
      await done(await create(first.access_token))
    })

    it('SDK v1: refreshes instead and calls again, so it is told in words; connecting again, the person ticks more', async () => {
      const program = await newProgram('v1')
      const client = await program.connect(async (url) => {
        await fetch((await person.allow(url, LITTLE)).url)
      })
      assertToldWhere(await client.callTool(CREATE), program.tokens() as Tokens)
      await client.close()

      program.invalidateCredentials('tokens') // what "connect again" means in a program
      const again = await program.connect(async (url) => {
        const page = await person.open(url)
        assert.deepEqual(
          boxes(page, 'ticked').filter((scope) => LITTLE.includes(scope)),
          LITTLE,
        )
        const scope = [...LITTLE, 'qc:projects:write']
        await fetch((await person.submit(page, { decision: 'allow', scope })).url)
      })
      assert.ok(!(await again.callTool(CREATE)).isError)
      await again.close()
    })

    it('SDK v2: goes to the consent page by itself', async () => {
      const program = await newProgram('v2')
      const client = await program.connect(async (url) => {
        await fetch((await person.allow(url, LITTLE)).url)
      })
      await assert.rejects(client.callTool(CREATE), isUnauthorized)
      await program.authorize(async (url) => {
        await fetch((await person.allow(url, [...LITTLE, 'qc:projects:write'])).url)
      })
      assert.ok(!(await client.callTool(CREATE)).isError)
      await client.close()
    })
  })
})
